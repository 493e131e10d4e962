//! In a policy of many scopes, a constant is compared with each text.

use clerk_auth::{Scope, clerk_auth};

const LAST: Scope = Scope::new("t");

#[clerk_auth(
    accepts = "api_key",
    scopes = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", LAST, "s", "t"]
)]
async fn list_notes() {}

fn main() {}
