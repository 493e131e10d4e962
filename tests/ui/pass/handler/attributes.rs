//! Doc comments, lints, `cfg` and `cfg_attr` stay where they are, above and below the attribute.

#![deny(dead_code, missing_docs, unused_variables, non_camel_case_types)]

use axum::{Router, routing::get};
use clerk_auth::{Clerk, ClientId, Subject, TokenType, clerk_auth};

/// Above.
#[clerk_auth]
/// Below.
#[must_use]
pub async fn documented(/* before */ subject: Subject, // after
) -> String {
    #![allow(unused_mut)]
    let mut text = subject.to_string();
    text
}

#[clerk_auth]
#[cfg(any())]
async fn absent(value: NoSuchType) {}

#[cfg_attr(any(), cfg(all()))]
#[clerk_auth(accepts = "oauth_token")]
#[cfg_attr(all(), cfg(all()), doc = "There, under two conditions.")]
async fn present(#[cfg_attr(all(), cfg(all()))] client_id: ClientId) -> String {
    client_id.to_string()
}

#[cfg(all())]
#[clerk_auth]
async fn chosen() {}

#[cfg(any())]
#[clerk_auth(accepts = "api_key")]
async fn chosen() {}

#[clerk_auth]
async fn one_of_two(
    #[cfg(all())] subject: Subject,
    #[cfg(any())] subject: NoSuchType,
    #[cfg(any())] value: NoSuchType,
    #[cfg_attr(all(), allow(unused_variables))] token_type: TokenType,
) -> String {
    subject.to_string()
}

#[cfg_attr(all(), clerk_auth(accepts = "api_key"))]
async fn conditional_guard(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth]
#[cfg_attr(all(), axum::debug_handler(state = Clerk))]
async fn conditional_check(#[allow(unused_variables)] subject: Subject) {}

fn main() {
    let _: Router<Clerk> = Router::new()
        .route("/1", get(documented))
        .route("/2", get(present))
        .route("/3", get(chosen))
        .route("/4", get(one_of_two))
        .route("/5", get(conditional_guard))
        .route("/6", get(conditional_check));
}
