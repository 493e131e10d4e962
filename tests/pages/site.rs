//! A site with pages, and the Clerk behind it.

use std::{
    collections::BTreeMap,
    future::ready,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Request, middleware::map_request};
use clerk_auth::{
    Clerk, ClerkBuilder,
    pages::{PagesBuilder, PagesLayer},
    testing::{DevIssuer, SessionTokenBuilder, TestClock},
};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::{App, app},
    browser::{Browser, Reply},
    clerk_api::ClerkApi,
};

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
    /// The service behind the socket.
    pub(crate) app: Router,
    host: String,
    client: reqwest::Client,
    runs: Arc<AtomicUsize>,
    arrivals: Arc<AtomicUsize>,
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
        let app = |state: App| {
            let pages = pages(PagesLayer::builder(state.clerk.clone()).sign_in_url("/sign-in"));
            app(state, &pages.build().unwrap())
        };
        Self::start_with(host, settings, app).await
    }

    /// A site with routes and layers of its own.
    pub(crate) async fn start_with(
        host: &str,
        settings: impl FnOnce(ClerkBuilder, &DevIssuer) -> ClerkBuilder,
        app: impl FnOnce(App) -> Router,
    ) -> Self {
        let clock = TestClock::at(NOW);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let api = ClerkApi::start().await;
        let clerk = Clerk::builder()
            .jwt_key(issuer.public_key_pem())
            .clock(clock.clone())
            .api_url(api.url());
        let clerk = settings(clerk, &issuer).build().unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let state = App { clerk, runs: Arc::clone(&runs), clock: clock.clone() };
        let app = app(state);
        let arrivals = Arc::new(AtomicUsize::new(0));
        let arrived = Arc::clone(&arrivals);
        let app = app.layer(map_request(move |request: Request| {
            arrived.fetch_add(1, Ordering::SeqCst);
            ready(request)
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = app.clone();
        tokio::spawn(async move { axum::serve(listener, served).await.unwrap() });
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { clock, issuer, api, address, app, host: host.to_owned(), client, runs, arrivals }
    }

    /// A session token as Clerk mints it for the production site.
    pub(crate) fn token(&self, user: &str) -> String {
        self.session(user).jwt()
    }

    pub(crate) fn session(&self, user: &str) -> SessionTokenBuilder {
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

    /// How many requests the site has received.
    pub(crate) fn arrivals(&self) -> usize {
        self.arrivals.load(Ordering::SeqCst)
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { site: self, jar: BTreeMap::new(), back: String::new() }
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
