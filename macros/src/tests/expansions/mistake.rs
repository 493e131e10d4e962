::core::compile_error! {
    "unknown argument `scope`\nhelp: did you mean `scopes`?"
}
#[cfg(unix)]
#[doc(hidden)]
#[non_exhaustive]
pub enum FPolicy {}
#[cfg(unix)]
impl FPolicy {
    pub const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
#[cfg(unix)]
impl ::clerk_auth::Guarded for FPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Organization = ::clerk_auth::OrgId;
}
#[cfg(unix)]
pub async fn f(guard: ::clerk_auth::Guard<FPolicy>, State(s): State<S>) -> Reply {
    let scopes: Scopes = guard.never();
    { body(s, scopes) }
}
