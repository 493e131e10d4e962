#[doc(hidden)]
#[non_exhaustive]
enum CreateNotePolicy {}

impl CreateNotePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

impl ::clerk_auth::Guarded for CreateNotePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// The guard runs first: it refreshes a session that expired while the user typed.
///
/// Requires `session_token`.
async fn create_note(
    guard: ::clerk_auth::Guard<CreateNotePolicy>,
    State(notes): State<Notes>,
    Form(NewNote { text }): Form<NewNote>,
) -> Redirect {
    let subject: Subject = guard.subject().clone();
    {
        notes.add(subject.as_str(), text);
        Redirect::to("/dashboard")
    }
}
