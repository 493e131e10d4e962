#[doc(hidden)]
#[non_exhaustive]
enum ClosePolicy {}
impl ClosePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::ApiKey(Requirement::None)])
    };
}
impl ::clerk_auth::Guarded for ClosePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::ApiKey;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `api_key`.
async fn close(guard: ::clerk_auth::Guard<ClosePolicy>, State(s): State<S>) {
    let identity: ApiKey = guard.identity().clone();
    let guard: clerk_auth::Guard<ClosePolicy> = guard;
    {
        s.close_at(guard.expires_at(), identity);
    }
}
