#[doc(hidden)]
#[non_exhaustive]
enum CreateNotePolicy {}

impl CreateNotePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(
            &[
                Clause::OAuthToken(Requirement::Scope("write:notes")),
                Clause::ApiKey(Requirement::Scope("write:notes")),
            ],
        )
    };
}

impl ::clerk_auth::Guarded for CreateNotePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity<
        ::clerk_auth::identity::Never,
        ::clerk_auth::OAuthToken,
        ::clerk_auth::identity::Never,
        ::clerk_auth::ApiKey,
    >;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// An application or a key writes a note. The body is read only after the token was verified.
///
/// Requires `oauth_token` with `scopes = "write:notes"`, or `api_key` with `scopes = "write:notes"`.
async fn create_note(
    guard: ::clerk_auth::Guard<CreateNotePolicy>,
    State(notes): State<Notes>,
    Json(new): Json<NewNote>,
) -> (StatusCode, Json<Note>) {
    let subject: Subject = guard.subject().clone();
    { (StatusCode::CREATED, Json(notes.add(&subject, new.text))) }
}
