#[doc(hidden)]
#[non_exhaustive]
enum ExportNotesPolicy {}

impl ExportNotesPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::ApiKey(Requirement::Scope("read:notes"))])
    };
}

impl ::clerk_auth::Guarded for ExportNotesPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::ApiKey;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// A script with a key reads all notes of the key's owner.
///
/// Requires `api_key` with `scopes = "read:notes"`.
async fn export_notes(
    guard: ::clerk_auth::Guard<ExportNotesPolicy>,
    State(notes): State<Notes>,
) -> Json<Vec<Note>> {
    let subject: Subject = guard.subject().clone();
    { Json(notes.of(&subject)) }
}
