#[doc(hidden)]
#[non_exhaustive]
enum DeleteNotePolicy {}

impl DeleteNotePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

impl ::clerk_auth::Guarded for DeleteNotePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// A signed-in user deletes a note of theirs.
///
/// Requires `session_token`.
async fn delete_note(
    guard: ::clerk_auth::Guard<DeleteNotePolicy>,
    State(notes): State<Notes>,
    Path(id): Path<u64>,
) -> StatusCode {
    let subject: Subject = guard.subject().clone();
    {
        if notes.remove(&subject, id) {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::NOT_FOUND
        }
    }
}
