#[cfg(feature = "ssr")]
#[doc(hidden)]
#[allow(non_camel_case_types)]
pub enum add_note {}
#[cfg(feature = "ssr")]
impl add_note {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::Scope("write:notes"))])
    };
}
#[cfg(feature = "ssr")]
impl ::clerk_auth::Guarded for add_note {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Claims = ();
}
/// Adds.
#[server(endpoint = "add_note")]
#[middleware(Trace)]
///
/// Requires `oauth_token` with `scopes = "write:notes"`.
#[middleware(::clerk_auth::leptos_layer!(add_note))]
pub async fn add_note(#[server(default)] text: String) -> Result<Note, ServerFnError> {
    let guard: ::clerk_auth::Guard<add_note> = ::clerk_auth::leptos_guard!();
    let subject: Subject = guard.subject().clone();
    let guard: Guard<add_note> = guard;
    { use_notes().add(subject, text, guard) }
}
