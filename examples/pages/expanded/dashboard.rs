#[doc(hidden)]
#[non_exhaustive]
enum DashboardPolicy {}

impl DashboardPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

impl ::clerk_auth::Guarded for DashboardPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// A user's own notes.
///
/// Requires `session_token`.
async fn dashboard(
    guard: ::clerk_auth::Guard<DashboardPolicy, Profile>,
    State(notes): State<Notes>,
) -> Markup {
    let subject: Subject = guard.subject().clone();
    let claims: Profile = guard.into_claims();
    { views::dashboard(&name(&subject, Some(claims)), &notes.of(subject.as_str())) }
}
