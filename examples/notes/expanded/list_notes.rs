#[doc(hidden)]
#[non_exhaustive]
enum ListNotesPolicy {}

impl ListNotesPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))])
    };
}

impl ::clerk_auth::Guarded for ListNotesPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::OAuthToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// An application lists a user's notes for them.
///
/// Requires `oauth_token` with `scopes = "read:notes"`.
async fn list_notes(
    guard: ::clerk_auth::Guard<ListNotesPolicy>,
    State(notes): State<Notes>,
) -> Json<Vec<Note>> {
    let subject: Subject = guard.subject().clone();
    { Json(notes.of(&subject)) }
}
