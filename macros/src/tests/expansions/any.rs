#[doc(hidden)]
#[non_exhaustive]
enum FPolicy {}
impl FPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::SessionToken(Requirement::None),
                Clause::OAuthToken(Requirement::None),
                Clause::M2mToken(Requirement::None),
                Clause::ApiKey(Requirement::None),
            ],
        )
    };
}
impl ::clerk_auth::Guarded for FPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `session_token`, or `oauth_token`, or `m2m_token`, or `api_key`.
async fn f(guard: ::clerk_auth::Guard<FPolicy>) {
    let scopes: Option<Scopes> = guard.maybe_scopes().cloned();
    {}
}
