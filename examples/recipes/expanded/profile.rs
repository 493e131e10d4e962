#[doc(hidden)]
#[non_exhaustive]
enum ProfilePolicy {}

impl ProfilePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

impl ::clerk_auth::Guarded for ProfilePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Requires `session_token`.
async fn profile(guard: ::clerk_auth::Guard<ProfilePolicy>) -> String {
    let subject: Subject = guard.subject().clone();
    { subject.to_string() }
}
