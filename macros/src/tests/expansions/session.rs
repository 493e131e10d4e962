#[doc(hidden)]
#[allow(non_camel_case_types)]
enum report {}
impl report {
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
impl ::clerk_auth::Guarded for report {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::SessionToken;
    type Claims = ();
}
/// Requires `session_token` with `plan = "org:pro", feature = "reports", reverification = "strict_mfa"`.
async fn report(guard: ::clerk_auth::Guard<report>) {
    let org_id: Option<OrgId> = guard.maybe_org_id().cloned();
    let session_id: SessionId = guard.session_id().clone();
    {}
}
