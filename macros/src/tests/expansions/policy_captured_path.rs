const READ: Policy = ::clerk_auth::policy::Policy::new(
    &[
        ::clerk_auth::policy::Clause::OAuthToken(
            ::clerk_auth::policy::Requirement::Any(
                &[
                    ::clerk_auth::policy::Requirement::of_scope(CLAUSES),
                    ::clerk_auth::policy::Requirement::Scope("b"),
                ],
            ),
        ),
    ],
);
