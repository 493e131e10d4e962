//! Lists of an MCP server, without what the caller cannot use.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, body::Body, extract::Request, response::Response, routing::any};
use clerk_auth::{ClerkLayer, Policy, mcp::Policies, policy, testing::DevIssuer};
use clerk_auth_tests::{Reply, Server};
use futures_util::stream;
use http::Method;
use serde_json::{Value, json};

const ENTER: Policy =
    policy!(accepts = ["oauth_token", "session_token", "m2m_token", "api_key"], optional);
const READ: Policy = policy!(oauth_token(scopes = "read"), session_token, api_key(scopes = "read"));
const MACHINES: Policy = policy!(accepts = "m2m_token");
const ADMINS: Policy = policy!(accepts = "session_token", role = "org:admin");
const RECENT: Policy = policy!(accepts = "session_token", reverification = "strict");

const POLICIES: Policies = Policies::new()
    .tools(&[("read", READ), ("sync", MACHINES), ("admin", ADMINS), ("pay", RECENT)])
    .prompts(&[("read", READ), ("sync", MACHINES)])
    .resources(&[("notes:///{id}", READ), ("notes:///logs", MACHINES), ("logs:///{day}", MACHINES)])
    .methods(&[("prompts/get", READ)])
    .filter_lists();

/// A server that sends this body.
async fn serve(issuer: &DevIssuer, fields: &[(&str, &str)], chunks: &[&str]) -> Server {
    let chunks: Arc<[String]> = chunks.iter().map(|it| (*it).to_owned()).collect();
    let fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let answer = move |request: Request| {
        let (chunks, fields) = (Arc::clone(&chunks), fields.clone());
        async move {
            assert_eq!(request.headers().get("accept-encoding"), None);
            let chunks: Vec<_> = chunks.iter().cloned().map(Ok::<_, Infallible>).collect();
            let mut response = Response::new(Body::from_stream(stream::iter(chunks)));
            for (name, value) in fields {
                let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            response
        }
    };
    let guard = ClerkLayer::new(issuer.clerk().build().unwrap(), ENTER).mcp(&POLICIES);
    Server::start(Router::new().route("/mcp", any(answer)).layer(guard)).await
}

async fn list(app: &Server, token: &str, method: &str) -> Reply {
    let field = format!("Bearer {token}");
    let message = json!({ "jsonrpc": "2.0", "id": "a", "method": method }).to_string();
    let mut fields = vec![("accept-encoding", "gzip")];
    if !token.is_empty() {
        fields.push(("authorization", &field));
    }
    app.send_body(Method::POST, "/mcp", &fields, message).await
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json; charset=utf-8")];
const EVENTS: &[(&str, &str)] = &[("content-type", "text/event-stream")];

fn tools() -> Value {
    let tools = ["read", "sync", "admin", "pay", "unlisted"];
    let tools = tools.map(|name| json!({ "name": name, "inputSchema": { "name": 1 } }));
    let result = json!({ "tools": tools, "nextCursor": "x", "cacheScope": "public" });
    json!({ "jsonrpc": "2.0", "id": "a", "result": result })
}

/// The names in a list.
fn names(message: &str, list: &str, member: &str) -> Vec<String> {
    let message: Value = serde_json::from_str(message).unwrap();
    let items = message.pointer(&format!("/result/{list}")).unwrap().as_array().unwrap();
    items.iter().map(|item| item.get(member).unwrap().as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn list_has_what_the_caller_can_use_or_step_up_to() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(&issuer, JSON, &[&tools().to_string()]).await;
    let admin = issuer.session("user_ada").organization("org_acme", "acme", "admin").jwt();
    let table: [(String, &[&str]); 7] = [
        (issuer.oauth("user_ada").scopes(["read"]).jwt(), &["read"]),
        (issuer.oauth("user_ada").jwt(), &["read"]),
        (issuer.session("user_ada").jwt(), &["read", "pay"]),
        (admin, &["read", "admin", "pay"]),
        (issuer.m2m("mch_billing").jwt(), &["sync"]),
        // The owner of an API key cannot be asked for more.
        (issuer.api_key("user_ada").opaque(), &[]),
        (String::new(), &["read", "sync", "admin", "pay"]),
    ];
    for (token, expected) in table {
        let reply = list(&app, &token, "tools/list").await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(names(&reply.body, "tools", "name"), expected, "{}", reply.body);
        let message: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(message["id"], "a");
        assert_eq!(message["result"]["nextCursor"], "x");
        assert_eq!(message["result"]["cacheScope"], "private");
    }
}

#[tokio::test]
async fn each_kind_of_list_is_filtered_by_its_entries() {
    let issuer = DevIssuer::start().await.unwrap();
    let item = |member: &str, name: &str| json!({ member: name });
    let table = [
        ("prompts/list", "prompts", "name", vec!["read", "sync", "other"], vec!["read"]),
        (
            "resources/list",
            "resources",
            "uri",
            vec!["notes:///7", "notes:///logs", "logs:///1", "notes:///%37", "other:///7"],
            vec!["notes:///7"],
        ),
        (
            "resources/templates/list",
            "resourceTemplates",
            "uriTemplate",
            vec!["notes:///{id}", "notes:///{other}", "logs:///{day}"],
            vec!["notes:///{id}"],
        ),
    ];
    let token = issuer.oauth("user_ada").scopes(["read"]).jwt();
    for (method, member, name, served, expected) in table {
        let items: Vec<_> = served.iter().map(|it| item(name, it)).collect();
        let message = json!({ "jsonrpc": "2.0", "id": "a", "result": { member: items } });
        let app = serve(&issuer, JSON, &[&message.to_string()]).await;
        let reply = list(&app, &token, method).await;
        assert_eq!(names(&reply.body, member, name), expected, "{method}: {}", reply.body);
    }
}

#[tokio::test]
async fn list_that_cannot_be_read_is_not_passed_on() {
    let issuer = DevIssuer::start().await.unwrap();
    let token = issuer.oauth("user_ada").scopes(["read"]).jwt();
    let twice = r#"{"jsonrpc":"2.0","id":"a","result":{"tools":[],"tools":[{"name":"sync"}]}}"#;
    let tools = tools().to_string();
    let long = format!("{tools}{}", " ".repeat(5 * 1024 * 1024));
    let table: &[(&[(&str, &str)], &str)] = &[
        (JSON, "no JSON sync"),
        (JSON, ""),
        (JSON, twice),
        (JSON, &long),
        (JSON, r#"{"id":"a","result":{"tools":{"name":"sync"}}}"#),
        (JSON, r#"{"id":"a","result":{"tools":[{"title":"sync"}]}}"#),
        (JSON, r#"{"id":"a","result":{"tools":[{"name":7,"title":"sync"}]}}"#),
        (JSON, r#"{"id":"a","result":{"tools":["sync"]}}"#),
        (JSON, r#"{"id":"a","result":{"list":["sync"]}}"#),
        (JSON, r#"{"id":"a","result":"sync"}"#),
        (JSON, r#"{"id":"a","tools":"sync"}"#),
        (JSON, r#"[{"id":"a","result":{"tools":[{"name":"sync"}]}}]"#),
        (&[("content-type", "text/plain")], &tools),
        (&[], &tools),
        (&[("content-type", "application/json"), ("content-encoding", "br")], &tools),
        (&[("content-type", "application/json; charset=utf-16")], &tools),
        (&[("content-type", "text/event-stream"), ("content-encoding", "gzip")], &tools),
    ];
    for (fields, body) in table {
        let app = serve(&issuer, fields, &[body]).await;
        let reply = list(&app, &token, "tools/list").await;
        let expected =
            r#"{"jsonrpc":"2.0","id":"a","error":{"code":-32603,"message":"Internal error"}}"#;
        assert_eq!((reply.status, &*reply.body), (500, expected), "{fields:?} {body:.100}");
    }
}

#[tokio::test]
async fn error_of_the_server_is_passed_on() {
    let issuer = DevIssuer::start().await.unwrap();
    let token = issuer.oauth("user_ada").scopes(["read"]).jwt();
    let error = r#"{"jsonrpc":"2.0","id":"a","error":{"code":-32600,"message":"sync"}}"#;
    let app = serve(&issuer, JSON, &[error]).await;
    let reply = list(&app, &token, "tools/list").await;
    assert_eq!((reply.status, &*reply.body), (200, error));
    // Another method's response is not a list.
    let text = [("content-type", "text/plain")];
    let app = serve(&issuer, &text, &["pong"]).await;
    let field = format!("Bearer {token}");
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let reply = app.send_body(Method::POST, "/mcp", &[("authorization", &field)], ping).await;
    assert_eq!((reply.status, &*reply.body), (200, "pong"));
}

#[tokio::test]
async fn list_in_an_event_is_filtered_and_other_events_pass() {
    let issuer = DevIssuer::start().await.unwrap();
    let token = issuer.oauth("user_ada").scopes(["read"]).jwt();
    let tools = tools().to_string();
    let progress = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#;
    let failed = r#"{"jsonrpc":"2.0","id":"a","error":{"code":-32600,"message":"x"}}"#;
    for end in ["\n", "\r\n", "\r"] {
        let event = format!(": hello{end}id: 7{end}event: message{end}data: {tools}{end}{end}");
        // In two lines, as JSON with a line end is sent.
        let split = tools.replacen(",\"", &format!("{end}data:,\""), 1);
        let split = format!("data: {split}{end}{end}");
        let other = format!("data: {progress}{end}{end}retry: 5{end}id: 1{end}data: {end}{end}");
        let body = format!("{other}{event}data: {failed}{end}{end}");
        for chunks in [
            vec![&*body, "\n"],
            body.split_inclusive(['\r', '\n', '{']).chain(["\n"]).collect(),
            vec![&other, &split, "\n"],
        ] {
            let app = serve(&issuer, EVENTS, &chunks).await;
            let reply = list(&app, &token, "tools/list").await;
            assert_eq!(reply.status, 200);
            assert!(reply.body.contains(progress) && reply.body.contains("retry: 5"));
            let body = reply.body.replace('\r', "\n");
            let lists: Vec<_> = body
                .lines()
                .filter_map(|line| line.strip_prefix("data: "))
                .filter(|line| line.contains("\"result\""))
                .collect();
            assert_eq!(lists.len(), 1, "{}", reply.body);
            assert_eq!(names(lists[0], "tools", "name"), ["read"]);
            assert_eq!(reply.body.contains("id: 7"), reply.body.contains(failed));
        }
    }
}

#[tokio::test]
async fn event_that_cannot_be_read_ends_the_stream_with_an_error() {
    let issuer = DevIssuer::start().await.unwrap();
    let token = issuer.oauth("user_ada").scopes(["read"]).jwt();
    let tools = tools().to_string();
    let table = [
        "data: no JSON sync\n\n".to_owned(),
        format!("\u{feff}data: {tools}\n\n"),
        format!("Data: {tools}\n\n"),
        format!("data : {tools}\n\n"),
        format!("data: {}\n\n", tools.replace("\"tools\":", "\"tools\":[],\"tools\":")),
        format!("data: [{tools}]\n\n"),
        format!("data: {{\"id\":\"a\",\"x\":{tools}}}\n\n"),
        format!(": {}\n\n", "x".repeat(5 * 1024 * 1024)),
    ];
    for body in table {
        let app = serve(&issuer, EVENTS, &[&body, &format!("data: {tools}\n\n")]).await;
        let reply = list(&app, &token, "tools/list").await;
        let expected = "data: {\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32603,\"message\":\"Internal error\"}}\n\n";
        assert_eq!((reply.status, &*reply.body), (200, expected), "{body:.60}");
    }
    // A client discards an event that has no end.
    let app = serve(&issuer, EVENTS, &[&format!("data: {tools}\n")]).await;
    assert_eq!(list(&app, &token, "tools/list").await.body, "");
}

#[tokio::test]
async fn hidden_tool_is_still_decided_at_its_call() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(&issuer, JSON, &["{}"]).await;
    let field = format!("Bearer {}", issuer.oauth("user_ada").scopes(["read"]).jwt());
    for (name, status) in [("read", 200), ("sync", 401)] {
        let params = json!({ "name": name });
        let message =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let fields = [("authorization", &*field)];
        let reply = app.send_body(Method::POST, "/mcp", &fields, message.to_string()).await;
        assert_eq!(reply.status, status, "{name}: {}", reply.body);
    }
}
