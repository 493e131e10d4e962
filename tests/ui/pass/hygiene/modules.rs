//! Modules and macros of the user with the names that the expansion needs.

#![allow(dead_code, non_snake_case, unused_macros)]

mod clerk_auth {}
mod core {}
mod std {}
mod alloc {}
mod policy {}
mod guard {}
mod Policy {}
mod Guard {}
mod Result {}
mod Option {}
mod Some {}

macro_rules! format {
    () => {};
}

macro_rules! compile_error {
    () => {};
}

#[::clerk_auth::clerk_auth(accepts = ["oauth_token", "api_key"], scopes = any("a", all("b", "c")))]
async fn shared(scopes: ::clerk_auth::Scopes) -> ::std::string::String {
    ::std::string::ToString::to_string(&scopes)
}

#[::clerk_auth::clerk_auth(session_token(role = "org:admin", reverification = "strict"), m2m_token(from = ["mch_billing"]))]
async fn clauses(guard: ::clerk_auth::Guard) {
    drop(guard);
}

#[::clerk_auth::clerk_auth(optional)]
async fn decoded(claims: ::core::option::Option<::std::vec::Vec<u8>>) {
    drop(claims);
}

const POLICY: ::clerk_auth::Policy =
    ::clerk_auth::policy!(accepts = "api_key", scopes = all("a", "b"));

fn main() {
    let _ = (shared, clauses, decoded, POLICY);
}
