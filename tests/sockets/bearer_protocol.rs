//! The token as a subprotocol: `new WebSocket(url, ["bearer", token])`.

use axum::{
    Router,
    extract::{Request, WebSocketUpgrade},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::any,
};
use clerk_auth::{
    ClerkLayer, Verified,
    sockets::BearerProtocolLayer,
    testing::{Answer, DevIssuer, Endpoint},
    verified,
};
use clerk_auth_tests::{Server, captured_log};

use crate::{NOTES, client::Client};

const PARTY: &str = "https://app.example.com";

/// Tells the client what the service inside sees.
async fn whoami(caller: Verified, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let offered = headers.get("sec-websocket-protocol").map(|value| value.to_str().unwrap());
    let text = format!("{} {offered:?}", caller.subject());
    upgrade.protocols(["chat.v1"]).on_upgrade(async move |mut socket| {
        let _ = socket.send(text.into()).await;
    })
}

async fn plain(request: Request) -> String {
    format!("{:?}", verified(request.extensions()))
}

struct App {
    issuer: DevIssuer,
    server: Server,
}

impl App {
    async fn start() -> Self {
        let issuer = DevIssuer::start().await.unwrap();
        let clerk = issuer.clerk().authorized_parties([PARTY]).parties_for_cookies_only();
        let clerk = clerk.build().unwrap();
        let router = Router::new().route("/socket", any(whoami)).route("/plain", any(plain));
        let router = router.layer(ClerkLayer::new(clerk.clone(), NOTES));
        let server = Server::start(router.layer(BearerProtocolLayer::new(clerk))).await;
        Self { issuer, server }
    }

    fn token(&self) -> String {
        self.issuer.oauth("user_ada").scopes(["read:notes"]).jwt()
    }

    async fn open(&self, offered: &str, fields: &[(&str, &str)]) -> Result<Client, u16> {
        let fields = [fields, &[("sec-websocket-protocol", offered)]].concat();
        Client::open(&self.server, "/socket", &fields).await
    }
}

#[tokio::test]
async fn offered_token_opens_the_socket_and_bearer_is_selected() {
    let app = App::start().await;
    let token = app.token();
    let mut client = app.open(&format!("bearer, {token}"), &[("origin", PARTY)]).await.unwrap();
    assert_eq!(client.selected(), Some("bearer"));
    assert_eq!(client.next().await.unwrap(), "user_ada None");
    for offered in [format!("bearer, {token}, chat.v1"), format!("chat.v1, bearer, {token}")] {
        let mut client = app.open(&offered, &[("origin", PARTY)]).await.unwrap();
        assert_eq!(client.selected(), Some("chat.v1"));
        assert_eq!(client.next().await.unwrap(), r#"user_ada Some("chat.v1")"#);
    }
    // One that the application does not know is not selected.
    let client = app.open(&format!("bearer, {token}, chat.v2"), &[]).await.unwrap();
    assert_eq!(client.selected(), Some("bearer"));
}

#[tokio::test]
async fn token_that_the_policy_rejects_opens_no_socket() {
    let app = App::start().await;
    let issuer = &app.issuer;
    let table = [
        ("forged", format!("{}x", app.token()), 401),
        ("expired", issuer.oauth("user_ada").scopes(["read:notes"]).expired().jwt(), 401),
        ("of another type", issuer.m2m("mch_a").jwt(), 401),
        ("opaque of another type", "ak_abc".to_owned(), 401),
        ("without the scope", issuer.oauth("user_ada").jwt(), 403),
        ("with a slash", "oat_a/b".to_owned(), 400),
        ("with padding", "oat_ab=".to_owned(), 400),
        ("good", issuer.session("user_ada").jwt(), 101),
        ("good and opaque", issuer.oauth("user_ada").scopes(["read:notes"]).opaque(), 101),
    ];
    for (case, token, status) in table {
        let opened = app.open(&format!("bearer, {token}"), &[("origin", PARTY)]).await;
        assert_eq!(opened.map_or_else(|status| status, |_| 101), status, "{case}");
    }
    issuer.answer_with(Endpoint::OAuthVerify, Answer::status(503));
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).opaque();
    assert_eq!(app.open(&format!("bearer, {token}"), &[]).await.err(), Some(503), "outage");
    assert_eq!(app.open("chat.v1", &[]).await.err(), Some(401), "no token");
}

#[tokio::test]
async fn second_credential_beside_the_token_is_bad_request() {
    let app = App::start().await;
    let token = app.token();
    let good = format!("Bearer {token}");
    for field in [("authorization", good.as_str()), ("authorization", "Basic YTpi")] {
        let opened = app.open(&format!("bearer, {token}"), &[field, ("origin", PARTY)]).await;
        assert_eq!(opened.err(), Some(400), "{field:?}");
    }
    for offered in [format!("bearer, {token}, bearer, {token}"), "bearer".to_owned()] {
        assert_eq!(app.open(&offered, &[]).await.err(), Some(400), "{offered}");
    }
}

#[tokio::test]
async fn cookie_beside_the_token_is_not_read() {
    let app = App::start().await;
    let cookies = app.issuer.cookies(&app.issuer.session("user_eve").authorized_party(PARTY).jwt());
    let fields = [("origin", PARTY), ("cookie", cookies.as_str())];
    let mut client = app.open(&format!("bearer, {}", app.token()), &fields).await.unwrap();
    assert!(client.next().await.unwrap().starts_with("user_ada"));
    let scopeless = app.issuer.oauth("user_ada").jwt();
    assert_eq!(app.open(&format!("bearer, {scopeless}"), &fields).await.err(), Some(403));
    // The cookie alone still authenticates.
    let mut client = app.open("chat.v1", &fields).await.unwrap();
    assert!(client.next().await.unwrap().starts_with("user_eve"));
}

#[tokio::test]
async fn token_from_a_page_of_a_foreign_origin_is_forbidden() {
    let app = App::start().await;
    let own = format!("http://{}", app.server.address());
    let table = [
        (vec![("origin", PARTY)], 101),
        (vec![("origin", own.as_str())], 101),
        (vec![("origin", PARTY), ("sec-fetch-site", "cross-site")], 101),
        // Not a browser: it can set `Authorization` too.
        (vec![], 101),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "https://app.example.com.evil.example")], 403),
        (vec![("origin", "null")], 403),
        (vec![("origin", PARTY), ("origin", "https://evil.example")], 403),
        (vec![("sec-fetch-site", "cross-site")], 403),
    ];
    for (fields, status) in table {
        let opened = app.open(&format!("bearer, {}", app.token()), &fields).await;
        assert_eq!(opened.map_or_else(|status| status, |_| 101), status, "{fields:?}");
    }
}

#[tokio::test]
async fn offered_token_of_a_plain_request_is_not_read() {
    let app = App::start().await;
    let offered = format!("bearer, {}", app.token());
    for field in [("x-other", ""), ("upgrade", "websocket"), ("upgrade", "h2c")] {
        let fields = [("sec-websocket-protocol", offered.as_str()), field];
        let reply = app.server.send(http::Method::GET, "/plain", &fields).await;
        assert_eq!((reply.status, reply.header("sec-websocket-protocol")), (401, ""), "{field:?}");
    }
}

#[tokio::test]
async fn token_of_a_handshake_is_in_no_response_and_no_log() {
    captured_log::start();
    let app = App::start().await;
    let (token, scopeless) = (app.token(), app.issuer.oauth("user_ada").jwt());
    let client = app.open(&format!("bearer, {token}"), &[]).await.unwrap();
    assert!(!format!("{:?}", client.response).contains(&token));
    let rejected = [
        format!("bearer, {scopeless}"),
        format!("bearer, {token}, {token}"),
        format!("bearer, {token}="),
    ];
    for offered in &rejected {
        let fields = [
            ("sec-websocket-protocol", offered.as_str()),
            ("upgrade", "websocket"),
            ("connection", "upgrade"),
        ];
        let reply = app.server.send(http::Method::GET, "/socket", &fields).await;
        let reply = format!("{reply:?}");
        assert!(!reply.contains(&token) && !reply.contains(&scopeless), "{reply}");
    }
    // The client of these tests logs its own requests.
    let log: Vec<_> = captured_log::take();
    let log: Vec<_> = log.iter().filter(|line| !line.contains("tungstenite")).collect();
    assert!(log.iter().any(|line| line.contains("request rejected")), "{log:?}");
    for token in [&token, &scopeless] {
        assert!(!log.iter().any(|line| line.contains(token.as_str())));
    }
}

/// What the layer does with a handshake of HTTP/2, which `:protocol` turns into a `CONNECT`.
#[tokio::test]
async fn extended_connect_with_a_token_selects_bearer() {
    use tower::{Layer, ServiceExt, service_fn};

    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let inner = service_fn(async |request: Request| {
        Ok::<_, std::convert::Infallible>(plain(request).await.into_response())
    });
    let guarded = ClerkLayer::new(clerk.clone(), NOTES).layer(inner);
    let app = BearerProtocolLayer::new(clerk).layer(guarded);
    for (origin, status) in [("https://api.example.com", 200), ("https://evil.example", 403)] {
        let request = http::Request::connect("https://api.example.com/socket");
        let request = request.version(http::Version::HTTP_2).header("origin", origin);
        let request = request.header("sec-websocket-protocol", format!("bearer, {token}"));
        let response = app.clone().oneshot(request.body(axum::body::Body::empty()).unwrap());
        let response = response.await.unwrap();
        let selected = response.headers().get("sec-websocket-protocol");
        assert_eq!(selected.is_some_and(|value| value == "bearer"), status == 200);
        assert_eq!(response.status(), status, "{origin}");
    }
}
