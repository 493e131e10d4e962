//! `Verified` as an extractor, behind a layer, a guard, and neither.

use axum::{Router, routing::get};
use clerk_auth::{Clerk, ClerkLayer, Policy, Verified, clerk_auth, policy, testing::DevIssuer};
use clerk_auth_tests::{Server, captured_log};
use http::Method;

const OPTIONAL: Policy = policy!(accepts = "any", optional);
const SCOPED: Policy = policy!(accepts = "oauth_token", scopes = "read:notes", optional);

async fn required(caller: Verified) -> String {
    describe(&caller)
}

async fn maybe(caller: Option<Verified>) -> String {
    caller.as_ref().map_or("anonymous".to_owned(), describe)
}

#[clerk_auth(accepts = "any", optional)]
async fn behind_a_guard(caller: Option<Verified>) -> String {
    caller.as_ref().map_or("anonymous".to_owned(), describe)
}

/// Each accessor that has a value.
fn describe(caller: &Verified) -> String {
    let scopes = caller.scopes().map(|scopes| format!("scopes {scopes}"));
    let claims = caller.claims().map(|_| "claims".to_owned());
    let ids = [
        caller.user_id().map(ToString::to_string),
        caller.org_id().map(ToString::to_string),
        caller.client_id().map(ToString::to_string),
        caller.machine_id().map(ToString::to_string),
        caller.session_id().map(ToString::to_string),
        scopes,
        claims,
    ];
    let kind = caller.token_type().to_string();
    [vec![kind], ids.into_iter().flatten().collect()].concat().join(", ")
}

fn routes() -> Router {
    Router::new().route("/required", get(required).options(required)).route("/maybe", get(maybe))
}

fn behind(clerk: Clerk, policy: Policy) -> Router {
    routes().layer(ClerkLayer::new(clerk, policy))
}

#[tokio::test]
async fn extractor_gives_each_type_what_it_has() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Server::start(behind(issuer.clerk().build().unwrap(), OPTIONAL)).await;
    let session = issuer.session("user_ada").session_id("sess_1");
    let oauth = issuer.oauth("user_ada").client_id("client_1").scopes(["read:notes"]);
    let rows = [
        (
            session.organization("org_1", "acme", "admin").jwt(),
            "session_token, user_ada, org_1, sess_1, claims",
        ),
        (oauth.jwt(), "oauth_token, user_ada, client_1, scopes read:notes"),
        (issuer.m2m("mch_1").opaque(), "m2m_token, mch_1"),
        (issuer.api_key("org_1").scopes(["a"]).opaque(), "api_key, org_1, scopes a"),
    ];
    for (token, description) in rows {
        for path in ["/required", "/maybe"] {
            let reply = app.get(path, &token).await;
            assert_eq!((reply.status, reply.body.as_str()), (200, description), "{path}");
        }
    }
}

#[tokio::test]
async fn anonymous_request_is_401_or_none() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let app = Server::start(behind(clerk.clone(), SCOPED)).await;
    let reply = app.send(Method::GET, "/required", &[]).await;
    let challenge = r#"Bearer realm="clerk", scope="read:notes""#;
    assert_eq!((reply.status, reply.challenge()), (401, challenge));
    let reply = app.send(Method::GET, "/maybe", &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "anonymous"));
    let preflight =
        [("origin", "https://app.example.com"), ("access-control-request-method", "GET")];
    assert_eq!(app.send(Method::OPTIONS, "/required", &preflight).await.status, 401);

    let guarded = Router::new().route("/", get(behind_a_guard)).with_state(clerk);
    let reply = Server::start(guarded).await.send(Method::GET, "/", &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "anonymous"));
}

#[tokio::test]
async fn missing_layer_is_500_and_the_log_names_it() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Server::start(routes()).await;
    let token = issuer.session("user_ada").jwt();
    for path in ["/required", "/maybe"] {
        captured_log::start();
        let reply = app.get(path, &token).await;
        let is_named = |line: &String| line.contains("ERROR") && line.contains("ClerkLayer");
        assert!(captured_log::take().iter().any(is_named), "{path}");
        assert_eq!((reply.status, reply.challenge()), (500, ""), "{path}");
        assert!(!reply.body.contains("ClerkLayer"), "{path}");
    }
}
