//! In edition 2021, what the last expression of a body borrows must live longer than the body.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::sync::Mutex;

use axum::{Router, body::Body, response::Response, routing::get};
use clerk_auth::{Scopes, Subject, clerk_auth, testing::DevIssuer};
use http::Request;
use tower::ServiceExt;

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn borrows(subject: Subject, scopes: Scopes) -> String {
    let greeting = Mutex::new("hello");
    // The lock's guard is a temporary of the last expression.
    format!("{} {} {}", greeting.lock().map_or("", |it| *it), Held(&subject).get(), scopes)
}

/// Looks at what it holds when it ends.
struct Held<'a>(&'a Subject);

impl Held<'_> {
    fn get(&self) -> &str {
        self.0.as_str()
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        assert!(!self.0.as_str().is_empty());
    }
}

#[clerk_auth(accepts = "oauth_token")]
async fn ends_with_a_loan(subject: Subject) -> String {
    Held(&subject).get().len().to_string()
}

#[tokio::test]
async fn the_last_expression_may_borrow_an_injected_value() {
    let issuer = DevIssuer::start().await.unwrap();
    let router = Router::new()
        .route("/borrows", get(borrows))
        .route("/loan", get(ends_with_a_loan))
        .with_state(issuer.clerk().build().unwrap());
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    for (path, expected) in [("/borrows", "hello user_ada read:notes"), ("/loan", "8")] {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        let answer: Response =
            router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let body = axum::body::to_bytes(answer.into_body(), 1024).await.unwrap();
        assert_eq!(body, expected);
    }
}
