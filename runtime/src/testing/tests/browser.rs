//! The browser side, as a browser and a verifier's Backend API client use it.

use std::collections::BTreeMap;

use http::{HeaderMap, Method};
use reqwest::{Client, Url, redirect::Policy};
use serde_json::{Value, json};

use super::{NOW, code, get, part, post};
use crate::testing::{Answer, DevIssuer, DevUser, Endpoint, TestClock};

const APP: &str = "http://app.localhost:3000";
const PAGE: &str = "http://app.localhost:3000/notes?page=2";

/// A browser at the issuer: it keeps the issuer's cookies, and follows no redirect.
struct Browser<'i> {
    issuer: &'i DevIssuer,
    host: String,
    jar: BTreeMap<String, String>,
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let url = Url::parse(self.header("location")).unwrap();
        url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }
}

impl<'i> Browser<'i> {
    fn of(issuer: &'i DevIssuer) -> Self {
        let host = issuer.frontend_api_url().split("//").nth(1).unwrap().to_owned();
        Self { issuer, host, jar: BTreeMap::new() }
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        form: &[(&str, &str)],
    ) -> Reply {
        let client =
            Client::builder().pool_max_idle_per_host(0).redirect(Policy::none()).build().unwrap();
        let mut request = client.request(method, format!("{}{path}", self.issuer.url()));
        if !fields.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", &self.host);
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let pairs = self.jar.iter().map(|(name, value)| format!("{name}={value}"));
        request = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
        let mut body = Url::parse("http://x/").unwrap();
        body.query_pairs_mut().extend_pairs(form);
        let body = body.query().unwrap_or_default().to_owned();
        request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.jar.insert(name.to_owned(), value.to_owned());
        }
        Reply { status, headers, body: response.text().await.unwrap() }
    }

    async fn open(&mut self, path: &str, query: &[(&str, &str)]) -> Reply {
        let mut url = Url::parse("http://x/").unwrap();
        url.query_pairs_mut().extend_pairs(query);
        let target = format!("{path}?{}", url.query().unwrap_or_default());
        self.send(Method::GET, &target, &[], &[]).await
    }

    /// Signs in as `account` by the form of the page.
    async fn sign_in(&mut self, account: &str, pending: bool, page: &str) -> Reply {
        assert_eq!(self.open("/sign-in", &[("redirect_url", page)]).await.status, 200);
        let origin = self.issuer.frontend_api_url().to_owned();
        let token = self.jar["__form"].clone();
        let pending = pending.to_string();
        let form = [
            ("form_token", &*token),
            ("account", account),
            ("pending", &pending),
            ("redirect_url", page),
            ("__clerk_db_jwt", "dvb_1"),
        ];
        let reply = self.send(Method::POST, "/sign-in", &[("origin", &origin)], &form).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        reply
    }

    /// The cookies that a handshake brings, without attributes.
    async fn handshake(&mut self) -> BTreeMap<String, String> {
        let reply = self.open("/v1/client/handshake", &[("redirect_url", PAGE)]).await;
        assert_eq!((reply.status, reply.header("cache-control")), (307, "no-store"));
        assert_eq!(reply.parameter("page").unwrap(), "2");
        let nonce = reply.parameter("__clerk_handshake_nonce").unwrap();
        pairs(&payload(self.issuer, &nonce).await.1["directives"])
    }
}

async fn payload(issuer: &DevIssuer, nonce: &str) -> (u16, Value) {
    let path = format!("/v1/clients/handshake_payload?nonce={nonce}");
    get(issuer, &path, issuer.secret_key()).await
}

fn pairs(directives: &Value) -> BTreeMap<String, String> {
    let pair = |it: &Value| {
        let pair = it.as_str().unwrap().split(';').next().unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    };
    directives.as_array().unwrap().iter().map(pair).collect()
}

async fn issuer() -> (DevIssuer, TestClock) {
    let clock = TestClock::at(NOW.unsigned_abs());
    (DevIssuer::builder().clock(clock.clone()).start().await.unwrap(), clock)
}

fn refresh_cookie(cookies: &BTreeMap<String, String>) -> &str {
    let (_, value) = cookies.iter().find(|(name, _)| name.starts_with("__refresh_")).unwrap();
    value
}

#[tokio::test]
async fn handshake_brings_the_session_that_was_signed_in() {
    let (issuer, _) = issuer().await;
    let mut browser = Browser::of(&issuer);
    let cookies = browser.handshake().await;
    assert_eq!((&*cookies["__session"], &*cookies["__client_uat"]), ("", "0"));
    assert!(cookies["__clerk_db_jwt"].starts_with("dvb_"));

    let reply = browser.sign_in("user_ada org_notes", false, PAGE).await;
    assert_eq!(reply.header("location"), format!("{PAGE}&__clerk_db_jwt=dvb_1"));
    let cookies = browser.handshake().await;
    assert_eq!(cookies["__client_uat"], NOW.to_string());
    let claims = part(&cookies["__session"], 1);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    assert_eq!((&claims["sub"], &claims["azp"]), (&json!("user_ada"), &json!(APP)));
    assert_eq!(
        (&claims["o"]["id"], &claims["name"]),
        (&json!("org_notes"), &json!("Ada Lovelace"))
    );
    assert_eq!(claims["sts"], "active");

    browser.sign_in("user_alan ", true, PAGE).await;
    let claims = part(&browser.handshake().await["__session"], 1);
    assert_eq!((&claims["sub"], &claims["sts"]), (&json!("user_alan"), &json!("pending")));
    assert_eq!(claims.get("o"), None);
}

#[tokio::test]
async fn nonce_is_good_once_for_a_minute_and_with_the_secret() {
    let (issuer, clock) = issuer().await;
    let mut browser = Browser::of(&issuer);
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let reply = browser.open("/v1/client/handshake", &[("redirect_url", PAGE)]).await;
        nonces.push(reply.parameter("__clerk_handshake_nonce").unwrap());
    }
    let path = format!("/v1/clients/handshake_payload?nonce={}", nonces[0]);
    assert_eq!(code(&get(&issuer, &path, "sk_test_x").await), (401, "clerk_key_invalid"));
    assert_eq!(payload(&issuer, &nonces[0]).await.0, 200);
    assert_eq!(payload(&issuer, &nonces[0]).await.0, 404);
    clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(payload(&issuer, &nonces[1]).await.0, 404);
    assert_eq!(issuer.calls().handshake_payload, 4);
}

#[tokio::test]
async fn refresh_is_for_the_browser_and_page_of_an_active_session() {
    let (issuer, clock) = issuer().await;
    let mut browser = Browser::of(&issuer);
    browser.sign_in("user_ada ", false, PAGE).await;
    let cookies = browser.handshake().await;
    let (token, secret) = (&*cookies["__session"], refresh_cookie(&cookies));
    let id = part(token, 1)["sid"].as_str().unwrap().to_owned();
    clock.advance(std::time::Duration::from_secs(61));
    let ask = async |id: &str, token: &str, secret: &str, origin: &str| {
        let body = json!({
            "format": "cookie",
            "expired_token": token,
            "refresh_token": secret,
            "request_origin": origin,
        });
        let path = format!("/v1/sessions/{id}/refresh?suffixed_cookies=true");
        post(&issuer, &path, issuer.secret_key(), body).await
    };
    let answer = ask(&id, token, secret, APP).await;
    let claims = part(&pairs(&answer.1["cookies"])["__session"], 1);
    assert_eq!((&claims["sid"], &claims["iat"]), (&json!(id), &json!(NOW + 61)));
    assert_eq!(claims["fva"], json!([1, -1]));

    let own = |token: crate::testing::SessionTokenBuilder| token.session_id(&*id).jwt();
    let without_party = own(issuer.session("user_ada"));
    let unknown = issuer.session("user_ada").session_id("sess_1").authorized_party(APP).jwt();
    let forged = {
        let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
        forger.session("user_ada").session_id(&*id).authorized_party(APP).jwt()
    };
    for (id, token, secret, origin, expected) in [
        (&*id, token, secret, "app.localhost", "refresh_request_origin_invalid"),
        (&id, token, secret, "http://app.localhost", "refresh_request_origin_azp_mismatch"),
        (&id, token, "rt_1", APP, "refresh_token_not_found"),
        (&id, "x", secret, APP, "expired_session_token_invalid"),
        (&id, &forged, secret, APP, "expired_session_token_invalid"),
        (&id, &without_party, secret, APP, "expired_session_token_missing_azp"),
        ("sess_1", token, secret, APP, "refresh_sid_mismatch"),
        ("sess_1", &unknown, secret, APP, "session_refresh_session_not_found"),
    ] {
        assert_eq!(code(&ask(id, token, secret, origin).await), (401, expected));
    }
    assert!(issuer.revoke(&id) && !issuer.revoke("sess_1"));
    let rejected = (401, "session_refresh_inactive_session");
    assert_eq!(code(&ask(&id, token, secret, APP).await), rejected);
    assert_eq!(browser.handshake().await["__session"], "");
}

#[tokio::test]
async fn session_ends_by_sign_out_revocation_and_after_a_week() {
    for ending in ["sign-out", "revoke", "week"] {
        let (issuer, clock) = issuer().await;
        let mut browser = Browser::of(&issuer);
        browser.sign_in("user_ada ", false, PAGE).await;
        let id =
            part(&browser.handshake().await["__session"], 1)["sid"].as_str().unwrap().to_owned();
        match ending {
            "sign-out" => {
                browser.open("/sign-out", &[("redirect_url", APP)]).await;
                let (token, origin) = (browser.jar["__form"].clone(), issuer.frontend_api_url());
                let form = [("form_token", &*token), ("redirect_url", APP)];
                let fields = [("origin", origin)];
                let reply = browser.send(Method::POST, "/sign-out", &fields, &form).await;
                assert_eq!(reply.header("location"), format!("{APP}/"));
            }
            "revoke" => {
                let path = format!("/v1/sessions/{id}/revoke");
                let rejected = post(&issuer, &path, "sk_test_x", json!({})).await;
                assert_eq!(code(&rejected), (401, "clerk_key_invalid"));
                assert_eq!(post(&issuer, &path, issuer.secret_key(), json!({})).await.0, 200);
            }
            _ => clock.advance(std::time::Duration::from_secs(7 * 24 * 60 * 60)),
        }
        assert_eq!(browser.handshake().await["__session"], "", "{ending}");
    }
}

#[tokio::test]
async fn form_of_another_page_or_browser_is_rejected() {
    let (issuer, _) = issuer().await;
    let mut browser = Browser::of(&issuer);
    browser.open("/sign-in", &[]).await;
    let (token, own) = (browser.jar["__form"].clone(), issuer.frontend_api_url());
    for path in ["/sign-in", "/sign-out"] {
        for (fields, token) in [
            (&[("origin", own)][..], "x"),
            (&[("origin", own)], ""),
            (&[("origin", "http://evil.localhost")], &*token),
            (&[("origin", "null")], &token),
            (&[], &token),
            (&[("origin", own), ("sec-fetch-site", "same-site")], &token),
            (&[("origin", own), ("sec-fetch-site", "cross-site")], &token),
        ] {
            let form = [("form_token", token), ("account", "user_ada ")];
            let reply = browser.send(Method::POST, path, fields, &form).await;
            assert_eq!(reply.status, 403, "{path} {fields:?}");
        }
    }
    assert!(!browser.jar.contains_key("__client"));
}

#[tokio::test]
async fn other_host_or_origin_gets_nothing_of_any_endpoint() {
    let (issuer, _) = issuer().await;
    let mut browser = Browser::of(&issuer);
    for path in ["/v1/jwks", "/.well-known/jwks.json", "/sign-in", "/v1/client/handshake", "/x"] {
        let is_of_browsers = ["/sign-in", "/v1/client/handshake"].contains(&path);
        for (host, is_here) in [
            ("evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("127.0.0.1:1", !is_of_browsers),
            ("clerk.localhost:1", !is_of_browsers),
            ("clerk.localhost", !is_of_browsers),
        ] {
            let reply = browser.send(Method::GET, path, &[("host", host)], &[]).await;
            assert_eq!(reply.status != 421, is_here, "{path} {host}");
        }
        let reply = browser.send(Method::GET, path, &[("origin", APP)], &[]).await;
        assert_eq!(reply.status, 403, "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), "");
    }
    let fetched = [("sec-fetch-mode", "cors")];
    let path = format!("/v1/client/handshake?redirect_url={APP}");
    assert_eq!(browser.send(Method::GET, &path, &fetched, &[]).await.status, 403);
    assert_eq!(browser.send(Method::POST, &path, &[], &[]).await.status, 405);
}

#[tokio::test]
async fn browser_is_sent_to_pages_of_this_machine_only() {
    let (issuer, _) = issuer().await;
    let mut browser = Browser::of(&issuer);
    for (url, is_page) in [
        (APP, true),
        ("http://localhost:3000/a", true),
        ("http://127.0.0.1/", true),
        ("http://[::1]:3000/", true),
        ("http://evil.example/", false),
        ("http://localhost.evil.example/", false),
        ("http://localhost@evil.example/", false),
        ("http://u:p@localhost/", false),
        ("javascript:alert(1)", false),
        ("//app.localhost", false),
        ("", false),
    ] {
        for path in ["/v1/client/handshake", "/sign-in", "/sign-out"] {
            let reply = browser.open(path, &[("redirect_url", url)]).await;
            assert_eq!(reply.status != 400, is_page, "{path} {url}");
        }
    }
}

#[tokio::test]
async fn page_escapes_text_and_is_never_framed() {
    let odd = DevUser::new("user_\"><script>").claim("name", "<b>&'").organization(
        "org_\"<",
        "<i>",
        "<u>",
        ["org:notes:read"],
    );
    let issuer = DevIssuer::builder().users([odd]).start().await.unwrap();
    let mut browser = Browser::of(&issuer);
    let query = [("redirect_url", APP), ("__clerk_db_jwt", "\"><script>")];
    let reply = browser.open("/sign-in", &query).await;
    for markup in ["<script", "<i>", "<u>", "<b>&'", "user_\"", "org_\""] {
        assert!(!reply.body.contains(markup), "{markup}: {}", reply.body);
    }
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains(&format!("form-action 'self' {APP};")), "{policy}");
    assert_eq!(
        (reply.header("x-frame-options"), reply.header("cache-control")),
        ("DENY", "no-store")
    );
}

#[tokio::test]
async fn permission_that_no_token_can_carry_stops_the_start() {
    let user = DevUser::new("user_ada").organization("org_notes", "notes", "editor", ["notes"]);
    let error = DevIssuer::builder().users([user]).start().await.unwrap_err();
    assert!(error.to_string().contains("org:feature:permission"), "{error}");
}

#[tokio::test]
async fn production_brings_its_handshake_in_a_cookie_of_the_shared_domain() {
    let builder = DevIssuer::builder().clock(TestClock::at(NOW.unsigned_abs()));
    let issuer = builder.production("clerk.example.com").handshake_tokens().start().await.unwrap();
    assert!(issuer.clerk().build().is_ok());
    let mut browser = Browser::of(&issuer);
    let page = "https://app.example.com/notes";
    let reply = browser.sign_in("user_ada ", false, page).await;
    assert_eq!(reply.header("location"), page);
    let reply = browser.open("/v1/client/handshake", &[("redirect_url", page)]).await;
    assert_eq!((reply.status, reply.header("location")), (307, page));
    let cookie = reply.header("set-cookie");
    assert!(cookie.contains("; Domain=example.com") && cookie.contains("; Secure"), "{cookie}");
    let token = cookie.strip_prefix("__clerk_handshake=").unwrap().split(';').next().unwrap();
    let directives = &part(token, 1)["handshake"];
    assert!(!pairs(directives).contains_key("__clerk_db_jwt"));
    assert!(
        directives.as_array().unwrap().iter().all(|it| it.as_str().unwrap().contains("; Secure"))
    );
    for other in ["http://app.example.com/", "https://example.org/", "https://evilexample.com/"] {
        let reply = browser.open("/v1/client/handshake", &[("redirect_url", other)]).await;
        assert_eq!(reply.status, 400, "{other}");
    }
}

#[tokio::test]
async fn each_page_and_call_can_be_scripted_to_fail() {
    let (issuer, _) = issuer().await;
    let mut browser = Browser::of(&issuer);
    for (endpoint, method, path) in [
        (Endpoint::Handshake, Method::GET, "/v1/client/handshake"),
        (Endpoint::HandshakePayload, Method::GET, "/v1/clients/handshake_payload"),
        (Endpoint::SessionRefresh, Method::POST, "/v1/sessions/sess_1/refresh"),
        (Endpoint::SessionRevoke, Method::POST, "/v1/sessions/sess_1/revoke"),
        (Endpoint::SignIn, Method::GET, "/sign-in"),
        (Endpoint::SignOut, Method::GET, "/sign-out"),
    ] {
        issuer.answer_once(endpoint, Answer::status(503));
        assert_eq!(browser.send(method.clone(), path, &[], &[]).await.status, 503, "{path}");
        assert_ne!(browser.send(method, path, &[], &[]).await.status, 503, "{path}");
    }
    assert_eq!(issuer.calls().total(), 12);
}
