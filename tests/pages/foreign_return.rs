//! Handshakes that this browser did not start here: another site sends it here with a session of
//! somebody else, or to sign it out.

use http::Method;
use serde_json::json;

use crate::{
    browser::Browser,
    site::{DOCUMENT, NOW, SAME_ORIGIN, SUFFIX, Site, session_cookies},
};

const OTHER_PAGE: &str = "/account";

const NAMES_OF_OTHERS: [&str; 9] = [
    "clerk_auth_return",
    "__host-clerk_auth_return",
    "__HOST-clerk_auth_return",
    "__Host-Clerk_Auth_Return",
    "__Host-clerk%5fauth_return",
    "\"__Host-clerk_auth_return",
    "$Version=1,__Host-clerk_auth_return",
    "\u{2000}__Host-clerk_auth_return",
    "\u{85}__Host-clerk_auth_return",
];

/// What an attacker has: a handshake of their own session, by token and by nonce.
fn brought(site: &Site) -> [String; 2] {
    let cookies = session_cookies(&site.token("user_mallory"), NOW);
    site.api.sets(&cookies);
    let token = site.handshake_token(&json!({}), &json!({}), &cookies);
    [format!("__clerk_handshake={token}"), "__clerk_handshake_nonce=nonce_of_mallory".to_owned()]
}

/// Browsers that started no handshake on the dashboard, or not lately.
async fn browsers(site: &Site) -> Vec<(&'static str, Browser<'_>)> {
    let started = async |path: &str| {
        let mut browser = site.browser();
        browser.store(["__client_uat=1"]);
        assert!(browser.open(path).await.target().starts_with("handshake"));
        browser
    };
    let here = started("/dashboard").await;
    let (name, of_others) = (here.return_name(), NAMES_OF_OTHERS);
    let value = here.jar[&name].clone();
    // What another host of the domain can set, and some servers take for the one with the prefix.
    let named = of_others.map(|other| {
        let mut browser = here.clone();
        browser.jar.remove(&name);
        let other_name = name.replace("__Host-clerk_auth_return", other);
        browser.jar.insert(other_name, value.clone());
        (other, browser)
    });
    let mut forged = here.clone();
    let digits = value.split_once('.').unwrap();
    let forgery = format!("{}.{}", NOW + 1, digits.1);
    forged.jar.insert(name.clone(), forgery);
    let mut malformed = here.clone();
    malformed.jar.insert(name, "1".into());
    let elsewhere = started(OTHER_PAGE).await;
    let other_query = started("/dashboard?page=2").await;
    // Whoever sends the browser here knows no state of a handshake that is under way.
    let mut under_way = started("/dashboard").await;
    under_way.back = String::new();
    let mut guessed = under_way.clone();
    guessed.back.push_str("?__clerk_auth_state=AAAAAAAAAAAAAAAAAAAAAA");
    let mut of_another = under_way.clone();
    of_another.back = started("/dashboard").await.back;
    // Even if the name of the cookie were the one of that state.
    for browser in [&mut guessed, &mut of_another] {
        browser.jar.insert(browser.return_name(), value.clone());
    }
    let mut signed_out = site.browser();
    signed_out.store(["__client_uat=1"]);
    let others = vec![
        ("nothing", site.browser()),
        ("signed out", signed_out),
        ("a forged time", forged),
        ("malformed", malformed),
        ("another page", elsewhere),
        ("another query", other_query),
        ("a handshake under way", under_way),
        ("a guessed state", guessed),
        ("the state of another browser", of_another),
    ];
    named.into_iter().chain(others).collect()
}

/// The dashboard, with the state that a browser has.
fn dashboard(browser: &Browser<'_>, brought: &str) -> String {
    let state = browser.back.split(['?', '&']).find(|it| it.starts_with("__clerk_auth_state"));
    format!("/dashboard?{}&{brought}", state.unwrap_or_default())
}

#[tokio::test]
async fn foreign_handshake_is_dropped_without_a_call() {
    let site = Site::production().await;
    for (what, browser) in browsers(&site).await {
        for brought in brought(&site) {
            let mut by_url = browser.clone();
            let with = by_url.open(&dashboard(&browser, &brought)).await;
            let mut by_cookie = browser.clone();
            by_cookie.store([brought.as_str()]);
            let with_cookie = by_cookie.open(&dashboard(&browser, "")).await;
            let without = browser.clone().open("/dashboard").await;
            // As if there were none.
            assert_eq!(with.target(), without.target(), "{what} {brought}");
            assert_eq!(with_cookie.target(), without.target(), "{what} {brought}");
            for reply in [with, with_cookie] {
                assert!(
                    !reply.cookie_names().iter().any(|it| it.starts_with("__session")),
                    "{what}"
                );
                assert_eq!(reply.parameter("redirect_url"), without.parameter("redirect_url"));
            }
        }
    }
    assert_eq!((site.api.count(), site.runs()), (0, 0));
}

#[tokio::test]
async fn handshake_that_comes_back_late_is_dropped() {
    let site = Site::production().await;
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    browser.open("/dashboard").await;
    site.advance(59);
    let by_token = &brought(&site)[0];
    let reply = browser.clone().come_back(by_token).await;
    assert!(reply.cookie_names().contains(&"__session"), "{reply:?}");
    site.advance(1);
    for brought in brought(&site) {
        let reply = browser.clone().come_back(&brought).await;
        assert_eq!(reply.target(), "handshake client-uat-but-no-session-token");
    }
    assert_eq!(site.api.count(), 0);
}

#[tokio::test]
async fn handshake_counts_once() {
    for nonce in [false, true] {
        let site = Site::production().await;
        let mut browser = site.browser();
        browser.store(["__client_uat=1"]);
        browser.open("/dashboard").await;
        let brought = &brought(&site)[usize::from(nonce)];
        let before = browser.clone();
        let target = format!("{}&{brought}", browser.back);
        assert!(browser.open(&target).await.cookie_names().contains(&"__session"));
        // The cookie is consumed.
        let mut later = before.clone();
        later.jar.remove(&before.return_name());
        assert!(later.open(&target).await.target().starts_with("handshake"));
        // A nonce is asked about once, also by a browser that keeps the cookie.
        let again = before.clone().open(&target).await;
        assert_eq!(again.cookie_names().contains(&"__session"), !nonce);
        assert_eq!(site.api.count(), usize::from(nonce));
    }
}

#[tokio::test]
async fn only_a_page_that_the_browser_opens_resolves_a_handshake() {
    let site = Site::production().await;
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    browser.open("/dashboard").await;
    for (method, fields) in [
        (Method::POST, &[SAME_ORIGIN][..]),
        (Method::POST, &[DOCUMENT]),
        (Method::HEAD, &[DOCUMENT]),
        (Method::GET, &[("sec-fetch-dest", "empty"), SAME_ORIGIN]),
        (Method::GET, &[("sec-fetch-dest", "image")]),
        (Method::GET, &[("sec-fetch-dest", "iframe"), ("sec-fetch-site", "cross-site")]),
        (Method::GET, &[DOCUMENT, ("sec-purpose", "prefetch")]),
        (Method::GET, &[DOCUMENT, ("upgrade", "websocket"), ("connection", "upgrade")]),
        (Method::GET, &[DOCUMENT, ("authorization", "Basic eA==")]),
        (Method::GET, &[]),
    ] {
        for brought in brought(&site) {
            let mut by_cookie = browser.clone();
            by_cookie.store([brought.as_str()]);
            for path in ["/dashboard", "/public", "/greeting"] {
                let with = browser.clone();
                let page = browser.back.replace("/dashboard", path);
                let target = format!("{page}&{brought}");
                let reply = with.clone().send(method.clone(), &target, fields).await;
                assert!(reply.status != 307 && reply.set_cookies().is_empty(), "{reply:?}");
                let reply = by_cookie.clone().send(method.clone(), &page, fields).await;
                assert!(reply.status != 307 && reply.set_cookies().is_empty(), "{reply:?}");
            }
        }
    }
    assert_eq!((site.api.count(), site.runs()), (0, 0));
}

#[tokio::test]
async fn foreign_handshake_changes_no_good_session() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 0);
    let out = ["__session=; Max-Age=0".to_owned(), format!("__client_uat_{SUFFIX}=0")];
    let out = site.handshake_token(&json!({}), &json!({}), &out);
    let brought: Vec<String> =
        brought(&site).into_iter().chain([format!("__clerk_handshake={out}")]).collect();
    for brought in brought {
        let reply = browser.clone().open(&format!("/dashboard?{brought}")).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada"), "{brought}");
        assert!(reply.set_cookies().is_empty());
        let mut by_cookie = browser.clone();
        by_cookie.store([brought.as_str()]);
        assert_eq!(by_cookie.open("/dashboard").await.body, "user_ada", "{brought}");
    }
    assert_eq!(site.api.count(), 0);
}

/// A URL that two readers could read in two ways. The first value counts, and none stays.
#[tokio::test]
async fn of_several_handshakes_in_a_url_one_counts_and_none_stays() {
    let site = Site::production().await;
    let token = |user: &str| {
        site.handshake_token(&json!({}), &json!({}), &session_cookies(&site.token(user), NOW))
    };
    let (ada, bob) = (token("user_ada"), token("user_bob"));
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    browser.open("/dashboard?a=b").await;
    for (brought, is_resolved) in [
        (format!("__clerk_handshake={ada}&__clerk_handshake={bob}"), true),
        (format!("__clerk_handshake=&%5f_clerk_handshake={ada}&__clerk_handshake={bob}"), true),
        (format!("%5F%5Fclerk%5Fhandshake={ada}"), true),
        (format!("__clerk_handshake=malformed&__clerk_handshake={ada}"), false),
        (format!("__clerk_handshake_nonce=/&__clerk_handshake={ada}"), false),
        (format!("__Clerk_handshake={ada}"), false),
        (format!("__clerk_handshake[]={ada}"), false),
        (format!("__clerk_handshake%00={ada}"), false),
        (format!("__clerk_handshake;x={ada}"), false),
        (format!("x;__clerk_handshake={ada}"), false),
        (format!("__clerk_handshake%3D{ada}"), false),
    ] {
        let mut browser = browser.clone();
        let reply = browser.come_back(&brought).await;
        assert_eq!(reply.target().starts_with("handshake"), !is_resolved, "{brought}");
        assert_eq!(reply.cookie_names().contains(&"__session"), is_resolved, "{brought}");
        if is_resolved {
            assert_eq!(reply.header("location"), "https://app.example.com/dashboard?a=b");
            assert_eq!(browser.open("/dashboard").await.body, "user_ada", "{brought}");
        }
    }
    assert_eq!(site.api.count(), 0);
}

/// The browser started a handshake, and meanwhile its session is good again.
#[tokio::test]
async fn sign_out_by_handshake_leaves_a_good_session() {
    let site = Site::production().await;
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    browser.open("/dashboard").await;
    let mut browser = browser.signed_in("user_ada", 0);
    let out = ["__session=; Max-Age=0".to_owned(), "__client_uat=0".to_owned()];
    let token = site.handshake_token(&json!({}), &json!({}), &out);
    let reply = browser.come_back(&format!("__clerk_handshake={token}")).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada"), "{reply:?}");
    let own = ["__Host-clerk_auth_return", "__clerk_redirect_count"];
    assert_eq!(reply.cookie_names(), own, "they are consumed");
}

/// A public page takes a handshake out of its URL, and is else left alone.
#[tokio::test]
async fn public_page_redirects_only_to_take_a_resolved_handshake_away() {
    let site = Site::production().await;
    let cookies = session_cookies(&site.token("user_ada"), NOW);
    let token = site.handshake_token(&json!({}), &json!({}), &cookies);
    let target = format!("/public?a=b&__clerk_handshake={token}");
    let reply = site.browser().open(&target).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "public"));
    for target in [
        "/public?__clerk_db_jwt=x",
        "/public?__clerk_redirect_url=https://evil.example",
        "/public?__clerk_synced=false",
        "/public?__clerk_handshake_nonce=n",
    ] {
        let reply = site.browser().open(target).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{target}");
        assert!(reply.header("vary").is_empty() && reply.header("cache-control").is_empty());
    }
    assert_eq!(site.api.count(), 0);
}
