#[doc(hidden)]
#[allow(non_camel_case_types)]
enum export_notes {}

impl export_notes {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::ApiKey(Requirement::Scope("read:notes"))])
    };
}

impl ::clerk_auth::Guarded for export_notes {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::ApiKey;
    type Claims = ();
}

/// A script with a key reads all notes of the key's owner.
///
/// Requires `api_key` with `scopes = "read:notes"`.
async fn export_notes(
    guard: ::clerk_auth::Guard<export_notes>,
    State(notes): State<Notes>,
) -> Json<Vec<Note>> {
    let subject: Subject = guard.subject().clone();
    { Json(notes.of(&subject)) }
}
