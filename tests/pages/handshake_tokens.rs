//! Handshake tokens that are forged, of another class, expired or malformed; and cookies in good ones
//! that are not set.

use clerk_auth::{ClerkBuilder, testing::DevIssuer};
use serde_json::{Value, json};

use crate::{
    browser::Reply,
    site::{ISSUER, NOW, ORIGIN, PUBLISHABLE_KEY, SUFFIX, Site, session_cookies},
};

/// Sends a browser through a handshake that it started.
async fn returned(site: &Site, token: &str) -> Reply {
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    browser.return_from_handshake("/dashboard", &format!("__clerk_handshake={token}")).await
}

/// The flow goes on as if there were no handshake, and nothing of it is set.
#[track_caller]
fn assert_dropped(reply: &Reply, what: &str) {
    assert_eq!(reply.target(), "handshake client-uat-but-no-session-token", "{what}");
    let names = reply.cookie_names();
    let own = |name: &&str| ["__clerk_redirect_count", "__Host-clerk_auth_return"].contains(name);
    assert!(names.iter().all(own), "{what}: {names:?}");
    reply.assert_stays_at_home(what);
}

#[tokio::test]
async fn token_of_another_class_or_time_is_not_a_handshake() {
    let site = Site::production().await;
    let cookies = session_cookies(&site.token("user_ada"), NOW);
    let good = [
        (json!({}), json!({})),
        (json!({ "cat": "cl_B7d4PD111AAA" }), json!({ "iss": ISSUER })),
        (json!({ "cat": "cl_I7d4PD111III" }), json!({ "exp": NOW + 60, "iat": NOW, "jti": "x" })),
    ];
    for (header, members) in good {
        let reply = returned(&site, &site.handshake_token(&header, &members, &cookies)).await;
        assert_eq!(reply.location().as_str(), format!("{ORIGIN}/dashboard"), "{header} {members}");
        assert!(reply.cookie_names().contains(&"__session"));
    }
    for (header, members) in [
        (json!({}), json!({ "sub": "user_ada" })),
        (json!({}), json!({ "sub": null })),
        (json!({}), json!({ "sub": "mch_1" })),
        (json!({}), json!({ "sid": "sess_1" })),
        (json!({}), json!({ "azp": ORIGIN })),
        (json!({}), json!({ "client_id": "c" })),
        (json!({}), json!({ "scopes": "mch_1" })),
        (json!({}), json!({ "scope": "profile" })),
        (json!({}), json!({ "nonce": "n" })),
        (json!({}), json!({ "cnf": {} })),
        (json!({ "cat": "cl_B7d4PD222AAA" }), json!({})),
        (json!({ "cat": "cl_B7d4PD333AAA" }), json!({})),
        (json!({ "cat": "" }), json!({})),
        (json!({ "cat": null }), json!({})),
        (json!({ "typ": "at+jwt" }), json!({})),
        (json!({ "typ": "jwt" }), json!({})),
        (json!({ "alg": "none" }), json!({})),
        (json!({ "alg": "HS256" }), json!({})),
        (json!({ "crit": ["exp"] }), json!({})),
        (json!({}), json!({ "exp": NOW - 5 })),
        (json!({}), json!({ "exp": "1900000000" })),
        (json!({}), json!({ "exp": NOW + 60, "nbf": NOW + 30 })),
        (json!({}), json!({ "exp": NOW + 90, "iat": NOW + 30 })),
        (json!({}), json!({ "iss": "https://clerk.evil.example" })),
        (json!({}), json!({ "handshake": "__session=a" })),
        (json!({}), json!({ "handshake": null })),
        (json!({}), json!({ "handshake": [7] })),
        (json!({}), json!({ "handshake": { "0": "__session=a" } })),
    ] {
        let token = site.handshake_token(&header, &members, &cookies);
        assert_dropped(&returned(&site, &token).await, &format!("{header} {members}"));
    }
    assert_eq!((site.api.count(), site.runs()), (0, 0));
}

#[tokio::test]
async fn token_that_the_instance_did_not_sign_is_not_a_handshake() {
    let site = Site::production().await;
    let other = Site::production().await;
    let cookies = session_cookies(&site.token("user_ada"), NOW);
    let good = site.handshake_token(&json!({}), &json!({}), &cookies);
    let [head, body, signature] = *good.split('.').collect::<Vec<_>>() else { panic!() };
    let foreign = other.handshake_token(&json!({}), &json!({}), &cookies);
    let template = site.issuer.template("user_ada").claim("handshake", cookies.clone()).jwt();
    let session = site.session("user_ada").claim("handshake", cookies.clone()).jwt();
    let oauth = site.issuer.oauth("user_ada").claim("handshake", cookies.clone()).jwt();
    let m2m = site.issuer.m2m("mch_1").claim("handshake", cookies).jwt();
    for token in [
        foreign.clone(),
        template,
        session,
        oauth,
        m2m,
        format!("{head}.{body}."),
        format!("{head}.{body}"),
        format!("{head}.{body}.{}", &signature[1..]),
        format!("{head}.{body}.{}", foreign.rsplit('.').next().unwrap()),
        format!("{head}.{body}.{signature}="),
        format!("{good}.x"),
        format!("{good}%20"),
        format!("{good}%0a"),
        format!("{good}%00"),
        format!("{good},{good}"),
        "malformed".to_owned(),
        "oat_1".to_owned(),
        site.token("user_ada"),
    ] {
        assert_dropped(&returned(&site, &token).await, &token);
    }
}

/// A handshake token is never a session either.
#[tokio::test]
async fn handshake_token_opens_no_page() {
    let site = Site::production().await;
    let cookies = session_cookies(&site.token("user_ada"), NOW);
    let members = json!({ "iss": ISSUER, "exp": NOW + 60, "iat": NOW });
    let token = site.handshake_token(&json!({}), &members, &cookies);
    let mut browser = site.browser();
    let pair = [format!("__session={token}"), "__client_uat=1".to_owned()];
    browser.store(pair.iter().map(String::as_str));
    assert_eq!(browser.open("/dashboard").await.target(), "sign-in");
    let bearer = format!("Bearer {token}");
    let fields = [("authorization", bearer.as_str())];
    assert_eq!(site.send(http::Method::GET, "/dashboard", &fields).await.status, 401);
    assert_eq!(site.runs(), 0);
}

/// One cookie that is not as it must be voids the list, whoever signed it.
#[tokio::test]
async fn list_with_a_cookie_that_must_not_be_set_sets_none() {
    let site = Site::production().await;
    let good = site.token("user_ada");
    let session = |token: &str| format!("__session={token}; Path=/");
    let expired = site.session("user_ada").expired().jwt();
    let other_party = site.session("user_ada").authorized_party("https://evil.example").jwt();
    let without_party = site.session("user_ada").without_claim("azp").jwt();
    let other_issuer = site.session("user_ada").claim("iss", "https://clerk.evil.example").jwt();
    let without_sid = site.session("user_ada").without_claim("sid").jwt();
    let future = site.session("user_ada").claim("iat", NOW + 60).jwt();
    let template = site.issuer.template("user_ada").claim("iss", ISSUER).jwt();
    let machine = site.issuer.m2m("mch_1").jwt();
    let of_other_key = Site::production().await.token("user_ada");
    for cookies in [
        vec![session(&expired)],
        vec![session(&other_party)],
        vec![session(&without_party)],
        vec![session(&other_issuer)],
        vec![session(&without_sid)],
        vec![session(&future)],
        vec![session(&template)],
        vec![session(&machine)],
        vec![session(&of_other_key)],
        vec![session("malformed")],
        vec![session(&good), format!("__session_{SUFFIX}={}", site.token("user_bob"))],
        vec![session(&good), "csrf=1".to_owned()],
        vec![session(&good), format!("__session_OTHERSFX={good}")],
        vec![session(&good), "__client_uat=1\r\nLocation: https://evil.example".to_owned()],
        vec![session(&good), "__clerk_db_jwt=a,b".to_owned()],
        vec![session(&good), "__clerk_db_jwt=\"a\"".to_owned()],
        vec![session(&good), "__client_uat=1; Path=/; Path=/".to_owned()],
        vec![session(&good), "__client_uat=1; SameSite=Evil".to_owned()],
        vec![session(&good), format!("__clerk_db_jwt={}", "a".repeat(4097))],
        [vec![session(&good)], vec!["__clerk_db_jwt=d".to_owned(); 24]].concat(),
        vec![session(&good), "__client_uat=1; Domain=evil.example".to_owned()],
        vec![session(&good), "__client_uat=1; Domain=com".to_owned()],
        vec![session(&good), "__client_uat=1; Path=/admin".to_owned()],
        vec![session(&good), "__clerk_redirect_count=0".to_owned()],
        vec![session(&good), "__Host-clerk_auth_return_AAAAAAAA=1".to_owned()],
        // Without a session, a list can only sign out.
        vec!["__client_uat=5".to_owned()],
        vec!["__client_uat=0".to_owned(), format!("__client_uat_{SUFFIX}=5")],
        vec!["__client_uat=0".to_owned(), format!("__refresh_{SUFFIX}=of_mallory")],
        vec![format!("__refresh_{SUFFIX}=of_mallory")],
        vec![
            "__session=; Max-Age=0".to_owned(),
            "__client_uat=malformed5".to_owned(),
            format!("__refresh_{SUFFIX}=r"),
        ],
    ] {
        let token = site.handshake_token(&json!({}), &json!({}), &cookies);
        assert_dropped(&returned(&site, &token).await, &format!("{cookies:?}"));
    }
    assert_eq!(site.runs(), 0);
}

/// Whatever the list leaves out.
#[tokio::test]
async fn cookies_of_a_handshake_are_for_tls_and_the_whole_site() {
    let site = Site::production().await;
    let session = site.token("user_ada");
    let cookies = [
        format!("__session={session}"),
        "__client_uat=1; SameSite=none; Priority=High; X=y".to_owned(),
        format!("__refresh_{SUFFIX}=r; HttpOnly; Max-Age=60"),
        "__clerk_handshake=; Max-Age=0".to_owned(),
    ];
    let reply = returned(&site, &site.handshake_token(&json!({}), &json!({}), &cookies)).await;
    let expected = [
        format!("__session={session}; Path=/; Secure"),
        "__client_uat=1; Path=/; SameSite=None; Secure".to_owned(),
        format!("__refresh_{SUFFIX}=r; Path=/; Max-Age=60; Secure; HttpOnly"),
        "__clerk_handshake=; Path=/; Max-Age=0; Secure".to_owned(),
    ];
    assert_eq!(reply.set_cookies()[1..], expected);
}

/// A site at `app.other.com` shares no more than `com` with the Frontend API at `clerk.example.com`.
#[tokio::test]
async fn cookie_for_a_top_level_domain_is_not_set() {
    let settings = |clerk: ClerkBuilder, _: &DevIssuer| {
        let clerk = clerk.publishable_key(PUBLISHABLE_KEY).secret_key("sk_live_x");
        clerk.authorized_parties([ORIGIN, "https://app.other.com"])
    };
    let origin = "https://app.other.com";
    let site = Site::start("app.other.com", settings, |pages| pages.origins([origin])).await;
    for (domain, is_set) in [("app.other.com", true), ("com", false), (".com", false)] {
        let session = format!("__session={}", site.token("user_ada"));
        let cookies = [session, format!("__client_uat=1; Domain={domain}")];
        let reply = returned(&site, &site.handshake_token(&json!({}), &json!({}), &cookies)).await;
        assert_eq!(reply.cookie_names().contains(&"__session"), is_set, "{domain}");
    }
}

#[tokio::test]
async fn pending_session_is_set_and_rejected_without_a_redirect() {
    let site = Site::production().await;
    let pending = site.session("user_ada").pending().jwt();
    let token = site.handshake_token(&json!({}), &json!({}), &session_cookies(&pending, NOW));
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    let brought = format!("__clerk_handshake={token}");
    let reply = browser.return_from_handshake("/dashboard", &brought).await;
    assert_eq!(reply.location().as_str(), format!("{ORIGIN}/dashboard"));
    let reply = browser.open("/dashboard").await;
    assert!([401, 403].contains(&reply.status) && site.runs() == 0, "{reply:?}");
}

/// Clerk's answer to a nonce is checked like a token, and an answer that is not Clerk's sets nothing.
#[tokio::test]
async fn answer_to_a_nonce_is_not_believed_as_it_is() {
    let site = Site::production().await;
    let answers: [(u16, Value); 8] = [
        (200, json!({ "directives": ["__session=malformed"] })),
        (200, json!({ "directives": "__session=malformed" })),
        (200, json!({ "directives": [["x"]] })),
        (200, json!([])),
        (200, Value::Null),
        (404, json!({ "errors": [{ "code": "resource_not_found" }] })),
        (500, Value::Null),
        (302, json!({ "directives": [] })),
    ];
    for (at, (status, body)) in answers.into_iter().enumerate() {
        let what = format!("{status} {body}");
        site.api.answers(status, body);
        let mut browser = site.browser();
        browser.store(["__client_uat=1"]);
        let brought = format!("__clerk_handshake_nonce=nonce_{at}");
        let reply = browser.return_from_handshake("/dashboard", &brought).await;
        assert_dropped(&reply, &what);
        assert_eq!(site.api.count(), at + 1, "{what}: asked once");
    }
}

#[tokio::test]
async fn nonce_that_cannot_be_one_is_not_asked_about() {
    let site = Site::production().await;
    for nonce in ["a/b", "a%2fb", "..%2f..", "a%26b", "a%0d%0ab", "a+b", &"a".repeat(257)] {
        let mut browser = site.browser();
        browser.store(["__client_uat=1"]);
        let brought = format!("__clerk_handshake_nonce={nonce}");
        let reply = browser.return_from_handshake("/dashboard", &brought).await;
        assert_dropped(&reply, nonce);
    }
    assert_eq!(site.api.count(), 0);
}
