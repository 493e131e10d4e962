//! The issuer is asked as a verifier would ask it: over HTTP, and by the bytes of its tokens.

mod browser;
mod opaque;
mod outage;

use std::{collections::BTreeSet, sync::LazyLock, time::Duration};

use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use reqwest::Client;
use serde_json::{Value, json};

use super::{Answer, Calls, DevIssuer, Endpoint, TestClock};

const NOW: i64 = 1_800_000_000;

/// One client for all tests. It keeps no connection, because each test has its own runtime.
static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::builder().pool_max_idle_per_host(0).build().unwrap());

async fn issuer() -> DevIssuer {
    DevIssuer::builder().clock(TestClock::at(NOW.unsigned_abs())).start().await.unwrap()
}

/// Status and body of an answer; a body that is not JSON is `null`.
type Answered = (u16, Value);

async fn get(issuer: &DevIssuer, path: &str, secret: &str) -> Answered {
    let url = format!("{}{path}", issuer.url());
    answered(CLIENT.get(url).bearer_auth(secret)).await
}

async fn post(issuer: &DevIssuer, path: &str, secret: &str, body: Value) -> Answered {
    let request = CLIENT.post(format!("{}{path}", issuer.url())).bearer_auth(secret);
    answered(request.header("content-type", "application/json").body(body.to_string())).await
}

async fn answered(request: reqwest::RequestBuilder) -> Answered {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    if status != 204 {
        assert_eq!(response.headers()["content-type"], "application/json");
    }
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}

fn code(answer: &Answered) -> (u16, &str) {
    (answer.0, answer.1["errors"][0]["code"].as_str().unwrap())
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn verifies(token: &str, key: &Value) -> bool {
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let (n, e) = (bytes(key["n"].as_str().unwrap()), bytes(key["e"].as_str().unwrap()));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let key = RsaPublicKeyComponents { n, e };
    key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &bytes(signature)).is_ok()
}

#[tokio::test]
async fn key_set_is_public_at_the_issuer_and_needs_the_secret_key_at_the_backend() {
    let issuer = issuer().await;
    let public = get(&issuer, "/.well-known/jwks.json", "").await;
    assert_eq!(public.0, 200);
    assert_eq!(public, get(&issuer, "/v1/jwks", issuer.secret_key()).await);
    for secret in ["", "sk_test_other", issuer.machine_secret_key()] {
        let rejected = get(&issuer, "/v1/jwks", secret).await;
        assert_eq!(code(&rejected), (401, "clerk_key_invalid"));
    }
    assert_eq!(issuer.calls(), Calls { key_set: 5, ..Calls::default() });
    assert_eq!(issuer.calls().total(), 5);
}

#[tokio::test]
async fn every_jwt_verifies_against_the_served_key() {
    let issuer = issuer().await;
    let (_, set) = get(&issuer, "/.well-known/jwks.json", "").await;
    let key = &set["keys"][0];
    for token in [
        issuer.session("user_a").jwt(),
        issuer.session("user_a").version_1().jwt(),
        issuer.template("user_a").jwt(),
        issuer.oauth("user_a").jwt(),
        issuer.m2m("mch_a").jwt(),
        issuer.sign_bytes(b"not json", b"{"),
    ] {
        assert!(verifies(&token, key));
    }
    assert_eq!(part(&issuer.session("user_a").jwt(), 0)["kid"], key["kid"]);
}

#[tokio::test]
async fn signature_follows_the_header_and_the_pem_is_the_same_key() {
    let issuer = issuer().await;
    let pem: String = issuer.public_key_pem().lines().filter(|line| !line.contains('-')).collect();
    let spki = STANDARD.decode(pem).unwrap();
    for (algorithm, rule) in [
        ("RS256", &RSA_PKCS1_2048_8192_SHA256),
        ("RS384", &RSA_PKCS1_2048_8192_SHA384),
        ("RS512", &RSA_PKCS1_2048_8192_SHA512),
        ("none", &RSA_PKCS1_2048_8192_SHA256),
    ] {
        let token = issuer.sign(&json!({ "alg": algorithm }), &json!({ "sub": "user_a" }));
        assert_eq!(part(&token, 0), json!({ "alg": algorithm }));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let key = ParsedPublicKey::new(rule, &spki).unwrap();
        assert!(key.verify_sig(signed.as_bytes(), &signature).is_ok());
    }
}

#[tokio::test]
async fn forger_has_the_name_and_not_the_key() {
    let issuer = issuer().await;
    let other = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    let (_, set) = get(&issuer, "/.well-known/jwks.json", "").await;
    let forged = other.session("user_a").jwt();
    assert_eq!(part(&forged, 0)["kid"], set["keys"][0]["kid"]);
    assert_eq!(part(&forged, 1)["iss"], issuer.issuer());
    assert!(!verifies(&forged, &set["keys"][0]));
    assert_ne!(other.secret_key(), issuer.secret_key());
}

#[tokio::test]
async fn rotation_replaces_the_key_or_adds_one() {
    let issuer = issuer().await;
    let keys = async || get(&issuer, "/.well-known/jwks.json", "").await.1["keys"].clone();
    let first = issuer.key_id();
    issuer.rotate_key_keeping_old().await.unwrap();
    let both = keys().await;
    assert_eq!([&both[0]["kid"], &both[1]["kid"]], [&json!(first), &json!(issuer.key_id())]);
    issuer.withdraw_old_keys();
    assert_eq!(keys().await.as_array().unwrap().len(), 1);
    let second = issuer.key_id();
    issuer.rotate_key().await.unwrap();
    assert_ne!(issuer.key_id(), second);
    assert_eq!(keys().await[0]["kid"], issuer.key_id());
    assert_eq!(keys().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn session_claims_are_those_of_clerk() {
    let issuer = issuer().await;
    let token = issuer
        .session("user_a")
        .organization("org_a", "north", "org:editor")
        .session_id("sess_a")
        .authorized_party("https://app.example")
        .factor_ages(12, -1)
        .features("u:beta")
        .plans("o:team")
        .permissions(["org:notes:read"])
        .without_claim("jti")
        .jwt();
    let header =
        json!({"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": issuer.key_id(), "typ": "JWT"});
    assert_eq!(part(&token, 0), header);
    let payload = json!({
        "azp": "https://app.example", "exp": NOW + 60, "fea": "o:notes,u:beta", "fva": [12, -1],
        "iat": NOW, "iss": issuer.issuer(), "nbf": NOW - 10, "pla": "o:team", "sid": "sess_a",
        "o": {"id": "org_a", "slg": "north", "rol": "editor", "per": "read", "fpm": "1"},
        "sts": "active", "sub": "user_a", "v": 2,
    });
    assert_eq!(part(&token, 1), payload);

    let old = issuer.session("user_a").organization("org_a", "north", "editor").version_1();
    let payload = json!({
        "exp": NOW + 60, "iat": NOW, "iss": issuer.issuer(), "nbf": NOW - 10, "sid": "sess_a",
        "org_id": "org_a", "org_permissions": ["org:notes:read"], "org_role": "org:editor",
        "org_slug": "north", "sub": "user_a",
    });
    assert_eq!(part(&old.session_id("sess_a").permissions(["org:notes:read"]).jwt(), 1), payload);
}

#[tokio::test]
async fn changes_are_made_last_and_times_follow_the_lifetime() {
    let issuer = issuer().await;
    let oauth = issuer.oauth("user_a").scopes(["a", "b"]).audience(["https://api.example"]);
    let token = oauth.claim("sub", "x").without_header("typ").header("crit", json!(["b64"])).jwt();
    assert_eq!(part(&token, 1)["sub"], "x");
    assert_eq!(part(&token, 1)["scope"], "a b");
    assert_eq!(part(&token, 1)["aud"], json!(["https://api.example"]));
    assert_eq!(part(&token, 0), json!({"alg": "RS256", "crit": ["b64"], "kid": issuer.key_id()}));

    let expired = part(&issuer.m2m("mch_a").lives(Duration::from_secs(30)).expired().jwt(), 1);
    assert_eq!([&expired["iat"], &expired["exp"]], [NOW - 90, NOW - 60]);
}

/// Reads the claims as a verifier does, written a second time and with other means.
fn decoded(claims: &Value) -> BTreeSet<String> {
    let items = |value: &Value| -> Vec<String> {
        value.as_str().unwrap().split(',').map(str::to_owned).collect()
    };
    let features = items(&claims["fea"]).into_iter().filter(|item| !item.starts_with("u:"));
    let (names, masks) = (items(&claims["o"]["per"]), items(&claims["o"]["fpm"]));
    let mut permissions = BTreeSet::new();
    for (feature, mask) in features.zip(masks) {
        let mask: u128 = mask.parse().unwrap();
        let feature = feature.split_once(':').unwrap().1.to_owned();
        let granted = names.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
        permissions.extend(granted.map(|(_, name)| format!("org:{feature}:{name}")));
    }
    permissions
}

#[tokio::test]
async fn permissions_survive_their_encoding() {
    let issuer = issuer().await;
    let many: Vec<String> = (0..70).map(|name| format!("org:a:p{name}")).collect();
    let mut ends: Vec<&str> = many.iter().map(String::as_str).collect();
    ends.extend(["org:b:p0", "org:b:p69"]);
    let table: [(&str, &[&str], &str, &str); 5] = [
        (
            "",
            &["org:dashboard:manage", "org:dashboard:read", "org:teams:read"],
            "o:dashboard,o:teams",
            "3,2",
        ),
        (
            "o:reports,u:beta,o:billing,ou:audit",
            &[
                "org:reports:read",
                "org:reports:delete",
                "org:billing:write",
                "org:audit:read",
                "org:audit:write",
                "org:audit:delete",
            ],
            "o:reports,u:beta,o:billing,ou:audit",
            "3,4,7",
        ),
        ("u:beta,o:idle", &["org:notes:read"], "o:notes,u:beta,o:idle", "1,0"),
        ("", &["org:a:b:read"], "o:a:b", "1"),
        ("", &ends, "o:a,o:b", "1180591620717411303423,590295810358705651713"),
    ];
    for (features, permissions, fea, fpm) in table {
        let token = issuer.session("user_a").features(features).permissions(permissions.to_vec());
        let claims = part(&token.jwt(), 1);
        assert_eq!([&claims["fea"], &claims["o"]["fpm"]], [fea, fpm]);
        assert_eq!(decoded(&claims), permissions.iter().map(ToString::to_string).collect());
    }
}

#[tokio::test]
#[should_panic(expected = "org:feature:permission")]
async fn permission_that_cannot_be_written_stops_the_test() {
    let _ = issuer().await.session("user_a").permissions(["read"]).jwt();
}

#[tokio::test]
async fn publishable_key_names_the_issuer() {
    let issuer = issuer().await;
    let host = STANDARD_NO_PAD.decode(issuer.publishable_key().strip_prefix("pk_test_").unwrap());
    let host = String::from_utf8(host.unwrap()).unwrap();
    assert_eq!(format!("https://{}", host.strip_suffix('$').unwrap()), issuer.issuer());
    assert_eq!(format!("{issuer:?}"), format!("DevIssuer {{ url: {:?}, .. }}", issuer.url()));
}
