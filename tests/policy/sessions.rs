//! Sessions of an MCP server, bound to the caller who opened them.

use axum::{Router, extract::Request, response::IntoResponse, routing::any};
use clerk_auth::{Clerk, ClerkLayer, Policy, policy, testing::DevIssuer};
use clerk_auth_tests::{Reply, Server, captured_log};
use http::Method;

const ENTER: Policy = policy!(accepts = ["oauth_token", "session_token", "api_key"], optional);

/// Opens a session for each POST without one, and tells which one a request has.
async fn reached(request: Request) -> impl IntoResponse {
    let session = request.headers().get("mcp-session-id");
    let session = session.map(|session| session.to_str().unwrap().to_owned());
    let opened = session.clone().unwrap_or_else(|| "a.b~1".to_owned());
    ([("mcp-session-id", opened)], session.unwrap_or_default())
}

async fn serve(clerk: Clerk) -> Server {
    let guard = ClerkLayer::new(clerk, ENTER).bind_mcp_sessions();
    Server::start(Router::new().route("/mcp", any(reached)).layer(guard)).await
}

async fn send(app: &Server, method: Method, token: &str, sessions: &[(&str, &str)]) -> Reply {
    let field = format!("Bearer {token}");
    let mut fields = sessions.to_vec();
    if !token.is_empty() {
        fields.push(("authorization", &field));
    }
    app.send_body(method, "/mcp", &fields, "").await
}

async fn open(app: &Server, token: &str) -> String {
    send(app, Method::POST, token, &[]).await.header("mcp-session-id").to_owned()
}

const METHODS: [Method; 3] = [Method::POST, Method::GET, Method::DELETE];

#[tokio::test]
async fn session_is_used_only_by_the_caller_who_opened_it() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(issuer.clerk().build().unwrap()).await;
    let oauth = |user: &str| issuer.oauth(user).client_id("client_one");
    let callers = [
        oauth("user_ada").jwt(),
        oauth("user_bob").jwt(),
        issuer.oauth("user_ada").client_id("client_two").jwt(),
        oauth("user_ada").organization("org_acme").jwt(),
        oauth("user_ada").organization("org_other").jwt(),
        issuer.session("user_ada").jwt(),
        issuer.session("user_ada").organization("org_acme", "acme", "admin").jwt(),
        issuer.api_key("user_ada").opaque(),
        String::new(),
    ];
    for (owner, token) in callers.iter().enumerate() {
        let session = open(&app, token).await;
        assert!(session.ends_with(".a.b~1"), "{session}");
        for (caller, token) in callers.iter().enumerate() {
            for method in METHODS {
                let reply = send(&app, method, token, &[("mcp-session-id", &session)]).await;
                let expected = if caller == owner { (200, "a.b~1") } else { (404, UNKNOWN) };
                assert_eq!((reply.status, &*reply.body), expected, "{owner} {caller}");
                let echoed = reply.header("mcp-session-id");
                assert_eq!(echoed == session, caller == owner, "{owner} {caller}: {echoed}");
            }
        }
    }
}

const UNKNOWN: &str =
    r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}"#;

#[tokio::test]
async fn fresh_token_of_the_same_caller_resumes_the_session() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(issuer.clerk().build().unwrap()).await;
    let token = |scope: &str| issuer.oauth("user_ada").client_id("client_one").scopes([scope]);
    let session = open(&app, &token("read").jwt()).await;
    for other in [token("write").jwt(), token("read").opaque()] {
        let reply = send(&app, Method::GET, &other, &[("mcp-session-id", &session)]).await;
        assert_eq!((reply.status, &*reply.body), (200, "a.b~1"));
    }
}

#[tokio::test]
async fn session_id_in_another_form_is_unknown() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(issuer.clerk().build().unwrap()).await;
    let token = issuer.oauth("user_ada").jwt();
    let session = &*open(&app, &token).await;
    let (hash, _) = session.split_once('.').unwrap();
    let (upper, cut) = (session.to_uppercase(), &session[..session.len() - 1]);
    let (other, more) = (format!("{hash}.other"), format!("{session}1"));
    let (twice, padded) = (format!("{session}, {session}"), format!("{hash}=.a.b~1"));
    let name = "mcp-session-id";
    let table: &[&[(&str, &str)]] = &[
        &[(name, "a.b~1")],
        &[(name, "")],
        &[(name, hash)],
        &[(name, &upper)],
        &[(name, cut)],
        &[(name, &other)],
        &[(name, &more)],
        &[(name, &twice)],
        &[(name, &padded)],
        &[(name, session), (name, session)],
        &[(name, session), (name, "a.b~1")],
        &[(name, session), ("mcp_session_id", "a.b~1")],
        &[("mcp_session_id", session)],
        &[("mcp_session-id", "a.b~1")],
    ];
    for sessions in table {
        let reply = send(&app, Method::POST, &token, sessions).await;
        assert_eq!((reply.status, &*reply.body), (404, UNKNOWN), "{sessions:?}");
    }
    assert_eq!(send(&app, Method::POST, &token, &[(name, session)]).await.status, 200);
    captured_log::start();
    send(&app, Method::POST, &token, table[0]).await;
    let lines: Vec<_> =
        captured_log::take().into_iter().filter(|it| it.contains("clerk_auth::mcp")).collect();
    let expected = "INFO clerk_auth::mcp message=message rejected fault=\"unknown-session\"";
    assert_eq!(lines, [expected]);
}

#[tokio::test]
async fn replica_of_the_same_instance_knows_the_session() {
    let issuer = DevIssuer::start().await.unwrap();
    let one = serve(issuer.clerk().build().unwrap()).await;
    let replica = serve(issuer.clerk().build().unwrap()).await;
    let token = issuer.oauth("user_ada").jwt();
    let session = open(&one, &token).await;
    let fields = [("mcp-session-id", &*session)];
    assert_eq!(send(&replica, Method::GET, &token, &fields).await.status, 200);
    let elsewhere = DevIssuer::start().await.unwrap();
    let other = serve(elsewhere.clerk().build().unwrap()).await;
    let token = elsewhere.oauth("user_ada").jwt();
    assert_eq!(send(&other, Method::GET, &token, &fields).await.status, 404);
}

#[tokio::test]
async fn session_is_decided_after_the_token() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(issuer.clerk().build().unwrap()).await;
    let session = open(&app, &issuer.oauth("user_ada").jwt()).await;
    let fields = [("mcp-session-id", &*session)];
    assert_eq!(send(&app, Method::GET, "junk", &fields).await.status, 401);
    // Nor is a preflight a way past it.
    let preflight = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "DELETE"),
        ("mcp-session-id", "a.b~1"),
    ];
    assert_eq!(send(&app, Method::OPTIONS, "", &preflight).await.status, 404);
}
