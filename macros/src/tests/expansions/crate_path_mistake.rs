::core::compile_error! {
    "unknown argument `scope`\nhelp: did you mean `scopes`?"
}
#[doc(hidden)]
#[non_exhaustive]
enum ListPolicy {}
impl ListPolicy {
    const POLICY: my_crate::auth::Policy = my_crate::auth::Policy::DENY_ALL;
}
impl my_crate::auth::Guarded for ListPolicy {
    const POLICY: my_crate::auth::Policy = Self::POLICY;
    type Identity = my_crate::auth::identity::Never;
    type Organization = my_crate::auth::OrgId;
}
async fn list(_guard: my_crate::auth::Guard<ListPolicy>) {}
