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
/// Adds.
#[server(endpoint = "add_note")]
#[middleware(Trace)]
///
/// Requires `oauth_token` with `scopes = "write:notes"`.
#[middleware(::clerk_auth::leptos_layer!(AddNotePolicy))]
pub async fn add_note(#[server(default)] text: String) -> Result<Note, ServerFnError> {
    let guard: ::clerk_auth::Guard<AddNotePolicy> = ::clerk_auth::leptos_guard!();
    let subject: Subject = guard.subject().clone();
    let guard: Guard<AddNotePolicy> = guard;
    { use_notes().add(subject, text, guard) }
}
