//! Settings that can be used: what is logged at start, and the HTTP client that calls Clerk.

use std::{env, error::Error, process::Command};

use axum::{Router, routing::get};
use clerk_auth::{
    Clerk, clerk_auth,
    testing::{Answer, Calls, DevIssuer, Endpoint, TestClock},
};
use clerk_auth_tests::{Server, captured_log};
use http::Method;
use reqwest::{Client, redirect, retry};

use crate::{NOW, issuer};

/// `clerk.example.com`.
const LIVE: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
/// `happy-cat-12.clerk.accounts.dev`.
const TEST: &str = "pk_test_aGFwcHktY2F0LTEyLmNsZXJrLmFjY291bnRzLmRldiQ";

#[clerk_auth]
async fn session() {}

#[clerk_auth(accepts = "api_key")]
async fn key() {}

fn app(clerk: Clerk) -> Router {
    Router::new().route("/session", get(session)).route("/key", get(key)).with_state(clerk)
}

fn warnings() -> Vec<String> {
    captured_log::take().into_iter().filter(|line| line.starts_with("WARN clerk_auth")).collect()
}

/// Set in the process that plays a machine without CA certificates.
const WITHOUT_CERTIFICATES: &str = "CLERK_AUTH_TEST_WITHOUT_CERTIFICATES";

#[test]
fn missing_ca_certificates_fail_the_call_and_not_the_build() {
    let name = "settings::machine_without_ca_certificates";
    let output = Command::new(env::current_exe().unwrap())
        .args([name, "--exact"])
        .env(WITHOUT_CERTIFICATES, "1")
        .env("SSL_CERT_FILE", "/nonexistent")
        .env("SSL_CERT_DIR", "/nonexistent")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
async fn machine_without_ca_certificates() {
    if env::var_os(WITHOUT_CERTIFICATES).is_none() {
        return;
    }
    captured_log::start();
    let issuer = issuer().await;
    let token = issuer.session("user_ada").jwt();

    // Nothing is called: no certificates are needed.
    let local = Clerk::builder().jwt_key(issuer.public_key_pem()).clock(TestClock::at(NOW));
    let local = local.secret_key("sk_test_x").build().unwrap();
    local.warm_up().await.unwrap();
    assert_eq!(Server::start(app(local)).await.get("/session", &token).await.status, 200);

    // Only this machine is called, without TLS.
    let loopback = Server::start(app(issuer.clerk().build().unwrap())).await;
    assert_eq!(loopback.get("/session", &token).await.status, 200);

    // Clerk is called: the first call fails, and the log says what to install.
    let clerk = Clerk::builder().publishable_key(LIVE).build().unwrap();
    captured_log::take();
    let not_ready = clerk.warm_up().await.unwrap_err();
    assert!(not_ready.source().is_some());
    for text in [not_ready.to_string(), format!("{not_ready:?}"), captured_log::take().join("\n")] {
        for told in ["`ca-certificates`", "SSL_CERT_FILE", "http_client", "No CA certificates"] {
            assert!(text.contains(told), "{told}: {text}");
        }
    }
    assert_eq!(Server::start(app(clerk)).await.get("/session", &token).await.status, 503);

    // A client without the certificates of the system can be built; it calls, and is not trusted.
    let own = Clerk::builder().publishable_key(LIVE).http_client(without_roots);
    let own = own.frontend_api_url("https://127.0.0.1:1").build().unwrap();
    let text = own.warm_up().await.unwrap_err().to_string();
    assert!(text.contains("the connection failed: ") && !text.contains("SSL_CERT_FILE"), "{text}");

    // A client of the application that cannot be built is a mistake at start.
    let own = Clerk::builder().publishable_key(LIVE).http_client(Client::builder);
    let text = own.build().unwrap_err().to_string();
    assert!(text.starts_with("http_client: the client cannot be built: "), "{text}");
    assert!(text.contains("No CA certificates were loaded"), "{text}");
}

fn without_roots() -> reqwest::ClientBuilder {
    Client::builder().no_proxy().tls_certs_only([])
}

#[tokio::test]
async fn own_http_client_follows_no_redirect_and_repeats_no_call() {
    let (issuer, decoy) = (issuer().await, DevIssuer::start().await.unwrap());
    #[allow(clippy::redundant_closure_for_method_calls, reason = "the type has no public path")]
    let own = || {
        let everything = retry::for_host("127.0.0.1").classify_fn(|call| call.retryable());
        without_roots().redirect(redirect::Policy::limited(5)).retry(everything)
    };
    let server = Server::start(app(issuer.clerk().http_client(own).build().unwrap())).await;
    let key = issuer.api_key("user_ada").opaque();
    assert_eq!(server.get("/key", &key).await.status, 200);
    for answer in
        [Answer::redirect(format!("{}/api_keys/verify", decoy.url())), Answer::status(502)]
    {
        issuer.answer_with(Endpoint::ApiKeyVerify, answer);
        let before = issuer.calls().total();
        let token = issuer.api_key("user_ada").opaque();
        assert_eq!(server.get("/key", &token).await.status, 503);
        assert_eq!(issuer.calls().total(), before + 1);
    }
    assert_eq!(decoy.calls(), Calls::default());
}

#[test]
fn own_http_client_that_cannot_be_built_is_told_at_start() {
    let own = || without_roots().user_agent("a\nb");
    let error = Clerk::builder().secret_key("sk_test_x").http_client(own).build().unwrap_err();
    let problems: Vec<&str> = error.problems().collect();
    assert_eq!(problems.len(), 1, "{error}");
    assert!(problems[0].starts_with("http_client: the client cannot be built: "), "{error}");
}

#[tokio::test]
async fn unreachable_clerk_is_told_with_every_error_behind_it() {
    let clerk = Clerk::builder().publishable_key(TEST).http_client(without_roots);
    let clerk = clerk.frontend_api_url("http://127.0.0.1:1").build().unwrap();
    let not_ready = clerk.warm_up().await.unwrap_err();
    let mut source = not_ready.source();
    assert!(source.is_some());
    let text = not_ready.to_string();
    while let Some(error) = source {
        assert!(text.contains(&error.to_string()), "{error}: {text}");
        source = error.source();
    }
    assert!(text.contains("refused"), "the operating system's own words: {text}");
}

#[tokio::test]
async fn suffixed_cookie_without_publishable_key_is_logged_once() {
    captured_log::start();
    let issuer = issuer().await;
    let clerk = Clerk::builder().jwt_key(issuer.public_key_pem()).clock(TestClock::at(NOW));
    let clerk = clerk.issuer(issuer.issuer()).build().unwrap();
    let server = Server::start(app(clerk)).await;
    let token = issuer.session("user_ada").jwt();
    let get = async |cookies: String| {
        server.send(Method::GET, "/session", &[("cookie", &cookies)]).await.status
    };
    for (cookies, status) in [
        ("a=b".to_owned(), 401),
        (format!("__session_short={token}"), 401),
        (format!("__session={token}; __client_uat=1; __session_naoXFJnI={token}"), 200),
    ] {
        assert_eq!(get(cookies).await, status);
    }
    assert_eq!(warnings(), Vec::<String>::new());
    let suffixed = format!("a=b; __session_naoXFJnI={token}; __client_uat_naoXFJnI=1");
    for _ in 0..3 {
        assert_eq!(get(suffixed.clone()).await, 401);
    }
    let lines = warnings();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("set CLERK_PUBLISHABLE_KEY") && !lines[0].contains(&token));
}

#[test]
fn production_sessions_without_authorized_parties_are_logged_once() {
    captured_log::start();
    let party = "https://app.example.com";
    for (name, builder, policy, logged) in [
        ("production", Clerk::builder().publishable_key(LIVE), SessionPolicy::POLICY, 1),
        ("secret key", Clerk::builder().secret_key("sk_live_x"), SessionPolicy::POLICY, 1),
        ("API keys", Clerk::builder().publishable_key(LIVE), KeyPolicy::POLICY, 0),
        ("development", Clerk::builder().publishable_key(TEST), SessionPolicy::POLICY, 0),
        (
            "with parties",
            Clerk::builder().publishable_key(LIVE).authorized_parties([party]),
            SessionPolicy::POLICY,
            0,
        ),
    ] {
        let clerk = builder.build().unwrap();
        for _ in 0..2 {
            let _ = clerk.check(policy);
        }
        let lines = warnings();
        assert_eq!(lines.len(), logged, "{name}: {lines:?}");
        assert!(lines.iter().all(|line| line.contains("set CLERK_AUTHORIZED_PARTIES")), "{name}");
    }
}

#[test]
fn resource_without_audience_is_logged_at_start() {
    captured_log::start();
    let with = || Clerk::builder().publishable_key(LIVE).resource("https://api.example.com");
    with().build().unwrap();
    assert_eq!(warnings().len(), 1);
    with().audience(["https://api.example.com"]).build().unwrap();
    assert_eq!(warnings().len(), 0);
    let clerk = Clerk::builder().publishable_key(LIVE).build().unwrap();
    let tools = clerk.with(|rules| rules.resource("https://api.example.com/mcp")).unwrap();
    assert_eq!(warnings().len(), 1);
    // The same resource is not logged again.
    tools.with(|rules| rules.machine_id("mch_a")).unwrap();
    let url = "https://a.example";
    let notes = clerk.with(|rules| rules.resource(url).audience([url])).unwrap();
    assert_eq!(warnings().len(), 0);
    notes.with(|rules| rules.audience(["notes"])).unwrap();
    assert_eq!(warnings().len(), 1);
}
