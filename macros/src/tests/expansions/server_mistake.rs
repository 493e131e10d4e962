::core::compile_error! {
    "unknown token type `oauth`\nhelp: did you mean `oauth_token`?"
}
#[cfg(feature = "ssr")]
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum f {}
#[cfg(feature = "ssr")]
impl f {
    const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
#[cfg(feature = "ssr")]
impl ::clerk_auth::Guarded for f {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Claims = ();
}
#[server]
#[middleware(::clerk_auth::leptos_layer!(f))]
async fn f(text: String) -> Result<(), ServerFnError> {
    let guard: ::clerk_auth::Guard<f> = ::clerk_auth::leptos_guard!();
    let subject: Subject = guard.never();
    { Ok(()) }
}
