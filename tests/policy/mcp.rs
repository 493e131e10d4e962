//! Policies for prompts, resources, completions, tasks and other methods of an MCP server.

#![allow(clippy::needless_pass_by_value, reason = "a table of messages reads better without `&`")]

use std::panic::catch_unwind;

use axum::{Router, extract::Request, routing::any};
use clerk_auth::{
    ClerkLayer, Policy, mcp::Policies, policy, policy::ScopeHierarchy, testing::DevIssuer,
};
use clerk_auth_tests::{Reply, Server, captured_log};
use http::Method;
use serde_json::{Value, json};

const ENTER: Policy = policy!(accepts = "oauth_token", scopes = "read");
const READ: Policy = policy!(accepts = "oauth_token", scopes = "read");
const WRITE: Policy = policy!(accepts = "oauth_token", scopes = "write");
const SECRET: Policy = policy!(accepts = "oauth_token", scopes = "secret");
const WATCH: Policy = policy!(accepts = "oauth_token", scopes = "watch");

const POLICIES: Policies = Policies::new()
    .tools(&[("list", READ)])
    .prompts(&[("summary", READ), ("draft", WRITE)])
    .resources(&[
        ("notes:///{id}", READ),
        ("notes:///secret", SECRET),
        ("notes://{user}/{id}", READ),
        ("notes://team/{id}", SECRET),
        ("notes:///find?word={word}", WRITE),
    ])
    .methods(&[
        ("resources/subscribe", WATCH),
        ("subscriptions/listen", WATCH),
        ("logging/setLevel", WRITE),
        ("tasks/get", READ),
        ("tasks/cancel", WRITE),
        ("acme/export", SECRET),
    ]);

/// The status of a message that the server behind the layer got.
const REACHED: (u16, i64) = (200, 0);
const INVALID: (u16, i64) = (200, -32602);
const NO_METHOD: (u16, i64) = (200, -32601);
const UNREADABLE: (u16, i64) = (400, -32600);

async fn reached(_: Request) -> &'static str {
    "{}"
}

async fn serve(issuer: &DevIssuer, policies: &'static Policies) -> Server {
    let guard = ClerkLayer::new(issuer.clerk().build().unwrap(), ENTER).mcp(policies);
    Server::start(Router::new().route("/mcp", any(reached)).layer(guard)).await
}

async fn post(app: &Server, issuer: &DevIssuer, scopes: &str, message: &Value) -> Reply {
    let field = format!("Bearer {}", issuer.oauth("user_ada").scopes(scopes.split(' ')).jwt());
    app.send_body(Method::POST, "/mcp", &[("authorization", &field)], message.to_string()).await
}

fn request(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
}

/// The status and the code of the JSON-RPC error, 0 if there is none.
fn outcome(reply: &Reply) -> (u16, i64) {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    (reply.status, body.pointer("/error/code").and_then(Value::as_i64).unwrap_or_default())
}

fn read(uri: &str) -> Value {
    request("resources/read", json!({ "uri": uri }))
}

fn prompt(name: &str) -> Value {
    request("prompts/get", json!({ "name": name }))
}

fn complete(reference: Value) -> Value {
    let argument = json!({ "name": "id", "value": "a" });
    request("completion/complete", json!({ "ref": reference, "argument": argument }))
}

fn listen(uris: &[&str]) -> Value {
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": uris });
    request("subscriptions/listen", json!({ "notifications": filter }))
}

#[tokio::test]
async fn message_requires_each_policy_that_it_meets() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(&issuer, &POLICIES).await;
    let table = [
        (prompt("summary"), "read", ""),
        (prompt("draft"), "read", "read write"),
        (prompt("draft"), "read write", ""),
        (read("notes:///7"), "read", ""),
        (read("notes:///secret"), "read", "read secret"),
        (read("notes:///secret"), "read secret", ""),
        (read("notes://ada/7"), "read", ""),
        (read("notes://team/7"), "read", "read secret"),
        // Case does not count in a scheme and an authority.
        (read("notes://TEAM/7"), "read", "read secret"),
        (read("notes://TEAM/7"), "read secret", ""),
        (read("notes:///find?word=milk"), "read", "read write"),
        (request("resources/subscribe", json!({ "uri": "notes:///7" })), "read", "read watch"),
        (request("resources/subscribe", json!({ "uri": "notes:///7" })), "read watch", ""),
        (
            request("resources/subscribe", json!({ "uri": "notes:///secret" })),
            "read watch",
            "read secret",
        ),
        (request("resources/unsubscribe", json!({ "uri": "notes:///7" })), "read", ""),
        (
            request("resources/unsubscribe", json!({ "uri": "notes:///secret" })),
            "read",
            "read secret",
        ),
        (listen(&[]), "read", "read watch"),
        (listen(&["notes:///7"]), "read watch", ""),
        (listen(&["notes:///7", "notes:///secret"]), "read watch", "read secret"),
        (listen(&["notes:///7", "notes:///secret"]), "read watch secret", ""),
        (complete(json!({ "type": "ref/prompt", "name": "draft" })), "read", "read write"),
        (complete(json!({ "type": "ref/prompt", "name": "summary" })), "read", ""),
        (complete(json!({ "type": "ref/resource", "uri": "notes:///{id}" })), "read", ""),
        (complete(json!({ "type": "ref/resource", "uri": "notes:///7" })), "read", ""),
        (
            complete(json!({ "type": "ref/resource", "uri": "notes://team/{id}" })),
            "read",
            "read secret",
        ),
        (request("tasks/get", json!({ "taskId": "1" })), "read", ""),
        (request("tasks/cancel", json!({ "taskId": "1" })), "read", "read write"),
        (request("acme/export", json!({})), "read", "read secret"),
        (request("acme/export", json!({})), "read secret", ""),
        (request("logging/setLevel", json!({ "level": "info" })), "read", "read write"),
        (request("tools/list", json!({})), "read", ""),
        (request("server/discover", json!({})), "read", ""),
    ];
    for (message, scopes, needed) in table {
        for is_notification in [false, true] {
            let mut message = message.clone();
            if is_notification {
                message.as_object_mut().unwrap().remove("id");
            }
            let reply = post(&app, &issuer, scopes, &message).await;
            if needed.is_empty() {
                assert_eq!(outcome(&reply), REACHED, "{message}: {}", reply.body);
                continue;
            }
            let scopes = format!(r#"error="insufficient_scope", scope="{needed}""#);
            assert_eq!(reply.status, 403, "{message}");
            assert!(reply.challenge().contains(&scopes), "{message}: {}", reply.challenge());
        }
    }
}

#[tokio::test]
async fn unlisted_name_uri_reference_or_task_is_rejected() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(&issuer, &POLICIES).await;
    let table = [
        (request("tools/call", json!({ "name": "drop" })), INVALID),
        (prompt("drop"), INVALID),
        (prompt("Summary"), INVALID),
        (prompt("summary "), INVALID),
        // A tool is not a prompt.
        (prompt("list"), INVALID),
        (read("other:///7"), INVALID),
        (read("NOTES:///7"), INVALID),
        (read("notes:///7/8"), INVALID),
        (read("notes:///7/"), INVALID),
        (read("notes:///"), INVALID),
        (read("notes:///."), INVALID),
        (read("notes:///.."), INVALID),
        (read("notes:///x/../secret"), INVALID),
        (read("notes:///%73ecret"), INVALID),
        (read("notes:///a\\b"), INVALID),
        (read("notes:////secret"), INVALID),
        (read("notes://ada@/secret"), INVALID),
        (read("notes:///secret?"), INVALID),
        (read("notes:///secret#"), INVALID),
        (read("notes:///find?word=a&word=b"), INVALID),
        (read("notes:///{id}"), INVALID),
        (read("notes:///secret\0"), INVALID),
        (read(""), INVALID),
        (request("resources/read", json!({ "uri": 7 })), INVALID),
        (request("resources/read", json!({ "name": "notes:///7" })), INVALID),
        (request("resources/read", json!(["notes:///7"])), INVALID),
        (request("resources/subscribe", json!({ "uri": "other:///7" })), INVALID),
        (request("resources/unsubscribe", json!({ "uri": "other:///7" })), INVALID),
        (listen(&["notes:///7", "other:///7"]), INVALID),
        (request("subscriptions/listen", json!({})), INVALID),
        (
            request(
                "subscriptions/listen",
                json!({ "notifications": { "resourceSubscriptions": [7] } }),
            ),
            INVALID,
        ),
        (complete(json!({ "type": "ref/prompt", "name": "drop" })), INVALID),
        (complete(json!({ "type": "ref/resource", "uri": "notes:///{note}" })), INVALID),
        (complete(json!({ "type": "ref/resource", "uri": "other:///7" })), INVALID),
        (complete(json!({ "type": "ref/tool", "name": "list" })), INVALID),
        (complete(json!({ "type": "REF/PROMPT", "name": "summary" })), INVALID),
        (complete(json!({ "name": "summary" })), INVALID),
        (complete(json!({ "type": "ref/prompt", "name": "summary", "uri": "a:b" })), INVALID),
        (
            complete(json!({ "type": "ref/resource", "uri": "notes:///7", "name": "draft" })),
            INVALID,
        ),
        (complete(json!("summary")), INVALID),
        (request("completion/complete", json!({})), INVALID),
        (request("tasks/result", json!({ "taskId": "1" })), NO_METHOD),
        (request("tasks/list", json!({})), NO_METHOD),
        (request("tasks/update", json!({ "taskId": "1" })), NO_METHOD),
        (request("notifications/tasks/status", json!({ "taskId": "1" })), NO_METHOD),
        (request("tools/calls", json!({ "name": "list" })), NO_METHOD),
        (request("skills/get", json!({ "uri": "notes:///7" })), NO_METHOD),
        (request("acme/import", json!({})), NO_METHOD),
        (request("acme/Export", json!({})), NO_METHOD),
        (request("prompts/GET", json!({ "name": "summary" })), UNREADABLE),
        (request("resources/read", json!({ "uri": "notes:///7", "URI": "a:b" })), UNREADABLE),
        (request("tasks/get", json!({ "taskId": "1", "task_id": "2" })), UNREADABLE),
    ];
    for (mut message, expected) in table {
        let all = "read write secret watch";
        let reply = post(&app, &issuer, all, &message).await;
        assert_eq!(outcome(&reply), expected, "{message}: {}", reply.body);
        assert_eq!(reply.challenge(), "", "{message}");
        if expected != UNREADABLE {
            message.as_object_mut().unwrap().remove("id");
            let reply = post(&app, &issuer, all, &message).await;
            assert_eq!((reply.status, &*reply.body), (400, ""), "{message}");
        }
    }
}

#[tokio::test]
async fn unlisted_method_is_404_in_the_stateless_revision() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(&issuer, &POLICIES).await;
    let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" });
    let message = request("tasks/list", json!({ "_meta": meta }));
    let reply = post(&app, &issuer, "read", &message).await;
    let expected =
        r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"Method not found"}}"#;
    assert_eq!((reply.status, &*reply.body), (404, expected));
}

#[tokio::test]
async fn unlisted_falls_to_the_layer_only_for_named_methods() {
    const BY_LAYER: Policies = Policies::new()
        .tools(&[("add", WRITE)])
        .resources(&[("notes:///secret", SECRET), ("notes://{user}/private", SECRET)])
        .unlisted_by_layer(&["tools/call", "resources/read", "tasks/get"]);
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(&issuer, &BY_LAYER).await;
    let tool = |name: &str| request("tools/call", json!({ "name": name }));
    let table = [
        (tool("list"), REACHED),
        (tool("add"), (403, 0)),
        // Some reader finds `add` by these.
        (tool("ADD"), INVALID),
        (tool("a_dd"), INVALID),
        (tool("add "), INVALID),
        (tool("add\0"), INVALID),
        (tool("\u{ff41}dd"), INVALID),
        (tool(""), INVALID),
        (read("notes:///7"), REACHED),
        (read("notes:///7/8"), REACHED),
        (read("notes:///secret"), (403, 0)),
        (read("notes:///SECRET"), INVALID),
        (read("NOTES:///secret"), INVALID),
        (read("notes://Ada/PRIVATE"), INVALID),
        (read("notes:///%73ecret"), INVALID),
        (read("notes:///x/../secret"), INVALID),
        (read("notes:////secret"), INVALID),
        (read("notes:///secret/"), INVALID),
        (read("notes:///secret?x"), INVALID),
        (read("notes:///secret#x"), INVALID),
        (read("notes:///secret;x"), INVALID),
        (read("notes:/secret"), INVALID),
        (read("notes:secret"), INVALID),
        (read("notes://localhost/secret"), INVALID),
        (read("notes://ada:80/private"), INVALID),
        (read("notes://ada./7"), INVALID),
        (read("notes:///ada/private"), INVALID),
        (read("notes://a@b/private"), INVALID),
        (read("notes:\\\\\\secret"), INVALID),
        (request("tasks/get", json!({ "taskId": "1" })), REACHED),
        (request("tasks/cancel", json!({ "taskId": "1" })), NO_METHOD),
        (prompt("summary"), INVALID),
        (request("resources/subscribe", json!({ "uri": "notes:///7" })), INVALID),
    ];
    for (message, expected) in table {
        let reply = post(&app, &issuer, "read", &message).await;
        assert_eq!(outcome(&reply), expected, "{message}: {}", reply.body);
    }
    let poor = post(&app, &issuer, "other", &tool("list")).await;
    assert_eq!(poor.status, 403, "the policy of the layer still decides");
}

#[tokio::test]
async fn filter_of_an_extension_needs_an_entry() {
    const NO_ENTRY: Policies = Policies::new().resources(&[("notes:///{id}", READ)]);
    let issuer = DevIssuer::start().await.unwrap();
    let filter = json!({ "notifications": { "taskIds": ["1"] } });
    let message = request("subscriptions/listen", filter);
    let app = serve(&issuer, &NO_ENTRY).await;
    assert_eq!(outcome(&post(&app, &issuer, "read", &message).await), INVALID);
    assert_eq!(outcome(&post(&app, &issuer, "read", &listen(&["notes:///7"])).await), REACHED);
    let app = serve(&issuer, &POLICIES).await;
    assert_eq!(outcome(&post(&app, &issuer, "read watch", &message).await), REACHED);
}

#[tokio::test]
async fn scope_that_implies_another_is_enough_for_all_entries() {
    const SCOPES: ScopeHierarchy = ScopeHierarchy::new(&[("secret", &["read"])]);
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().scope_hierarchy(SCOPES).build().unwrap();
    let guard = ClerkLayer::new(clerk, ENTER).mcp(&POLICIES);
    let app = Server::start(Router::new().route("/mcp", any(reached)).layer(guard)).await;
    let reply = post(&app, &issuer, "read", &read("notes:///secret")).await;
    assert!(reply.challenge().contains(r#"scope="secret""#), "{}", reply.challenge());
    assert_eq!(post(&app, &issuer, "secret", &read("notes:///secret")).await.status, 200);
}

#[tokio::test]
async fn unlisted_name_is_one_event_with_a_word() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(&issuer, &POLICIES).await;
    assert_eq!(post(&app, &issuer, "read", &prompt("summary")).await.status, 200);
    let table = [
        (prompt("drop"), "\"unknown-prompt\" name=\"drop\""),
        (read("other:///7"), "\"unknown-resource\" name=\"other:///7\""),
        (read("notes:///.."), "\"invalid-params\""),
        (request("acme/import", json!({})), "\"unknown-method\" name=\"acme/import\""),
    ];
    captured_log::start();
    for (message, fields) in table {
        post(&app, &issuer, "read", &message).await;
        let lines: Vec<_> =
            captured_log::take().into_iter().filter(|it| it.contains("clerk_auth::mcp")).collect();
        let expected = format!("INFO clerk_auth::mcp message=message rejected fault={fields}");
        assert_eq!(lines, [expected]);
    }
}

#[test]
fn table_with_a_mistake_is_rejected() {
    let twice = &[("a", ENTER), ("b", ENTER), ("a", ENTER)];
    assert!(catch_unwind(|| Policies::new().tools(twice)).is_err());
    assert!(catch_unwind(|| Policies::new().prompts(twice)).is_err());
    assert!(catch_unwind(|| Policies::new().methods(twice)).is_err());
    let resources = &[("a:b", ENTER), ("a:b", ENTER)];
    assert!(catch_unwind(|| Policies::new().resources(resources)).is_err());
    assert!(catch_unwind(|| Policies::new().resources(&[("a:{+b}", ENTER)])).is_err());
    let one = Policies::new().tools(&[("a", ENTER)]).unlisted_by_layer(&["prompts/get"]);
    assert!(catch_unwind(|| one.tools(&[("b", ENTER)])).is_err());
    assert!(catch_unwind(|| one.unlisted_by_layer(&["tools/call"])).is_err());
}

#[test]
fn table_prints_each_entry_with_its_policy() {
    let lines: Vec<_> =
        POLICIES.iter().map(|(target, policy)| format!("{target}: {policy}")).collect();
    assert_eq!(lines[0], "tool list: oauth_token with scope read");
    assert_eq!(lines[1], "prompt summary: oauth_token with scope read");
    assert_eq!(lines[3], "resource notes:///{id}: oauth_token with scope read");
    assert_eq!(lines[8], "method resources/subscribe: oauth_token with scope watch");
    assert_eq!(lines.len(), 14);
}
