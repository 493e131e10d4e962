//! Pages while Clerk is unavailable.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clerk_auth::{
    ClerkBuilder,
    testing::{Answer, DevIssuer, Endpoint},
};
use clerk_auth_tests::captured_log;
use http::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::site::{HOST, NOW, ORIGIN, PUBLISHABLE_KEY, SAME_ORIGIN, SUFFIX, Site, session_cookies};

#[tokio::test]
async fn refresh_that_cannot_be_made_becomes_a_handshake_or_401() {
    for status in [500, 502, 503, 404, 302] {
        let site = Site::production().await;
        let browser = site.browser().signed_in("user_ada", 90);
        site.api.answers(status, json!("not Clerk"));
        let reply = browser.clone().open("/dashboard").await;
        assert_eq!(
            reply.target(),
            "handshake session-token-expired-refresh-unexpected-bapi-error",
            "{status}"
        );
        let reply = browser.clone().send(Method::POST, "/form", &[SAME_ORIGIN]).await;
        assert_eq!((reply.status, site.runs(), site.api.count()), (401, 0, 1), "{status}");
        // After three rounds, an optional page is anonymous.
        let mut tired = browser.clone();
        tired.jar.insert("__clerk_redirect_count".into(), "3".into());
        assert_eq!(tired.open("/greeting").await.body, "anonymous", "{status}");
        assert_eq!(tired.open("/dashboard").await.status, 401, "{status}");
    }
}

#[tokio::test]
async fn handshake_without_an_answer_starts_again_and_ends() {
    let site = Site::production().await;
    site.api.answers(503, json!(null));
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    browser.open("/dashboard").await;
    for round in 1..=3 {
        let brought = format!("__clerk_handshake_nonce=nonce_{round}");
        let reply = browser.come_back(&brought).await;
        let expected = if round < 3 { "handshake client-uat-but-no-session-token" } else { "401" };
        assert_eq!(reply.target(), expected, "{round}");
    }
    assert_eq!(site.api.count(), 3);
}

#[tokio::test]
async fn backend_api_that_hangs_costs_a_page_one_attempt() {
    let hasty = |clerk: ClerkBuilder, _: &DevIssuer| {
        clerk
            .publishable_key(PUBLISHABLE_KEY)
            .secret_key("sk_live_x")
            .authorized_parties([ORIGIN])
            .attempt_timeout(Duration::from_millis(200))
    };
    let site = Site::start(HOST, hasty, |pages| pages).await;
    let browser = site.browser().signed_in("user_ada", 90);
    site.api.hold();
    let started = Instant::now();
    let fetch_error = "handshake session-token-expired-refresh-fetch-error";
    assert_eq!(browser.clone().open("/dashboard").await.target(), fetch_error);
    let waited = started.elapsed();
    assert!((Duration::from_millis(200)..Duration::from_secs(2)).contains(&waited), "{waited:?}");
    // The failure counts for a while, so the next page does not wait.
    assert_eq!(browser.clone().open("/dashboard").await.target(), fetch_error);
    assert_eq!((site.api.count(), site.runs()), (1, 0));
    // Nor does a nonce take longer.
    let mut returning = site.browser();
    returning.store(["__client_uat=1"]);
    let brought = "__clerk_handshake_nonce=nonce_1";
    let reply = returning.return_from_handshake("/dashboard", brought).await;
    assert_eq!(reply.target(), "handshake client-uat-but-no-session-token");
    assert_eq!(site.api.count(), 2);
}

/// The URL of a call holds the nonce, which stands for a session, or the ID of the session.
#[tokio::test]
async fn failed_call_for_a_session_logs_neither_nonce_nor_session() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let settings = |clerk: ClerkBuilder, _: &DevIssuer| {
        let clerk = clerk.publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x");
        clerk.authorized_parties([ORIGIN]).api_url(&url)
    };
    let site = Site::start(HOST, settings, |pages| pages).await;
    captured_log::start();
    let mut returning = site.browser();
    returning.store(["__client_uat=1"]);
    let brought = "__clerk_handshake_nonce=nonce_of_ada";
    assert_eq!(returning.return_from_handshake("/dashboard", brought).await.status, 307);
    let expired = site.browser().signed_in("user_ada", 90).open("/dashboard").await;
    assert_eq!(expired.status, 307);
    let log = captured_log::take().join("\n");
    assert_eq!(log.matches("a request to Clerk failed").count(), 2, "{log}");
    assert!(log.contains(&url), "{log}");
    assert!(!log.contains("nonce_of_ada") && !log.contains("sess_"), "{log}");
}

/// Answers each connection with these bytes, and then closes it or keeps it open. Without bytes and
/// open connections, nothing listens.
async fn broken_api(answer: &'static [u8], stays_open: bool) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    if !answer.is_empty() || stays_open {
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut connection, _)) = listener.accept().await {
                let _ = connection.read(&mut [0; 16 * 1024]).await;
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = connection.write_all(answer).await;
                open.extend(stays_open.then_some(connection));
            }
        });
    }
    (url, calls)
}

#[tokio::test]
async fn broken_backend_api_costs_a_page_one_call_and_a_handshake() {
    for (what, answer, stays_open, called) in [
        ("refuses connections", &b""[..], false, 0),
        ("says nothing", b"", true, 1),
        ("stops in the head", b"HTTP/1.1 200 OK\r\nContent-", true, 1),
        ("closes in the head", b"HTTP/1.1 200 OK\r\nContent-", false, 1),
        ("stops in the body", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", true, 1),
        ("closes in the body", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", false, 1),
        ("answers too much", b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n{", true, 1),
        ("speaks another protocol", b"SSH-2.0-OpenSSH_9.9\r\n", false, 1),
    ] {
        let (url, calls) = broken_api(answer, stays_open).await;
        let settings = |clerk: ClerkBuilder, _: &DevIssuer| {
            let clerk = clerk.publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x");
            let clerk = clerk.attempt_timeout(Duration::from_millis(200));
            clerk.authorized_parties([ORIGIN]).api_url(url)
        };
        let site = Site::start(HOST, settings, |pages| pages).await;
        let browser = site.browser().signed_in("user_ada", 90);
        let fetch_error = "handshake session-token-expired-refresh-fetch-error";
        assert_eq!(browser.clone().open("/dashboard").await.target(), fetch_error, "{what}");
        let reply = browser.clone().send(Method::POST, "/form", &[SAME_ORIGIN]).await;
        assert_eq!((reply.status, site.runs()), (401, 0), "{what}");
        assert_eq!(calls.load(Ordering::SeqCst), called, "{what}");

        let mut returning = site.browser();
        returning.store(["__client_uat=1"]);
        let brought = "__clerk_handshake_nonce=nonce_1";
        let reply = returning.return_from_handshake("/dashboard", brought).await;
        assert_eq!(reply.target(), "handshake client-uat-but-no-session-token", "{what}");
        assert_eq!(calls.load(Ordering::SeqCst), 2 * called, "{what}");
    }
}

#[tokio::test]
async fn rate_limit_of_handshakes_is_obeyed_and_leaves_refreshes() {
    let site = Site::production().await;
    site.api.rejects(429, "too_many_requests");
    for (wait, calls) in [(0, 1), (0, 1), (4, 1), (1, 2)] {
        site.advance(wait);
        let mut browser = site.browser();
        browser.store(["__client_uat=1"]);
        let brought = format!("__clerk_handshake_nonce=nonce_{wait}_{}", site.arrivals());
        let reply = browser.return_from_handshake("/dashboard", &brought).await;
        assert_eq!(reply.target(), "handshake client-uat-but-no-session-token");
        assert_eq!(site.api.count(), calls, "{wait}");
    }
    let mut browser = site.browser();
    let token = site.session("user_ada").lives(Duration::from_secs(3600)).jwt();
    site.api.sets(&session_cookies(&token, NOW));
    browser.store(session_cookies(&site.token("user_ada"), NOW).iter().map(String::as_str));
    site.advance(90);
    assert_eq!(browser.open("/dashboard").await.body, "user_ada");
}

/// What the Frontend API does is seen only by what the browser brings back.
#[tokio::test]
async fn handshake_that_brings_nothing_or_nonsense_ends() {
    let site = Site::production().await;
    for brought in [
        "",
        "__clerk_handshake=",
        "__clerk_handshake=nonsense",
        "__clerk_handshake=a.b.c",
        "__clerk_handshake_nonce=",
        "__clerk_handshake_nonce=%00",
        "__clerk_error=unavailable",
    ] {
        for (path, end) in [("/dashboard", "401"), ("/greeting", "200")] {
            let mut browser = site.browser();
            browser.store(["__client_uat=1"]);
            browser.open(path).await;
            for round in 1..=3 {
                let reply = browser.come_back(brought).await;
                let again = "handshake client-uat-but-no-session-token";
                assert_eq!(reply.target(), if round < 3 { again } else { end }, "{brought} {path}");
            }
        }
    }
    assert_eq!(site.api.count(), 0);
}

/// A reused connection that is gone tells nothing about whether Clerk read the call.
#[tokio::test]
async fn refresh_on_a_closed_connection_is_not_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            // Answers the first call, and closes at the second.
            for answer in [true, false] {
                let mut call = [0; 16 * 1024];
                if connection.read(&mut call).await.is_ok_and(|read| read > 0) {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
                if answer {
                    let body = r#"{"errors":[{"code":"refresh_token_not_found"}]}"#;
                    let head = format!("HTTP/1.1 401 X\r\nContent-Length: {}\r\n\r\n", body.len());
                    connection.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                }
            }
        }
    });
    let settings = |clerk: ClerkBuilder, _: &DevIssuer| {
        let clerk = clerk.publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x");
        clerk.authorized_parties([ORIGIN]).api_url(url)
    };
    let site = Site::start(HOST, settings, |pages| pages).await;
    let mut browser = site.browser().signed_in("user_ada", 90);
    for (round, reason) in [(1, "refresh_token_not_found"), (2, "fetch-error")] {
        let reply = browser.clone().open("/dashboard").await;
        assert_eq!(reply.target(), format!("handshake session-token-expired-refresh-{reason}"));
        assert_eq!(calls.load(Ordering::SeqCst), round);
        browser.jar.insert(format!("__refresh_{SUFFIX}"), "another".to_owned());
    }
}

/// An unexpired cookie that cannot be checked is neither a way in nor a reason to sign in again.
#[tokio::test]
async fn session_that_cannot_be_checked_is_503_without_a_redirect() {
    let unreachable = |_: ClerkBuilder, issuer: &DevIssuer| {
        issuer.answer_with(Endpoint::KeySet, Answer::status(503));
        issuer.clerk().publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x")
    };
    let site = Site::start(HOST, unreachable, |pages| pages.origins([ORIGIN])).await;
    let mut browser = site.browser().signed_in("user_ada", 0);
    for path in ["/dashboard", "/greeting"] {
        let reply = browser.open(path).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (503, 0), "{path}");
        assert!(!reply.header("retry-after").is_empty());
    }
    assert_eq!(site.browser().open("/dashboard").await.target(), "sign-in");
}
