#[doc(hidden)]
#[non_exhaustive]
enum ClearNotesPolicy {}

impl ClearNotesPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement, Reverification};
        Policy::new(
            &[
                Clause::SessionToken(
                    Requirement::All(
                        &[
                            Requirement::Role("org:editor"),
                            Requirement::Permission("org:notes:delete"),
                            Requirement::Reverification(Reverification::STRICT),
                        ],
                    ),
                ),
            ],
        )
    };
}

impl ::clerk_auth::Guarded for ClearNotesPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::clerk_auth::OrgId;
}

/// An editor deletes all notes of theirs. That cannot be undone, so the user must have verified lately.
///
/// Requires `session_token` with `role = "org:editor", permission = "org:notes:delete", reverification = "strict"`.
async fn clear_notes(
    guard: ::clerk_auth::Guard<ClearNotesPolicy>,
    State(notes): State<Notes>,
) -> Json<usize> {
    let subject: Subject = guard.subject().clone();
    { Json(notes.clear(&subject)) }
}
