const READ: Policy = {
    const POLICY_: ::clerk_auth::policy::Policy = ::clerk_auth::policy::Policy::new(
        &[
            ::clerk_auth::policy::Clause::OAuthToken(
                ::clerk_auth::policy::Requirement::Any(
                    &[
                        ::clerk_auth::policy::Requirement::of_scope(Clause::READ),
                        ::clerk_auth::policy::Requirement::of_scope(POLICY),
                        ::clerk_auth::policy::Requirement::Scope("b"),
                    ],
                ),
            ),
        ],
    );
    POLICY_
};
