#[doc(hidden)]
#[non_exhaustive]
enum ListNotesPolicy {}
impl ListNotesPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
                &[
                    Clause::SessionToken(
                        Requirement::All(
                            &[Requirement::Plan("o:pro"), Requirement::Organization],
                        ),
                    ),
                    Clause::OAuthToken(
                        Requirement::All(
                            &[
                                Requirement::Organization,
                                Requirement::NotImpersonated,
                                Requirement::Jwt,
                            ],
                        ),
                    ),
                    Clause::M2mToken(Requirement::Jwt),
                ],
            )
            .allow_pending()
            .optional()
    };
}
impl ::clerk_auth::Guarded for ListNotesPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::core::option::Option<
        ::clerk_auth::Identity<
            ::clerk_auth::SessionToken,
            ::clerk_auth::OAuthToken,
            ::clerk_auth::M2mToken,
            ::clerk_auth::identity::Never,
        >,
    >;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `session_token` with `allow_pending, plan = "o:pro", organization`, or `oauth_token` with `organization, not_impersonated, format = "jwt"`, or `m2m_token` with `format = "jwt"`, or no credential.
async fn list_notes(guard: ::clerk_auth::Guard<ListNotesPolicy>) {
    let org_id: Option<OrgId> = guard.maybe_org_id().cloned();
    {}
}
