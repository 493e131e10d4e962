#[doc(hidden)]
#[non_exhaustive]
enum ProfilePolicy {}
impl ProfilePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::M2mToken(Requirement::None)])
    };
}
impl ::clerk_auth::Guarded for ProfilePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::M2mToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `m2m_token`.
async fn profile(guard: ::clerk_auth::Guard<ProfilePolicy, Option<Profile>>) {
    let machine_id: MachineId = guard.machine_id().clone();
    let claims: Option<Profile> = guard.into_maybe_claims();
    {}
}
