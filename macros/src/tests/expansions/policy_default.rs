const READ: Policy = const {
    use ::clerk_auth::policy::{Clause, Policy, Requirement};
    const CLAUSES: &[Clause] = &[Clause::SessionToken(Requirement::None)];
    Policy::new(CLAUSES)
};
