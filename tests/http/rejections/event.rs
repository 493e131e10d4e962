//! The event of a rejection names the policy and the route, as the application wrote them.

use axum::{
    Router,
    routing::{get, post},
};
use clerk_auth::{ClerkLayer, Guard, Policy, Rejection, clerk_auth, mcp::Policies, policy};
use clerk_auth_tests::{Server, captured_log};
use http::Method;

use crate::issuer;

const READ: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
const WRITE: Policy = policy!(accepts = "oauth_token", scopes = "write:notes");
const POLICIES: Policies = Policies::new().tools(&[("add", WRITE)]);
const ADD: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add"}}"#;

#[clerk_auth(accepts = "oauth_token", scopes = "write:notes", optional)]
async fn write() {}

#[clerk_auth(accepts = "oauth_token")]
async fn require(guard: Guard) -> Result<(), Rejection> {
    guard.require(WRITE)
}

#[tokio::test]
async fn rejection_event_names_policy_and_route() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let layer = ClerkLayer::new(clerk.clone(), READ);
    let app = Router::new()
        .route("/notes/{id}", get(write))
        .route("/require", get(require))
        .with_state(clerk)
        .merge(Router::new().route("/mcp", post(async || ())).layer(layer.mcp(&POLICIES)));
    let app = Server::start(app).await;
    let token = |scopes: &str| {
        format!("Bearer {}", issuer.oauth("user_ada").scopes(scopes.split(' ')).jwt())
    };
    let write = "oauth_token with scope write:notes";
    let optional = format!("{write}, or a caller without a credential");
    let table = [
        (Method::GET, "/notes/hidden", "Bearer x".to_owned(), &*optional, Some("/notes/{id}")),
        (Method::GET, "/notes/hidden", token("read:notes"), &*optional, Some("/notes/{id}")),
        (
            Method::POST,
            "/mcp",
            "Bearer x".to_owned(),
            "oauth_token with scope read:notes",
            Some("/mcp"),
        ),
        (Method::POST, "/mcp", token("read:notes"), write, Some("/mcp")),
        // Inside of a handler, the request is not at hand.
        (Method::GET, "/require", token("read:notes"), write, None),
    ];
    captured_log::start();
    for (method, path, field, policy, route) in table {
        let fields = [("authorization", field.as_str())];
        let reply = app.send_body(method, path, &fields, ADD).await;
        assert!(reply.status == 401 || reply.status == 403, "{path}: {}", reply.status);
        let lines = captured_log::take();
        let [line] =
            lines.iter().filter(|it| it.contains("request rejected")).collect::<Vec<_>>()[..]
        else {
            panic!("one event for {path}: {lines:?}")
        };
        assert!(line.contains(&format!(" policy={policy} ")), "{line}");
        let named = route.map(|route| format!(" route=\"{route}\""));
        assert_eq!(line.contains(" route="), named.is_some(), "{line}");
        assert!(line.contains(&named.unwrap_or_default()) && !line.contains("hidden"), "{line}");
    }
    let fields = [("authorization", &*token("write:notes"))];
    assert_eq!(app.send(Method::GET, "/notes/hidden", &fields).await.status, 200);
    assert!(!captured_log::take().iter().any(|line| line.contains("policy=")));
}
