//! A scope that implies another: wherever a policy is asked, and in what a challenge names.

use axum::{Router, extract::Request, routing::get};
use clerk_auth::{
    Clerk, ClerkLayer, Guard, Policy, Rejection, Scopes, clerk_auth, policy,
    policy::ScopeHierarchy,
    testing::{Caller, DevIssuer},
    verified,
};
use clerk_auth_tests::Server;

const HIERARCHY: ScopeHierarchy =
    ScopeHierarchy::new(&[("admin:notes", &["write:notes"]), ("write:notes", &["read:notes"])]);

const ANYBODY: Policy = policy!(accepts = "any");
const READ: Policy = policy!(accepts = ["oauth_token", "api_key"], scopes = "read:notes");
const WRITE: Policy = policy!(accepts = ["oauth_token", "api_key"], scopes = "write:notes");

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = "read:notes")]
async fn list_notes(scopes: Scopes) -> String {
    scopes.to_string()
}

/// In source order, with one scope that the others imply.
#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = "read:notes write:notes export")]
async fn export_notes() -> &'static str {
    "exported"
}

#[clerk_auth(accepts = ["oauth_token", "api_key"])]
async fn edit_notes(guard: Guard) -> Result<&'static str, Rejection> {
    guard.require(WRITE)?;
    Ok("edited")
}

async fn tool(request: Request) -> Result<&'static str, Rejection> {
    let Some(caller) = verified(request.extensions()) else { return Ok("nobody") };
    caller.require(WRITE)?;
    Ok("done")
}

fn app(clerk: Clerk) -> Router {
    let tool = Router::new().route("/tool", get(tool));
    let read = Router::new().route("/layer", get(|| async { "in" }));
    Router::new()
        .route("/list", get(list_notes))
        .route("/export", get(export_notes))
        .route("/edit", get(edit_notes))
        .with_state(clerk.clone())
        .merge(tool.layer(ClerkLayer::new(clerk.clone(), ANYBODY)))
        .merge(read.layer(ClerkLayer::new(clerk, READ)))
}

#[tokio::test]
async fn a_scope_passes_for_what_it_implies_in_every_place_where_policies_are_asked() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().scope_hierarchy(HIERARCHY).build().unwrap();
    let app = Server::start(app(clerk.clone())).await;
    let granted = |scope| {
        [
            issuer.oauth("user_ada").scopes([scope]).jwt(),
            issuer.oauth("user_ada").scopes([scope]).opaque(),
            issuer.api_key("user_ada").scopes([scope]).opaque(),
        ]
    };
    let needs_write = r#"Bearer realm="clerk", error="insufficient_scope", scope="write:notes""#;
    let needs_both =
        r#"Bearer realm="clerk", error="insufficient_scope", scope="write:notes export""#;
    let needs_read = r#"Bearer realm="clerk", error="insufficient_scope", scope="read:notes""#;
    let table = [
        ("read:notes", "/list", Ok("read:notes")),
        ("read:notes", "/layer", Ok("in")),
        ("read:notes", "/edit", Err(needs_write)),
        ("read:notes", "/tool", Err(needs_write)),
        ("read:notes", "/export", Err(needs_both)),
        // The handler sees what Clerk granted, no more.
        ("write:notes", "/list", Ok("write:notes")),
        ("write:notes", "/layer", Ok("in")),
        ("write:notes", "/edit", Ok("edited")),
        ("write:notes", "/tool", Ok("done")),
        ("write:notes", "/export", Err(needs_both)),
        ("admin:notes", "/list", Ok("admin:notes")),
        ("admin:notes", "/layer", Ok("in")),
        ("admin:notes", "/edit", Ok("edited")),
        ("admin:notes", "/tool", Ok("done")),
        ("admin:notes export", "/export", Err(needs_both)),
        ("export", "/list", Err(needs_read)),
        ("export", "/layer", Err(needs_read)),
    ];
    for (scope, path, expected) in table {
        for token in granted(scope) {
            let reply = app.get(path, &token).await;
            let answer = match reply.status {
                200 => Ok(reply.body.as_str()),
                403 => Err(reply.challenge()),
                status => panic!("{scope} at {path}: {status}"),
            };
            assert_eq!(answer, expected, "{scope} at {path}");
        }
    }
    let both = issuer.oauth("user_ada").scopes(["admin:notes", "export"]).jwt();
    assert_eq!(app.get("/export", &both).await.body, "exported");
    let explained = clerk.explain(&granted("write:notes")[0], READ).await;
    assert_eq!(explained.kind(), None);
}

#[tokio::test]
async fn with_no_caller_a_challenge_names_the_smallest_set() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().scope_hierarchy(HIERARCHY).build().unwrap();
    let app = Server::start(app(clerk)).await;
    let reply = app.send(http::Method::GET, "/export", &[]).await;
    assert_eq!(reply.challenge(), r#"Bearer realm="clerk", scope="write:notes export""#);
}

#[tokio::test]
async fn without_a_hierarchy_no_scope_implies_another() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Server::start(app(issuer.clerk().build().unwrap())).await;
    let writer = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    assert_eq!(app.get("/list", &writer).await.status, 403);
    assert_eq!(app.get("/layer", &writer).await.status, 403);
}

#[test]
fn a_described_caller_follows_the_hierarchy_that_the_test_gives() {
    let writer = || Caller::oauth("user_ada").scopes(["write:notes"]);
    assert_eq!(writer().guard::<ListNotesPolicy>().unwrap_err().status(), 403);
    let guard = writer().scope_hierarchy(HIERARCHY).guard::<ListNotesPolicy>().unwrap();
    assert!(guard.require(WRITE).is_ok() && guard.require(READ).is_ok());
    assert_eq!(guard.maybe_scopes().unwrap().to_string(), "write:notes");
    let reader = Caller::oauth("user_ada").scopes(["read:notes"]).scope_hierarchy(HIERARCHY);
    assert!(reader.guard::<ListNotesPolicy>().unwrap().require(WRITE).is_err());
}
