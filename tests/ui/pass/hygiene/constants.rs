//! Scopes whose constants and modules have the names that the expansion imports.

#![allow(non_upper_case_globals, non_snake_case)]

use clerk_auth::{Scope, Scopes, clerk_auth};

const Policy: Scope = Scope::new("policy");
const SCOPES: Scope = Scope::new("scopes");
const CLAUSES: Scope = Scope::new("clauses");

mod Requirement {
    pub const READ: super::Scope = super::Scope::new("read");
}

mod Clause {
    pub const READ: super::Scope = super::Scope::new("read");
}

#[clerk_auth(accepts = "oauth_token", scopes = any(Policy, Requirement::READ))]
async fn tree() {}

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = [SCOPES, CLAUSES])]
async fn shared(scopes: Scopes) -> String {
    scopes.to_string()
}

#[clerk_auth(oauth_token(scopes = all(self::Clause::READ, CLAUSES)), api_key(scopes = Clause::READ))]
async fn clauses() {}

const NOTES: clerk_auth::Policy =
    clerk_auth::policy!(accepts = "api_key", scopes = all(CLAUSES, SCOPES));

fn main() {
    let _ = (tree, shared, clauses);
    println!("{NOTES}");
}
