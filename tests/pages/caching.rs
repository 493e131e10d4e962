//! What caches between the browser and the site are told.

use std::time::Duration;

use http::Method;
use serde_json::json;

use crate::site::{DOCUMENT, NOW, SAME_ORIGIN, Site, session_cookies};

#[tokio::test]
async fn response_that_depends_on_cookies_says_so() {
    let site = Site::production().await;
    let mut ada = site.browser().signed_in("user_ada", 0);
    for (path, vary, control) in [
        ("/dashboard", "Cookie", "private, no-store"),
        ("/greeting", "Cookie", "private, no-store"),
        ("/cached", "accept-language, Cookie", "private, max-age=60"),
        ("/admin", "Cookie", "no-store"),
        ("/caught", "Cookie", "private, no-store"),
        ("/public", "", ""),
        ("/sign-in", "", ""),
        ("/api", "", "no-store"),
    ] {
        let reply = ada.open(path).await;
        let fields = reply.headers.get_all("vary").iter().map(|it| it.to_str().unwrap());
        assert_eq!(fields.collect::<Vec<_>>().join(", "), vary, "{path}");
        assert_eq!(reply.header("cache-control"), control, "{path}");
    }
    // Without a session it depends on cookies too.
    let reply = site.browser().open("/greeting").await;
    assert_eq!((reply.header("vary"), reply.body.as_str()), ("Cookie", "anonymous"));
    for (method, fields) in [(Method::GET, &[DOCUMENT][..]), (Method::POST, &[SAME_ORIGIN])] {
        let reply = site.send(method, "/dashboard", fields).await;
        assert_eq!((reply.header("vary"), reply.header("cache-control")), ("Cookie", "no-store"));
    }
    // A header token is not a cookie, and its response is the application's own.
    let bearer = format!("Bearer {}", site.token("user_ada"));
    let reply = site.send(Method::GET, "/dashboard", &[("authorization", &bearer)]).await;
    assert_eq!((reply.status, reply.header("vary")), (200, ""));
}

#[tokio::test]
async fn response_that_sets_cookies_is_never_stored() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    let cookies = session_cookies(&site.token("user_ada"), NOW);
    site.api.sets(&cookies);
    for path in ["/dashboard", "/cached", "/greeting"] {
        let reply = browser.clone().open(path).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{path}");
        assert!(reply.cookie_names().contains(&"__session"), "{path}");
    }
    // The handshake cookie is resolved on a page that sets its own cache control.
    let mut returning = site.browser();
    returning.store(["__client_uat=1"]);
    assert_eq!(returning.open("/cached").await.header("cache-control"), "no-store");
    let token = site.handshake_token(&json!({}), &json!({}), &cookies);
    returning.store([format!("__clerk_handshake={token}").as_str()]);
    let reply = returning.come_back("").await;
    assert_eq!((reply.status, reply.header("cache-control")), (307, "no-store"));
    assert!(reply.cookie_names().contains(&"__session"));
    assert_eq!(returning.open("/cached").await.body, "user_ada");
}

/// Whatever a guarded handler answers.
#[tokio::test]
async fn each_kind_of_response_says_that_it_depends_on_cookies() {
    let site = Site::production().await;
    let good = site.browser().signed_in("user_ada", 0);
    for (status, control, vary, expected_control, expected_vary) in [
        ("200", "", "", "private, no-store", "Cookie"),
        ("204", "", "", "private, no-store", "Cookie"),
        ("206", "", "", "private, no-store", "Cookie"),
        ("301", "", "", "private, no-store", "Cookie"),
        ("304", "", "", "private, no-store", "Cookie"),
        ("404", "", "", "private, no-store", "Cookie"),
        ("500", "", "", "private, no-store", "Cookie"),
        ("200", "", "*", "private, no-store", "*"),
        ("200", "", "accept, *", "private, no-store", "accept, *"),
        ("200", "", "accept, COOKIE", "private, no-store", "accept, COOKIE"),
        ("200", "", "cookies, x-cookie", "private, no-store", "cookies, x-cookie, Cookie"),
        // The handler knows best, and its response still varies.
        ("200", "public, max-age=60", "", "public, max-age=60", "Cookie"),
        ("206", "public, max-age=60", "*", "public, max-age=60", "*"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let mut fields = vec![DOCUMENT, ("x-status", status)];
            let own = [("x-control", control), ("x-vary", vary)];
            fields.extend(own.into_iter().filter(|(_, value)| !value.is_empty()));
            let what = format!("{method} {status} {control} {vary}");
            let reply = good.clone().send(method, "/answers", &fields).await;
            assert_eq!(reply.status.to_string(), status, "{what}");
            let fields = reply.headers.get_all("vary").iter().map(|it| it.to_str().unwrap());
            assert_eq!(fields.collect::<Vec<_>>().join(", "), expected_vary, "{what}");
            assert_eq!(reply.header("cache-control"), expected_control, "{what}");
        }
    }
    let expired = site.browser().signed_in("user_bob", 90);
    let refreshed = site.session("user_bob").lives(Duration::from_secs(3600)).jwt();
    site.api.sets(&session_cookies(&refreshed, NOW));
    for status in ["200", "206", "304", "404", "500"] {
        let fields = [SAME_ORIGIN, ("x-status", status), ("x-control", "public, max-age=60")];
        let reply = expired.clone().send(Method::HEAD, "/answers", &fields).await;
        assert!(reply.cookie_names().contains(&"__session"), "{status} {reply:?}");
        assert_eq!(reply.header("cache-control"), "no-store", "{status}");
        site.advance(3);
    }
}

/// RFC 9213 §2.2: a field for one kind of cache goes before `Cache-Control`.
#[tokio::test]
async fn cookies_go_to_no_cache_that_has_a_field_of_its_own() {
    let site = Site::production().await;
    let of_caches =
        ["cdn-cache-control", "x-cdn-cache-control", "surrogate-control", "x-accel-expires"];
    let good = site.browser().signed_in("user_ada", 0).open("/cached-elsewhere").await;
    for name in of_caches {
        assert_eq!(good.header(name), "max-age=60", "the application's own: {name}");
    }
    let mut browser = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let renewed = browser.open("/cached-elsewhere").await;
    assert!(renewed.cookie_names().contains(&"__session"), "{renewed:?}");
    assert_eq!(renewed.header("cache-control"), "no-store");
    for name in of_caches {
        assert_eq!(renewed.header(name), "", "{name}");
    }
}

/// Our own cookies are for TLS, this host and no script.
#[tokio::test]
async fn cookies_of_a_redirect_are_bound_to_the_host() {
    let site = Site::production().await;
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    let reply = browser.open("/dashboard").await;
    for cookie in reply.set_cookies() {
        for attribute in ["; Path=/", "; SameSite=Lax", "; HttpOnly", "; Secure", "; Max-Age="] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(reply.set_cookies().len(), 2);
}
