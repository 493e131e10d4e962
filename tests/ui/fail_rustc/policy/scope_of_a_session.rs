use clerk_auth::policy::{Clause, Policy, Requirement};

const POLICY: Policy = Policy::new(&[Clause::SessionToken(Requirement::Scope("read:notes"))]);

fn main() {
    println!("{POLICY}");
}
