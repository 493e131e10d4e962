const READ: Policy = const {
    use ::clerk_auth::policy::{Clause, Policy, Requirement};
    const CLAUSES: &[Clause] = &[Clause::OAuthToken(Requirement::Scope("read:notes"))];
    Policy::new(CLAUSES).optional()
};
