//! Refreshes for another user, of another user, and too many of them.

use std::time::Duration;

use clerk_auth::{ClerkBuilder, testing::DevIssuer};
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    site::{
        DOCUMENT, HOST, ISSUER, NOW, ORIGIN, PUBLISHABLE_KEY, SAME_ORIGIN, SUFFIX, Site,
        session_cookies,
    },
};

#[tokio::test]
async fn only_a_page_or_its_own_origin_is_refreshed() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let empty = ("sec-fetch-dest", "empty");
    for (method, fields, status) in [
        (Method::POST, &[("sec-fetch-site", "cross-site")][..], 403),
        (Method::POST, &[("sec-fetch-site", "same-site"), ("origin", ORIGIN)], 401),
        (Method::POST, &[("sec-fetch-site", "same-site")], 403),
        (Method::POST, &[("sec-fetch-site", "none")], 401),
        (Method::POST, &[("origin", "https://evil.example")], 403),
        (Method::POST, &[("origin", "null")], 403),
        (Method::POST, &[SAME_ORIGIN, SAME_ORIGIN], 403),
        (Method::POST, &[], 401),
        (Method::GET, &[], 401),
        (Method::GET, &[empty, ("sec-fetch-site", "cross-site")], 401),
        (Method::GET, &[("sec-fetch-dest", "iframe"), ("sec-fetch-site", "cross-site")], 401),
        (Method::HEAD, &[DOCUMENT], 401),
        (Method::POST, &[SAME_ORIGIN, ("authorization", "Basic eA==")], 401),
        (Method::GET, &[DOCUMENT, ("authorization", "Basic eA==")], 401),
    ] {
        let reply = browser.clone().send(method.clone(), "/dashboard", fields).await;
        assert_eq!(reply.status, status, "{method} {fields:?}");
        assert!(reply.set_cookies().is_empty(), "{method} {fields:?}");
    }
    assert_eq!((site.api.count(), site.runs()), (0, 0));
    for (method, fields) in [
        (Method::GET, &[DOCUMENT, ("sec-fetch-site", "cross-site")][..]),
        (Method::POST, &[SAME_ORIGIN]),
        (Method::POST, &[("origin", ORIGIN)]),
        (Method::GET, &[empty, SAME_ORIGIN]),
    ] {
        let reply = browser.clone().send(method.clone(), "/dashboard", fields).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada"), "{method} {fields:?}");
    }
}

#[tokio::test]
async fn bearer_token_is_never_refreshed_and_enters_no_url() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    let bearer = format!("Bearer {}", browser.jar["__session"]);
    for path in ["/dashboard", "/greeting"] {
        let fields = [DOCUMENT, SAME_ORIGIN, ("authorization", bearer.as_str())];
        let reply = browser.clone().send(Method::GET, path, &fields).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{path}");
    }
    assert_eq!(site.api.count(), 0);
}

/// Whatever is wrong with the expired token beside its end, Clerk is not asked to refresh it.
#[tokio::test]
async fn token_that_breaks_another_rule_is_not_refreshed() {
    let site = Site::production().await;
    let expired = || site.session("user_ada").expired();
    let foreign = Site::production().await.session("user_ada").expired().jwt();
    let uat = (NOW - 300).to_string();
    for (token, uat) in [
        (expired().without_claim("azp").jwt(), &*uat),
        (expired().authorized_party("https://evil.example").jwt(), &uat),
        (expired().claim("iss", "https://clerk.evil.example").jwt(), &uat),
        (expired().claim("sub", "org_1").jwt(), &uat),
        (expired().without_claim("sid").jwt(), &uat),
        (expired().session_id("").jwt(), &uat),
        (expired().session_id("../users/user_ada").jwt(), &uat),
        (expired().session_id("sess_a/../../users").jwt(), &uat),
        (expired().session_id("sess_a%2f").jwt(), &uat),
        (expired().session_id("sess_a?x=y").jwt(), &uat),
        (expired().header("cat", "cl_B7d4PD222AAA").jwt(), &uat),
        (expired().claim("o", "x").jwt(), &uat),
        (foreign, &uat),
        (expired().jwt(), &(NOW + 1).to_string()),
        (expired().jwt(), "0"),
    ] {
        let mut browser = site.browser();
        let cookies = session_cookies(&token, 0).join("|").replace("client_uat=0", "x=0");
        browser.store(cookies.split('|'));
        for suffix in ["", "_naoXFJnI"] {
            browser.jar.insert(format!("__client_uat{suffix}"), uat.to_owned());
        }
        let reply = browser.send(Method::POST, "/dashboard", &[SAME_ORIGIN]).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{token} {uat}");
    }
    assert_eq!((site.api.count(), site.runs()), (0, 0));
}

/// In a header, such a token passes.
#[tokio::test]
async fn cookie_without_its_party_is_neither_accepted_nor_refreshed() {
    let settings = |clerk: ClerkBuilder, _: &DevIssuer| {
        let clerk = clerk.publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x");
        clerk.authorized_parties([ORIGIN]).parties_for_cookies_only()
    };
    let site = Site::start(HOST, settings, |pages| pages).await;
    let mut browser = site.browser();
    let token = site.session("user_ada").without_claim("azp").jwt();
    browser.store(session_cookies(&token, NOW).iter().map(String::as_str));
    for seconds in [0, 90] {
        site.advance(seconds);
        let reply = browser.send(Method::POST, "/dashboard", &[SAME_ORIGIN]).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{seconds}");
    }
    assert_eq!((site.api.count(), site.runs()), (0, 0));
}

#[tokio::test]
async fn session_without_its_refresh_cookie_is_not_refreshed() {
    let site = Site::production().await;
    let mut browser = site.browser().signed_in("user_ada", 90);
    let name = format!("__refresh_{SUFFIX}");
    let value = browser.jar.remove(&name).unwrap();
    for other in ["__refresh", "__refresh_OTHERSFX", "__Refresh_naoXFJnI"] {
        let mut browser = browser.clone();
        browser.jar.insert(other.to_owned(), value.clone());
        let reply = browser.open("/dashboard").await;
        let reason = "handshake session-token-expired-refresh-non-eligible-no-refresh-cookie";
        assert_eq!(reply.target(), reason, "{other}");
    }
    assert_eq!(site.api.count(), 0);
}

/// Clerk, or what stands in its place, answers with a session that is not the one that was asked for.
#[tokio::test]
async fn answer_with_another_session_is_not_set() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    // Good for the whole table, so that its end is not what is wrong with one.
    let session = |user: &str| site.session(user).lives(Duration::from_secs(3600));
    let set = |token: &str| session_cookies(token, NOW);
    let cookies = |it: Vec<String>| (200, json!({ "object": "cookies", "cookies": it }));
    let mut with_foreign_name = set(&session("user_ada").jwt());
    with_foreign_name.push("csrf=1".to_owned());
    let mut with_two = set(&session("user_ada").jwt());
    with_two[1] = format!("__session_{SUFFIX}={}", session("user_bob").jwt());
    let answers: Vec<(u16, Value)> = vec![
        cookies(set(&session("user_bob").jwt())),
        cookies(set(&session("user_ada").session_id("sess_bob").jwt())),
        cookies(set(&session("user_bob").session_id("sess_ada").jwt())),
        cookies(set(&session("user_ada").expired().jwt())),
        cookies(set(&session("user_ada").authorized_party("https://evil.example").jwt())),
        cookies(set(&session("user_ada").claim("iss", format!("{ISSUER}.evil")).jwt())),
        cookies(set(&session("user_ada").claim("iat", NOW - 1).jwt())),
        cookies(set("malformed")),
        cookies(set("")),
        cookies(with_foreign_name),
        cookies(with_two),
        cookies(Vec::new()),
        (200, json!({ "cookies": null })),
        (200, json!([])),
        (401, json!({ "errors": [{ "code": "refresh_sid_mismatch" }] })),
        (401, json!({ "errors": [{ "code": "clerk_key_invalid" }] })),
        (404, Value::Null),
        (500, Value::Null),
    ];
    for (at, (status, body)) in answers.into_iter().enumerate() {
        let what = format!("{status} {body}");
        site.api.answers(status, body);
        // Past the cached refusal, and past the limit of one session.
        site.advance(11);
        let reply = browser.clone().send(Method::POST, "/dashboard", &[SAME_ORIGIN]).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{what}");
        assert_eq!(site.api.count(), at + 1, "{what}: asked once");
    }
    assert_eq!(site.runs(), 0);
    site.api.sets(&set(&session("user_ada").jwt()));
    site.advance(11);
    let reply = browser.clone().send(Method::POST, "/dashboard", &[SAME_ORIGIN]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada"), "the good one is");
}

async fn all_at_once(browsers: Vec<Browser<'_>>, site: &Site) -> Vec<String> {
    site.api.hold();
    let expected = site.arrivals() + browsers.len();
    let sent = browsers.into_iter().map(async |mut browser: Browser<'_>| {
        browser.send(Method::POST, "/form", &[SAME_ORIGIN]).await.body
    });
    let release = async {
        // On the one thread of this test, a request that has arrived waits for a refresh by now.
        while site.arrivals() < expected || site.api.count() == 0 {
            tokio::task::yield_now().await;
        }
        site.api.release();
    };
    let (bodies, ()) = tokio::join!(join_all(sent), release);
    bodies
}

#[tokio::test]
async fn requests_of_one_browser_share_one_refresh() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let bodies = all_at_once(vec![browser; 20], &site).await;
    assert!(bodies.iter().all(|body| body == "user_ada: typed by hand"), "{bodies:?}");
    assert_eq!((site.api.count(), site.runs()), (1, 20));
}

/// Two people, and one of them with a cookie of the other: each gets only its own session.
#[tokio::test]
async fn requests_of_two_people_share_no_refresh() {
    let site = Site::production().await;
    let (ada, bob) = (site.token("user_ada"), site.token("user_bob"));
    let browser_of = |token: &str, refresh: &str| {
        let mut browser = site.browser();
        browser.store(session_cookies(token, NOW).iter().map(String::as_str));
        browser.jar.insert(format!("__refresh_{SUFFIX}"), refresh.to_owned());
        browser
    };
    let browsers = vec![
        browser_of(&ada, "of_ada"),
        browser_of(&bob, "of_bob"),
        browser_of(&ada, "of_bob"),
        browser_of(&bob, "of_ada"),
    ];
    site.advance(90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let bodies = all_at_once(browsers, &site).await;
    let calls = site.api.calls();
    assert_eq!(calls.len(), 4, "each asks for itself");
    let mut pairs: Vec<_> = calls
        .iter()
        .map(|call| (call.target.contains("sess_ada"), call.body["refresh_token"].to_string()))
        .collect();
    pairs.sort();
    pairs.dedup();
    assert_eq!(pairs.len(), 4);
    // Whoever is not the user of the answer stays out.
    let admitted = bodies.iter().map(|body| body == "user_ada: typed by hand");
    assert_eq!(admitted.collect::<Vec<_>>(), [true, false, true, false], "{bodies:?}");
}

#[tokio::test]
async fn requests_of_two_origins_share_no_refresh() {
    const ADMIN: &str = "https://admin.example.com";
    let settings = |clerk: ClerkBuilder, _: &DevIssuer| {
        let clerk = clerk.publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x");
        clerk.authorized_parties([ORIGIN, ADMIN])
    };
    let site = Site::start(HOST, settings, |pages| pages.origins([ORIGIN, ADMIN])).await;
    let browser = site.browser().signed_in("user_ada", 90);
    site.api.rejects(401, "refresh_request_origin_invalid");
    for (host, calls) in [("app.example.com", 1), ("admin.example.com", 2), ("app.example.com", 2)]
    {
        let fields = [DOCUMENT, ("host", host)];
        assert_eq!(browser.clone().send(Method::GET, "/dashboard", &fields).await.status, 307);
        assert_eq!(site.api.count(), calls, "{host}");
    }
    let origins = site.api.calls().into_iter().map(|call| call.body["request_origin"].clone());
    assert_eq!(origins.collect::<Vec<_>>(), [ORIGIN, ADMIN]);
}

#[tokio::test]
async fn flood_of_one_session_is_bounded() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    site.api.rejects(401, "refresh_token_not_found");
    for number in 0..20 {
        let mut browser = browser.clone();
        browser.jar.insert(format!("__refresh_{SUFFIX}"), format!("guess_{number}"));
        for _ in 0..3 {
            let reply = browser.send(Method::POST, "/dashboard", &[SAME_ORIGIN]).await;
            assert_eq!(reply.status, 401);
        }
    }
    assert_eq!(site.api.count(), 5, "of one session in ten seconds");
    // Another session is not held up.
    let token = site.session("user_bob").expired().jwt();
    let mut bob = site.browser();
    bob.store(session_cookies(&token, NOW - 300).iter().map(String::as_str));
    bob.send(Method::POST, "/dashboard", &[SAME_ORIGIN]).await;
    assert_eq!(site.api.count(), 6);
}

#[tokio::test]
async fn rejection_is_cached_for_ten_seconds() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    site.api.rejects(401, "refresh_token_not_found");
    for (wait, calls) in [(0, 1), (0, 1), (9, 1), (1, 2), (0, 2)] {
        site.advance(wait);
        let reply = browser.clone().open("/dashboard").await;
        let reason = "handshake session-token-expired-refresh-refresh_token_not_found";
        assert_eq!((reply.target().as_str(), site.api.count()), (reason, calls), "{wait}");
    }
}

/// Where a limit or an outage forbids the refresh, pages take the handshake.
#[tokio::test]
async fn limit_of_clerk_is_obeyed_and_pages_take_the_handshake() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    site.api.rejects(429, "too_many_requests");
    let busy = "handshake session-token-expired-refresh-too_many_requests";
    for (number, calls) in [(0, 1), (1, 1), (2, 1)] {
        let mut browser = browser.clone();
        browser.jar.insert(format!("__refresh_{SUFFIX}"), number.to_string());
        assert_eq!(browser.clone().open("/dashboard").await.target(), busy);
        let reply = browser.send(Method::POST, "/dashboard", &[SAME_ORIGIN]).await;
        assert_eq!((reply.status, site.api.count()), (401, calls));
    }
    // An optional page is handed over too, and its form stays rejected.
    assert_eq!(browser.clone().open("/greeting").await.target(), busy);
    let reply = browser.clone().send(Method::POST, "/greeting", &[SAME_ORIGIN]).await;
    assert_eq!(reply.status, 401);
    assert_eq!(site.api.count(), 1);
}
