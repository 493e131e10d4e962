#[doc(hidden)]
#[allow(non_camel_case_types)]
enum list_notes {}

impl list_notes {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))])
    };
}

impl ::clerk_auth::Guarded for list_notes {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Claims = ();
}

/// An application lists a user's notes for them.
///
/// Requires `oauth_token` with `scopes = "read:notes"`.
async fn list_notes(
    guard: ::clerk_auth::Guard<list_notes>,
    State(notes): State<Notes>,
) -> Json<Vec<Note>> {
    let subject: Subject = guard.subject().clone();
    { Json(notes.of(&subject)) }
}
