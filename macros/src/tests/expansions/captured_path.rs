#[doc(hidden)]
#[non_exhaustive]
enum ListPolicy {}
impl ListPolicy {
    const POLICY: ::clerk_auth::Policy = ::clerk_auth::policy::Policy::new(
        &[
            ::clerk_auth::policy::Clause::OAuthToken(
                ::clerk_auth::policy::Requirement::of_scope(Policy::READ_NOTES),
            ),
        ],
    );
}
impl ::clerk_auth::Guarded for ListPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `oauth_token` with `scopes = Policy::READ_NOTES`.
async fn list(_guard: ::clerk_auth::Guard<ListPolicy>) {}
