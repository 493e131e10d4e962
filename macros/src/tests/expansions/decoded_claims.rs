#[doc(hidden)]
#[allow(non_camel_case_types)]
enum profile {}
impl profile {
    /// Accepts `session_token`.
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}
impl ::clerk_auth::Guarded for profile {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Claims = my::Profile;
}
async fn profile(guard: ::clerk_auth::Guard<profile>) {
    let subject: Subject = guard.subject();
    let mut claims: my::Profile = guard.into_claims();
    {}
}
