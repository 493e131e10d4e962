const READ: Policy = {
    use ::clerk_auth::policy::{Clause, Policy, Requirement};
    const POLICY: Policy = Policy::narrowed(
        &<ReadNotes as ::clerk_auth::Guarded>::POLICY
            .and_from_expansion(
                &[
                    Clause::ApiKey(
                        Requirement::All(
                            &[
                                Requirement::Scope("s0"),
                                Requirement::Scope("s1"),
                                Requirement::Scope("s2"),
                                Requirement::Scope("s3"),
                                Requirement::Scope("s4"),
                                Requirement::Scope("s5"),
                                Requirement::Scope("s6"),
                                Requirement::Scope("s7"),
                                Requirement::Scope("s8"),
                                Requirement::Scope("s9"),
                                Requirement::Scope("s10"),
                                Requirement::Scope("s11"),
                                Requirement::Scope("s12"),
                                Requirement::Scope("s13"),
                                Requirement::Scope("s14"),
                                Requirement::Scope("s15"),
                                Requirement::Scope("s16"),
                                Requirement::of_scope(scope::A),
                            ],
                        ),
                    ),
                ],
                &[scope::A],
            )
            .clauses(),
    );
    POLICY
};
