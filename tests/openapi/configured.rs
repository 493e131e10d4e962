//! What a document owes to the configuration.

use axum::{body::Body, http::Method, response::Response};
use clerk_auth::{Clerk, Policy, policy, testing::DevIssuer};
use utoipa::OpenApi;

use crate::{
    app::{self, Notes, POLICIES},
    document::{assert_valid, operations, response},
};

#[tokio::test]
async fn a_body_of_the_operators_own_is_not_described() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().rejection_body(|_| Response::new(Body::from("no"))).build().unwrap();
    for document in [app::of_table(&clerk), app::of_guards(&clerk)] {
        assert_valid(&document);
        for (_, path, operation) in operations(&document) {
            for status in [400, 401, 403, 503] {
                let Some(response) = response(&document, operation, status) else {
                    assert_eq!(path, "/health");
                    continue;
                };
                assert_eq!(response.get("content"), None, "{path} {status}");
            }
        }
    }
}

#[test]
fn where_oauth_tokens_come_from_must_be_known() {
    const KEYS: Policy = policy!(accepts = "api_key");
    let clerk = Clerk::builder().secret_key("sk_test_not_a_real_key").build().unwrap();
    let unknown = clerk.describe(&mut Notes::openapi(), POLICIES).unwrap_err().to_string();
    assert_eq!(unknown.lines().count(), 1);
    assert!(unknown.contains("CLERK_PUBLISHABLE_KEY"), "{unknown}");
    // It matters only to them.
    clerk.describe(&mut Notes::openapi(), [(Method::GET, "/notes", KEYS)]).unwrap();
}
