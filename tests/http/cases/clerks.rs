//! Tokens that cannot be checked: the fault is Clerk's, or ours.

use std::time::Duration;

use clerk_auth::{
    Clerk, ClerkBuilder,
    testing::{Answer, DevIssuer, Endpoint, TestClock},
};
use tokio::net::TcpListener;

use super::{App, Case};
use crate::NOW;

/// Each verifier is new: it remembers what Clerk refused, and stays away where Clerk asks it to.
pub(super) async fn clerks_fault(
    issuer: &DevIssuer,
    app: &impl AsyncFn(ClerkBuilder) -> App,
) -> Vec<Case> {
    use Endpoint::{ApiKeyVerify, OAuthVerify};
    let oauth = || issuer.oauth("user_hidden").scopes(["read:notes", "write:notes"]).opaque();
    let error = r#"{"errors":[{"message":"hidden","code":"hidden"}]}"#;
    let json = |status, body: &str| Answer::body(status, "application/json", body);
    let mut cases = Vec::new();
    for (name, endpoint, answer) in [
        ("Clerk says 400", OAuthVerify, json(400, error)),
        ("Clerk says 422", ApiKeyVerify, Answer::status(422)),
        (
            "Clerk rejects our request",
            OAuthVerify,
            json(400, &error.replace("hidden\"}", "api_version_invalid\"}")),
        ),
        ("Clerk says inactive", OAuthVerify, json(200, r#"{"active":false}"#)),
        ("Clerk says 503", OAuthVerify, Answer::status(503)),
        ("Clerk says 429", OAuthVerify, Answer::retry_after(7)),
        ("Clerk says 429 for a day", OAuthVerify, Answer::retry_after(86_400)),
        ("Clerk sends us elsewhere", OAuthVerify, Answer::redirect("http://hidden.example")),
        ("Clerk sends HTML", OAuthVerify, Answer::body(200, "text/html", "<p>hidden")),
        ("another API says 404", OAuthVerify, json(404, r#"{"error":"hidden"}"#)),
        ("a proxy says 401", OAuthVerify, Answer::body(401, "text/html", "<p>hidden")),
        ("Clerk hangs up", OAuthVerify, Answer::drop_connection()),
    ] {
        let app = app(issuer.clerk()).await;
        let case = match endpoint {
            ApiKeyVerify => Case::new(name, "/export", &app).token("ak_hidden"),
            _ => Case::new(name, "/notes", &app).token(oauth()),
        };
        cases.push(case.answer(endpoint, answer));
    }
    cases
}

/// Each verifier has no keys yet, and gets none.
pub(super) async fn no_keys(
    issuer: &DevIssuer,
    app: &impl AsyncFn(ClerkBuilder) -> App,
) -> Vec<Case> {
    let unusable =
        Answer::body(200, "application/json", r#"{"keys":[{"kty":"EC","kid":"hidden"}]}"#);
    let mut cases = Vec::new();
    for (name, answer) in
        [("key set: 429", Answer::retry_after(9)), ("key set: without keys", unusable)]
    {
        let case = Case::new(name, "/session", &app(issuer.clerk()).await);
        let token = issuer.session("user_hidden").jwt();
        cases.push(case.token(token).answer(Endpoint::KeySet, answer));
    }
    // Nothing listens there, and there is no time for a second try.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let time = Duration::from_secs(5);
    let clerk = issuer.clerk().api_url(format!("http://{closed}"));
    let away = app(clerk.attempt_timeout(time).total_timeout(time)).await;
    let case = |name| Case::new(name, "/any", &away);
    cases.push(case("key set: out of reach").token(issuer.session("user_hidden").jwt()));
    cases.push(case("Clerk is out of reach").token(issuer.oauth("user_hidden").opaque()));
    cases
}

pub(super) async fn our_fault(
    issuer: &DevIssuer,
    app: &impl AsyncFn(ClerkBuilder) -> App,
) -> Vec<Case> {
    let at_issuer = || Clerk::builder().api_url(issuer.url()).clock(TestClock::at(NOW));
    let wrong = app(issuer.clerk().secret_key("sk_test_hidden")).await;
    let wrong_machine = app(issuer.clerk().machine_secret_key("ak_hidden")).await;
    let public =
        app(at_issuer().publishable_key(issuer.publishable_key()).frontend_api_url(issuer.url()))
            .await;
    let machine = app(at_issuer().machine_secret_key(issuer.machine_secret_key())).await;
    let no_machine = app(at_issuer().secret_key(issuer.secret_key())).await;
    let session = || issuer.session("user_hidden").jwt();
    let oauth = || issuer.oauth("user_hidden").opaque();
    let m2m = || issuer.m2m("mch_hidden");
    vec![
        Case::new("our key is wrong", "/notes", &wrong).token(oauth()),
        Case::new("our key is wrong, key set", "/session", &wrong).token(session()),
        Case::new("our machine key is wrong", "/m2m", &wrong_machine).token(m2m().opaque()),
        Case::new("no secret key", "/notes", &public).token(oauth()),
        Case::new("no secret key, API key", "/export", &public).token("ak_hidden"),
        Case::new("no machine key", "/m2m", &public).token(m2m().opaque()),
        Case::new("no key for JWTs", "/session", &machine).token(session()),
        Case::new("no machine id", "/m2m", &no_machine).token(m2m().jwt()),
        Case::new("no machine id, opaque", "/m2m", &no_machine).token(m2m().opaque()),
    ]
}
