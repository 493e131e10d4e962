#[doc(hidden)]
#[non_exhaustive]
enum EditPolicy {}
impl EditPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::narrowed(
            &<ReadNotes as ::clerk_auth::Guarded>::POLICY
                .only(
                    &[
                        Clause::OAuthToken(Requirement::None),
                        Clause::SessionToken(Requirement::Role("org:admin")),
                    ],
                )
                .optional()
                .clauses(),
        )
    };
}
impl ::clerk_auth::Guarded for EditPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::core::option::Option<
        ::clerk_auth::Identity<
            ::clerk_auth::SessionToken,
            ::clerk_auth::OAuthToken,
            ::clerk_auth::identity::Never,
            ::clerk_auth::identity::Never,
        >,
    >;
    type Organization = <ReadNotes as ::clerk_auth::Guarded>::Organization;
}
/// Requires the policy `ReadNotes`, and only `oauth_token`, or `session_token` with `role = "org:admin"`, or no credential.
async fn edit(guard: ::clerk_auth::Guard<EditPolicy>) {
    let subject: Option<Subject> = guard.maybe_subject().cloned();
    {}
}
