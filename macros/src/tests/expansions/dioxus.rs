#[cfg(feature = "profile")]
#[cfg(feature = "server")]
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum profile {}
#[cfg(feature = "profile")]
#[cfg(feature = "server")]
impl profile {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}
#[cfg(feature = "profile")]
#[cfg(feature = "server")]
impl ::clerk_auth::Guarded for profile {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Claims = ();
}
#[cfg(feature = "profile")]
#[get("/api/profile/{id}", headers:HeaderMap)]
/// Requires `session_token`.
#[middleware(::clerk_auth::dioxus_layer!(profile))]
async fn profile(id: String) -> Result<Profile> {
    let _guard: ::clerk_auth::Guard<profile> = ::clerk_auth::dioxus_guard!();
    { load(id, headers).await }
}
