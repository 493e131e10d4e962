//! What the log shows of renewals.

use axum::{body::Body, response::Response};
use clerk_auth_tests::captured_log;
use http::Method;
use serde_json::json;
use tower::ServiceExt;

use crate::site::{DOCUMENT, HOST, NOW, SAME_ORIGIN, Site, session_cookies};

/// Neither a token nor a cookie, nor the URL or an answer that holds one.
#[tokio::test]
async fn log_shows_nothing_of_tokens_cookies_and_urls() {
    let site = Site::production().await;
    captured_log::start();
    let expired = site.browser().signed_in("user_ada", 90);
    let cookies = session_cookies(&site.token("user_ada"), NOW);
    let foreign = ["__session=secret_directive".to_owned(), "secret=secret_directive".to_owned()];
    let token = |members, cookies| site.handshake_token(&json!({}), &members, cookies);
    let brought = [
        "nonce=secret_nonce".to_owned(),
        "nonce=secret/nonce".to_owned(),
        "=secret_token".to_owned(),
        format!("={}", token(json!({}), &cookies)),
        format!("={}", token(json!({ "sub": "secret_sub" }), &cookies)),
        format!("={}", token(json!({ "iss": "https://secret.example" }), &cookies)),
        format!("={}", token(json!({}), &foreign)),
    ];
    let secret = json!({ "errors": [{ "code": "secret_code", "message": "secret" }] });
    let known = json!({ "errors": [{ "code": "refresh_token_not_found", "message": "secret" }] });
    let set = json!({ "cookies": foreign, "directives": foreign });
    for (status, answer) in
        [(401, secret), (401, known), (500, json!("secret")), (302, json!("secret")), (200, set)]
    {
        site.api.answers(status, answer);
        expired.clone().open("/dashboard?secret=secret").await;
        expired.clone().send(Method::POST, "/form", &[SAME_ORIGIN]).await;
        for brought in &brought {
            let brought = match brought.strip_prefix("nonce") {
                Some(nonce) => format!("__clerk_handshake_nonce{nonce}_{status}"),
                None => format!("__clerk_handshake{brought}"),
            };
            let mut browser = site.browser();
            browser.store(["__client_uat=1"]);
            browser.return_from_handshake("/dashboard?secret", &brought).await;
            expired.clone().open(&format!("/greeting?{brought}")).await;
        }
        site.advance(11);
    }
    let cookie = ("cookie", "__session=secret_session; __client_uat=1; secret=secret");
    for fields in [&[DOCUMENT, cookie][..], &[SAME_ORIGIN, cookie]] {
        for host in ["app.example.com", "secret.example"] {
            let fields: Vec<_> = fields.iter().copied().chain([("host", host)]).collect();
            site.send(Method::GET, "/greeting", &fields).await;
        }
    }
    let lines = captured_log::take();
    let lines: Vec<_> = lines.iter().filter(|line| line.contains(" clerk_auth::")).collect();
    for event in [
        "a handshake was dropped",
        "a handshake token was rejected",
        "a handshake asks for cookies that are not set",
        "a session was not renewed",
        "sessions cannot be renewed",
        "Clerk rejected the renewal of a session",
        "a page was asked for at a host that is not an origin",
    ] {
        assert!(lines.iter().any(|line| line.contains(event)), "{event}");
    }
    for line in lines {
        assert!(!line.contains("secret") && !line.contains("eyJ"), "{line}");
    }
}

/// A layer outside that logs the fields of responses prints `Sensitive`.
#[tokio::test]
async fn fields_that_hold_a_session_or_lead_to_one_are_sensitive() {
    let site = Site::production().await;
    let expired = site.browser().signed_in("user_ada", 90);
    let answer = async |path: &str, cookies: String| -> Response {
        let request = http::Request::get(path).header("host", HOST).header("cookie", cookies);
        let request = request.header(DOCUMENT.0, DOCUMENT.1).body(Body::empty()).unwrap();
        site.app.clone().oneshot(request).await.unwrap()
    };
    let handshake = answer("/dashboard", expired.cookies()).await;
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    site.advance(11);
    let refreshed = answer("/dashboard", expired.cookies()).await;
    let sign_in = answer("/dashboard", String::new()).await;
    for (response, status, cookies) in [(handshake, 307, 2), (refreshed, 200, 6), (sign_in, 307, 1)]
    {
        assert_eq!(response.status(), status, "{response:?}");
        let fields = response.headers().get_all("set-cookie");
        assert_eq!(fields.iter().count(), cookies, "{response:?}");
        let location = response.headers().get("location");
        assert!(fields.iter().chain(location).all(http::HeaderValue::is_sensitive), "{response:?}");
    }
}
