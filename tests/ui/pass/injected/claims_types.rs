//! What `claims` can be decoded into: private types, types that are named like ours, generic ones.

#![deny(warnings, missing_docs, private_interfaces, unused)]

use axum::{Router, routing::get};
use clerk_auth::{Clerk, Guard, clerk_auth, testing::Caller};
use serde::de::DeserializeOwned;

mod billing {
    use clerk_auth::clerk_auth;

    #[derive(serde::Deserialize)]
    pub(crate) struct Profile {
        pub(crate) seats: u32,
    }

    /// A private type on a public handler, as `Json<Profile>` can have.
    #[clerk_auth]
    pub async fn invoice(claims: Profile) -> String {
        claims.seats.to_string()
    }
}

mod my {
    #[derive(serde::Deserialize)]
    pub struct Claims {
        pub plan: String,
    }

    #[derive(serde::Deserialize)]
    pub struct Plan(pub String);
}

#[clerk_auth(accepts = "m2m_token")]
async fn absent(claims: Option<my::Plan>) -> String {
    claims.map(|claims| claims.0).unwrap_or_default()
}

#[clerk_auth]
async fn under_our_name(claims: my::Claims) -> String {
    claims.plan
}

#[clerk_auth]
async fn raw_by_its_path(claims: clerk_auth::identity::Claims) -> String {
    claims.as_json().to_owned()
}

#[clerk_auth]
async fn generic<T: DeserializeOwned + Send + Sync + 'static>(claims: Vec<T>) -> String {
    claims.len().to_string()
}

#[clerk_auth]
async fn beside_its_guard(guard: Guard, mut claims: billing::Profile) -> String {
    claims.seats += 1;
    format!("{} {}", guard.subject(), claims.seats)
}

fn main() {
    let _: Router<Clerk> = Router::new()
        .route("/1", get(billing::invoice))
        .route("/2", get(absent))
        .route("/3", get(under_our_name))
        .route("/4", get(raw_by_its_path))
        .route("/5", get(generic::<u8>))
        .route("/6", get(beside_its_guard));
    let guard = Caller::session("user_ada").guard_with_claims();
    drop(guard.map(billing::invoice));
}
