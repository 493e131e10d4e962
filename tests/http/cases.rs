//! One request for each way to be refused. Whatever must stay secret in it says `hidden`.

use std::sync::Arc;

use axum::{Router, routing::get};
use clerk_auth::{
    Clerk, ClerkBuilder, clerk_auth,
    testing::{Answer, DevIssuer, Endpoint, TestClock},
};
use clerk_auth_tests::{Reply, Server};
use http::Method;

use crate::NOW;

/// A running app with a route for each kind of policy.
#[derive(Clone)]
pub(crate) struct App(Arc<Server>);

/// A request that is refused.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) authorization: Vec<String>,
    path: &'static str,
    app: App,
    answer: Option<(Endpoint, Answer)>,
}

#[clerk_auth]
async fn session() {}

#[clerk_auth(accepts = "oauth_token", scopes = "write:notes read:notes")]
async fn notes() {}

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = ["write:notes", "read:notes"])]
async fn either() {}

#[clerk_auth(accepts = "api_key", scopes = "export:run")]
async fn export() {}

#[clerk_auth(accepts = "m2m_token")]
async fn m2m() {}

#[clerk_auth(accepts = "any")]
async fn any() {}

impl App {
    pub(crate) async fn start(clerk: ClerkBuilder) -> Self {
        let router = Router::new()
            .route("/session", get(session))
            .route("/notes", get(notes))
            .route("/either", get(either))
            .route("/export", get(export))
            .route("/m2m", get(m2m))
            .route("/any", get(any))
            .with_state(clerk.build().unwrap());
        Self(Arc::new(Server::start(router).await))
    }
}

impl Case {
    pub(crate) fn new(name: &'static str, path: &'static str, app: &App) -> Self {
        Self { name, authorization: Vec::new(), path, app: app.clone(), answer: None }
    }

    fn field(mut self, value: impl Into<String>) -> Self {
        self.authorization.push(value.into());
        self
    }

    fn token(self, token: impl AsRef<str>) -> Self {
        self.field(format!("Bearer {}", token.as_ref()))
    }

    fn answer(mut self, endpoint: Endpoint, answer: Answer) -> Self {
        self.answer = Some((endpoint, answer));
        self
    }

    pub(crate) async fn send(&self, issuer: &DevIssuer) -> Reply {
        if let Some((endpoint, answer)) = &self.answer {
            issuer.answer_once(*endpoint, answer.clone());
        }
        let fields: Vec<_> =
            self.authorization.iter().map(|value| ("authorization", value.as_str())).collect();
        self.app.0.send(Method::GET, self.path, &fields).await
    }
}

/// All cases. `dress` changes the configuration of each verifier.
pub(crate) async fn cases(
    issuer: &DevIssuer,
    forger: &DevIssuer,
    dress: impl Fn(ClerkBuilder) -> ClerkBuilder,
) -> Vec<Case> {
    let app = async |clerk| App::start(dress(clerk)).await;
    let usual = app(issuer.clerk()).await;
    let case = |name, path| Case::new(name, path, &usual);
    let mut cases = callers_fault(issuer, forger, case);
    cases.extend(token_for_others(issuer, &app).await);
    cases.extend(clerks_fault(issuer, &app).await);
    cases.extend(no_keys(issuer, &app).await);
    cases.extend(our_fault(issuer, &app).await);
    cases
}

fn callers_fault(
    issuer: &DevIssuer,
    forger: &DevIssuer,
    case: impl Fn(&'static str, &'static str) -> Case,
) -> Vec<Case> {
    let session = || issuer.session("user_hidden").session_id("sess_hidden").claim("x", "hidden");
    let oauth = || issuer.oauth("user_hidden").client_id("hidden").scopes(["hidden:all"]);
    let key = || issuer.api_key("org_hidden").name("hidden").scopes(["hidden:all"]);
    let revoked = key().opaque();
    assert!(issuer.revoke(&revoked));
    vec![
        case("nothing, for a session", "/session"),
        case("nothing, for OAuth", "/notes"),
        case("nothing, for OAuth or a key", "/either"),
        case("nothing, for a key", "/export"),
        case("nothing, for any type", "/any"),
        case("another scheme", "/notes").field("Basic hidden"),
        case("two fields", "/session").token(session().jwt()).token(session().jwt()),
        case("no scheme", "/notes").field(oauth().jwt()),
        case("no token", "/notes").field("Bearer"),
        case("junk", "/any").token("hidden"),
        case("too long", "/any").token("hidden".repeat(4096)),
        case("type not accepted", "/session").token(oauth().jwt()),
        case("expired session", "/session").token(session().expired().jwt()),
        case("pending session", "/session").token(session().pending().jwt()),
        case("JWT template", "/session").token(issuer.template("user_hidden").jwt()),
        case("forged", "/notes").token(forger.oauth("user_hidden").jwt()),
        case("unknown key", "/notes").token(oauth().header("kid", "ins_hidden").jwt()),
        case("strange subject", "/session").token(issuer.session("hidden").jwt()),
        case("revoked", "/export").token(revoked),
        case("expired key", "/export").token(key().expired().opaque()),
        case("unknown to Clerk", "/export").token("ak_hidden"),
        case("no scope of two", "/notes").token(oauth().jwt()),
        case("one scope of two", "/notes").token(oauth().scopes(["read:notes"]).jwt()),
        case("key with one scope of two", "/either").token(key().scopes(["write:notes"]).opaque()),
        case("key without scope", "/export").token(key().opaque()),
    ]
}

async fn token_for_others(
    issuer: &DevIssuer,
    app: &impl AsyncFn(ClerkBuilder) -> App,
) -> Vec<Case> {
    let audience = app(issuer.clerk().audience(["https://api.example.com"])).await;
    let party = app(issuer.clerk().authorized_parties(["https://app.example.com"])).await;
    let other_issuer = app(issuer.clerk().issuer("https://clerk.example.com")).await;
    let usual = app(issuer.clerk()).await;
    let oauth = || issuer.oauth("user_hidden").audience(["https://hidden.example"]);
    let session = || issuer.session("user_hidden").authorized_party("https://hidden.example");
    let m2m = || issuer.m2m("mch_hidden").recipients(["mch_hidden"]);
    vec![
        Case::new("other audience", "/notes", &audience).token(oauth().jwt()),
        Case::new("other audience, opaque", "/notes", &audience).token(oauth().opaque()),
        Case::new("other party", "/session", &party).token(session().jwt()),
        Case::new("other issuer", "/session", &other_issuer).token(session().jwt()),
        Case::new("other machine", "/m2m", &usual).token(m2m().jwt()),
        Case::new("other machine, opaque", "/m2m", &usual).token(m2m().opaque()),
    ]
}

/// Each verifier is new: it remembers what Clerk refused, and stays away where Clerk asks it to.
async fn clerks_fault(issuer: &DevIssuer, app: &impl AsyncFn(ClerkBuilder) -> App) -> Vec<Case> {
    use Endpoint::{ApiKeyVerify, OAuthVerify};
    let oauth = || issuer.oauth("user_hidden").scopes(["read:notes", "write:notes"]).opaque();
    let error = r#"{"errors":[{"message":"hidden","code":"hidden"}]}"#;
    let json = |status, body: &str| Answer::body(status, "application/json", body);
    let mut cases = Vec::new();
    for (name, endpoint, answer) in [
        ("Clerk says 400", OAuthVerify, json(400, error)),
        ("Clerk says 422", ApiKeyVerify, Answer::status(422)),
        ("Clerk says inactive", ApiKeyVerify, json(200, r#"{"active":false}"#)),
        ("Clerk says 503", OAuthVerify, Answer::status(503)),
        ("Clerk says 429", OAuthVerify, Answer::retry_after(7)),
        ("Clerk says 429 for a day", OAuthVerify, Answer::retry_after(86_400)),
        ("Clerk sends us elsewhere", OAuthVerify, Answer::redirect("http://hidden.example")),
        ("Clerk sends HTML", OAuthVerify, Answer::body(200, "text/html", "<p>hidden")),
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
async fn no_keys(issuer: &DevIssuer, app: &impl AsyncFn(ClerkBuilder) -> App) -> Vec<Case> {
    let unusable = Answer::body(200, "application/json", r#"{"keys":[{"kid":"hidden"}]}"#);
    let mut cases = Vec::new();
    for (name, answer) in
        [("key set: 429", Answer::retry_after(9)), ("key set: without keys", unusable)]
    {
        let case = Case::new(name, "/session", &app(issuer.clerk()).await);
        let token = issuer.session("user_hidden").jwt();
        cases.push(case.token(token).answer(Endpoint::KeySet, answer));
    }
    cases
}

async fn our_fault(issuer: &DevIssuer, app: &impl AsyncFn(ClerkBuilder) -> App) -> Vec<Case> {
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
