#[cfg(feature = "server")]
#[doc(hidden)]
#[non_exhaustive]
pub enum AddNotePolicy {}

#[cfg(feature = "server")]
impl AddNotePolicy {
    pub const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::Scope("write:notes"))])
    };
}

#[cfg(feature = "server")]
impl ::clerk_auth::Guarded for AddNotePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Adds a note. Only `year` and `text` travel: who adds it is what the token says.
#[post("/api/notes/{year}")]
///
/// Requires `oauth_token` with `scopes = "write:notes"`.
#[middleware(::clerk_auth::dioxus_layer!(AddNotePolicy))]
pub async fn add_note(year: u16, text: String) -> ServerFnResult<String> {
    let guard: ::clerk_auth::Guard<AddNotePolicy> = ::clerk_auth::dioxus_guard!();
    let subject: clerk_auth::Subject = guard.subject().clone();
    { Ok(format!("{subject} notes for {year}: {text}")) }
}
