//! The way of a page: from an expired session, or none, to a good one.

use http::Method;
use serde_json::json;

use crate::browser::without_state;
use crate::site::{
    DOCUMENT, HOST, ISSUER, NOW, ORIGIN, SAME_ORIGIN, SUFFIX, Site, session_cookies,
};

#[tokio::test]
async fn good_session_opens_pages_without_a_call() {
    let site = Site::production().await;
    let mut browser = site.browser().signed_in("user_ada", 30);
    for path in ["/dashboard", "/greeting", "/nested/dashboard", "/form"] {
        let method = if path == "/form" { Method::POST } else { Method::GET };
        let site = if path == "/form" { SAME_ORIGIN } else { ("sec-fetch-site", "cross-site") };
        let fields = [DOCUMENT, site, ("referer", "https://other.example/")];
        let reply = browser.send(method, path, &fields).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(reply.body.starts_with("user_ada") && reply.set_cookies().is_empty(), "{reply:?}");
    }
    assert_eq!(site.api.count(), 0);
}

#[tokio::test]
async fn expired_session_is_refreshed_before_the_handler() {
    let site = Site::production().await;
    let mut browser = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let fields = [DOCUMENT, ("user-agent", "Test/1"), ("x-secret", "s")];
    let reply = browser.send(Method::GET, "/dashboard?page=2", &fields).await;
    assert_eq!((reply.status, reply.body.as_str(), site.runs()), (200, "user_ada", 1));
    assert_eq!(reply.header("cache-control"), "no-store");
    assert!(reply.cookie_names().contains(&"__session"), "{reply:?}");

    let calls = site.api.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].target, "/v1/sessions/sess_ada/refresh?suffixed_cookies=true");
    let body = &calls[0].body;
    assert_eq!((&body["format"], &body["refresh_token"]), (&json!("cookie"), &json!("refresh")));
    assert_eq!(body["request_origin"], ORIGIN);
    assert_eq!(body["request_headers"], json!({ "user-agent": ["Test/1"] }));

    // The browser has the new cookies.
    assert_eq!(browser.open("/dashboard").await.body, "user_ada");
    assert_eq!(site.api.count(), 1);
}

#[tokio::test]
async fn form_that_is_posted_after_a_minute_arrives_whole() {
    let site = Site::production().await;
    let mut browser = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let reply = browser.send(Method::POST, "/form", &[SAME_ORIGIN, ("origin", ORIGIN)]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada: typed by hand"));
    assert_eq!((site.api.count(), site.runs()), (1, 1));
}

#[tokio::test]
async fn each_guard_of_the_request_sees_the_renewed_session() {
    for path in ["/passed-on", "/at-once"] {
        let site = Site::production().await;
        let mut browser = site.browser().signed_in("user_ada", 90);
        site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
        let reply = browser.open(path).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "known twice"), "{path}");
        assert_eq!(site.api.count(), 1, "{path}");
        let names = reply.cookie_names();
        let sessions = names.iter().filter(|name| **name == "__session").count();
        assert_eq!(sessions, 1, "{path} {names:?}");
    }
}

#[tokio::test]
async fn rejected_refresh_is_a_handshake_for_pages_and_401_elsewhere() {
    let site = Site::production().await;
    let browser = site.browser().signed_in("user_ada", 90);
    site.api.rejects(401, "refresh_token_not_found");
    let token = browser.jar["__session"].clone();

    let reply = browser.clone().open("/dashboard?page=2&__clerk_db_jwt=x").await;
    let location = reply.location();
    assert_eq!(
        location.as_str().split('?').next().unwrap(),
        format!("{ISSUER}/v1/client/handshake")
    );
    let expected = [
        ("redirect_url", &*format!("{ORIGIN}/dashboard?page=2")),
        ("__clerk_api_version", "2026-05-12"),
        ("suffixed_cookies", "true"),
        ("__clerk_hs_reason", "session-token-expired-refresh-refresh_token_not_found"),
        ("format", "nonce"),
        ("__session", &token),
    ];
    let pair = |(name, value): (String, String)| (name, without_state(&value));
    let pairs: Vec<_> = location.query_pairs().into_owned().map(pair).collect();
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(reply.cookie_names(), ["__clerk_redirect_count", "__Host-clerk_auth_return"]);

    for (method, path) in [(Method::POST, "/form"), (Method::GET, "/dashboard")] {
        let reply = browser.clone().send(method, path, &[SAME_ORIGIN]).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (401, 0), "{reply:?}");
    }
    assert_eq!((site.runs(), site.api.count()), (0, 1), "the refusal is cached");
}

#[tokio::test]
async fn handshake_by_nonce_brings_the_session_and_a_clean_url() {
    let site = Site::production().await;
    let mut browser = site.browser();
    browser.store([format!("__client_uat_{SUFFIX}={NOW}").as_str()]);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let back = "__clerk_handshake_nonce=nonce_1";
    let reply = browser.return_from_handshake("/dashboard?b=2&a=1", back).await;
    assert_eq!(reply.location().as_str(), format!("{ORIGIN}/dashboard?b=2&a=1"));
    assert_eq!(site.api.calls()[0].target, "/v1/clients/handshake_payload?nonce=nonce_1");
    assert!(!browser.jar.contains_key(&browser.return_name()), "it is consumed");
    let reply = browser.open("/dashboard?b=2&a=1").await;
    assert_eq!((reply.status, reply.body.as_str(), site.runs()), (200, "user_ada", 1));
    assert_eq!(site.api.count(), 1);
}

#[tokio::test]
async fn handshake_by_token_in_url_or_cookie_brings_the_session() {
    for in_cookie in [false, true] {
        let site = Site::production().await;
        let mut browser = site.browser();
        browser.store([format!("__client_uat_{SUFFIX}={NOW}").as_str()]);
        let cookies = session_cookies(&site.token("user_ada"), NOW);
        let token = site.handshake_token(&json!({}), &json!({}), &cookies);
        let mut reply = browser.open("/dashboard").await;
        assert_eq!(reply.target(), "handshake client-uat-but-no-session-token");
        let brought = format!("__clerk_handshake={token}");
        reply = if in_cookie {
            browser.store([format!("{brought}; Domain=example.com").as_str()]);
            browser.come_back("").await
        } else {
            browser.come_back(&brought).await
        };
        assert_eq!(reply.location().as_str(), format!("{ORIGIN}/dashboard"));
        reply = browser.open("/dashboard").await;
        assert_eq!((reply.status, reply.body.as_str(), site.runs()), (200, "user_ada", 1));
        assert!(!browser.jar.contains_key("__clerk_handshake"), "{:?}", browser.jar);
        assert_eq!(site.api.count(), 0);
    }
}

#[tokio::test]
async fn handshake_that_signs_out_leads_to_the_sign_in_page() {
    let site = Site::production().await;
    let mut browser = site.browser().signed_in("user_ada", 90);
    site.api.rejects(401, "session_refresh_inactive_session");
    assert!(browser.open("/dashboard").await.target().starts_with("handshake"));
    let out = ["__session=; Max-Age=0", "__client_uat=0; Domain=example.com"];
    let suffixed = [format!("__session_{SUFFIX}="), format!("__client_uat_{SUFFIX}=0")];
    let out: Vec<String> = out.map(str::to_owned).into_iter().chain(suffixed).collect();
    site.api.sets(&out);
    let reply = browser.come_back("__clerk_handshake_nonce=n").await;
    assert_eq!(reply.location().as_str(), format!("{ORIGIN}/dashboard"));
    let reply = browser.open("/dashboard").await;
    assert_eq!(reply.target(), "sign-in");
    assert_eq!(reply.parameter("redirect_url"), format!("{ORIGIN}/dashboard"));
    assert_eq!(site.runs(), 0);
}

/// What a page answers, by the cookies that came.
#[tokio::test]
async fn state_of_the_cookies_decides_the_next_step() {
    let site = Site::production().await;
    let now = NOW.to_string();
    let session = |it: clerk_auth::testing::SessionTokenBuilder| it.jwt();
    let good = site.token("user_ada");
    let without_party = session(site.session("user_ada").without_claim("azp"));
    let other_party = session(site.session("user_ada").authorized_party("https://other.example"));
    let pending = session(site.session("user_ada").pending());
    let not_yet = session(site.session("user_ada").claim("nbf", NOW + 60));
    let future = session(site.session("user_ada").claim("iat", NOW + 60));
    let foreign = site.issuer.oauth("user_ada").jwt();
    let later = (NOW + 1).to_string();
    for (token, uat, dashboard, greeting) in [
        ("", "", "sign-in", "anonymous"),
        ("", "0", "sign-in", "anonymous"),
        ("", &*now, "handshake client-uat-but-no-session-token", ""),
        (&*good, "0", "handshake session-token-but-no-client-uat", ""),
        (&good, "", "handshake session-token-but-no-client-uat", ""),
        (&good, &later, "handshake session-token-iat-before-client-uat", ""),
        (&good, &now, "200", "user_ada"),
        (&without_party, &now, "handshake token-invalid-authorized-parties", ""),
        (&other_party, &now, "401", "anonymous"),
        (&not_yet, &now, "handshake session-token-nbf", ""),
        (&future, &now, "handshake session-token-iat-in-the-future", ""),
        (&pending, &now, "401", "anonymous"),
        (&foreign, &now, "sign-in", "anonymous"),
        ("malformed", &now, "sign-in", "anonymous"),
    ] {
        let mut browser = site.browser();
        for suffix in ["", "_naoXFJnI"] {
            for (name, value) in [("__session", token), ("__client_uat", uat)] {
                browser.store([format!("{name}{suffix}={value}").as_str()]);
            }
        }
        let reply = browser.clone().open("/dashboard").await;
        assert_eq!(reply.target(), dashboard, "{dashboard} {token} {uat}");
        let reply = browser.clone().open("/greeting").await;
        if greeting.is_empty() {
            assert_eq!(reply.target(), dashboard, "{dashboard} {token} {uat}");
        } else {
            assert_eq!((reply.status, reply.body.as_str()), (200, greeting), "{token} {uat}");
        }
        let public = browser.clone().open("/public").await;
        assert_eq!((public.status, public.body.as_str()), (200, "public"), "{token} {uat}");
        assert!(public.set_cookies().is_empty() && public.header("vary").is_empty());
    }
    assert_eq!(site.api.count(), 0);
}

#[tokio::test]
async fn rejection_that_no_session_cures_stays() {
    let site = Site::production().await;
    let mut browser = site.browser().signed_in("user_ada", 0);
    for (path, status) in [("/admin", 403), ("/api", 401), ("/caught", 200)] {
        let reply = browser.open(path).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (status, 0), "{path}");
    }
    for (path, status) in [("/api", 401), ("/caught", 418)] {
        let reply = site.browser().open(path).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (status, 0), "{path}");
    }
}

/// Pages around a router that is nested, and inside one.
#[tokio::test]
async fn nested_page_returns_to_its_whole_path() {
    let site = Site::production().await;
    for path in
        ["/nested/dashboard?a=b", "/inside/dashboard?a=b", "/inside/twice/dashboard", "/inside"]
    {
        let reply = site.browser().open(path).await;
        assert_eq!(reply.parameter("redirect_url"), format!("{ORIGIN}{path}"));
    }
    // The values of parameters are gone, so the URL to come back to is unknown.
    assert_eq!(site.browser().open("/of/ada/dashboard").await.status, 401);
    let reply = site.browser().open("/nested/dashboard").await;
    assert_eq!(
        reply.header("location").split('?').next().unwrap(),
        format!("https://{HOST}/sign-in")
    );
}
