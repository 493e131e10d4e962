//! A site with pages, the browsers that open them, and the Clerk behind it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{FromRef, Request, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clerk_auth::{
    Clerk, ClerkBuilder, Policy, Subject, clerk_auth,
    pages::{PagesBuilder, PagesLayer},
    policy,
    testing::{DevIssuer, TestClock},
};
use http::{Method, StatusCode};
use reqwest::Url;
use serde_json::{Value, json};

use crate::clerk_api::ClerkApi;

pub(crate) const NOW: u64 = 1_800_000_000;
/// Of the Frontend API `clerk.example.com`.
pub(crate) const PUBLISHABLE_KEY: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
pub(crate) const SUFFIX: &str = "naoXFJnI";
pub(crate) const ISSUER: &str = "https://clerk.example.com";
pub(crate) const ORIGIN: &str = "https://app.example.com";
pub(crate) const HOST: &str = "app.example.com";
/// What browsers send when a page is opened.
pub(crate) const DOCUMENT: (&str, &str) = ("sec-fetch-dest", "document");
pub(crate) const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");

pub(crate) struct Site {
    pub(crate) clock: TestClock,
    pub(crate) issuer: DevIssuer,
    pub(crate) api: ClerkApi,
    pub(crate) address: SocketAddr,
    host: String,
    client: reqwest::Client,
    runs: Arc<AtomicUsize>,
}

#[derive(Clone, FromRef)]
struct App {
    clerk: Clerk,
    runs: Arc<AtomicUsize>,
}

/// An answer, and what is asked of it most.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Site {
    /// A site of a production instance.
    pub(crate) async fn production() -> Self {
        Self::production_with(|pages| pages).await
    }

    pub(crate) async fn production_with(pages: impl FnOnce(PagesBuilder) -> PagesBuilder) -> Self {
        let settings = |clerk: ClerkBuilder, _: &DevIssuer| {
            clerk
                .publishable_key(PUBLISHABLE_KEY)
                .secret_key("sk_live_x")
                .authorized_parties([ORIGIN])
        };
        Self::start(HOST, settings, pages).await
    }

    /// A site of a development instance.
    pub(crate) async fn development_with(pages: impl FnOnce(PagesBuilder) -> PagesBuilder) -> Self {
        let settings = |clerk: ClerkBuilder, issuer: &DevIssuer| {
            clerk.publishable_key(issuer.publishable_key()).secret_key("sk_test_x")
        };
        Self::start("localhost:3000", settings, pages).await
    }

    pub(crate) async fn start(
        host: &str,
        settings: impl FnOnce(ClerkBuilder, &DevIssuer) -> ClerkBuilder,
        pages: impl FnOnce(PagesBuilder) -> PagesBuilder,
    ) -> Self {
        let clock = TestClock::at(NOW);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let api = ClerkApi::start().await;
        let clerk = Clerk::builder()
            .jwt_key(issuer.public_key_pem())
            .clock(clock.clone())
            .api_url(api.url());
        let clerk = settings(clerk, &issuer).build().unwrap();
        let pages = pages(PagesLayer::builder(clerk.clone()).sign_in_url("/sign-in"));
        let runs = Arc::new(AtomicUsize::new(0));
        let app = app(App { clerk, runs: Arc::clone(&runs) }, pages.build().unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { clock, issuer, api, address, host: host.to_owned(), client, runs }
    }

    /// A session token as Clerk mints it for the production site.
    pub(crate) fn token(&self, user: &str) -> String {
        self.session(user).jwt()
    }

    pub(crate) fn session(&self, user: &str) -> clerk_auth::testing::SessionTokenBuilder {
        let session = self.issuer.session(user).claim("iss", ISSUER).authorized_party(ORIGIN);
        session.session_id(user.replace("user_", "sess_"))
    }

    /// A handshake token with these members beside the cookies.
    pub(crate) fn handshake_token(
        &self,
        header: &Value,
        members: &Value,
        cookies: &[String],
    ) -> String {
        let mut head = json!({ "alg": "RS256", "kid": self.issuer.key_id(), "typ": "JWT" });
        head.as_object_mut().unwrap().extend(header.as_object().unwrap().clone());
        let mut payload = json!({ "handshake": cookies });
        payload.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.issuer.sign(&head, &payload)
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// How often a guarded handler ran.
    pub(crate) fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { site: self, jar: BTreeMap::new() }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut request = self.client.request(method, format!("http://{}{path}", self.address));
        if !fields.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", &self.host);
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let response = request.body("typed by hand").send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, body: response.text().await.unwrap() }
    }
}

/// The cookies that Clerk sets for a session.
pub(crate) fn session_cookies(token: &str, client_uat: u64) -> Vec<String> {
    vec![
        format!("__session={token}; Path=/; SameSite=Lax; Secure"),
        format!("__session_{SUFFIX}={token}; Path=/; SameSite=Lax; Secure"),
        format!("__client_uat={client_uat}; Path=/; Domain=example.com; Max-Age=315360000; Secure"),
        format!("__client_uat_{SUFFIX}={client_uat}; Path=/; Domain=example.com; Secure"),
        format!("__refresh_{SUFFIX}=refresh; Path=/; HttpOnly; Secure"),
        "__clerk_handshake=; Path=/; Max-Age=0".to_owned(),
    ]
}

/// A browser: it keeps cookies, and follows no redirect by itself.
#[derive(Clone)]
pub(crate) struct Browser<'s> {
    site: &'s Site,
    pub(crate) jar: BTreeMap<String, String>,
}

impl Browser<'_> {
    /// Stores cookies that somebody sets.
    pub(crate) fn store<'c>(&mut self, cookies: impl IntoIterator<Item = &'c str>) {
        for cookie in cookies {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() || attributes.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A signed-in browser, whose token was minted `seconds` ago.
    pub(crate) fn signed_in(mut self, user: &str, seconds: u64) -> Self {
        let token = self.site.token(user);
        self.store(session_cookies(&token, NOW).iter().map(String::as_str));
        self.site.advance(seconds);
        self
    }

    pub(crate) fn cookies(&self) -> String {
        let pairs: Vec<String> =
            self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Opens a page.
    pub(crate) async fn open(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, &[DOCUMENT]).await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Reply {
        let cookies = self.cookies();
        let mut fields = fields.to_vec();
        if !cookies.is_empty() {
            fields.push(("cookie", &cookies));
        }
        let reply = self.site.send(method, path, &fields).await;
        self.store(reply.set_cookies());
        reply
    }

    /// Opens a page, goes through the handshake that it asks for, and comes back with `brought`, a
    /// parameter or nothing.
    pub(crate) async fn return_from_handshake(&mut self, path: &str, brought: &str) -> Reply {
        let reply = self.open(path).await;
        let location = reply.location();
        assert_eq!(location.path(), "/v1/client/handshake", "{reply:?}");
        let back = Url::parse(&location_parameter(&location, "redirect_url")).unwrap();
        let path = back.as_str().strip_prefix(&back.origin().ascii_serialization()).unwrap();
        let separator = if path.contains('?') { "&" } else { "?" };
        let path = if brought.is_empty() {
            path.to_owned()
        } else {
            format!("{path}{separator}{brought}")
        };
        self.open(&path).await
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect()
    }

    /// The names of the cookies that are set or deleted.
    pub(crate) fn cookie_names(&self) -> Vec<&str> {
        self.set_cookies().iter().map(|it| it.split('=').next().unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn location(&self) -> Url {
        assert_eq!(self.status, 307, "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        Url::parse(self.header("location")).unwrap()
    }

    /// What kind of redirect it is: `handshake`, `sign-in`, or the URL itself.
    pub(crate) fn target(&self) -> String {
        if self.status != 307 {
            return self.status.to_string();
        }
        let location = self.location();
        match location.path() {
            "/v1/client/handshake" => {
                assert_eq!(location.origin().ascii_serialization(), ISSUER);
                format!("handshake {}", location_parameter(&location, "__clerk_hs_reason"))
            }
            "/sign-in" => "sign-in".to_owned(),
            _ => location.to_string(),
        }
    }

    /// Whatever the request was, it leads to this site or to its Frontend API, and back to this site.
    #[track_caller]
    pub(crate) fn assert_stays_at_home(&self, what: &str) {
        let Some(location) = self.headers.get("location") else { return };
        let location = Url::parse(location.to_str().unwrap()).unwrap();
        let origin = location.origin().ascii_serialization();
        assert!([ORIGIN, ISSUER].contains(&&*origin), "{what}: {location}");
        assert!(location.username().is_empty(), "{what}: {location}");
        let back = location_parameter(&location, "redirect_url");
        let back = Url::parse(&back).map_or(origin, |back| back.origin().ascii_serialization());
        assert!([ORIGIN, ISSUER].contains(&&*back), "{what}: {location}");
    }

    /// A parameter of the URL in `Location`.
    #[track_caller]
    pub(crate) fn parameter(&self, name: &str) -> String {
        location_parameter(&self.location(), name)
    }
}

pub(crate) fn location_parameter(location: &Url, name: &str) -> String {
    let mut pairs = location.query_pairs();
    pairs.find(|(found, _)| found == name).map_or_else(String::new, |(_, value)| value.into_owned())
}

fn app(state: App, pages: PagesLayer) -> Router {
    Router::new()
        .route("/dashboard", get(dashboard).post(dashboard))
        .route("/form", post(form))
        .route("/greeting", get(greeting).post(greeting))
        .route("/admin", get(admin))
        .route("/api", get(api))
        .route("/cached", get(cached))
        .route("/caught", get(caught))
        .route("/passed-on", get(passed_on))
        .route("/carried", get(carried))
        .route("/public", get(async || "public").post(async || "public"))
        .route("/sign-in", get(async || "sign in"))
        .route("/account", get(dashboard))
        .nest("/nested", Router::new().route("/dashboard", get(dashboard)))
        .fallback(dashboard)
        .layer(pages)
        .with_state(state)
}

#[clerk_auth]
async fn dashboard(State(runs): State<Arc<AtomicUsize>>, subject: Subject) -> String {
    runs.fetch_add(1, Ordering::SeqCst);
    subject.to_string()
}

#[clerk_auth]
async fn form(State(runs): State<Arc<AtomicUsize>>, subject: Subject, body: String) -> String {
    runs.fetch_add(1, Ordering::SeqCst);
    format!("{subject}: {body}")
}

#[clerk_auth(optional)]
async fn greeting(subject: Option<Subject>) -> String {
    subject.map_or("nobody".to_owned(), |subject| subject.to_string())
}

#[clerk_auth(session_token(permission = "org:notes:delete"))]
async fn admin(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth(accepts = "oauth_token")]
async fn api(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth]
async fn cached(subject: Subject) -> impl IntoResponse {
    ([("cache-control", "private, max-age=60"), ("vary", "accept-language")], subject.to_string())
}

const SESSIONS: Policy = policy!(accepts = "session_token");

/// Answers a rejection itself.
async fn caught(State(clerk): State<Clerk>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    match clerk.authenticate(&mut parts, SESSIONS).await {
        Ok(_) => "known".into_response(),
        Err(rejection) => (StatusCode::IM_A_TEAPOT, rejection.to_string()).into_response(),
    }
}

/// Two guards, the second on a copy of the request as it came, as server functions have it.
async fn passed_on(State(clerk): State<Clerk>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let mut copy = parts.clone();
    let first = clerk.authenticate(&mut parts, SESSIONS).await;
    let second = clerk.authenticate(&mut copy, SESSIONS).await;
    match (first, second) {
        (Ok(_), Ok(_)) => "known twice".into_response(),
        (Err(rejection), _) | (_, Err(rejection)) => rejection.into_response(),
    }
}

/// A request of somebody else that carries the extensions of this one, as a mistaken proxy makes it.
async fn carried(State(clerk): State<Clerk>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let _ = clerk.authenticate(&mut parts, SESSIONS).await;
    let method = parts.headers.get("x-method").map_or("GET", |method| method.to_str().unwrap());
    let mut other = http::Request::builder().method(method);
    let cookies = parts.headers.get("x-cookies").or(parts.headers.get("cookie"));
    other = other.header("cookie", cookies.unwrap());
    let (mut other, ()) = other.body(()).unwrap().into_parts();
    other.extensions = parts.extensions;
    match clerk.authenticate(&mut other, SESSIONS).await {
        Ok(caller) => caller.unwrap().subject().to_string().into_response(),
        Err(rejection) => (rejection.status(), "stays out").into_response(),
    }
}
