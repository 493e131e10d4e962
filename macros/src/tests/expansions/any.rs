#[doc(hidden)]
#[allow(non_camel_case_types)]
enum f {}
impl f {
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
impl ::clerk_auth::Guarded for f {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity;
    type Claims = ();
}
/// Requires `session_token`, or `oauth_token`, or `m2m_token`, or `api_key`.
async fn f(guard: ::clerk_auth::Guard<f>) {
    let scopes: Option<Scopes> = guard.maybe_scopes().cloned();
    {}
}
