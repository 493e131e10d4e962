#[doc(hidden)]
#[allow(non_camel_case_types)]
enum profile {}
impl profile {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::M2mToken(Requirement::None)])
    };
}
impl ::clerk_auth::Guarded for profile {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::M2mToken;
    type Claims = Option<Profile>;
}
/// Requires `m2m_token`.
async fn profile(guard: ::clerk_auth::Guard<profile>) {
    let machine_id: MachineId = guard.machine_id().clone();
    let claims: Option<Profile> = guard.into_claims();
    {}
}
