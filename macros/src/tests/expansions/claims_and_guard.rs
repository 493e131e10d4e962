#[doc(hidden)]
#[non_exhaustive]
pub enum ProfilePolicy {}
impl ProfilePolicy {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::Role("org:admin"))])
    };
}
impl ::clerk_auth::Guarded for ProfilePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::clerk_auth::OrgId;
}
/// Requires `session_token` with `role = "org:admin"`.
pub async fn profile(guard: ::clerk_auth::Guard<ProfilePolicy, my::Claims>) {
    let org_id: OrgId = guard.org_id().clone();
    let (guard, claims): (_, my::Claims) = guard.into_parts();
    let guard: Guard<ProfilePolicy> = guard;
    {}
}
