//! The constant alone is enough, so the group beside it never matters.

use clerk_auth::{Scope, clerk_auth};

const ADMIN: Scope = Scope::new("admin");

#[clerk_auth(accepts = "oauth_token", scopes = any(all("admin", "read:notes"), ADMIN))]
async fn list_notes() {}

fn main() {}
