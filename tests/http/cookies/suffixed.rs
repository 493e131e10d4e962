//! Two sets of cookies: the choice between them looks at tokens that nobody has verified, so it
//! must select what is verified and nothing more.

use std::time::Duration;

use axum::{Router, routing::get};
use clerk_auth::{
    Clerk,
    testing::{DevIssuer, SessionTokenBuilder},
};
use clerk_auth_tests::{Server, base64url};
use http::Method;
use serde_json::json;

use super::{any, session};
use crate::{NOW, issuer};

/// A production key, and the suffix that Clerk's front ends make of it.
const KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
const SUFFIX: &str = "naoXFJnI";
const ISSUER: &str = "https://clerk.example.com";

/// A session token of the instance that the key names.
fn ours(issuer: &DevIssuer) -> SessionTokenBuilder {
    issuer.session("user_ada").claim("iss", ISSUER)
}

/// What a stranger can make: it says all the right things, and nobody signed it.
fn unsigned(issued: u64) -> String {
    let header = json!({"alg": "RS256", "kid": "ins_x", "typ": "JWT"});
    let payload = json!({
        "sub": "user_eve", "sid": "sess_eve", "iss": ISSUER, "iat": issued, "exp": NOW + 60,
    });
    let part = |json: serde_json::Value| base64url(json.to_string().as_bytes());
    format!("{}.{}.{}", part(header), part(payload), base64url(&[0; 256]))
}

/// `~` stands for the suffix.
#[tokio::test]
async fn what_is_chosen_is_verified_and_what_is_not_chosen_does_not_count() {
    let issuer = issuer().await;
    let clerk = Clerk::builder().publishable_key(KEY).jwt_key(issuer.public_key_pem());
    let clerk = clerk.any_machine().clock(clerk_auth::testing::TestClock::at(NOW)).build().unwrap();
    let router = Router::new().route("/session", get(session)).route("/any", get(any));
    let server = Server::start(router.with_state(clerk)).await;

    let good = ours(&issuer).jwt();
    let over = ours(&issuer).lives(Duration::from_secs(60)).expired().jwt();
    let (stale, newer) = (unsigned(1), unsigned(NOW + 1));
    let other = issuer.session("user_ada").jwt();
    let template = issuer.template("user_ada").claim("iss", ISSUER).jwt();
    let oauth = issuer.oauth("user_ada").claim("iss", ISSUER).jwt();
    let m2m = issuer.m2m("mch_caller").claim("iss", ISSUER).jwt();
    let (invalid, bare) =
        (r#"Bearer realm="clerk", error="invalid_token""#, r#"Bearer realm="clerk""#);
    let plain = |token: &str| format!("__session={token}; __client_uat=1");
    let suffixed = |token: &str| format!("__session~={token}; __client_uat~=1");
    let both = |one: &str, other: &str| format!("{}; {}", plain(one), suffixed(other));
    for (row, cookies, status, challenge) in [
        ("suffixed alone", suffixed(&good), 200, ""),
        ("beside another instance's", both(&other, &good), 200, ""),
        ("beside a stale plain one", both(&stale, &good), 200, ""),
        // A forged token that is chosen is refused: the other set is no second chance.
        ("forged plain one is newer", both(&newer, &good), 401, invalid),
        ("forged suffixed one", both(&good, &newer), 401, invalid),
        ("plain one cannot be read", both("junk", &good), 401, invalid),
        ("plain one is padded", both(&format!("{good}="), &good), 401, invalid),
        ("expired", suffixed(&over), 401, invalid),
        ("template", suffixed(&template), 401, invalid),
        ("OAuth", suffixed(&oauth), 401, invalid),
        ("M2M", suffixed(&m2m), 401, invalid),
        ("opaque", suffixed("ak_x"), 401, invalid),
        ("of another issuer", suffixed(&other), 401, invalid),
        (
            "signed out in both",
            format!("__session~={good}; __client_uat~=0; __client_uat=0"),
            401,
            invalid,
        ),
        (
            "signed out in the suffixed one",
            format!("__session~={good}; __client_uat~=0"),
            401,
            bare,
        ),
        ("mark of the other set", format!("__session~={good}; __client_uat=1"), 401, invalid),
        ("mark of the other set", format!("__session={good}; __client_uat~=1"), 401, invalid),
        ("suffix of another key", suffixed(&good).replace('~', "_BEHSmscT"), 401, bare),
        ("suffix in another case", suffixed(&good).replace('~', "_naoxfjni"), 401, bare),
    ] {
        let cookies = cookies.replace('~', &format!("_{SUFFIX}"));
        for path in ["/session", "/any"] {
            let reply = server.send(Method::GET, path, &[("cookie", &cookies)]).await;
            assert_eq!((reply.status, reply.challenge()), (status, challenge), "{row} at {path}");
        }
    }
    assert_eq!(issuer.calls().total(), 0);
}

/// An old front end of a satellite domain sets the plain cookies only.
#[tokio::test]
async fn satellite_cookie_is_accepted_if_its_issuer_is_configured() {
    const SATELLITE: &str = "https://clerk.satellite.example";
    let issuer = issuer().await;
    let token = issuer.session("user_ada").claim("iss", SATELLITE).jwt();
    let cookies = format!("__session={token}; __client_uat=1");
    for (issuers, status) in [(&[ISSUER, SATELLITE][..], 200), (&[ISSUER], 401)] {
        let clerk = Clerk::builder().publishable_key(KEY).jwt_key(issuer.public_key_pem());
        let clerk = clerk.issuers(issuers.iter().copied());
        let clerk = clerk.clock(clerk_auth::testing::TestClock::at(NOW)).build().unwrap();
        let router = Router::new().route("/session", get(session)).with_state(clerk);
        let server = Server::start(router).await;
        let reply = server.send(Method::GET, "/session", &[("cookie", &cookies)]).await;
        assert_eq!(reply.status, status, "{issuers:?}: {}", reply.body);
    }
}
