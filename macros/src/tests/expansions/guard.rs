#[doc(hidden)]
#[allow(non_camel_case_types)]
enum close {}
impl close {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::ApiKey(Requirement::None)])
    };
}
impl ::clerk_auth::Guarded for close {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::ApiKey;
    type Claims = ();
}
/// Requires `api_key`.
async fn close(guard: ::clerk_auth::Guard<close>, State(s): State<S>) {
    let identity: ApiKey = guard.identity().clone();
    let guard: clerk_auth::Guard<close> = guard;
    {
        s.close_at(guard.expires_at(), identity);
    }
}
