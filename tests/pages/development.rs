//! Development instances keep their sessions in a development browser.

use clerk_auth::{pages::PagesBuilder, testing::TestClock};
use http::Method;
use reqwest::Url;
use serde_json::json;

use crate::{
    browser::location_parameter,
    site::{DOCUMENT, NOW, Site},
};

const HOME: &str = "http://localhost:3000";

fn handshake(reply: &crate::browser::Reply, site: &Site) -> Url {
    let location = reply.location();
    assert_eq!(location.origin().ascii_serialization(), site.issuer.issuer());
    assert_eq!(location.path(), "/v1/client/handshake");
    location
}

#[tokio::test]
async fn first_visit_gets_a_development_browser() {
    let site = Site::development_with(|pages| pages).await;
    for path in ["/dashboard", "/greeting"] {
        let mut browser = site.browser();
        let reply = browser.open(path).await;
        let location = handshake(&reply, &site);
        assert_eq!(location_parameter(&location, "__clerk_hs_reason"), "dev-browser-missing");
        assert_eq!(location_parameter(&location, "redirect_url"), format!("{HOME}{path}"));
        assert_eq!(reply.cookie_names(), ["__clerk_redirect_count", "clerk_auth_return"]);
        assert!(!reply.set_cookies().iter().any(|cookie| cookie.contains("Secure")));
        // It comes back with one, signed out.
        let cookies = ["__clerk_db_jwt=dvb_1; Path=/".to_owned(), "__client_uat=0".to_owned()];
        let token = site.handshake_token(&json!({}), &json!({}), &cookies);
        let reply =
            browser.come_back(&format!("__clerk_handshake={token}&__clerk_db_jwt=dvb_1")).await;
        assert_eq!(reply.location().as_str(), format!("{HOME}{path}"));
        let reply = browser.open(path).await;
        if path == "/dashboard" {
            assert_eq!(
                reply.location().as_str().split('?').next().unwrap(),
                format!("{HOME}/sign-in")
            );
            assert_eq!(reply.parameter("__clerk_db_jwt"), "", "its own pages have the cookie");
        } else {
            assert_eq!(reply.body, "anonymous");
        }
    }
    assert_eq!(site.browser().open("/public").await.body, "public");
}

/// The whole way of a first sign-in, which a user can walk in less than thirty seconds.
#[tokio::test]
async fn development_browser_of_the_url_is_synced_first() {
    let site =
        Site::development_with(|pages| pages.sign_in_url("https://accounts.example/in")).await;
    let mut browser = site.browser();
    handshake(&browser.open("/dashboard").await, &site);
    let cookies = ["__clerk_db_jwt=dvb_1; Path=/".to_owned(), "__client_uat=0".to_owned()];
    let token = site.handshake_token(&json!({}), &json!({}), &cookies);
    browser.come_back(&format!("__clerk_handshake={token}")).await.location();
    let location = browser.open("/dashboard").await.location();
    // The sign-in page of another origin gets the development browser.
    assert_eq!(location.host_str(), Some("accounts.example"));
    assert_eq!(location_parameter(&location, "__clerk_db_jwt"), "dvb_1");
    assert_eq!(location_parameter(&location, "redirect_url"), format!("{HOME}/dashboard"));
    // It sends the browser back, signed in.
    let reply = browser.open("/dashboard?__clerk_db_jwt=dvb_2").await;
    let location = handshake(&reply, &site);
    assert_eq!(location_parameter(&location, "__clerk_hs_reason"), "dev-browser-sync");
    assert_eq!(location_parameter(&location, "__clerk_db_jwt"), "dvb_2");
    assert_eq!(location_parameter(&location, "redirect_url"), format!("{HOME}/dashboard"));
    let session = site.issuer.session("user_ada").jwt();
    let cookies = [
        format!("__session={session}; Path=/; SameSite=Lax"),
        format!("__client_uat={NOW}; Path=/"),
        "__clerk_db_jwt=dvb_2; Path=/".to_owned(),
    ];
    let token = site.handshake_token(&json!({}), &json!({}), &cookies);
    browser.come_back(&format!("__clerk_handshake={token}")).await.location();
    assert_eq!(browser.open("/dashboard").await.body, "user_ada");
}

#[tokio::test]
async fn without_origins_only_loopback_is_redirected() {
    let site = Site::development_with(|pages| pages).await;
    for (host, home) in [
        ("localhost:3000", Some("http://localhost:3000")),
        ("app.localhost", Some("http://app.localhost")),
        ("127.0.0.1:8080", Some("http://127.0.0.1:8080")),
        ("evil.example", None),
        ("192.168.1.20", None),
        ("localhost.evil.example", None),
        ("ada@localhost:3000", None),
        ("localhost:3000/x", None),
        ("localhost:3000?x", None),
        ("localhost.:3000", None),
        ("localhost:99999", None),
        ("[::1", None),
    ] {
        let reply = site.send(Method::GET, "/dashboard", &[DOCUMENT, ("host", host)]).await;
        match home {
            Some(home) => assert_eq!(reply.parameter("redirect_url"), format!("{home}/dashboard")),
            None => assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{host}"),
        }
    }
}

#[tokio::test]
async fn scheme_of_a_proxy_is_http_or_https() {
    let site = Site::development_with(PagesBuilder::trust_forwarded).await;
    for (scheme, home) in [
        ("http", Some(HOME)),
        ("https", Some("https://localhost:3000")),
        ("ftp", None),
        ("ws", None),
        ("HTTP", None),
        ("javascript", None),
        ("http://evil.example/?", None),
    ] {
        let fields = [DOCUMENT, ("x-forwarded-proto", scheme)];
        let reply = site.send(Method::GET, "/dashboard", &fields).await;
        match home {
            Some(home) => assert_eq!(reply.parameter("redirect_url"), format!("{home}/dashboard")),
            None => assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{scheme}"),
        }
    }
}

/// A script, a form or a frame of another site takes over no development browser from a URL.
#[tokio::test]
async fn development_browser_of_a_url_counts_where_a_page_is_opened() {
    let site = Site::development_with(|pages| pages).await;
    let session = site.issuer.session("user_ada").jwt();
    let cookie = format!("__session={session}; __client_uat={NOW}; __clerk_db_jwt=dvb_1");
    let same_origin = ("sec-fetch-site", "same-origin");
    for (method, fields) in [
        (Method::POST, &[same_origin][..]),
        (Method::GET, &[("sec-fetch-dest", "empty"), same_origin]),
        (Method::GET, &[("sec-fetch-dest", "iframe"), ("sec-fetch-site", "cross-site")]),
        (Method::GET, &[DOCUMENT, ("sec-purpose", "prefetch")]),
    ] {
        let fields: Vec<_> = fields.iter().copied().chain([("cookie", cookie.as_str())]).collect();
        let target = "/dashboard?__clerk_db_jwt=dvb_of_mallory";
        let reply = site.send(method.clone(), target, &fields).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada"), "{method} {fields:?}");
    }
    let fields = [DOCUMENT, ("cookie", cookie.as_str())];
    let reply = site.send(Method::GET, "/dashboard?__clerk_db_jwt=dvb_2", &fields).await;
    handshake(&reply, &site);
}

/// No wider skew than elsewhere: a session of a clock that runs ahead is not taken.
#[tokio::test]
async fn handshake_session_of_another_time_is_not_accepted() {
    let site = Site::development_with(|pages| pages).await;
    let later = TestClock::at(NOW + 3600);
    assert_ne!(later.now(), site.clock.now());
    let future = site.issuer.session("user_ada").claim("iat", NOW + 3600).jwt();
    let past = site.issuer.session("user_ada").expired().jwt();
    for session in [future, past] {
        let cookies = [format!("__session={session}"), format!("__client_uat={NOW}")];
        let token = site.handshake_token(&json!({}), &json!({}), &cookies);
        let mut browser = site.browser();
        browser.open("/dashboard").await;
        let reply = browser.come_back(&format!("__clerk_handshake={token}")).await;
        handshake(&reply, &site);
        assert!(!reply.cookie_names().contains(&"__session"));
    }
}

/// Half of what Clerk allows a development instance in ten seconds.
#[tokio::test]
async fn flood_of_nonces_or_of_expired_sessions_is_bounded() {
    let site = Site::development_with(|pages| pages).await;
    let mut browser = site.browser();
    browser.open("/dashboard").await;
    for number in 0..60 {
        let brought = format!("__clerk_handshake_nonce=nonce_{number}");
        handshake(&browser.clone().come_back(&brought).await, &site);
    }
    assert_eq!(site.api.count(), 50);
    // Refreshes have a limit of their own.
    for number in 0..60 {
        let user = format!("user_{number}");
        let session =
            site.issuer.session(user).session_id(format!("sess_{number}")).expired().jwt();
        let cookies = site.issuer.cookies(&session);
        let cookies = format!("{cookies}; __refresh_{}=r", suffix(&cookies));
        let same_origin = ("sec-fetch-site", "same-origin");
        let reply =
            site.send(Method::POST, "/dashboard", &[same_origin, ("cookie", &cookies)]).await;
        assert_eq!(reply.status, 401);
    }
    assert_eq!(site.api.count(), 100);
    site.advance(10);
    handshake(&browser.come_back("__clerk_handshake_nonce=later").await, &site);
    assert_eq!(site.api.count(), 101);
}

/// The suffix of the instance, out of its cookies.
fn suffix(cookies: &str) -> &str {
    let cookie = cookies.split("; ").find_map(|it| it.strip_prefix("__session_")).unwrap();
    cookie.split('=').next().unwrap()
}
