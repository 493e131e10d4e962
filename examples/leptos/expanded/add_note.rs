#[cfg(feature = "ssr")]
#[doc(hidden)]
#[non_exhaustive]
pub enum AddNotePolicy {}

#[cfg(feature = "ssr")]
impl AddNotePolicy {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::Scope("write:notes"))])
    };
}

#[cfg(feature = "ssr")]
impl ::clerk_auth::Guarded for AddNotePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Adds a note. Only `text` travels: who adds it is what the token says.
#[server(endpoint = "add_note")]
///
/// Requires `oauth_token` with `scopes = "write:notes"`.
#[middleware(::clerk_auth::leptos_layer!(AddNotePolicy))]
pub async fn add_note(text: String) -> Result<String, ServerFnError> {
    let guard: ::clerk_auth::Guard<AddNotePolicy> = ::clerk_auth::leptos_guard!();
    let subject: clerk_auth::Subject = guard.subject().clone();
    { Ok(format!("{subject} notes: {text}")) }
}
