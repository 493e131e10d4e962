#[doc(hidden)]
#[non_exhaustive]
enum ListPolicy {}
impl ListPolicy {
    const POLICY: my_crate::auth::Policy = {
        use my_crate::auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::OAuthToken(Requirement::Scope("read:notes")),
                Clause::ApiKey(Requirement::Scope("read:notes")),
            ],
        )
    };
}
impl my_crate::auth::Guarded for ListPolicy {
    const POLICY: my_crate::auth::Policy = Self::POLICY;
    type Identity = my_crate::auth::Identity<
        my_crate::auth::identity::Never,
        my_crate::auth::OAuthToken,
        my_crate::auth::identity::Never,
        my_crate::auth::ApiKey,
    >;
    type Organization = ::core::option::Option<my_crate::auth::OrgId>;
}
/// Requires `oauth_token` with `scopes = "read:notes"`, or `api_key` with `scopes = "read:notes"`.
async fn list(guard: my_crate::auth::Guard<ListPolicy>) {
    let scopes: Scopes = guard.scopes().clone();
    {}
}
