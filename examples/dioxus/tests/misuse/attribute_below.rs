//! Dioxus's attribute calls the function without a guard.

use clerk_auth_macros::clerk_auth;
use dioxus::prelude::*;

#[post("/purge")]
#[clerk_auth(accepts = "api_key")]
pub async fn purge() -> ServerFnResult<()> {
    Ok(())
}

fn main() {}
