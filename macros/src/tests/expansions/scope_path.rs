#[doc(hidden)]
#[non_exhaustive]
enum ExportPolicy {}
impl ExportPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::ApiKey(Requirement::of_scope(scope::READ_NOTES))])
    };
}
impl ::clerk_auth::Guarded for ExportPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::ApiKey;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `api_key` with `scopes = scope::READ_NOTES`.
async fn export(guard: ::clerk_auth::Guard<ExportPolicy>) {
    let org_id: Option<OrgId> = guard.maybe_org_id().cloned();
    {}
}
