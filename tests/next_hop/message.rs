//! The message that the policies of tools were asked about is the one that arrives.

use axum::{Router, body::Body, extract::Request};
use clerk_auth::{ClerkLayer, mcp::Policies, testing::DevIssuer};
use clerk_auth_tests::{Server, connection::Connection};
use futures_util::stream;
use http::Version;
use tower::{ServiceExt, util::MapRequestLayer};

use crate::{
    NOTES, proxy,
    upstream::{Message, Upstream},
};

const POLICIES: Policies = Policies::new().tools(&[("list", NOTES)]);
const LIST: &str = r#"{"id":1,"method":"tools/call","params":{"name":"list"}}"#;

fn arrives(method: &str, bearer: &str, more: &[&str], body: &str) -> Message {
    let type_of_message = "content-type: application/json".to_owned();
    let mut fields =
        vec!["host: app".to_owned(), format!("authorization: {bearer}"), type_of_message];
    fields.extend(more.iter().copied().map(str::to_owned));
    fields.sort_unstable();
    Message { line: format!("{method} /mcp HTTP/1.1"), fields, body: body.to_owned() }
}

#[tokio::test]
async fn message_arrives_with_its_own_length_and_nothing_else() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let bearer = format!("Bearer {token}");
    let length = format!("content-length: {}", LIST.len());
    let chunked = format!("{:x};a=b\r\n{LIST}\r\n0\r\n", LIST.len());
    let table = [
        // method, fields, body as sent, fields that arrive, body that arrives
        ("POST", format!("{length}\r\n"), LIST.to_owned(), vec![&*length], LIST),
        (
            "POST",
            "transfer-encoding: chunked\r\n".to_owned(),
            format!("{chunked}\r\n"),
            vec![&*length],
            LIST,
        ),
        (
            "POST",
            "trailer: content-length\r\ntransfer-encoding: chunked\r\n".to_owned(),
            format!("{chunked}content-length: 3\r\n\r\n"),
            vec![&*length],
            LIST,
        ),
        (
            "POST",
            "content-length: 3\r\ntransfer-encoding: chunked\r\n".to_owned(),
            format!("{chunked}\r\n"),
            vec![&*length],
            LIST,
        ),
        // hyper drops a body of unknown length from these methods, and the head would tell of it.
        (
            "GET",
            "transfer-encoding: chunked\r\n".to_owned(),
            format!("{chunked}\r\n"),
            vec![&*length],
            LIST,
        ),
        (
            "POST",
            "transfer-encoding: chunked\r\n".to_owned(),
            "0\r\n\r\n".to_owned(),
            vec!["content-length: 0"],
            "",
        ),
        (
            "DELETE",
            "content-length: 0\r\n".to_owned(),
            String::new(),
            vec!["content-length: 0"],
            "",
        ),
        ("GET", String::new(), String::new(), vec![], ""),
    ];
    for (method, fields, sent, expected, body) in table {
        let upstream = Upstream::start().await;
        let layer = ClerkLayer::new(clerk.clone(), NOTES).mcp(&POLICIES);
        let app = Server::start(proxy::to(upstream.address).layer(layer)).await;
        let mut connection = Connection::open(app.address()).await;
        let head = format!(
            "{method} /mcp HTTP/1.1\r\nhost: app\r\nauthorization: {bearer}\r\n\
             content-type: application/json\r\n"
        );
        connection.send(format!("{head}{fields}\r\n{sent}").as_bytes()).await;
        assert_eq!(connection.reply().await.status, 200, "{method} {fields:?}");
        drop((connection, app));
        let expected = [arrives(method, &bearer, &expected, body)];
        assert_eq!(upstream.messages().await, expected, "{method} {fields:?}");
    }
}

#[tokio::test]
async fn message_that_was_waited_for_is_not_announced_again() {
    let issuer = DevIssuer::start().await.unwrap();
    let bearer = format!("Bearer {}", issuer.oauth("user_ada").scopes(["read:notes"]).jwt());
    let upstream = Upstream::start().await;
    let layer = ClerkLayer::new(issuer.clerk().build().unwrap(), NOTES).mcp(&POLICIES);
    let app = Server::start(proxy::to(upstream.address).layer(layer)).await;
    let mut connection = Connection::open(app.address()).await;
    let length = format!("content-length: {}", LIST.len());
    let head = format!(
        "POST /mcp HTTP/1.1\r\nhost: app\r\nauthorization: {bearer}\r\n\
         content-type: application/json\r\nexpect: 100-continue\r\n\
         {length}\r\n\r\n"
    );
    connection.send(head.as_bytes()).await;
    assert_eq!(connection.reply().await.status, 100);
    connection.send(LIST.as_bytes()).await;
    assert_eq!(connection.reply().await.status, 200);
    drop((connection, app));
    assert_eq!(upstream.messages().await, [arrives("POST", &bearer, &[&length], LIST)]);
}

/// What comes through HTTP/2 has no length, and a layer in front can leave a wrong one.
#[tokio::test]
async fn message_with_another_length_than_its_head_says_arrives_whole() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let bearer = format!("Bearer {}", issuer.oauth("user_ada").scopes(["read:notes"]).jwt());
    let length = format!("content-length: {}", LIST.len());
    for stale in [None, Some("3"), Some("10000")] {
        let upstream = Upstream::start().await;
        let replaced = MapRequestLayer::new(|request: Request| {
            let chunks = LIST.as_bytes().chunks(7).map(Ok::<_, std::convert::Infallible>);
            request.map(|_| Body::from_stream(stream::iter(chunks)))
        });
        let layer = ClerkLayer::new(clerk.clone(), NOTES).mcp(&POLICIES);
        let router: Router = proxy::to(upstream.address).layer(layer).layer(replaced);
        let request = Request::post("https://app/mcp").version(Version::HTTP_2);
        let request = request
            .header("host", "app")
            .header("authorization", &bearer)
            .header("content-type", "application/json");
        let request =
            stale.into_iter().fold(request, |it, it_is| it.header("content-length", it_is));
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        drop(response);
        assert_eq!(upstream.messages().await, [arrives("POST", &bearer, &[&length], LIST)]);
    }
}
