#[doc(hidden)]
#[non_exhaustive]
enum FPolicy {}
impl FPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[Clause::SessionToken(Requirement::None), Clause::ApiKey(Requirement::None)],
        )
    };
}
impl ::clerk_auth::Guarded for FPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity<
        ::clerk_auth::SessionToken,
        ::clerk_auth::identity::Never,
        ::clerk_auth::identity::Never,
        ::clerk_auth::ApiKey,
    >;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `session_token`, or `api_key`.
async fn f(_guard: ::clerk_auth::Guard<FPolicy>) {}
