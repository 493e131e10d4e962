//! Leptos's attribute would decode the arguments before the guard.

use clerk_auth_macros::clerk_auth;
use leptos::prelude::*;

#[server]
#[clerk_auth(accepts = "api_key")]
pub async fn purge() -> Result<(), ServerFnError> {
    Ok(())
}

fn main() {}
