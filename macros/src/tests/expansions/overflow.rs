::core::compile_error! {
    "a guarded handler takes at most 15 extractors: axum has room for 16, and the guard is one\nhelp: gather several into one struct that derives `FromRequestParts`"
}
#[doc(hidden)]
#[non_exhaustive]
enum FPolicy {}
impl FPolicy {
    const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
impl ::clerk_auth::Guarded for FPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Organization = ::clerk_auth::OrgId;
}
async fn f(
    guard: ::clerk_auth::Guard<FPolicy>,
    e0: E,
    e1: E,
    e2: E,
    e3: E,
    e4: E,
    e5: E,
    e6: E,
    e7: E,
    e8: E,
    e9: E,
    e10: E,
    e11: E,
    e12: E,
    e13: E,
    e14: E,
) {
    let e15: E = guard.never();
    let e16: E = guard.never();
    {}
}
