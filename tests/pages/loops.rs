//! Redirects that would follow each other without end, and those that must not be there at all.

use http::Method;
use serde_json::json;

use crate::site::{DOCUMENT, NOW, ORIGIN, SUFFIX, Site, session_cookies};

/// A browser that comes back without a session each time.
#[tokio::test]
async fn redirects_end_at_three() {
    let site = Site::production().await;
    for cookies in ["", "__client_uat=1"] {
        let mut browser = site.browser();
        if !cookies.is_empty() {
            browser.store([cookies]);
        }
        for round in 1..=3 {
            let reply = browser.open("/dashboard").await;
            assert_eq!(reply.status, 307, "{round}");
            assert_eq!(browser.jar["__clerk_redirect_count"], round.to_string());
        }
        for path in ["/dashboard", "/account"] {
            let reply = browser.open(path).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{path}");
        }
        // An optional page is anonymous then.
        assert_eq!(browser.open("/greeting").await.body, "anonymous");
    }
}

/// A browser that opens its last windows again starts several handshakes before one comes back.
#[tokio::test]
async fn handshakes_of_several_windows_each_come_back() {
    let site = Site::production().await;
    let cookies = session_cookies(&site.token("user_ada"), NOW);
    let token = site.handshake_token(&json!({}), &json!({}), &cookies);
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    let mut started = Vec::new();
    for path in ["/dashboard", "/account", "/dashboard"] {
        assert!(browser.open(path).await.target().starts_with("handshake"));
        started.push((path, browser.back.clone()));
    }
    for (path, back) in started {
        let mut window = browser.clone();
        window.back = back;
        let reply = window.come_back(&format!("__clerk_handshake={token}")).await;
        assert_eq!(reply.target(), format!("{ORIGIN}{path}"));
        assert_eq!(window.open(path).await.body, "user_ada");
    }
}

/// Each handshake brings a session that the browser does not store.
#[tokio::test]
async fn session_that_is_not_stored_ends_in_401() {
    let site = Site::production().await;
    let token = site.handshake_token(
        &json!({}),
        &json!({}),
        &session_cookies(&site.token("user_ada"), NOW),
    );
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    let mut redirects = 0;
    let mut target = "/dashboard".to_owned();
    loop {
        let reply = browser.open(&target).await;
        for name in ["__session", &format!("__session_{SUFFIX}")] {
            browser.jar.remove(name);
        }
        if reply.status != 307 {
            assert_eq!(reply.status, 401);
            break;
        }
        redirects += 1;
        assert!(redirects < 10, "a loop");
        target = if reply.target().starts_with("handshake") {
            format!("{}&__clerk_handshake={token}", browser.back)
        } else {
            reply.header("location").strip_prefix(ORIGIN).unwrap().to_owned()
        };
    }
    assert_eq!(redirects, 6, "three handshakes, and the way back of each");
}

/// Whoever signs out soon after a sign-in is sent to the sign-in page again.
#[tokio::test]
async fn admitted_session_ends_the_count() {
    let site = Site::production().await;
    let mut browser = site.browser();
    let cookies = session_cookies(&site.token("user_ada"), NOW);
    browser.store(cookies.iter().map(String::as_str).chain(["__clerk_redirect_count=3"]));
    assert_eq!(browser.open("/dashboard").await.status, 200);
    assert!(!browser.jar.contains_key("__clerk_redirect_count"));
    assert!(browser.open("/dashboard").await.set_cookies().is_empty(), "nothing to remove");
}

#[tokio::test]
async fn counter_that_a_browser_did_not_get_from_here_ends_redirects() {
    let site = Site::production().await;
    for value in ["3", "4", "99", "-1", "+1", "x", "1.5", "1e0", "999999999999999999999", "3abc"] {
        let cookie = format!("__clerk_redirect_count={value}");
        let fields = [DOCUMENT, ("cookie", cookie.as_str())];
        let reply = site.send(Method::GET, "/dashboard", &fields).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{value}");
    }
}

#[tokio::test]
async fn rejection_that_a_redirect_does_not_cure_has_none() {
    let site = Site::production().await;
    let mut browser = site.browser();
    let pending = site.session("user_ada").pending().jwt();
    browser.store(session_cookies(&pending, NOW).iter().map(String::as_str));
    for path in ["/dashboard", "/admin"] {
        let reply = browser.open(path).await;
        assert!([401, 403].contains(&reply.status), "{path} {reply:?}");
        assert!(reply.set_cookies().is_empty(), "{path} {reply:?}");
    }
    let mut member = site.browser().signed_in("user_ada", 0);
    assert_eq!(member.open("/admin").await.status, 403);
    // Nor does one that asks for other tokens.
    assert_eq!(site.browser().open("/api").await.status, 401);
}

#[tokio::test]
async fn frame_prefetch_and_script_are_never_redirected() {
    let site = Site::production().await;
    let cross = ("sec-fetch-site", "cross-site");
    let frame = ("sec-fetch-dest", "iframe");
    for cookies in ["", "__client_uat=1"] {
        for (method, fields) in [
            (Method::GET, vec![frame, cross]),
            (Method::GET, vec![frame]),
            (Method::GET, vec![("sec-fetch-dest", "frame"), cross]),
            (Method::GET, vec![("sec-fetch-dest", "embed")]),
            (Method::GET, vec![("sec-fetch-dest", "object")]),
            (Method::GET, vec![("sec-fetch-dest", "empty"), ("accept", "text/html")]),
            (Method::GET, vec![DOCUMENT, ("sec-purpose", "prefetch")]),
            (Method::GET, vec![DOCUMENT, ("sec-purpose", "prefetch;prerender")]),
            (Method::GET, vec![DOCUMENT, ("purpose", "prefetch")]),
            (Method::GET, vec![DOCUMENT, ("upgrade", "websocket"), ("connection", "upgrade")]),
            (Method::GET, vec![DOCUMENT, ("authorization", "Bearer x")]),
            (Method::GET, vec![("accept", "application/json")]),
            (Method::POST, vec![DOCUMENT]),
            (Method::HEAD, vec![DOCUMENT]),
        ] {
            let mut fields = fields.clone();
            if !cookies.is_empty() {
                fields.push(("cookie", cookies));
            }
            let reply = site.send(method.clone(), "/dashboard", &fields).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{method} {fields:?}");
        }
    }
    let fields = [frame, ("sec-fetch-site", "same-origin")];
    assert_eq!(site.send(Method::GET, "/dashboard", &fields).await.target(), "sign-in");
    let fields = [("accept", "text/html,application/xhtml+xml")];
    assert_eq!(site.send(Method::GET, "/dashboard", &fields).await.target(), "sign-in");
}

/// A guarded page that is the sign-in page itself.
#[tokio::test]
async fn sign_in_never_leads_to_the_page_that_was_asked_for() {
    for sign_in in ["/account", "https://app.example.com/account", "/x/../account?a=b"] {
        let site = Site::production_with(|pages| pages.sign_in_url(sign_in)).await;
        for path in ["/account", "/account?redirect_url=x"] {
            let reply = site.browser().open(path).await;
            assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{sign_in} {path}");
        }
        let reply = site.browser().open("/dashboard").await;
        assert_eq!(reply.location().path(), "/account");
    }
}
