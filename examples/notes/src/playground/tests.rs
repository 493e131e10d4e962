//! Tokens as the page asks for them in, the answers of a route that takes any type out.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use clerk_auth::testing::DevIssuer;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{AppState, Notes, routes};

/// Where `GET /whoami`, which takes tokens of any type, stands in the table.
const WHOAMI: usize = 5;

async fn app() -> Router {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let (router, table) = routes();
    let page = super::router(issuer, clerk.clone(), table).await.unwrap();
    router.with_state(AppState { clerk, notes: Notes::default() }).merge(page)
}

async fn send(app: &Router, request: Request<Body>) -> (StatusCode, String) {
    let answer = app.clone().oneshot(request).await.unwrap();
    let (status, body) = (answer.status(), answer.into_body());
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (status, String::from_utf8(body.into()).unwrap())
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn ask(path: &str, question: &Value) -> Request<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(question.to_string())).unwrap()
}

#[tokio::test]
async fn good_tokens_enter_and_no_others_and_the_explanation_says_the_same() {
    let app = app().await;
    let (_, choices) = send(&app, get("/playground/choices")).await;
    let choices: Value = serde_json::from_str(&choices).unwrap();
    let mut tokens = 0;
    for kind in choices["tokens"].as_array().unwrap() {
        for state in kind["states"].as_array().unwrap() {
            let (kind, state) = (&kind["value"], &state["value"]);
            let order = json!({ "kind": kind, "state": state, "scopes": "read:notes" });
            let (status, token) = send(&app, ask("/playground/token", &order)).await;
            assert_eq!(status, 200, "{order}");

            let request = Request::get("/whoami")
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .body(Body::empty());
            let (status, _) = send(&app, request.unwrap()).await;
            assert_eq!(status, if state == "good" { 200 } else { 401 }, "{order}");

            let question = json!({ "route": WHOAMI, "token": token });
            let (_, explanation) = send(&app, ask("/playground/explanation", &question)).await;
            assert_eq!(explanation.ends_with("It is accepted."), state == "good", "{explanation}");
            tokens += 1;
        }
    }
    assert_eq!(tokens, 26);
}

#[tokio::test]
async fn a_state_that_a_kind_does_not_have_is_refused() {
    let app = app().await;
    let order = json!({ "kind": "session", "state": "revoked", "scopes": "" });
    assert_eq!(send(&app, ask("/playground/token", &order)).await.0, 422);
    let question = json!({ "route": WHOAMI + 1, "token": "x" });
    assert_eq!(send(&app, ask("/playground/explanation", &question)).await.0, 404);
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let app = app().await;
    let answer = app.clone().oneshot(get("/")).await.unwrap();
    let policy = &answer.headers()[header::CONTENT_SECURITY_POLICY];
    assert!(policy.to_str().unwrap().starts_with("default-src 'none'; script-src 'self'"));
    let (_, page) = send(&app, get("/")).await;
    for path in ["/playground/page.js", "/playground/page.css"] {
        assert!(page.contains(path), "{path}");
        assert_eq!(send(&app, get(path)).await.0, 200, "{path}");
    }
    assert!(!page.contains("http"), "{page}");
}
