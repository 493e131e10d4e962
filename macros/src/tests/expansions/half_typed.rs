::core::compile_error! {
    "expected `:`\nhelp: a parameter is a name and a type: `subject: Subject`"
}
#[doc(hidden)]
#[non_exhaustive]
enum ListPolicy {}
impl ListPolicy {
    const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
impl ::clerk_auth::Guarded for ListPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Organization = ::clerk_auth::OrgId;
}
async fn list(guard: ::clerk_auth::Guard<ListPolicy>, State(notes): State<Map<K, V>>) {
    let subject: Subject = guard.never();
    { body(subject) }
}
