::core::compile_error! {
    "unknown token type `oauth`\nhelp: did you mean `oauth_token`?"
}
#[cfg(feature = "ssr")]
#[doc(hidden)]
#[non_exhaustive]
enum FPolicy {}
#[cfg(feature = "ssr")]
impl FPolicy {
    const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
#[cfg(feature = "ssr")]
impl ::clerk_auth::Guarded for FPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Organization = ::clerk_auth::OrgId;
}
#[server]
#[middleware(::clerk_auth::leptos_layer!(FPolicy))]
async fn f(text: String) -> Result<(), ServerFnError> {
    let guard: ::clerk_auth::Guard<FPolicy> = ::clerk_auth::leptos_guard!();
    let subject: Subject = guard.never();
    { Ok(()) }
}
