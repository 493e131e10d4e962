#[doc(hidden)]
#[allow(non_camel_case_types)]
enum f {}
impl f {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[Clause::SessionToken(Requirement::None), Clause::ApiKey(Requirement::None)],
        )
    };
}
impl ::clerk_auth::Guarded for f {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity<
        ::clerk_auth::SessionToken,
        ::clerk_auth::identity::Never,
        ::clerk_auth::identity::Never,
        ::clerk_auth::ApiKey,
    >;
    type Claims = ();
}
/// Requires `session_token`, or `api_key`.
async fn f(_guard: ::clerk_auth::Guard<f>) {}
