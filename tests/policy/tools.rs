//! A policy for each tool of an MCP server, in front of the server.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    response::Response,
    routing::any,
};
use clerk_auth::{
    Clerk, ClerkLayer, Policy,
    mcp::Policies,
    policy,
    policy::ScopeHierarchy,
    testing::{DevIssuer, TestClock},
    verified,
};
use clerk_auth_tests::{Reply, Server, captured_log};
use futures_util::{Stream, stream};
use http::{Method, StatusCode};
use tokio::time::{pause, sleep};
use tower::ServiceExt;

const URL: &str = "https://mcp.example.com/mcp";
const METADATA: &str = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

const ENTER: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
const POLICIES: Policies = Policies::new()
    .tools(&[
        ("list", ENTER),
        ("add", policy!(accepts = "oauth_token", scopes = "write:notes")),
        ("publish", policy!(accepts = "oauth_token", scopes = "write:notes publish:notes")),
    ])
    .message_limit(1000);

const ADD: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"add"}}"#;

/// Stands for the MCP server: tells who came, and what it was sent.
async fn reached(request: Request) -> String {
    let (parts, body) = request.into_parts();
    let caller = verified(&parts.extensions).map(|caller| caller.subject().to_string());
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    format!("{} sent {body}", caller.unwrap_or_default())
}

fn router(clerk: Clerk) -> Router {
    let guard = ClerkLayer::new(clerk, ENTER).mcp(&POLICIES);
    Router::new().route("/mcp", any(reached)).layer(guard)
}

async fn app() -> (DevIssuer, Server) {
    const SCOPES: ScopeHierarchy = ScopeHierarchy::new(&[("write:notes", &["read:notes"])]);
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().resource(URL).scope_hierarchy(SCOPES).build().unwrap();
    let app = Server::start(router(clerk)).await;
    (issuer, app)
}

async fn post(app: &Server, token: &str, body: impl Into<reqwest::Body>) -> Reply {
    let field = format!("Bearer {token}");
    app.send_body(Method::POST, "/mcp", &[("authorization", &field)], body).await
}

#[tokio::test]
async fn a_call_needs_the_scopes_of_its_tool_and_the_challenge_names_just_those() {
    let (issuer, app) = app().await;
    let lacks = |scope: &str| {
        format!(
            r#"Bearer realm="clerk", error="insufficient_scope", scope="{scope}", resource_metadata="{METADATA}""#
        )
    };
    let table: [(&str, &str, u16, String); 8] = [
        ("read:notes", "list", 200, String::new()),
        ("read:notes", "add", 403, lacks("write:notes")),
        ("read:notes", "publish", 403, lacks("write:notes publish:notes")),
        ("read:notes publish:notes", "publish", 403, lacks("write:notes publish:notes")),
        ("write:notes", "list", 200, String::new()),
        ("write:notes", "add", 200, String::new()),
        ("write:notes publish:notes", "publish", 200, String::new()),
        ("publish:notes", "add", 403, lacks("read:notes")),
    ];
    for (granted, tool, status, challenge) in table {
        let token = issuer.oauth("user_ada").scopes(granted.split(' ')).jwt();
        let body = ADD.replace("add", tool);
        let reply = post(&app, &token, body.clone()).await;
        assert_eq!((reply.status, reply.challenge()), (status, &*challenge), "{granted}: {tool}");
        let sent = format!("user_ada sent {body}");
        assert_eq!(reply.body == sent, status == 200, "{granted}: {tool}: {}", reply.body);
    }
}

#[tokio::test]
async fn what_calls_no_tool_needs_only_to_enter_and_arrives_as_it_was_sent() {
    let (issuer, app) = app().await;
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let messages = [
        r#" { "jsonrpc":"2.0", "id":1, "method":"tools/list" } "#,
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{"name":"add"}}"#,
        "",
    ];
    for message in messages {
        let reply = post(&app, &token, message).await;
        assert_eq!((reply.status, reply.body), (200, format!("user_ada sent {message}")));
    }
    assert_eq!(app.get("/mcp", &token).await.body, "user_ada sent ");
    let rejected = post(&app, &issuer.oauth("user_ada").jwt(), messages[0]).await;
    assert_eq!(rejected.status, 403);
}

#[tokio::test]
async fn a_tool_without_a_policy_is_answered_as_one_that_is_not_there() {
    let (issuer, app) = app().await;
    let token = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    for name in ["drop", "ADD", "add ", "", r"\u0000", r#"\"quoted\""#] {
        for (id, echoed) in [("7", "7"), (r#""seven""#, r#""seven""#)] {
            let body = ADD.replace(r#""add""#, &format!("\"{name}\"")).replace('7', id);
            let reply = post(&app, &token, body).await;
            let expected = format!(
                r#"{{"jsonrpc":"2.0","id":{echoed},"error":{{"code":-32602,"message":"Unknown tool"}}}}"#
            );
            assert_eq!((reply.status, reply.body), (200, expected), "{name}");
            assert_eq!(reply.headers["content-type"], "application/json");
        }
    }
}

#[tokio::test]
async fn what_two_servers_could_read_in_two_ways_reaches_none() {
    let (issuer, app) = app().await;
    let token = issuer.oauth("user_ada").scopes(["write:notes", "publish:notes"]).jwt();
    let batch = format!("[{ADD}]");
    let bodies = [
        "no JSON",
        &batch,
        r#"{"method":"tools/list","method":"tools/call","params":{"name":"add"}}"#,
        r#"{"method":"tools/call","params":{"name":"list","n\u0061me":"add"}}"#,
        r#"{"method":7}"#,
        r#"{"Method":"tools/call","params":{"name":"publish"}}"#,
        r#"{"method":"ping","metHod":"tools/call","params":{"name":"publish"}}"#,
        r#"{"method":"tools/call","params":{"name":"list","namE":"publish"}}"#,
        r#"{"method":"tools/call","params":{"name":"list"},"param\u017f":{"name":"publish"}}"#,
        r#"{"method":"Tools/Call","params":{"name":"publish"}}"#,
        r#"{"method":"tools/call","params":{"name":"list"},"params.name":"publish"}"#,
        r#"{"method":"ping","met\u200bhod":"tools/call","params":{"name":"publish"}}"#,
    ];
    let answer = r#"{"id":7,"result":{}}"#;
    let rows = bodies.map(|body| ("/mcp", body));
    let in_query =
        [("/mcp?method=tools/call&params[name]=publish", answer), ("/mcp?params[x]=1", "")];
    let field = format!("Bearer {token}");
    for (path, body) in rows.into_iter().chain(in_query) {
        let fields = [("authorization", &*field)];
        let reply = app.send_body(Method::POST, path, &fields, body.to_owned()).await;
        let expected = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Not one JSON-RPC message"}}"#;
        assert_eq!((reply.status, reply.body.as_str()), (400, expected), "{path} {body}");
        assert_eq!(reply.challenge(), "", "the credential is not to blame");
    }
}

#[tokio::test]
async fn call_without_a_tool_is_answered_with_its_id() {
    let (issuer, app) = app().await;
    let token = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    let params = ["", r#","params":null"#, r#","params":[]"#, r#","params":{"name":7}"#];
    for params in params {
        for (id, echoed) in [("7", "7"), (r#""seven""#, r#""seven""#), ("[7]", "null")] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call"{params}}}"#);
            let reply = post(&app, &token, body.clone()).await;
            let expected = format!(
                r#"{{"jsonrpc":"2.0","id":{echoed},"error":{{"code":-32602,"message":"Invalid params"}}}}"#
            );
            assert_eq!((reply.status, reply.body), (200, expected), "{body}");
        }
    }
}

#[tokio::test]
async fn notification_that_calls_no_known_tool_has_no_answer() {
    let (issuer, app) = app().await;
    let token = issuer.oauth("user_ada").scopes(["write:notes"]).jwt();
    for params in [r#","params":{"name":"drop"}"#, r#","params":{"name":7}"#, ""] {
        let body = format!(r#"{{"jsonrpc":"2.0","method":"tools/call"{params}}}"#);
        let reply = post(&app, &token, body.clone()).await;
        assert_eq!((reply.status, reply.body.as_str()), (400, ""), "{body}");
        assert_eq!(reply.header("content-type"), "", "{body}");
    }
    // A notification must pass the policy too.
    let table = [("list", 200), ("add", 200), ("publish", 403)];
    for (tool, status) in table {
        let body = ADD.replace(r#""id":7,"#, "").replace("add", tool);
        assert_eq!(post(&app, &token, body).await.status, status, "{tool}");
    }
}

#[tokio::test]
async fn message_in_a_coding_charset_or_form_is_rejected() {
    let (issuer, app) = app().await;
    let token = format!("Bearer {}", issuer.oauth("user_ada").scopes(["write:notes"]).jwt());
    let table = [
        ("content-encoding", "identity", 200),
        ("content-encoding", "gzip", 415),
        ("content-encoding", "identity, br", 415),
        ("content-type", "application/json; charset=UTF-8", 200),
        ("content-type", "application/json; charset=utf-16", 415),
        // A reader of forms sees what is written in a text as members.
        ("content-type", "application/x-www-form-urlencoded", 415),
        ("content-type", "multipart/form-data; boundary=x", 415),
        // Some servers read a body of any other type, or of none, as a form.
        ("content-type", "text/plain", 415),
        ("content-type", "", 415),
        ("content-type", "application/json; charset=utf-8; charset=utf-7", 415),
    ];
    for (name, value, status) in table {
        let fields = [("authorization", token.as_str()), (name, value)];
        let reply = app.send_body(Method::POST, "/mcp", &fields, ADD).await;
        assert_eq!((reply.status, reply.challenge()), (status, ""), "{name}: {value}");
        if status == 415 {
            assert_eq!(
                reply.body,
                fault("The message must be JSON in UTF-8 without a content coding")
            );
        }
    }
    let stranger = [("content-encoding", "gzip")];
    let reply = app.send_body(Method::POST, "/mcp", &stranger, ADD).await;
    assert_eq!(reply.status, 401, "the credential comes first");
}

#[tokio::test]
async fn the_body_says_which_tool_is_called_and_nothing_else_does() {
    let (issuer, app) = app().await;
    let token = format!("Bearer {}", issuer.oauth("user_ada").scopes(["read:notes"]).jwt());
    let fields =
        [("authorization", token.as_str()), ("mcp-method", "tools/list"), ("mcp-name", "list")];
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        assert_eq!(app.send_body(method, "/mcp", &fields, ADD).await.status, 403);
    }
}

#[tokio::test]
async fn message_that_its_fields_contradict_reaches_no_server() {
    const LIST: &str = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
    let (issuer, app) = app().await;
    let token = format!("Bearer {}", issuer.oauth("user_ada").scopes(["write:notes"]).jwt());
    let mismatch = r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32020,"message":"A header field does not fit the message"}}"#;
    let note = ADD.replace(r#""id":7,"#, "");
    let unknown = mismatch.replace('7', "null");
    let table = [
        (ADD, "tools/call", "add", 200, format!("user_ada sent {ADD}")),
        (LIST, "tools/list", "", 200, format!("user_ada sent {LIST}")),
        ("", "tools/list", "", 400, unknown.clone()),
        ("", "tools/call", "add", 400, unknown),
        (ADD, "tools/list", "add", 400, mismatch.to_owned()),
        (ADD, "tools/call", "publish", 400, mismatch.to_owned()),
        (LIST, "tools/call", "publish", 400, mismatch.to_owned()),
        (&note, "tools/call", "publish", 400, String::new()),
    ];
    for (body, method, name, status, answer) in table {
        let fields = [("authorization", &*token), ("mcp-method", method), ("mcp-name", name)];
        let reply = app.send_body(Method::POST, "/mcp", &fields, body.to_owned()).await;
        assert_eq!((reply.status, reply.body), (status, answer), "{body}: {method} {name}");
    }
}

#[tokio::test]
async fn a_message_over_the_limit_is_not_held() {
    let (issuer, app) = app().await;
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let of_length = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    assert_eq!(post(&app, &token, of_length(1000)).await.status, 200);
    let reply = post(&app, &token, of_length(1001)).await;
    assert_eq!((reply.status, reply.challenge()), (413, ""));
}

/// What a router answers to a request that is built here, as far as tests look at it.
async fn answer(router: &Router, request: Request) -> (StatusCode, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn fault(message: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":null,"error":{{"code":-32600,"message":"{message}"}}}}"#)
}

/// A call of `add` of which the last byte comes after `pause`, on a clock that goes along.
fn held_back(clock: TestClock, pause: Duration) -> Body {
    let (first, last) = ADD.split_at(ADD.len() - 1);
    let parts = [(first, Duration::ZERO), (last, pause)];
    Body::from_stream(stream::unfold(parts.into_iter(), move |mut parts| {
        let clock = clock.clone();
        async move {
            let (part, pause) = parts.next()?;
            sleep(pause).await;
            clock.advance(pause);
            Some((Ok::<_, Infallible>(part), parts))
        }
    }))
}

#[tokio::test]
async fn who_holds_back_a_message_gets_no_more_time_than_the_token_has_and_half_a_minute() {
    let clock = TestClock::at(1_800_000_000);
    let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
    let router = router(issuer.clerk().clock_skew(Duration::from_secs(5)).build().unwrap());
    let known = issuer.oauth("user_first").scopes(["read:notes"]).jwt();
    let known = Request::get("/mcp").header("authorization", format!("Bearer {known}"));
    assert_eq!(answer(&router, known.body(Body::empty()).unwrap()).await.0, 200);
    pause();
    let table = [
        (60, 0, 200),
        (60, 29, 200),
        // For revocation: it is not known before somebody asks again.
        (60, 31, 408),
        (20, 24, 200),
        (20, 25, 401),
        // It came within the skew, and so may its message.
        (0, 4, 200),
        (0, 5, 401),
    ];
    for (lives, seconds, status) in table {
        let lives = Duration::from_secs(lives);
        let caller = issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]).lives(lives);
        let field = format!("Bearer {}", caller.jwt());
        let body = held_back(clock.clone(), Duration::from_secs(seconds));
        let request = Request::post("/mcp")
            .header("authorization", field)
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{seconds} seconds of {lives:?}");
        let challenge = response.headers().get("www-authenticate").map(|it| it.to_str().unwrap());
        let expected = r#"Bearer realm="clerk", error="invalid_token""#;
        assert_eq!(challenge, (status == 401).then_some(expected));
    }
}

/// Some servers read a body without a type as a form.
#[tokio::test]
async fn message_without_a_type_is_rejected() {
    let issuer = DevIssuer::start().await.unwrap();
    let router = router(issuer.clerk().build().unwrap());
    let field =
        format!("Bearer {}", issuer.oauth("user_ada").scopes(["read:notes", "write:notes"]).jwt());
    for (body, expected) in [(ADD, 415), ("", 200)] {
        let request = Request::post("/mcp").header("authorization", &field);
        let request = request.body(Body::from(body)).unwrap();
        assert_eq!(answer(&router, request).await.0, expected, "{body}");
    }
}

#[tokio::test]
async fn a_connection_for_another_protocol_is_not_opened_past_the_policies() {
    let issuer = DevIssuer::start().await.unwrap();
    let router = router(issuer.clerk().build().unwrap());
    let field = format!("Bearer {}", issuer.oauth("user_ada").scopes(["read:notes"]).jwt());
    let request = |method, upgrade: Option<&str>| {
        let request = Request::builder().method(method).uri("/mcp").header("authorization", &field);
        let request = match upgrade {
            Some(upgrade) => request.header("connection", "upgrade").header("upgrade", upgrade),
            None => request,
        };
        request.body(Body::empty()).unwrap()
    };
    let rejected = (StatusCode::BAD_REQUEST, fault("No other protocol is spoken here"));
    assert_eq!(answer(&router, request(Method::GET, Some("websocket"))).await, rejected);
    assert_eq!(answer(&router, request(Method::POST, Some(""))).await, rejected);
    assert_eq!(answer(&router, request(Method::CONNECT, None)).await, rejected);
    assert_eq!(answer(&router, request(Method::GET, None)).await.0, 200);
}

#[tokio::test]
async fn each_message_that_is_rejected_is_one_event_with_a_word() {
    let issuer = DevIssuer::start().await.unwrap();
    let router = router(issuer.clerk().build().unwrap());
    let field = format!("Bearer {}", issuer.oauth("user_ada").scopes(["read:notes"]).jwt());
    let request = || {
        Request::post("/mcp")
            .header("authorization", &field)
            .header("content-type", "application/json")
    };
    let post = async |body| answer(&router, request().body(body).unwrap()).await;
    assert_eq!(post(Body::empty()).await.0, 200, "the keys are known");
    captured_log::start();
    let lines = || captured_log::take().into_iter().filter(|line| line.contains(" clerk_auth"));
    let expect = |word: &str, more: &str| {
        let line = format!("INFO clerk_auth::mcp message=message rejected fault=\"{word}\"{more}");
        assert_eq!(lines().collect::<Vec<_>>(), [line]);
    };
    let table = [
        (Body::from("no JSON"), 400, "Not one JSON-RPC message", "unreadable"),
        (Body::from("x".repeat(1001)), 413, "The message is too long", "too-long"),
        (
            Body::from_stream(stream::iter([Ok("{"), Err("the connection broke")])),
            400,
            "The message did not arrive whole",
            "broken",
        ),
    ];
    for (body, status, message, word) in table {
        let (answered, json) = post(body).await;
        assert_eq!((answered.as_u16(), json), (status, fault(message)));
        expect(word, "");
    }
    let upgrade = request().header("upgrade", "h2c").body(Body::empty()).unwrap();
    assert_eq!(answer(&router, upgrade).await.0, 400);
    expect("upgrade", "");
    let encoded = request().header("content-encoding", "gzip").body(Body::from(ADD)).unwrap();
    assert_eq!(answer(&router, encoded).await.0, 415);
    expect("encoded", "");
    let disguised =
        request().header("mcp-name", "add").body(Body::from(ADD.replace("add", "list")));
    assert_eq!(answer(&router, disguised.unwrap()).await.0, 400);
    expect("field-mismatch", "");
    let no_tool = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call"}"#;
    assert_eq!(post(Body::from(no_tool)).await.0, 200);
    expect("invalid-params", "");
    pause();
    assert_eq!(post(Body::from_stream(stream::pending::<Result<&str, Infallible>>())).await.0, 408);
    expect("too-slow", "");
    // The caller chose the name: a part of it, and no line of its own.
    let long = format!("\\n{}", "x".repeat(100));
    assert_eq!(post(Body::from(ADD.replace("add", &long))).await.0, 200);
    expect("unknown-tool", &format!(" name=\"\\n{}\"", "x".repeat(63)));
}

/// A body that tells whether anybody asked for it.
struct Watched(Arc<AtomicBool>);

impl Stream for Watched {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.store(true, Ordering::Relaxed);
        Poll::Ready(None)
    }
}

#[tokio::test]
async fn the_message_of_a_stranger_is_not_read() {
    let issuer = DevIssuer::start().await.unwrap();
    let router = router(issuer.clerk().build().unwrap());
    let good = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let poor = issuer.oauth("user_ada").jwt();
    let session = issuer.session("user_ada").jwt();
    for (token, read) in
        [("", false), ("junk", false), (&poor, false), (&session, false), (&good, true)]
    {
        let watched = Arc::new(AtomicBool::new(false));
        let body = Body::from_stream(Watched(Arc::clone(&watched)));
        let field = format!("Bearer {token}");
        let request = Request::post("/mcp")
            .header("authorization", field)
            .header("content-type", "application/json")
            .body(body)
            .unwrap();
        let response: Response = router.clone().oneshot(request).await.unwrap();
        assert_eq!((watched.load(Ordering::Relaxed), response.status() == 200), (read, read));
    }
}

#[tokio::test]
async fn nobody_calls_a_tool_that_asks_for_somebody() {
    const OPTIONAL: Policy = policy!(accepts = "oauth_token", optional);
    const MIXED: Policies = Policies::new().tools(&[
        ("add", policy!(accepts = "oauth_token", scopes = "write:notes")),
        ("help", OPTIONAL),
    ]);
    let issuer = DevIssuer::start().await.unwrap();
    let guard = ClerkLayer::new(issuer.clerk().build().unwrap(), OPTIONAL).mcp(&MIXED);
    let app = Server::start(Router::new().route("/mcp", any(reached)).layer(guard)).await;
    let help = ADD.replace("add", "help");
    let reply = app.send_body(Method::POST, "/mcp", &[], help.clone()).await;
    assert_eq!((reply.status, reply.body), (200, format!(" sent {help}")));
    let reply = app.send_body(Method::POST, "/mcp", &[], ADD).await;
    let challenge = r#"Bearer realm="clerk", scope="write:notes""#;
    assert_eq!((reply.status, reply.challenge()), (401, challenge));
}

#[test]
fn each_tool_is_listed_once_and_in_order() {
    let tools: Vec<String> =
        POLICIES.iter().map(|(target, policy)| format!("{target}: {policy}")).collect();
    let expected = [
        "tool list: oauth_token with scope read:notes",
        "tool add: oauth_token with scope write:notes",
        "tool publish: oauth_token with scopes write:notes publish:notes",
    ];
    assert_eq!(tools, expected);
}
