//! A preflight needs no token, so whatever it carries is an attacker's.

use axum::{Router, body::Body, extract::Request};
use clerk_auth::{Clerk, ClerkLayer, testing::DevIssuer};
use clerk_auth_tests::{Server, connection::Connection};
use http::Version;
use tower::{ServiceExt, util::MapRequestLayer};

use crate::{
    NOTES, proxy,
    upstream::{Message, Upstream},
};

const PREFLIGHT: &str = "OPTIONS /b HTTP/1.1\r\nhost: app\r\norigin: https://evil.example\r\n\
                         access-control-request-method: POST\r\n";

async fn clerk() -> Clerk {
    DevIssuer::start().await.unwrap().clerk().build().unwrap()
}

fn guarded(clerk: Clerk) -> impl FnOnce(Router) -> Router {
    |router| router.layer(ClerkLayer::new(clerk, NOTES))
}

/// The statuses of these requests, sent one after another on one connection, and what arrived
/// behind the proxy.
async fn exchange(
    guard: impl FnOnce(Router) -> Router,
    requests: &[String],
) -> (Vec<u16>, Vec<Message>) {
    let upstream = Upstream::start().await;
    let app = Server::start(guard(proxy::to(upstream.address))).await;
    let mut connection = Connection::open(app.address()).await;
    let mut statuses = Vec::new();
    for request in requests {
        connection.send(request.as_bytes()).await;
        statuses.push(connection.reply().await.status);
    }
    drop((connection, app));
    (statuses, upstream.messages().await)
}

fn lines(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.line.as_str()).collect()
}

/// The first request takes the head of the second for its body, up to a field whose value is a
/// request line.
fn smuggling() -> [String; 2] {
    let swallowed = format!("{PREFLIGHT}x: ");
    let length = swallowed.len();
    let first = PREFLIGHT.replace("/b", "/a");
    [
        format!("{first}content-length: {length}\r\n\r\n{}", ".".repeat(length)),
        format!("{swallowed}DELETE /admin HTTP/1.1\r\n\r\n"),
    ]
}

#[tokio::test]
async fn two_preflights_do_not_deliver_a_third_request() {
    // Without the rule, which is how the layer was: the attack works, and this test sees it.
    let emptied = MapRequestLayer::new(|request: Request| request.map(|_| Body::empty()));
    let (statuses, messages) = exchange(|router| router.layer(emptied), &smuggling()).await;
    assert_eq!(statuses, [200, 200]);
    assert_eq!(lines(&messages), ["OPTIONS /a HTTP/1.1", "DELETE /admin HTTP/1.1"]);

    let (statuses, messages) = exchange(guarded(clerk().await), &smuggling()).await;
    assert_eq!(statuses, [401, 200]);
    assert_eq!(lines(&messages), ["OPTIONS /b HTTP/1.1"]);
}

fn passed(more: &[&str]) -> Message {
    let mut fields: Vec<String> = PREFLIGHT.lines().skip(1).map(str::to_owned).collect();
    fields.extend(more.iter().copied().map(str::to_owned));
    fields.sort_unstable();
    Message { line: "OPTIONS /b HTTP/1.1".to_owned(), fields, body: String::new() }
}

#[tokio::test]
async fn field_of_a_preflight_is_dropped_passed_or_guarded() {
    const DROPPED: Option<&[&str]> = Some(&[]);
    const GUARDED: Option<&[&str]> = None;
    let table: [(&str, u16, Option<&[&str]>); 38] = [
        // fields, status, what arrives upstream beside the fields of a preflight
        ("", 200, DROPPED),
        ("content-length: 0\r\n", 200, DROPPED),
        // hyper joins these two before the layer sees them.
        ("content-length: 0\r\ncontent-length: 0\r\n", 200, DROPPED),
        ("connection: keep-alive\r\n", 200, DROPPED),
        ("connection: close\r\n", 200, DROPPED),
        ("connection: Keep-Alive, close\r\nkeep-alive: timeout=9\r\n", 200, DROPPED),
        ("proxy-connection: keep-alive\r\nte: trailers\r\n", 200, DROPPED),
        (
            "x-any: 1\r\naccess-control-request-headers: x\r\n",
            200,
            Some(&["x-any: 1", "access-control-request-headers: x"]),
        ),
        ("content-length: 3\r\n\r\nabc", 401, GUARDED),
        ("content-length: 00\r\n", 401, GUARDED),
        ("content-length: +0\r\n", 400, GUARDED),
        ("content-length: 0, 0\r\n", 400, GUARDED),
        ("content-length: 0\r\ncontent-length: 3\r\n", 400, GUARDED),
        ("content-length : 3\r\n", 400, GUARDED),
        ("content-length:\r\n 3\r\n", 400, GUARDED),
        ("content_length: 3\r\n", 401, GUARDED),
        ("transfer-encoding: chunked\r\n\r\n0\r\n", 401, GUARDED),
        ("transfer-encoding: chunked\r\ncontent-length: 9\r\n\r\n0\r\n", 401, GUARDED),
        ("content-length: 9\r\ntransfer-encoding: chunked\r\n\r\n0\r\n", 401, GUARDED),
        ("transfer-encoding: xchunked\r\n", 400, GUARDED),
        ("transfer_encoding: chunked\r\n", 401, GUARDED),
        ("upgrade: h2c\r\n", 401, GUARDED),
        ("connection: upgrade\r\n", 401, GUARDED),
        (
            "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n",
            401,
            GUARDED,
        ),
        ("http2-settings: AAMAAABk\r\n", 401, GUARDED),
        ("connection: close, origin\r\n", 401, GUARDED),
        ("connection: close\r\nconnection: x\r\n", 401, GUARDED),
        ("expect: 100-continue\r\n", 401, GUARDED),
        ("trailer: x\r\n", 401, GUARDED),
        ("authorization: Bearer junk\r\n", 401, GUARDED),
        ("authorization: Basic x\r\n", 401, GUARDED),
        ("cookie: __session=junk\r\n", 401, GUARDED),
        ("x-http-method-override: DELETE\r\n", 401, GUARDED),
        ("x-http-method: DELETE\r\n", 401, GUARDED),
        ("x-method-override: DELETE\r\n", 401, GUARDED),
        ("mcp-method: tools/call\r\n", 401, GUARDED),
        ("mcp-name: add\r\n", 401, GUARDED),
        ("x_http_method_override: DELETE\r\n", 401, GUARDED),
    ];
    let clerk = clerk().await;
    for (fields, status, arrives) in table {
        let request = format!("{PREFLIGHT}{fields}\r\n");
        let outcome = exchange(guarded(clerk.clone()), &[request]).await;
        let expected = arrives.map(passed).into_iter().collect();
        assert_eq!(outcome, (vec![status], expected), "{fields:?}");
    }
}

#[tokio::test]
async fn target_of_a_preflight_is_that_of_the_request() {
    let clerk = clerk().await;
    let table = [
        ("/b?a=b", "OPTIONS /b?a=b HTTP/1.1"),
        ("http://other.example/b", "OPTIONS /b HTTP/1.1"),
        ("//other.example/b", "OPTIONS //other.example/b HTTP/1.1"),
    ];
    for (target, line) in table {
        let request = format!("{}\r\n", PREFLIGHT.replace("/b", target));
        let (statuses, messages) = exchange(guarded(clerk.clone()), &[request]).await;
        assert_eq!((statuses, lines(&messages)), (vec![200], vec![line]));
    }
}

/// HTTP/2 needs no length beside a body (RFC 9113 §8.1), so the fields do not tell of one.
#[tokio::test]
async fn body_of_an_http2_preflight_does_not_arrive() {
    let upstream = Upstream::start().await;
    let router = guarded(clerk().await)(proxy::to(upstream.address));
    let request = Request::options("https://app/b")
        .version(Version::HTTP_2)
        .header("host", "app")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .body(Body::from("DELETE /admin HTTP/1.1\r\n\r\n"))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    drop(response);
    assert_eq!(upstream.messages().await, [passed(&[])]);
}
