::core::compile_error! {
    "unknown argument `scope`\nhelp: did you mean `scopes`?"
}
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum list {}
impl list {
    const POLICY: my_crate::auth::Policy = my_crate::auth::Policy::DENY_ALL;
}
impl my_crate::auth::Guarded for list {
    const POLICY: my_crate::auth::Policy = Self::POLICY;
    type Identity = my_crate::auth::identity::Never;
    type Claims = ();
}
async fn list(_guard: my_crate::auth::Guard<list>) {}
