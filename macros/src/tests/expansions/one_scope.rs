#[doc(hidden)]
#[non_exhaustive]
pub(crate) enum ListNotesPolicy {}
impl ListNotesPolicy {
    pub(crate) const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))])
    };
}
impl ::clerk_auth::Guarded for ListNotesPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `oauth_token` with `scopes = "read:notes"`.
pub(crate) async fn list_notes(
    guard: ::clerk_auth::Guard<ListNotesPolicy>,
    State(notes): State<Notes>,
) -> Json<Vec<Note>> {
    let subject: Subject = guard.subject().clone();
    let mut scopes: clerk_auth::Scopes = guard.scopes().clone();
    {
        scopes.len();
        Json(notes.of(&subject))
    }
}
