//! Two constants that name the same scope, in a list.

use clerk_auth::{Scope, policy, policy::Policy};

const READ_NOTES: Scope = Scope::new("read:notes");
const READ: Scope = Scope::new("read:notes");

const LIST_NOTES: Policy = policy!(accepts = "oauth_token", scopes = [READ_NOTES, READ]);

fn main() {
    println!("{LIST_NOTES}");
}
