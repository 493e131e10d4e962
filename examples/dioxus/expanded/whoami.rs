#[cfg(feature = "server")]
#[doc(hidden)]
#[allow(non_camel_case_types)]
pub enum whoami {}

#[cfg(feature = "server")]
impl whoami {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

#[cfg(feature = "server")]
impl ::clerk_auth::Guarded for whoami {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Claims = ();
}

/// Who is signed in.
#[dioxus::prelude::server(endpoint = "whoami")]
///
/// Requires `session_token`.
#[middleware(::clerk_auth::dioxus_layer!(whoami))]
pub async fn whoami() -> ServerFnResult<String> {
    let guard: ::clerk_auth::Guard<whoami> = ::clerk_auth::dioxus_guard!();
    let subject: clerk_auth::Subject = guard.subject().clone();
    { Ok(subject.to_string()) }
}
