#[doc(hidden)]
#[allow(non_camel_case_types)]
enum profile {}
impl profile {
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
/// Requires `session_token`.
async fn profile(guard: ::clerk_auth::Guard<profile>) {
    let subject: Subject = guard.subject().clone();
    let mut claims: my::Profile = guard.into_claims();
    {}
}
