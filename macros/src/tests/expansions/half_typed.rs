::core::compile_error! {
    "expected `:`\nhelp: a parameter is a name and a type: `subject: Subject`"
}
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum list {}
impl list {
    const POLICY: ::clerk_auth::Policy = ::clerk_auth::Policy::DENY_ALL;
}
impl ::clerk_auth::Guarded for list {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::identity::Never;
    type Claims = ();
}
async fn list(guard: ::clerk_auth::Guard<list>, State(notes): State<Map<K, V>>) {
    let subject: Subject = guard.never();
    { body(subject) }
}
