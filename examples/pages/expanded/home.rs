#[doc(hidden)]
#[non_exhaustive]
enum HomePolicy {}

impl HomePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)]).optional()
    };
}

impl ::clerk_auth::Guarded for HomePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::core::option::Option<::clerk_auth::SessionToken>;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// A public page that greets a signed-in user.
///
/// Requires `session_token`, or no credential.
async fn home(guard: ::clerk_auth::Guard<HomePolicy, Option<Profile>>) -> Markup {
    let subject: Option<Subject> = guard.maybe_subject().cloned();
    let claims: Option<Profile> = guard.into_maybe_claims();
    { views::home(subject.map(|subject| name(&subject, claims)).as_deref()) }
}
