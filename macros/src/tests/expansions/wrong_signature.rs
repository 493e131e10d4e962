::core::compile_error! {
    "`#[clerk_auth]` is written twice on one handler\nhelp: write every argument in one attribute"
}
::core::compile_error! {
    "a handler cannot be `const`\nhelp: remove `const`"
}
::core::compile_error! {
    "a handler cannot be `unsafe`\nhelp: remove `unsafe`"
}
::core::compile_error! {
    "a handler cannot be `extern`\nhelp: remove `extern`"
}
::core::compile_error! {
    "a handler cannot be variadic\nhelp: remove `...`"
}
::core::compile_error! {
    "a handler must be `async`\nhelp: write `async fn f`"
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
async fn f(_guard: ::clerk_auth::Guard<FPolicy>, s: State<S>) {}
