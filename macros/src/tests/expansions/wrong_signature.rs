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
#[allow(non_camel_case_types)]
enum f {}
impl f {
    const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
impl ::clerk_auth::Guarded for f {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Claims = ();
}
async fn f(_guard: ::clerk_auth::Guard<f>, s: State<S>) {}
