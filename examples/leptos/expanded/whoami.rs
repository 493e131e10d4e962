#[cfg(feature = "ssr")]
#[doc(hidden)]
#[allow(non_camel_case_types)]
pub enum whoami {}

#[cfg(feature = "ssr")]
impl whoami {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

#[cfg(feature = "ssr")]
impl ::clerk_auth::Guarded for whoami {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Claims = ();
}

/// Who is signed in.
#[server(endpoint = "whoami")]
///
/// Requires `session_token`.
#[middleware(::clerk_auth::leptos_layer!(whoami))]
pub async fn whoami() -> Result<String, ServerFnError> {
    let guard: ::clerk_auth::Guard<whoami> = ::clerk_auth::leptos_guard!();
    let subject: clerk_auth::Subject = guard.subject().clone();
    { Ok(subject.to_string()) }
}
