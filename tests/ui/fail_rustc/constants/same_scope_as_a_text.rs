//! A constant and a text that name the same scope.

use clerk_auth::{Scope, clerk_auth};

const READ_NOTES: Scope = Scope::new("read:notes");

#[clerk_auth(accepts = "oauth_token", scopes = any("read:notes", READ_NOTES))]
async fn list_notes() {}

fn main() {}
