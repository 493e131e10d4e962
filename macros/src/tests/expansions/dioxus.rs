#[cfg(feature = "profile")]
#[cfg(feature = "server")]
#[doc(hidden)]
#[non_exhaustive]
enum ProfilePolicy {}
#[cfg(feature = "profile")]
#[cfg(feature = "server")]
impl ProfilePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}
#[cfg(feature = "profile")]
#[cfg(feature = "server")]
impl ::clerk_auth::Guarded for ProfilePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
#[cfg(feature = "profile")]
#[get("/api/profile/{id}", headers:HeaderMap)]
/// Requires `session_token`.
#[middleware(::clerk_auth::dioxus_layer!(ProfilePolicy))]
async fn profile(id: String) -> Result<Profile> {
    let _guard: ::clerk_auth::Guard<ProfilePolicy> = ::clerk_auth::dioxus_guard!();
    { load(id, headers).await }
}
