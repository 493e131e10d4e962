#[doc(hidden)]
#[non_exhaustive]
enum JoinPolicy {}
impl JoinPolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement};
        Policy::narrowed(
            &<Onboarding as ::clerk_auth::Guarded>::POLICY
                .and(&[Clause::SessionToken(Requirement::NotImpersonated)])
                .allow_pending()
                .clauses(),
        )
    };
}
impl ::clerk_auth::Guarded for JoinPolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::__private::TokenOf<
        <Onboarding as ::clerk_auth::Guarded>::Identity,
    >;
    type Organization = <Onboarding as ::clerk_auth::Guarded>::Organization;
}
/// Requires the policy `Onboarding`, and of `session_token` also `allow_pending, not_impersonated`.
async fn join(guard: ::clerk_auth::Guard<JoinPolicy>) {
    let subject: Subject = guard.subject().clone();
    {}
}
