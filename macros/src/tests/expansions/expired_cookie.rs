#[doc(hidden)]
#[allow(non_camel_case_types)]
enum home {}
impl home {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
                &[
                    Clause::SessionToken(Requirement::None),
                    Clause::ApiKey(Requirement::None),
                ],
            )
            .optional_ignoring_expired_cookie()
    };
}
impl ::clerk_auth::Guarded for home {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::core::option::Option<
        ::clerk_auth::Identity<
            ::clerk_auth::SessionToken,
            ::clerk_auth::Never,
            ::clerk_auth::Never,
            ::clerk_auth::ApiKey,
        >,
    >;
    type Claims = ();
}
/// Requires `session_token`, or `api_key`, or no credential.
async fn home(guard: ::clerk_auth::Guard<home>) {
    let claims: Option<Claims> = guard.maybe_claims();
    {}
}
