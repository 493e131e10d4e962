#[doc(hidden)]
#[allow(non_camel_case_types)]
pub(crate) enum list_notes {}
impl list_notes {
    pub(crate) const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))])
    };
}
impl ::clerk_auth::Guarded for list_notes {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Claims = ();
}
/// Requires `oauth_token` with `scopes = "read:notes"`.
pub(crate) async fn list_notes(
    guard: ::clerk_auth::Guard<list_notes>,
    State(notes): State<Notes>,
) -> Json<Vec<Note>> {
    let subject: Subject = guard.subject().clone();
    let mut scopes: clerk_auth::Scopes = guard.scopes().clone();
    {
        scopes.len();
        Json(notes.of(&subject))
    }
}
