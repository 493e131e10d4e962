const READ: Policy = {
    use ::clerk_auth::policy::{Clause, Policy, Requirement};
    const POLICY: Policy = Policy::new(&[Clause::SessionToken(Requirement::None)]);
    POLICY
};
