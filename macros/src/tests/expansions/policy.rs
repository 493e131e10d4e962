const READ: Policy = {
    use ::clerk_auth::policy::{Clause, Policy, Requirement};
    Policy::new(&[Clause::OAuthToken(Requirement::Scope("read:notes"))]).optional()
};
