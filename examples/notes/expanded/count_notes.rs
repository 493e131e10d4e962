#[doc(hidden)]
#[non_exhaustive]
enum CountNotesPolicy {}

impl CountNotesPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::M2mToken(Requirement::None)])
    };
}

impl ::clerk_auth::Guarded for CountNotesPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::M2mToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Another machine of ours asks how many notes there are.
///
/// Requires `m2m_token`.
async fn count_notes(
    _guard: ::clerk_auth::Guard<CountNotesPolicy>,
    State(notes): State<Notes>,
) -> Json<usize> {
    Json(notes.count())
}
