#[doc(hidden)]
#[non_exhaustive]
enum ReportPolicy {}
impl ReportPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement, Reverification};
        Policy::new(
            &[
                Clause::SessionToken(
                    Requirement::All(
                        &[
                            Requirement::Plan("org:pro"),
                            Requirement::Feature("reports"),
                            Requirement::Reverification(Reverification::STRICT_MFA),
                        ],
                    ),
                ),
            ],
        )
    };
}
impl ::clerk_auth::Guarded for ReportPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `session_token` with `plan = "org:pro", feature = "reports", reverification = "strict_mfa"`.
async fn report(guard: ::clerk_auth::Guard<ReportPolicy>) {
    let org_id: Option<OrgId> = guard.maybe_org_id().cloned();
    let session_id: SessionId = guard.session_id().clone();
    {}
}
