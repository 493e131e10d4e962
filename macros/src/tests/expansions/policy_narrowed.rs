const READ: Policy = {
    use ::clerk_auth::policy::{Clause, Policy, Requirement};
    const POLICY: Policy = Policy::narrowed(
        &<ReadNotes as ::clerk_auth::Guarded>::POLICY
            .only(&[Clause::ApiKey(Requirement::None)])
            .clauses(),
    );
    POLICY
};
