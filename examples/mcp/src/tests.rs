//! A client of `rmcp` against the whole server, over HTTP; and plain requests, where a client of
//! good will sends none.

use std::sync::Arc;

use axum::{Router, serve};
use clerk_auth::{ClerkLayer, mcp::PolicyTarget, testing::DevIssuer};
use reqwest::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use rmcp::{
    ClientLifecycleMode, ClientServiceExt, RoleClient, ServiceError,
    model::{
        CallToolRequestParams, GetPromptRequestParams, ProtocolVersion, ReadResourceRequestParams,
        ResourceContents,
    },
    service::{ClientInitializeError, RunningService},
    transport::{
        StreamableHttpClientTransport,
        streamable_http_client::StreamableHttpClientTransportConfig,
        streamable_http_server::{
            StreamableHttpServerConfig, StreamableHttpService,
            session::{local::LocalSessionManager, never::NeverSessionManager},
        },
    },
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{ENTER, Notes, NotesServer, POLICIES, SCOPES, router};

const ADA: &str = "user_ada";

type Client = RunningService<RoleClient, ()>;

/// The server on a free port, with an issuer of its own.
struct Server {
    issuer: DevIssuer,
    resource: String,
    http: reqwest::Client,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn start() -> Self {
        Self::serving(|clerk, notes| router(clerk, "127.0.0.1", notes).unwrap()).await
    }

    async fn serving(router: impl FnOnce(clerk_auth::Clerk, Notes) -> Router) -> Self {
        let issuer = DevIssuer::start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let resource = format!("http://{}/mcp", listener.local_addr().unwrap());
        let clerk = issuer.clerk().resource(&resource).audience([&resource]);
        let router = router(clerk.scope_hierarchy(SCOPES).build().unwrap(), Notes::default());
        let task = tokio::spawn(async move { serve(listener, router).await.unwrap() });
        Self { issuer, resource, http: http(), task }
    }

    fn token(&self, scopes: &str) -> String {
        let token = self.issuer.oauth(ADA).audience([&self.resource]);
        token.scopes(scopes.split_whitespace()).jwt()
    }

    fn metadata(&self) -> String {
        self.resource.replace("/mcp", "/.well-known/oauth-protected-resource/mcp")
    }

    /// The challenge to a caller who lacks a scope, or has no token.
    fn challenge(&self, what: &str) -> String {
        format!(r#"Bearer realm="clerk", {what}resource_metadata="{}""#, self.metadata())
    }

    /// Connects as clients of the revision of 2026 do, or as those before it.
    async fn connect(
        &self,
        token: Option<&str>,
        lifecycle: &ClientLifecycleMode,
    ) -> Result<Client, ClientInitializeError> {
        let config = StreamableHttpClientTransportConfig::with_uri(self.resource.as_str());
        let config = match token {
            Some(token) => config.auth_header(token),
            None => config,
        };
        let transport = StreamableHttpClientTransport::with_client(self.http.clone(), config);
        ().serve_with_lifecycle(transport, lifecycle.clone()).await
    }

    /// A message as any HTTP client can send it.
    fn post(&self, token: &str, message: &Value) -> reqwest::RequestBuilder {
        let request = self.http.post(&self.resource).header("content-type", "application/json");
        let request = request.header("accept", "application/json, text/event-stream");
        request.header(AUTHORIZATION, format!("Bearer {token}")).body(message.to_string())
    }
}

/// Loopback needs neither a proxy nor certificates.
fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

fn lifecycles() -> [ClientLifecycleMode; 2] {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    [ClientLifecycleMode::Initialize, ClientLifecycleMode::Discover { preferred_versions }]
}

async fn call(
    client: &Client,
    tool: &'static str,
    arguments: Value,
) -> Result<String, ServiceError> {
    let mut request = CallToolRequestParams::new(tool);
    request.arguments = arguments.as_object().cloned();
    let result = client.call_tool(request).await?;
    let content = result.content.first().and_then(|content| content.as_text());
    Ok(content.map(|text| text.text.clone()).unwrap_or_default())
}

/// `name="value"` of a challenge.
fn parameter<'c>(challenge: &'c str, name: &str) -> &'c str {
    let (_, rest) = challenge.split_once(&format!("{name}=\"")).unwrap();
    rest.split_once('"').unwrap().0
}

fn add_note() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "add_note", "arguments": { "text": "buy milk" } },
    })
}

#[tokio::test]
async fn a_client_that_knows_only_the_url_is_led_to_the_clerk_instance() {
    let server = Server::start().await;
    for lifecycle in lifecycles() {
        let rejected = server.connect(None, &lifecycle).await.unwrap_err();
        let challenge = rejected.auth_challenge().unwrap();
        assert_eq!(challenge, server.challenge(r#"scope="read:notes", "#));

        let url = parameter(challenge, "resource_metadata");
        let document = server.http.get(url).send().await.unwrap().text().await.unwrap();
        let expected = json!({
            "resource": server.resource,
            "authorization_servers": [server.issuer.issuer()],
            "scopes_supported": ["read:notes"],
            "bearer_methods_supported": ["header"],
        });
        assert_eq!(serde_json::from_str::<Value>(&document).unwrap(), expected);

        // With what the challenge asks for, the client is in.
        let token = server.token(parameter(challenge, "scope"));
        let client = server.connect(Some(&token), &lifecycle).await.unwrap();
        assert_eq!(client.list_all_tools().await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_tool_knows_its_caller_and_each_caller_has_their_own_notes() {
    let server = Server::start().await;
    for lifecycle in lifecycles() {
        let token = |user| server.issuer.oauth(user).audience([&server.resource]);
        let ada = token(ADA).scopes(["write:notes"]).jwt();
        let bob = token("user_bob").scopes(["read:notes"]).opaque();
        let ada = server.connect(Some(&ada), &lifecycle).await.unwrap();
        let bob = server.connect(Some(&bob), &lifecycle).await.unwrap();
        assert_eq!(call(&ada, "whoami", json!({})).await.unwrap(), ADA);
        assert_eq!(call(&bob, "whoami", json!({})).await.unwrap(), "user_bob");
        call(&ada, "add_note", json!({ "text": "buy milk" })).await.unwrap();
        assert!(call(&ada, "list_notes", json!({})).await.unwrap().contains("buy milk"));
        assert_eq!(call(&bob, "list_notes", json!({})).await.unwrap(), "");
    }
}

#[tokio::test]
async fn who_lacks_a_scope_steps_up_with_what_the_challenge_asks_for() {
    let server = Server::start().await;
    for lifecycle in lifecycles() {
        let client = server.connect(Some(&server.token("read:notes")), &lifecycle).await.unwrap();
        let note = json!({ "text": "buy milk" });
        let rejected = call(&client, "add_note", note.clone()).await.unwrap_err();
        let challenge = rejected.auth_challenge().unwrap();
        let needed = r#"error="insufficient_scope", scope="write:notes", "#;
        assert_eq!(challenge, server.challenge(needed));
        // The same client goes on with what it may do.
        assert_eq!(call(&client, "whoami", json!({})).await.unwrap(), ADA);

        // Just that scope: it implies the one that entering needs.
        let token = server.token(parameter(challenge, "scope"));
        let client = server.connect(Some(&token), &lifecycle).await.unwrap();
        assert_eq!(call(&client, "add_note", note).await.unwrap(), "added");
        assert!(call(&client, "list_notes", json!({})).await.unwrap().contains("buy milk"));
    }
}

#[tokio::test]
async fn prompt_that_lacks_a_scope_is_stepped_up_by_its_challenge() {
    let server = Server::start().await;
    for lifecycle in lifecycles() {
        let client = server.connect(Some(&server.token("read:notes")), &lifecycle).await.unwrap();
        let prompt = || GetPromptRequestParams::new("tidy_up");
        let rejected = client.get_prompt(prompt()).await.unwrap_err();
        let challenge = rejected.auth_challenge().unwrap();
        let needed = r#"error="insufficient_scope", scope="write:notes", "#;
        assert_eq!(challenge, server.challenge(needed));
        let token = server.token(parameter(challenge, "scope"));
        let client = server.connect(Some(&token), &lifecycle).await.unwrap();
        assert_eq!(client.get_prompt(prompt()).await.unwrap().messages.len(), 1);
        let unlisted = client.get_prompt(GetPromptRequestParams::new("other")).await.unwrap_err();
        assert!(unlisted.to_string().contains("Unknown prompt"), "{unlisted}");
    }
}

#[tokio::test]
async fn resource_is_read_by_its_template_and_by_no_other_spelling() {
    let server = Server::start().await;
    for lifecycle in lifecycles() {
        let token = server.token("write:notes");
        let client = server.connect(Some(&token), &lifecycle).await.unwrap();
        call(&client, "add_note", json!({ "text": "buy milk" })).await.unwrap();
        assert_eq!(client.list_all_resource_templates().await.unwrap().len(), 1);
        let read = |uri: &str| client.read_resource(ReadResourceRequestParams::new(uri));
        let result = read("notes:///0").await.unwrap();
        let expected = ResourceContents::text("buy milk", "notes:///0");
        assert_eq!(result.contents, [expected]);
        for uri in ["notes:///%30", "notes:///x/../0", "notes:///0?", "NOTES:///0", "file:///0"] {
            let rejected = read(uri).await.unwrap_err().to_string();
            assert!(rejected.contains("-32602"), "{uri}: {rejected}");
        }
    }
}

#[tokio::test]
async fn other_token_is_rejected_before_the_server_sees_the_message() {
    let server = Server::start().await;
    let forger = DevIssuer::builder().impersonate(&server.issuer).start().await.unwrap();
    let write = |issuer: &DevIssuer| issuer.oauth(ADA).scopes(["write:notes"]);
    let own = [server.resource.as_str()];
    let other = server.resource.replace("/mcp", "/other");
    let longer = format!("{}/", server.resource);
    let issuer = &server.issuer;
    let table = [
        ("forged", write(&forger).audience(own).jwt()),
        ("for another server", write(issuer).audience([&other]).jwt()),
        ("for another server, opaque", write(issuer).audience([&other]).opaque()),
        ("for a URL that only begins alike", write(issuer).audience([&longer]).jwt()),
        ("for nobody in particular", write(issuer).jwt()),
        ("expired", write(issuer).audience(own).expired().jwt()),
        ("a session", issuer.session(ADA).jwt()),
        ("an API key", issuer.api_key(ADA).scopes(["write:notes"]).opaque()),
        ("a machine", issuer.m2m("mch_billing").jwt()),
        ("junk", "junk".to_owned()),
    ];
    for (what, token) in table {
        let reply = server.post(&token, &add_note()).send().await.unwrap();
        let expected = server.challenge(r#"error="invalid_token", "#);
        assert_eq!(reply.status(), 401, "{what}");
        assert_eq!(reply.headers()[WWW_AUTHENTICATE], expected, "{what}");
        let rejected = server.connect(Some(&token), &ClientLifecycleMode::Initialize).await;
        assert_eq!(rejected.unwrap_err().auth_challenge(), Some(expected.as_str()), "{what}");
    }
    let reply = server.post("two words", &add_note()).send().await.unwrap();
    assert_eq!(reply.status(), 400);
    let added = server.post(&server.token("write:notes"), &add_note()).send().await.unwrap();
    assert_eq!(added.status(), 200, "the message itself is a good one");
}

#[tokio::test]
async fn the_message_says_which_tool_is_called_and_the_fields_beside_it_do_not() {
    let server = Server::start().await;
    let reader = server.token("read:notes");
    let disguised = server.post(&reader, &add_note()).header("mcp-name", "list_notes");
    assert_eq!(disguised.send().await.unwrap().status(), 403);
    let batch = server.post(&reader, &json!([add_note()]));
    assert_eq!(batch.send().await.unwrap().status(), 400);
    let twice = add_note().to_string().replace(r#""name":"#, r#""name":"list_notes","name":"#);
    let twice = server.post(&reader, &Value::Null).body(twice);
    assert_eq!(twice.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_page_of_another_site_does_not_reach_it_with_anybodys_token() {
    let server = Server::start().await;
    let writer = server.token("write:notes");
    let post = || server.post(&writer, &add_note());
    // The page's own name leads to this machine (DNS rebinding).
    assert_eq!(post().header("host", "evil.example").send().await.unwrap().status(), 403);
    for origin in ["https://evil.example", "null", &server.resource.replace("/mcp", "")] {
        let reply = post().header("origin", origin).send().await.unwrap();
        assert_eq!(reply.status(), 403, "{origin}");
        assert_eq!(reply.headers().get(WWW_AUTHENTICATE), None, "no other token would help");
    }
    assert_eq!(post().send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn tool_mounted_without_its_policy_rejects_too() {
    let mount = |notes: Notes| {
        let new_server = move || Ok(NotesServer::new(notes.clone()));
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_json_response(true);
        let service = StreamableHttpService::new(
            new_server,
            Arc::new(NeverSessionManager::default()),
            config,
        );
        Router::new().route_service("/mcp", service)
    };
    let no_tools =
        Server::serving(|clerk, notes| mount(notes).layer(ClerkLayer::new(clerk, ENTER)));
    let no_guard = Server::serving(|_, notes| mount(notes));
    for server in [no_tools.await, no_guard.await] {
        let reply = server.post(&server.token("read:notes"), &add_note()).send().await.unwrap();
        let reply: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
        assert_eq!(reply["error"]["code"], -32600, "{reply}");
    }
}

#[tokio::test]
async fn session_of_an_older_revision_is_that_of_its_caller() {
    let server = Server::serving(|clerk, notes| {
        let new_server = move || Ok(NotesServer::new(notes.clone()));
        // Responses are event streams, also the lists that the layer filters.
        let config = StreamableHttpServerConfig::default();
        let sessions = Arc::new(LocalSessionManager::default());
        let service = StreamableHttpService::new(new_server, sessions, config);
        let guard = ClerkLayer::new(clerk, ENTER).mcp(&POLICIES).bind_mcp_sessions();
        Router::new().route_service("/mcp", service).layer(guard)
    });
    let server = server.await;
    let ada = server.token("read:notes");
    let client = server.connect(Some(&ada), &ClientLifecycleMode::Initialize).await.unwrap();
    assert_eq!(call(&client, "whoami", json!({})).await.unwrap(), ADA);
    assert_eq!(client.list_all_tools().await.unwrap().len(), 3);

    let info = json!({ "name": "test", "version": "0" });
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info });
    let open = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
    let opened = server.post(&ada, &open).send().await.unwrap();
    let session = opened.headers()["mcp-session-id"].clone();
    let bob = server.issuer.oauth("user_bob").audience([&server.resource]).scopes(["read:notes"]);
    let bob = bob.jwt();
    // Someone else can neither use nor end it.
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
    let end = |token: &str| {
        let request = server.http.delete(&server.resource).header("mcp-session-id", &session);
        request.header(AUTHORIZATION, format!("Bearer {token}"))
    };
    let with_session = |token: &str| server.post(token, &list).header("mcp-session-id", &session);
    assert_eq!(with_session(&bob).send().await.unwrap().status(), 404);
    assert_eq!(end(&bob).send().await.unwrap().status(), 404);
    assert_eq!(with_session(&ada).send().await.unwrap().status(), 200);
    assert!(end(&ada).send().await.unwrap().status().is_success());
    assert_eq!(with_session(&ada).send().await.unwrap().status(), 404);
}

#[test]
fn each_tool_and_prompt_has_a_policy_and_each_policy_has_one() {
    let tools = NotesServer::tool_router().list_all().into_iter().map(|it| it.name.to_string());
    let prompts = NotesServer::prompt_router().list_all().into_iter().map(|it| it.name);
    let tools = tools.map(|name| format!("tool {name}"));
    let mut served: Vec<_> = tools.chain(prompts.map(|name| format!("prompt {name}"))).collect();
    let targets = POLICIES.iter().map(|(target, _)| target);
    let named = targets.filter(|it| matches!(it, PolicyTarget::Tool(_) | PolicyTarget::Prompt(_)));
    let mut listed: Vec<_> = named.map(|target| target.to_string()).collect();
    served.sort();
    listed.sort();
    assert_eq!(served, listed);
}

#[test]
fn the_page_about_mcp_shows_the_program_that_is_compiled_here() {
    let page = include_str!("../../../runtime/docs/mcp.md");
    let program = include_str!("../examples/quickstart.rs");
    let (_, program) = program.split_once("\n\nuse ").unwrap();
    assert!(page.contains(&format!("```rs\nuse {program}```\n")), "copy the program to the page");
}
