#[doc(hidden)]
#[non_exhaustive]
enum AccountPolicy {}

impl AccountPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::None)])
    };
}

impl ::clerk_auth::Guarded for AccountPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}

/// Requires `session_token`.
async fn account(guard: ::clerk_auth::Guard<AccountPolicy>) -> String {
    let subject: Subject = guard.subject().clone();
    { subject.to_string() }
}
