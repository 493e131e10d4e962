//! A browser sends cookies with every request, whoever made it send the request.

use http::Method;

use super::{App, PARTY, signed_in};

#[tokio::test]
async fn another_site_cannot_use_the_cookie_to_change_something() {
    let app = App::start().await;
    let cookie = format!("__clerk_db_jwt=x; {}", signed_in(&app.good()));
    let cross = ("sec-fetch-site", "cross-site");
    let table = [
        (Method::POST, vec![], 200),
        (Method::POST, vec![("sec-fetch-site", "same-origin")], 200),
        (Method::POST, vec![cross], 403),
        (Method::POST, vec![("sec-fetch-site", "same-site")], 403),
        (Method::POST, vec![("sec-fetch-site", "SAME-ORIGIN")], 403),
        (Method::POST, vec![("sec-fetch-site", "same-origin, none")], 403),
        (Method::POST, vec![cross, ("origin", PARTY)], 200),
        (Method::POST, vec![cross, ("origin", "https://APP.example.com")], 403),
        (Method::POST, vec![cross, ("origin", "https://app.example.com.evil.example")], 403),
        (Method::POST, vec![("origin", "https://evil.example")], 403),
        (Method::POST, vec![("origin", "null")], 403),
        // What does not change anything may come from anywhere, unless it stays open.
        (Method::GET, vec![cross], 200),
        (Method::HEAD, vec![cross], 200),
        (Method::GET, vec![cross, ("upgrade", "websocket")], 403),
        (Method::GET, vec![("origin", "https://evil.example"), ("upgrade", "websocket")], 403),
    ];
    for (method, mut fields, status) in table {
        fields.push(("cookie", &cookie));
        let reply = app.server.send(method.clone(), "/session", &fields).await;
        assert_eq!((reply.status, reply.challenge()), (status, ""), "{method} {fields:?}");
        assert_eq!(reply.body.contains("user_ada"), status == 200 && method != Method::HEAD);
    }
    // A bearer token is not sent by a browser on its own, so it may come from anywhere.
    let bearer = format!("Bearer {}", app.good());
    let fields = [("authorization", bearer.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(app.server.send(Method::POST, "/session", &fields).await.status, 200);
}
