#[doc(hidden)]
#[non_exhaustive]
enum DeletePolicy {}
impl DeletePolicy {
    const POLICY: ::clerk_auth::Policy = {
        use ::clerk_auth::policy::{Clause, Policy, Requirement, Reverification};
        Policy::new(
            &[
                Clause::SessionToken(
                    Requirement::Reverification(Reverification::second_factor(5)),
                ),
                Clause::M2mToken(Requirement::None),
            ],
        )
    };
}
impl ::clerk_auth::Guarded for DeletePolicy {
    const POLICY: ::clerk_auth::Policy = Self::POLICY;
    type Identity = ::clerk_auth::Identity<
        ::clerk_auth::SessionToken,
        ::clerk_auth::identity::Never,
        ::clerk_auth::M2mToken,
        ::clerk_auth::identity::Never,
    >;
    type Organization = ::core::option::Option<::clerk_auth::OrgId>;
}
/// Requires `session_token` with `reverification = second_factor(minutes = 5)`, or `m2m_token`.
async fn delete(guard: ::clerk_auth::Guard<DeletePolicy>) {
    let identity: Identity<SessionToken, Never, M2mToken, Never> = guard
        .identity()
        .clone();
    {}
}
