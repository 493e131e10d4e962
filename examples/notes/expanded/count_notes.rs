#[doc(hidden)]
#[allow(non_camel_case_types)]
enum count_notes {}

impl count_notes {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::M2mToken(Requirement::None)])
    };
}

impl ::clerk_auth::Guarded for count_notes {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::M2mToken;
    type Claims = ();
}

/// Another machine of ours asks how many notes there are.
///
/// Requires `m2m_token`.
async fn count_notes(
    _guard: ::clerk_auth::Guard<count_notes>,
    State(notes): State<Notes>,
) -> Json<usize> {
    Json(notes.count())
}
