//! A further policy, asked for where the handler knows what it is about to do.

use axum::{
    Router,
    extract::Request,
    routing::{get, post},
};
use clerk_auth::{
    Clerk, ClerkLayer, Guard, Policy, Rejection, clerk_auth, policy, testing::DevIssuer, verified,
};
use clerk_auth_tests::Server;

const ANYBODY: Policy = policy!(accepts = "any");
const WRITE: Policy = policy!(oauth_token(scopes = "write:notes"), api_key);
const SCOPE: &str = r#"Bearer realm="clerk", error="insufficient_scope", scope="write:notes""#;
const BOTH: &str =
    r#"Bearer realm="clerk", error="insufficient_scope", scope="read:notes write:notes""#;
const KEYS: Policy = policy!(accepts = "api_key");

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn write(guard: Guard) -> Result<&'static str, Rejection> {
    guard.require(WRITE)?;
    Ok("written")
}

async fn tool(request: Request) -> Result<&'static str, Rejection> {
    let Some(caller) = verified(request.extensions()) else { return Ok("nobody") };
    caller.require(WRITE)?;
    Ok("done")
}

#[clerk_auth(accepts = "oauth_token")]
async fn keys_only(guard: Guard) -> Result<(), Rejection> {
    guard.require(KEYS)
}

#[tokio::test]
async fn a_further_policy_rejects_like_the_first() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let tools = Router::new().route("/tool", get(tool));
    let app: Router<Clerk> = Router::new()
        .route("/write", post(write).get(write))
        .route("/keys", get(keys_only))
        .merge(tools.layer(ClerkLayer::new(clerk.clone(), ANYBODY)));
    let app = Server::start(app.with_state(clerk)).await;
    let reader = issuer.oauth("user_ada").scopes(["read:notes"]).opaque();
    let writer = issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]).opaque();
    let table = [
        ("/write", &writer, 200, ""),
        ("/write", &reader, 403, BOTH),
        ("/tool", &writer, 200, ""),
        ("/tool", &reader, 403, SCOPE),
        ("/keys", &writer, 401, r#"Bearer realm="clerk", error="invalid_token""#),
    ];
    for (path, token, status, challenge) in table {
        let before = issuer.calls().oauth_verify;
        let reply = app.get(path, token).await;
        assert_eq!((reply.status, reply.challenge()), (status, challenge), "{path}");
        assert_eq!(issuer.calls().oauth_verify, before + 1, "{path}: verified once");
    }
}
