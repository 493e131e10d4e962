//! Requests in, the numbers that they change out.

use std::{collections::BTreeSet, convert::Infallible, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::Request,
    routing::{get, post},
};
use clerk_auth::{
    ClerkBuilder, ClerkLayer, Policy,
    health::KeyHealth,
    mcp::Policies,
    policy,
    policy::OpaqueTokenType,
    testing::{Answer, Endpoint},
};
use clerk_auth_tests::Server;
use futures_util::stream;
use http::Method;
use tower::ServiceExt;

use crate::{App, NOW, recorder::Numbers};

pub(crate) const DECISIONS: &str = "clerk_auth_decisions_total";
const LOOKUPS: &str = "clerk_auth_cache_lookups_total";
const CALLS: &str = "clerk_auth_upstream_request_duration_seconds";
const THROTTLED: &str = "clerk_auth_upstream_throttled_total";
const FETCHED: &str = "clerk_auth_key_set_fetched_timestamp_seconds";

/// One number, once.
fn once(labels: &str) -> Vec<(String, f64)> {
    vec![(labels.to_owned(), 1.0)]
}

#[tokio::test]
async fn each_decision_counts_once_with_type_outcome_and_reason() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    let issuer = &app.issuer;
    let reader = ["read:notes"];
    let table = [
        ("/", issuer.session("user_ada").jwt(), "session_token/admitted/none"),
        ("/", issuer.oauth("user_ada").jwt(), "oauth_token/admitted/none"),
        ("/", issuer.oauth("user_ada").opaque(), "oauth_token/admitted/none"),
        ("/", issuer.m2m("mch_caller").jwt(), "m2m_token/admitted/none"),
        ("/", issuer.api_key("org_acme").opaque(), "api_key/admitted/none"),
        ("/notes", issuer.oauth("user_ada").scopes(reader).jwt(), "oauth_token/admitted/none"),
        ("/", "two words".to_owned(), "none/unreadable-credential/token-invalid"),
        ("/", "junk".to_owned(), "none/invalid-token/token-invalid"),
        (
            "/",
            issuer.session("user_ada").expired().jwt(),
            "session_token/invalid-token/session-token-expired",
        ),
        ("/", "ak_unknown".to_owned(), "api_key/invalid-token/token-invalid"),
        (
            "/notes",
            issuer.session("user_ada").jwt(),
            "session_token/invalid-token/token-type-mismatch",
        ),
        ("/notes", issuer.api_key("org_acme").opaque(), "api_key/insufficient-scope/scope-missing"),
    ];
    for (path, token, labels) in table {
        app.status(path, &token).await;
        assert_eq!(numbers.take_of(DECISIONS), once(labels), "{path}");
    }
    let missing = "none/missing-credential/session-token-and-uat-missing";
    for (path, labels) in [("/", missing), ("/notes", "none/admitted/none")] {
        app.server.send(Method::GET, path, &[]).await;
        assert_eq!(numbers.take_of(DECISIONS), once(labels), "{path}");
    }
    for (status, labels) in [
        (503, "api_key/clerk-unavailable/unexpected-error"),
        (401, "api_key/misconfigured/secret-key-invalid"),
    ] {
        issuer.answer_once(Endpoint::ApiKeyVerify, Answer::status(status));
        app.status("/", &issuer.api_key("org_acme").opaque()).await;
        assert_eq!(numbers.take_of(DECISIONS), once(labels), "{status}");
    }
}

#[tokio::test]
async fn a_layer_and_a_guard_behind_it_decide_once_each() {
    const OAUTH: Policy = policy!(accepts = "oauth_token");
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    let router = Router::new().route("/notes", get(crate::notes)).with_state(app.clerk.clone());
    let server = Server::start(router.layer(ClerkLayer::new(app.clerk.clone(), OAUTH))).await;
    let poor = app.issuer.oauth("user_ada").jwt();
    assert_eq!(server.get("/notes", &poor).await.status, 403);
    let rejected = ("oauth_token/insufficient-scope/scope-missing".to_owned(), 1.0);
    let mut expected = once("oauth_token/admitted/none");
    expected.push(rejected);
    assert_eq!(numbers.take_of(DECISIONS), expected);
    assert_eq!(server.send(Method::GET, "/notes", &[]).await.status, 401);
    let missing = once("none/missing-credential/No token in header");
    assert_eq!(numbers.take_of(DECISIONS), missing);
}

#[tokio::test]
async fn layer_that_rejects_a_late_message_decides_once() {
    const OAUTH: Policy = policy!(accepts = "oauth_token");
    const POLICIES: Policies = Policies::new().tools(&[]);
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    let layer = ClerkLayer::new(app.clerk.clone(), OAUTH).mcp(&POLICIES);
    let router: Router = Router::new().route("/", post(async || "reached")).layer(layer);
    let message = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let expired = "oauth_token/invalid-token/token-verification-failed";
    for (late, body, status, labels) in [
        (0, message, 200, "oauth_token/admitted/none"),
        (0, "no JSON", 400, "oauth_token/admitted/none"),
        (3600, message, 401, expired),
    ] {
        let clock = app.clock.clone();
        let body = Body::from_stream(stream::once(async move {
            clock.advance(Duration::from_secs(late));
            Ok::<_, Infallible>(body)
        }));
        let token = app.issuer.oauth("user_ada").lives(Duration::from_secs(60)).jwt();
        let request = Request::post("/")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let response = router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(numbers.take_of(DECISIONS), once(labels), "{status}");
    }
}

#[tokio::test]
async fn the_memories_count_what_they_find() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let time = Duration::from_secs(30);
    let app = App::start(|clerk| clerk.opaque_cache(OpaqueTokenType::ApiKey, time)).await;
    let jwt = app.issuer.oauth("user_ada").jwt();
    let key = app.issuer.api_key("org_acme").opaque();
    for (token, labels) in [
        (&jwt, "jwt/miss"),
        (&jwt, "jwt/hit"),
        (&key, "opaque_response/miss"),
        (&key, "opaque_response/hit"),
    ] {
        assert_eq!(app.status("/", token).await, 200);
        assert_eq!(numbers.take_of(LOOKUPS), once(labels));
    }
    // Two at once, of which the second joins the first.
    let other = app.issuer.api_key("org_acme").opaque();
    let (first, second) = tokio::join!(app.status("/", &other), app.status("/", &other));
    assert_eq!((first, second), (200, 200));
    let mut expected = once("opaque_response/joined");
    expected.extend(once("opaque_response/miss"));
    assert_eq!(numbers.take_of(LOOKUPS), expected);
}

#[tokio::test]
async fn each_call_to_clerk_counts_with_endpoint_and_outcome() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk.attempt_timeout(Duration::from_millis(200))).await;
    let issuer = &app.issuer;
    app.status("/", &issuer.oauth("user_ada").jwt()).await;
    assert_eq!(numbers.take_of(CALLS), once("key_set/answered"));
    for (token, labels) in [
        (issuer.oauth("user_ada").opaque(), "oauth_token_verify/answered"),
        (issuer.m2m("mch_caller").opaque(), "m2m_token_verify/answered"),
        (issuer.api_key("org_acme").opaque(), "api_key_verify/answered"),
        ("ak_unknown".to_owned(), "api_key_verify/rejected"),
    ] {
        app.status("/", &token).await;
        assert_eq!(numbers.take_of(CALLS), once(labels));
    }
    for (answer, outcome) in [
        (Answer::status(401), "key_rejected"),
        (Answer::status(403), "rejected"),
        (Answer::status(302), "not_clerk"),
        (Answer::body(404, "text/html", "<html>"), "not_clerk"),
        (Answer::status(500), "bad_status"),
        (Answer::hang(), "timeout"),
        (Answer::body(200, "application/json", "x".repeat(300_000)), "too_large"),
        (Answer::status(429), "rate_limited"),
    ] {
        issuer.answer_once(Endpoint::ApiKeyVerify, answer);
        app.status("/", &issuer.api_key("org_acme").opaque()).await;
        assert_eq!(numbers.take_of(CALLS), once(&format!("api_key_verify/{outcome}")));
    }
    // On a connection that was used before, the call is repeated, and each of the two counts.
    let fresh = App::start(|clerk| clerk).await;
    fresh.issuer.answer_once(Endpoint::ApiKeyVerify, Answer::drop_connection());
    fresh.status("/", &fresh.issuer.api_key("org_acme").opaque()).await;
    assert_eq!(numbers.take_of(CALLS), once("api_key_verify/connection"));
    // Clerk asked us to stay away from the endpoint.
    app.status("/", &issuer.api_key("org_acme").opaque()).await;
    let numbers = numbers.take();
    assert!(!numbers.iter().any(|(name, _)| name.starts_with(CALLS)), "{numbers:?}");
    assert!(numbers.contains(&(format!("{THROTTLED} rate_limit"), 1.0)), "{numbers:?}");
}

#[tokio::test]
async fn call_that_the_rate_limit_withholds_counts_by_its_setting() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let limits = |clerk: ClerkBuilder| {
        let clerk = clerk.opaque_rate_limit(OpaqueTokenType::ApiKey, 3);
        clerk.new_token_rate_limit(OpaqueTokenType::ApiKey, 1)
    };
    let app = App::start(limits).await;
    let key = app.issuer.api_key("org_acme").opaque();
    assert_eq!(app.status("/", &key).await, 200);
    assert_eq!(numbers.take_of(THROTTLED), []);
    assert_eq!(app.status("/", "ak_new").await, 503);
    assert_eq!(numbers.take_of(THROTTLED), once("new_token_rate_limit"));
    assert_eq!(app.status("/", &key).await, 200);
    assert_eq!(app.status("/", &key).await, 200);
    assert_eq!(app.status("/", &key).await, 503);
    assert_eq!(numbers.take_of(THROTTLED), once("opaque_rate_limit"));
}

#[tokio::test]
async fn key_set_tells_when_it_was_fetched() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    app.clerk.warm_up().await.unwrap();
    #[allow(clippy::cast_precision_loss, reason = "seconds of Unix time fit in 53 bits")]
    let now = NOW as f64;
    assert_eq!(numbers.take_of(FETCHED), [(String::new(), now)]);
    // A load that fails changes nothing: the age goes on.
    app.clock.advance(Duration::from_secs(400));
    app.issuer.answer_with(Endpoint::KeySet, Answer::status(500));
    app.clerk.warm_up().await.unwrap();
    assert_eq!(numbers.take_of(FETCHED), []);
    let KeyHealth::Stale { age } = app.clerk.health().keys else { panic!("not stale") };
    assert_eq!(age, Duration::from_secs(400));
    app.issuer.answer_normally();
    app.clock.advance(Duration::from_secs(100));
    app.clerk.warm_up().await.unwrap();
    // It loads behind those who use the known set.
    let mut fetched = Vec::new();
    while fetched.is_empty() {
        tokio::task::yield_now().await;
        fetched = numbers.take_of(FETCHED);
    }
    assert_eq!(fetched, [(String::new(), now + 500.0)]);
}

/// The public key set is another endpoint.
#[tokio::test]
async fn the_public_key_set_is_told_apart() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    let clerk = app.issuer.clerk().frontend_api_url(app.issuer.url()).public_keys_as_fallback();
    app.issuer.answer_once(Endpoint::KeySet, Answer::status(500));
    clerk.build().unwrap().warm_up().await.unwrap();
    let mut expected = once("key_set/bad_status");
    expected.extend(once("public_key_set/answered"));
    assert_eq!(numbers.take_of(CALLS), expected);
}

/// A stranger cannot make many numbers, and no number holds what a stranger wrote.
#[tokio::test]
async fn strangers_make_no_series() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    let mut names = BTreeSet::new();
    for number in 0..50 {
        let subject = format!("user_{number}");
        let unknown = app.issuer.oauth(&subject).header("kid", format!("ins_{number}")).jwt();
        let opaque = app.issuer.api_key(&subject).opaque();
        let junk = format!("ak_junk{number}");
        let claims = app.issuer.session(&subject).claim("iss", format!("https://{number}")).jwt();
        for token in [unknown, opaque, junk, claims] {
            app.status("/", &token).await;
        }
        names.extend(numbers.take().into_iter().map(|(name, _)| name));
    }
    assert!(names.len() < 20, "{names:?}");
    // Every label is a word of the page.
    let page = include_str!("../../runtime/docs/operations.md");
    let reasons = include_str!("../../runtime/docs/reasons.md");
    for label in names.iter().filter_map(|name| name.split_once(' ')) {
        for word in label.1.split('/') {
            let word = format!("`{word}`");
            assert!(page.contains(&word) || reasons.contains(&word), "{word}");
        }
    }
}
