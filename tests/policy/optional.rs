//! An optional guard accepts anonymous requests, and rejects bad credentials in `Authorization`.
//! Cookies are sent by the browser, so the method decides what a bad one means.

mod nested;

use axum::{
    Router,
    routing::{any, get},
};
use clerk_auth::{
    Clerk, Scopes, Subject, clerk_auth,
    testing::{Answer, DevIssuer, Endpoint, TestClock},
};
use clerk_auth_tests::{Server, captured_log};
use http::Method;

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = "read:notes", optional)]
async fn feed(subject: Option<Subject>, scopes: Option<Scopes>) -> String {
    assert_eq!(subject.is_some(), scopes.is_some());
    subject.map_or("nobody".to_owned(), |subject| subject.to_string())
}

#[tokio::test]
async fn bad_authorization_on_optional_route_is_rejected() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Router::new().route("/", get(feed)).with_state(issuer.clerk().build().unwrap());
    let app = Server::start(app).await;

    let reply = app.send(Method::GET, "/", &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "nobody"));
    let reply = app.send(Method::GET, "/", &[("authorization", "Basic dXNlcg==")]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "nobody"));
    let good = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    assert_eq!(app.get("/", &good).await.body, "user_ada");

    let invalid = r#", error="invalid_token""#;
    let bad = [
        (issuer.oauth("user_ada").scopes(["read:notes"]).expired().jwt(), 401, invalid),
        (
            issuer.oauth("user_ada").jwt(),
            403,
            r#", error="insufficient_scope", scope="read:notes""#,
        ),
        (issuer.session("user_ada").jwt(), 401, invalid),
        (issuer.m2m("mch_caller").opaque(), 401, invalid),
        ("ak_".to_owned(), 401, invalid),
        ("junk".to_owned(), 401, invalid),
        ("null".to_owned(), 401, invalid),
        ("undefined".to_owned(), 401, invalid),
        ("[object Object]".to_owned(), 400, r#", error="invalid_request""#),
        ("two words".to_owned(), 400, r#", error="invalid_request""#),
    ];
    let asked = issuer.calls();
    for (token, status, error) in bad {
        let reply = app.get("/", &token).await;
        let challenge = format!(r#"Bearer realm="clerk"{error}"#);
        assert_eq!((reply.status, reply.challenge()), (status, &*challenge), "{token}");
    }
    assert_eq!(issuer.calls(), asked, "each is refused without a question");
    issuer.answer_with(Endpoint::ApiKeyVerify, Answer::status(503));
    let key = issuer.api_key("user_ada").scopes(["read:notes"]).opaque();
    assert_eq!(app.get("/", &key).await.status, 503);
}

#[tokio::test]
async fn word_in_place_of_token_is_named_in_the_log() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Router::new().route("/", get(feed)).with_state(issuer.clerk().build().unwrap());
    let app = Server::start(app).await;
    captured_log::start();
    for word in ["null", "undefined", "NaN", "[object Object]", "[object Promise]"] {
        assert!(app.get("/", word).await.status >= 400);
        let lines = captured_log::take();
        let cause = format!("cause=the token is the word `{word}`: ");
        assert!(lines.iter().any(|line| line.contains(&cause)), "{word}: {lines:?}");
    }
    // A word inside of a token does not count.
    assert_eq!(app.get("/", "null.null.null").await.status, 401);
    assert!(!captured_log::take().iter().any(|line| line.contains("the word")));
}

const PARTY: &str = "https://app.example.com";
const NOW: u64 = 1_800_000_000;

#[clerk_auth(optional)]
async fn page(subject: Option<Subject>) -> [(&'static str, String); 1] {
    [("x-caller", subject.map_or("anonymous".to_owned(), |subject| subject.to_string()))]
}

/// What a request ends with.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Ada,
    Anonymous,
    Rejected(u16),
}

use Outcome::{Ada, Anonymous, Rejected};

async fn serve(clerk: Clerk) -> Server {
    Server::start(Router::new().route("/", any(page)).with_state(clerk)).await
}

async fn outcome(app: &Server, method: Method, fields: &[(&str, &str)]) -> Outcome {
    let reply = app.send(method, "/", fields).await;
    match (reply.status, reply.header("x-caller")) {
        (200, "user_ada") => Ada,
        (200, "anonymous") => Anonymous,
        (status, _) => Rejected(status),
    }
}

/// A method, and whether the request upgrades the connection.
type Sent = (Method, bool);

/// Requests that only read, and requests that may change something or stay open.
fn requests() -> (Vec<Sent>, Vec<Sent>) {
    let extension = |name: &[u8]| Method::from_bytes(name).unwrap();
    let reads = vec![(Method::GET, false), (Method::HEAD, false), (Method::OPTIONS, false)];
    let others = vec![
        (Method::POST, false),
        (Method::PUT, false),
        (Method::PATCH, false),
        (Method::DELETE, false),
        (Method::TRACE, false),
        (extension(b"QUERY"), false),
        (extension(b"PROPFIND"), false),
        (extension(b"get"), false),
        (Method::GET, true),
        (Method::OPTIONS, true),
    ];
    (reads, others)
}

/// Asserts the outcome of these cookies for each method.
async fn assert_outcomes(
    app: &Server,
    row: &str,
    cookies: &str,
    site: &str,
    read: Outcome,
    other: Outcome,
) {
    let (reads, others) = requests();
    let expected = reads.into_iter().map(|it| (it, read));
    for ((method, upgrades), expected) in expected.chain(others.into_iter().map(|it| (it, other))) {
        let mut fields = vec![("cookie", cookies), ("sec-fetch-site", site)];
        if upgrades {
            fields.push(("upgrade", "websocket"));
        }
        let found = outcome(app, method.clone(), &fields).await;
        assert_eq!(found, expected, "{row}: {method}, upgrades: {upgrades}, {site}");
    }
}

/// The page `rules` has the same table in words.
#[tokio::test]
async fn cookie_on_optional_route_is_decided_by_method() {
    let issuer = DevIssuer::builder().clock(TestClock::at(NOW)).start().await.unwrap();
    let forger = DevIssuer::builder().impersonate(&issuer).start().await.unwrap();
    let other = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().publishable_key(issuer.publishable_key());
    let app = serve(clerk.authorized_parties([PARTY]).build().unwrap()).await;

    let session = || issuer.session("user_ada").authorized_party(PARTY);
    let altered = || forger.session("user_ada").authorized_party(PARTY);
    let at = |token: String, client_uat: &str| {
        format!("__clerk_db_jwt=x; __session={token}; __client_uat={client_uat}")
    };
    let good = |token: String| at(token, "1");
    let stale = |token: String| at(token, "1800000001");
    let without_browser = |cookies: String| cookies.replace("__clerk_db_jwt=x; ", "");

    let same_site = [
        ("no cookie", "theirs=x".to_owned(), Anonymous, Anonymous),
        ("signed out", "__clerk_db_jwt=x; __client_uat=0".to_owned(), Anonymous, Anonymous),
        ("no session", "__clerk_db_jwt=x; __client_uat=1".to_owned(), Anonymous, Anonymous),
        ("no session and no browser", "__client_uat=1".to_owned(), Anonymous, Anonymous),
        ("uat 0", at(session().jwt(), "0"), Anonymous, Anonymous),
        ("uat 0, expired", at(session().expired().jwt(), "0"), Anonymous, Anonymous),
        (
            "no uat",
            format!("__clerk_db_jwt=x; __session={}", session().jwt()),
            Anonymous,
            Anonymous,
        ),
        ("good", good(session().jwt()), Ada, Ada),
        ("expired", good(session().expired().jwt()), Anonymous, Rejected(401)),
        ("stale", stale(session().jwt()), Anonymous, Rejected(401)),
        ("expired and stale", stale(session().expired().jwt()), Anonymous, Rejected(401)),
        ("malformed", good("junk".to_owned()), Anonymous, Anonymous),
        ("the word null", good("null".to_owned()), Anonymous, Anonymous),
        ("forged", good(altered().jwt()), Anonymous, Anonymous),
        ("forged and expired", good(altered().expired().jwt()), Anonymous, Anonymous),
        ("forged and stale", stale(altered().jwt()), Anonymous, Anonymous),
        ("pending", good(session().pending().jwt()), Anonymous, Anonymous),
        ("not valid yet", good(session().claim("nbf", NOW + 60).jwt()), Anonymous, Anonymous),
        ("no session ID", good(session().without_claim("sid").jwt()), Anonymous, Anonymous),
        (
            "other party",
            good(issuer.session("user_ada").authorized_party("https://x.example").jwt()),
            Anonymous,
            Anonymous,
        ),
        ("other instance", good(other.session("user_ada").jwt()), Anonymous, Anonymous),
        ("template", good(issuer.template("user_ada").jwt()), Anonymous, Anonymous),
        ("OAuth token", good(issuer.oauth("user_ada").jwt()), Anonymous, Anonymous),
        ("API key", good(issuer.api_key("user_ada").opaque()), Anonymous, Anonymous),
        ("no browser", without_browser(good(session().jwt())), Anonymous, Anonymous),
        (
            "no browser, expired",
            without_browser(good(session().expired().jwt())),
            Anonymous,
            Rejected(401),
        ),
        ("no browser, stale", without_browser(stale(session().jwt())), Anonymous, Rejected(401)),
    ];
    for (row, cookies, read, other) in same_site {
        assert_outcomes(&app, row, &cookies, "same-origin", read, other).await;
    }
    let cross_site = [
        ("no cookie", "theirs=x".to_owned(), Anonymous, Anonymous),
        ("no session", "__clerk_db_jwt=x; __client_uat=1".to_owned(), Anonymous, Anonymous),
        ("uat 0", at(session().jwt(), "0"), Anonymous, Anonymous),
        ("good", good(session().jwt()), Ada, Rejected(403)),
        ("expired", good(session().expired().jwt()), Anonymous, Rejected(403)),
        ("stale", stale(session().jwt()), Anonymous, Rejected(403)),
        ("malformed", good("junk".to_owned()), Anonymous, Rejected(403)),
        ("no browser", without_browser(good(session().jwt())), Anonymous, Rejected(403)),
    ];
    for (row, cookies, read, other) in cross_site {
        assert_outcomes(&app, row, &cookies, "cross-site", read, other).await;
    }
}

/// A cookie that is expired or stale by its own words needs no key to make a request that only
/// reads anonymous. All else that could be good is not known to be bad.
#[tokio::test]
async fn unexpired_cookie_that_cannot_be_verified_is_503() {
    let issuer = DevIssuer::start().await.unwrap();
    issuer.answer_with(Endpoint::KeySet, Answer::status(503));
    let app = serve(issuer.clerk().build().unwrap()).await;
    let machine = issuer.machine_secret_key();
    let without_keys = Clerk::builder().machine_secret_key(machine).machine_id("mch_ours");
    let misconfigured = serve(without_keys.build().unwrap()).await;
    let cookie = |token: String, client_uat: &str| {
        format!("__clerk_db_jwt=x; __session={token}; __client_uat={client_uat}")
    };
    let session = || issuer.session("user_ada");
    let table = [
        ("good", cookie(session().jwt(), "1"), true, true),
        ("stale", cookie(session().jwt(), "99999999999"), false, true),
        ("expired", cookie(session().expired().jwt(), "1"), false, true),
        ("malformed", cookie("junk".to_owned(), "1"), false, false),
        ("no session", "__clerk_db_jwt=x; __client_uat=1".to_owned(), false, false),
    ];
    for (row, cookies, read_fails, post_fails) in table {
        for (app, status) in [(&app, 503), (&misconfigured, 500)] {
            for (method, fails) in [(Method::GET, read_fails), (Method::POST, post_fails)] {
                let expected = if fails { Rejected(status) } else { Anonymous };
                let found = outcome(app, method.clone(), &[("cookie", &cookies)]).await;
                assert_eq!(found, expected, "{row}: {method}");
            }
        }
    }
    assert_eq!(app.get("/", &session().jwt()).await.status, 503);
}

#[tokio::test]
async fn ignored_cookie_is_logged_without_the_token() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = serve(issuer.clerk().build().unwrap()).await;
    let expired = issuer.session("user_ada").expired().jwt();
    let cookie = |token: &str| format!("__clerk_db_jwt=x; __session={token}; __client_uat=1");
    assert_eq!(app.get("/", &issuer.session("user_ada").jwt()).await.status, 200);
    captured_log::start();
    let table = [
        (Method::GET, cookie(&expired), "DEBUG", "session-token-expired"),
        (
            Method::GET,
            "__clerk_db_jwt=x; __client_uat=1".to_owned(),
            "DEBUG",
            "client-uat-but-no-session-token",
        ),
        (
            Method::POST,
            "__clerk_db_jwt=x; __client_uat=1".to_owned(),
            "DEBUG",
            "client-uat-but-no-session-token",
        ),
        (Method::POST, cookie("junk"), "INFO", "token-invalid"),
    ];
    for (method, cookies, level, reason) in table {
        assert_eq!(outcome(&app, method, &[("cookie", &cookies)]).await, Anonymous);
        let lines = captured_log::take();
        let ours: Vec<_> =
            lines.iter().filter(|line| line.contains("session cookie ignored")).collect();
        let [line] = ours.as_slice() else { panic!("{lines:?}") };
        assert!(
            line.starts_with(level) && line.contains(&format!("reason=\"{reason}\"")),
            "{line}"
        );
        assert!(!line.contains(&expired), "{line}");
    }
    assert_eq!(outcome(&app, Method::GET, &[]).await, Anonymous);
    assert!(!captured_log::take().iter().any(|line| line.contains("session cookie ignored")));
}

/// The same cookies on a route that is not optional.
#[tokio::test]
async fn cookie_on_required_route_is_rejected_for_each_method() {
    #[clerk_auth]
    async fn account() {}

    let issuer = DevIssuer::start().await.unwrap();
    let app = Router::new().route("/", any(account));
    let app = Server::start(app.with_state(issuer.clerk().build().unwrap())).await;
    let session = || issuer.session("user_ada");
    for cookies in [
        String::new(),
        "__clerk_db_jwt=x; __client_uat=1".to_owned(),
        format!("__clerk_db_jwt=x; __session={}; __client_uat=1", session().expired().jwt()),
        format!("__clerk_db_jwt=x; __session={}; __client_uat=99999999999", session().jwt()),
        "__clerk_db_jwt=x; __session=junk; __client_uat=1".to_owned(),
    ] {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST] {
            let reply = app.send(method.clone(), "/", &[("cookie", &cookies)]).await;
            assert_eq!(reply.status, 401, "{method} {cookies}");
        }
    }
}
