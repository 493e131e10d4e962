//! The app over a real socket.

use std::time::Duration;

use clerk_auth::testing::{Answer, DevIssuer, Endpoint, TestClock};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    time::pause,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::router;

struct World {
    issuer: DevIssuer,
    address: String,
    client: reqwest::Client,
}

impl World {
    /// The clock of the issuer and of the app stands still.
    async fn start() -> Self {
        let clock = TestClock::at(1_800_000_000);
        let issuer = DevIssuer::builder().clock(clock).start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let app = router(issuer.clerk().build().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { issuer, address, client }
    }

    fn token<const N: usize>(&self, scopes: [&str; N]) -> String {
        self.issuer.oauth("user_ada").scopes(scopes).lives(Duration::from_secs(60)).jwt()
    }

    /// The status and the response of a `POST`.
    async fn post(&self, query: &str, token: Option<&str>) -> (u16, Value) {
        let request = self.client.post(format!("http://{}/graphql", self.address));
        let request = request.json(&json!({ "query": query }));
        let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }

    async fn connect(&self) -> Socket {
        let mut request =
            format!("ws://{}/graphql/ws", self.address).into_client_request().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (socket, response) = connect_async(request).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
        Socket(socket)
    }
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// The next message, or the code of the close frame.
    async fn next(&mut self) -> Result<Value, u16> {
        match self.0.next().await.unwrap().unwrap() {
            Message::Close(frame) => Err(frame.unwrap().code.into()),
            message => Ok(serde_json::from_str(message.to_text().unwrap()).unwrap()),
        }
    }
}

fn code(response: &Value) -> &Value {
    &response["errors"][0]["extensions"]["code"]
}

const LIST: &str = "{ notes { text } }";
const ADD: &str = r#"mutation { addNote(text: "milk") { owner text } }"#;

#[tokio::test]
async fn field_is_decided_by_its_policy() {
    let world = World::start().await;
    let (none, read, all) =
        (world.token([]), world.token(["read:notes"]), world.token(["read:notes", "write:notes"]));
    let table: [(&str, &str, Option<&str>, Value); 8] = [
        ("anonymous", LIST, None, json!("UNAUTHENTICATED")),
        ("anonymous, a public field", "{ version }", None, Value::Null),
        ("anonymous, the schema", "{ __schema { types { name } } }", None, Value::Null),
        ("no scope", LIST, Some(&none), json!("FORBIDDEN")),
        ("read", LIST, Some(&read), Value::Null),
        ("read, a mutation", ADD, Some(&read), json!("FORBIDDEN")),
        (
            "read, by another path",
            "query { a: notes { text } b: version }",
            Some(&none),
            json!("FORBIDDEN"),
        ),
        ("write", ADD, Some(&all), Value::Null),
    ];
    for (name, query, token, expected) in table {
        let (status, response) = world.post(query, token).await;
        assert_eq!((status, code(&response)), (200, &expected), "{name}: {response}");
    }
    let (_, schema) = world.post("{ __schema { types { name } } }", None).await;
    assert_eq!(schema["data"]["__schema"], Value::Null, "only callers see it");
    let (_, forbidden) = world.post(ADD, Some(&read)).await;
    let challenge = forbidden["errors"][0]["extensions"]["challenge"].as_str().unwrap();
    assert!(challenge.contains(r#"scope="read:notes write:notes""#), "{challenge}");
}

#[tokio::test]
async fn bad_token_is_rejected_before_the_query_is_read() {
    let world = World::start().await;
    let expired = world.issuer.oauth("user_ada").scopes(["read:notes"]).expired().jwt();
    let another_type = world.issuer.api_key("user_ada").opaque();
    let opaque = world.issuer.oauth("user_ada").opaque();
    world.issuer.answer_with(Endpoint::OAuthVerify, Answer::status(502));
    for (token, status) in [("x", 401), (&expired, 401), (&another_type, 401), (&opaque, 503)] {
        assert_eq!(world.post("{ version }", Some(token)).await.0, status, "{token}");
    }
}

#[tokio::test]
async fn request_over_a_limit_or_by_get_is_rejected() {
    let world = World::start().await;
    let token = world.token(["read:notes", "write:notes"]);
    let aliases: String = (0..101).map(|number| format!("a{number}: version ")).collect();
    let (_, response) = world.post(&format!("{{ {aliases} }}"), Some(&token)).await;
    assert!(response["errors"][0]["message"].is_string(), "{response}");
    assert_eq!(world.post(&" ".repeat(70_000), Some(&token)).await.0, 413);
    let url = format!("http://{}/graphql?query={{version}}", world.address);
    assert_eq!(world.client.get(url).send().await.unwrap().status(), 405);
    let batch = world.client.post(format!("http://{}/graphql", world.address)).bearer_auth(&token);
    let batch = batch.json(&json!([{ "query": LIST }, { "query": LIST }])).send().await.unwrap();
    assert_eq!(batch.status(), 400);
}

#[tokio::test]
async fn connection_is_closed_with_the_code_of_its_rejection() {
    let world = World::start().await;
    let expired = world.issuer.oauth("user_ada").expired().jwt();
    let another_type = world.issuer.api_key("user_ada").opaque();
    let opaque = world.issuer.oauth("user_ada").opaque();
    world.issuer.answer_with(Endpoint::OAuthVerify, Answer::status(502));
    let table = [
        (json!({}), 4401),
        (json!({ "token": "x" }), 4401),
        (json!({ "token": 7 }), 4401),
        (json!({ "token": expired }), 4401),
        (json!({ "token": another_type }), 4401),
        (json!({ "token": opaque }), 1013),
    ];
    for (payload, expected) in table {
        let mut socket = world.connect().await;
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.next().await, Err(expected), "{payload}");
    }
    let mut socket = world.connect().await;
    socket.send(json!({ "id": "1", "type": "subscribe", "payload": { "query": LIST } })).await;
    assert_eq!(socket.next().await, Err(1011), "before connection_init");
}

#[tokio::test]
async fn subscription_ends_at_token_expiry() {
    let world = World::start().await;
    let mut socket = world.connect().await;
    let token = world.token(["read:notes", "write:notes"]);
    socket.send(json!({ "type": "connection_init", "payload": { "token": token } })).await;
    assert_eq!(socket.next().await.unwrap()["type"], "connection_ack");
    let query = "subscription { noteAdded { text } }";
    socket.send(json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })).await;
    // A query on the same socket shows that the subscription was started before.
    socket.send(json!({ "id": "2", "type": "subscribe", "payload": { "query": LIST } })).await;
    while socket.next().await.unwrap()["type"] != "complete" {}
    assert_eq!(code(&world.post(ADD, Some(&token)).await.1), &Value::Null);
    let update = socket.next().await.unwrap();
    assert_eq!(update["payload"]["data"]["noteAdded"]["text"], "milk");
    // From here, timers fire at once, in order.
    pause();
    assert_eq!(socket.next().await, Err(4401));
}

#[tokio::test]
async fn subscription_without_the_scope_is_an_error() {
    let world = World::start().await;
    let mut socket = world.connect().await;
    let token = world.token([]);
    socket.send(json!({ "type": "connection_init", "payload": { "token": token } })).await;
    socket.next().await.unwrap();
    let query = "subscription { noteAdded { text } }";
    socket.send(json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })).await;
    let message = socket.next().await.unwrap();
    assert_eq!(code(&message["payload"]), "FORBIDDEN", "{message}");
}

#[tokio::test]
async fn connection_without_a_token_is_closed_in_time() {
    let world = World::start().await;
    let mut socket = world.connect().await;
    pause();
    assert_eq!(socket.next().await, Err(4408));
}

#[test]
fn guide_shows_the_code_of_this_example() {
    let guide = include_str!("../../../runtime/docs/graphql.md");
    let sources =
        [include_str!("policy_guard.rs"), include_str!("lib.rs"), include_str!("subscriptions.rs")];
    let blocks = guide.split("```rs\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown = blocks.filter(|block| !block.contains('…'));
    let held = shown.map(|block| sources.iter().any(|source| source.contains(block)));
    assert_eq!(held.collect::<Vec<_>>(), [true; 3]);
}
