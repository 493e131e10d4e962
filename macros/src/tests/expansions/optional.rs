#[doc(hidden)]
#[non_exhaustive]
enum ListPolicy {}
impl ListPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))]).optional()
    };
}
impl ::clerk_auth::Guarded for ListPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::core::option::Option<::clerk_auth::OAuthToken>;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `oauth_token` with `scopes = "read:notes"`, or no credential.
async fn list(guard: ::clerk_auth::Guard<ListPolicy>) {
    let subject: Option<Subject> = guard.maybe_subject().cloned();
    let client_id: Option<ClientId> = guard.maybe_client_id().cloned();
    let guard: Guard<ListPolicy> = guard;
    {}
}
