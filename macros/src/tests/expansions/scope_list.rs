#[doc(hidden)]
#[non_exhaustive]
enum EditPolicy {}
impl EditPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::OAuthToken(
                    Requirement::All(
                        &[
                            Requirement::Scope("read:notes"),
                            Requirement::of_scope(scope::WRITE_NOTES),
                        ],
                    ),
                ),
            ],
        )
    };
}
impl ::clerk_auth::Guarded for EditPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `oauth_token` with `scopes = ["read:notes", scope::WRITE_NOTES]`.
async fn edit(_guard: ::clerk_auth::Guard<EditPolicy>) {}
