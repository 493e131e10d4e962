#[doc(hidden)]
#[non_exhaustive]
enum OrganizationPolicy {}

impl OrganizationPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::new(&[Clause::SessionToken(Requirement::Permission("org:notes:read"))])
    };
}

impl ::clerk_auth::Guarded for OrganizationPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::clerk_auth::OrgId;
}

/// Needs a permission in the active organization.
///
/// Requires `session_token` with `permission = "org:notes:read"`.
async fn organization(
    guard: ::clerk_auth::Guard<OrganizationPolicy, Profile>,
) -> Markup {
    let org_id: OrgId = guard.org_id().clone();
    let subject: Subject = guard.subject().clone();
    let claims: Profile = guard.into_claims();
    { views::organization(&name(&subject, Some(claims)), org_id.as_str()) }
}
