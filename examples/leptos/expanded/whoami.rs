#[cfg(feature = "ssr")]
#[doc(hidden)]
#[non_exhaustive]
pub enum WhoamiPolicy {}

#[cfg(feature = "ssr")]
impl WhoamiPolicy {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

#[cfg(feature = "ssr")]
impl ::clerk_auth::Guarded for WhoamiPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Who is signed in.
#[server(endpoint = "whoami")]
///
/// Requires `session_token`.
#[middleware(::clerk_auth::leptos_layer!(WhoamiPolicy))]
pub async fn whoami() -> Result<String, ServerFnError> {
    let guard: ::clerk_auth::Guard<WhoamiPolicy> = ::clerk_auth::leptos_guard!();
    let subject: clerk_auth::Subject = guard.subject().clone();
    { Ok(subject.to_string()) }
}
