use std::time::{SystemTime, UNIX_EPOCH};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use clerk_auth::{Clerk, testing::DevIssuer};
use clerk_rs::apis::configuration::Configuration;
use poem::Endpoint;
use svix::webhooks::Webhook;
use tower::ServiceExt;

use crate::{lambda, other_framework, rate_limit, user_profile, webhook};

async fn world() -> (DevIssuer, Clerk) {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    (issuer, clerk)
}

fn get(path: &str, token: Option<&str>) -> axum::http::request::Builder {
    let request = Request::get(path);
    token
        .into_iter()
        .fold(request, |it, token| it.header("authorization", format!("Bearer {token}")))
}

async fn status(app: &Router, path: &str, token: Option<&str>) -> StatusCode {
    let request = get(path, token).body(Body::empty()).unwrap();
    app.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn request_of_lambda_is_guarded() {
    let (issuer, clerk) = world().await;
    let token = issuer.session("user_ada").jwt();
    for (token, expected) in [(None, 401), (Some(&*token), 200)] {
        let request: lambda_http::Request =
            get("/profile", token).body(lambda_http::Body::Empty).unwrap();
        let response = lambda::app(clerk.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), expected);
    }
}

#[tokio::test]
async fn each_subject_has_a_limit_of_its_own() {
    let (issuer, clerk) = world().await;
    let app = rate_limit::app(clerk).unwrap();
    let key = |owner: &str| issuer.api_key(owner).opaque();
    let (ada, ben) = (key("user_ada"), key("user_ben"));
    let mut statuses = Vec::new();
    for token in [None, Some(&ada), Some(&ada), Some(&ada), Some(&ben)] {
        statuses.push(status(&app, "/report", token.map(|it| &**it)).await.as_u16());
    }
    assert_eq!(statuses, [401, 200, 200, 429, 200]);
}

#[tokio::test]
async fn webhook_needs_a_signature_and_no_token() {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let (issuer, clerk) = world().await;
    let app = webhook::app(clerk, Webhook::new(SECRET).unwrap());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let now = i64::try_from(now).unwrap();
    let good = Webhook::new(SECRET).unwrap().sign("msg_1", now, b"{}").unwrap();
    for (signature, expected) in [(&*good, 204), ("v1,eA==", 400)] {
        let request = Request::post("/webhooks/clerk")
            .header("svix-id", "msg_1")
            .header("svix-timestamp", now)
            .header("svix-signature", signature);
        let request = request.body(Body::from("{}")).unwrap();
        assert_eq!(app.clone().oneshot(request).await.unwrap().status(), expected);
    }
    let token = issuer.session("user_ada").jwt();
    assert_eq!(status(&app, "/account", None).await, 401);
    assert_eq!(status(&app, "/account", Some(&token)).await, 200);
}

/// The stand-in has no users, so the call itself fails.
#[tokio::test]
async fn profile_is_asked_for_verified_users_only() {
    let (issuer, clerk) = world().await;
    let mut backend = Configuration::new(issuer.secret_key());
    backend.base_path = format!("{}/v1", issuer.url());
    let app = user_profile::app(clerk, backend);
    assert_eq!(status(&app, "/name", None).await, 401);
    let token = issuer.session("user_ada").jwt();
    assert_eq!(status(&app, "/name", Some(&token)).await, 502);
}

#[tokio::test]
async fn endpoint_of_poem_is_guarded() {
    let (issuer, clerk) = world().await;
    let app = other_framework::app(clerk);
    let token = |scope: &str| issuer.oauth("user_ada").scopes([scope]).jwt();
    for (token, expected) in
        [(None, 401), (Some(token("x")), 403), (Some(token("read:notes")), 200)]
    {
        let request = poem::Request::builder().uri_str("/notes");
        let request = token
            .iter()
            .fold(request, |it, token| it.header("authorization", format!("Bearer {token}")));
        let response = app.get_response(request.finish()).await;
        assert_eq!(response.status(), expected);
        assert_eq!(response.headers().contains_key("www-authenticate"), expected != 200);
    }
}
