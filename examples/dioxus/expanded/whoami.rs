#[cfg(feature = "server")]
#[doc(hidden)]
#[non_exhaustive]
pub enum WhoamiPolicy {}

#[cfg(feature = "server")]
impl WhoamiPolicy {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

#[cfg(feature = "server")]
impl ::clerk_auth::Guarded for WhoamiPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Who is signed in.
#[dioxus::prelude::server(endpoint = "whoami")]
///
/// Requires `session_token`.
#[middleware(::clerk_auth::dioxus_layer!(WhoamiPolicy))]
pub async fn whoami() -> ServerFnResult<String> {
    let guard: ::clerk_auth::Guard<WhoamiPolicy> = ::clerk_auth::dioxus_guard!();
    let subject: clerk_auth::Subject = guard.subject().clone();
    { Ok(subject.to_string()) }
}
