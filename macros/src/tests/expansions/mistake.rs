::core::compile_error! {
    "unknown argument `scope`\nhelp: did you mean `scopes`?"
}
#[cfg(unix)]
#[doc(hidden)]
#[allow(non_camel_case_types)]
pub enum f {}
#[cfg(unix)]
impl f {
    pub const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
#[cfg(unix)]
impl ::clerk_auth::Guarded for f {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Claims = ();
}
#[cfg(unix)]
pub async fn f(guard: ::clerk_auth::Guard<f>, State(s): State<S>) -> Reply {
    let scopes: Scopes = guard.never();
    { body(s, scopes) }
}
