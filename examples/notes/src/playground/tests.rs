//! What the page asks its server: tokens, explanations and its own files.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use clerk_auth::testing::DevIssuer;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{AppState, Notes, routes};

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
async fn good_tokens_pass_and_their_explanations_say_so() {
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

            let text = explanation(&app, "GET", "/whoami", Some(&token)).await["text"].to_string();
            assert_eq!(text.contains("status 401"), state != "good", "{text}");
            tokens += 1;
        }
    }
    assert_eq!(tokens, 26);
}

#[tokio::test]
async fn explanation_is_of_the_route_that_answers() {
    // The route that axum chooses, or the words that say that none answers.
    let none = "No route answers";
    let requests = [
        ("GET", "/notes", "GET /notes: "),
        ("HEAD", "/notes", "GET /notes: "),
        ("POST", "/notes", "POST /notes: "),
        ("DELETE", "/notes", "DELETE /notes: "),
        ("DELETE", "/notes/1", "DELETE /notes/{id}: "),
        ("DELETE", "/notes/a%2Fb?id=2", "DELETE /notes/{id}: "),
        ("GET", "/whoami?path=/notes", "GET /whoami: "),
        ("GET", "/notes/1", none),
        ("POST", "/whoami", none),
        ("GET", "/notes/", none),
        ("GET", "//whoami", none),
        ("GET", "/Whoami", none),
        ("GET", "/", none),
        ("GET", "no path", none),
        ("NO METHOD", "/notes", none),
    ];
    let app = app().await;
    for (method, path, expected) in requests {
        let explained = explanation(&app, method, path, Some("x")).await;
        let shown = if expected == none { &explained["text"] } else { &explained["route"] };
        let shown = shown.as_str().unwrap_or_default();
        assert!(shown.starts_with(expected), "{method} {path}: {explained}");
        assert_eq!(explained["route"].is_null(), expected == none, "{method} {path}");
    }
    let without_token = explanation(&app, "GET", "/notes", None).await;
    assert_eq!(without_token["text"], "The request has no token to explain.");
}

#[tokio::test]
async fn token_that_the_dev_issuer_lacks_is_422_in_words() {
    let orders = [
        (json!({ "kind": "session", "state": "revoked" }), "never in that state"),
        (json!({ "kind": "m2m_jwt", "state": "pending" }), "never in that state"),
        (json!({ "kind": "session", "state": "good", "permissions": "org:a:b" }), "need a role"),
        (with_permissions("notes:delete"), "as org:notes:delete"),
        (with_permissions("org:delete"), "as org:notes:delete"),
        (with_permissions("org::delete"), "as org:notes:delete"),
        (with_permissions("org:notes:"), "as org:notes:delete"),
        (with_permissions("org:a:b:c"), "as org:notes:delete"),
        (with_permissions("org:a:b,org:c:d"), "as org:notes:delete"),
    ];
    let app = app().await;
    for (order, words) in orders {
        let (status, text) = send(&app, ask("/playground/token", &order)).await;
        assert_eq!(status, 422, "{order}");
        assert!(text.contains(words), "{order}: {text}");
    }
    let order = with_permissions(" org:a:b  org:c:d ");
    assert_eq!(send(&app, ask("/playground/token", &order)).await.0, 200);
}

fn with_permissions(permissions: &str) -> Value {
    json!({ "kind": "session", "state": "good", "role": "org:editor", "permissions": permissions })
}

async fn explanation(app: &Router, method: &str, path: &str, token: Option<&str>) -> Value {
    let sent = json!({ "method": method, "path": path, "token": token });
    let (status, text) = send(app, ask("/playground/explanation", &sent)).await;
    assert_eq!(status, 200, "{sent}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn page_loads_nothing_from_elsewhere() {
    let app = app().await;
    let answer = app.clone().oneshot(get("/")).await.unwrap();
    let policy = &answer.headers()[header::CONTENT_SECURITY_POLICY];
    assert!(policy.to_str().unwrap().starts_with("default-src 'none'; script-src 'self'"));
    let (_, page) = send(&app, get("/")).await;
    let (_, script) = send(&app, get("/playground/page.js")).await;
    let loaded =
        [(&page, "/playground/page.js"), (&page, "/playground/page.css"), (&script, "./answer.js")];
    for (from, path) in loaded {
        assert!(from.contains(path), "{path}");
        let path = path.replace("./", "/playground/");
        let (status, text) = send(&app, get(&path)).await;
        assert_eq!(status, 200, "{path}");
        assert!(!text.contains("http"), "{path}");
    }
    assert!(!page.contains("http"), "{page}");
}
