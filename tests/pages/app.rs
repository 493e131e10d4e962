//! The pages of the site, and who may open them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::{FromRef, Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clerk_auth::{
    Clerk, Policy, Rejection, Subject, Verified, clerk_auth, pages::PagesLayer, policy,
    testing::TestClock,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::server_functions::framework;

#[derive(Clone, FromRef)]
pub(crate) struct App {
    pub(crate) clerk: Clerk,
    /// How often a guarded handler ran.
    pub(crate) runs: Arc<AtomicUsize>,
    pub(crate) clock: TestClock,
}

pub(crate) fn app(state: App, pages: &PagesLayer) -> Router {
    Router::new()
        .route("/dashboard", get(dashboard).post(dashboard))
        .route("/form", post(form))
        .route("/greeting", get(greeting).post(greeting))
        .route("/admin", get(admin))
        .route("/api", get(api))
        .route("/cached", get(cached))
        .route("/cached-elsewhere", get(cached_elsewhere))
        .route("/answers", get(answers))
        .route("/caught", get(caught))
        .route("/passed-on", get(passed_on))
        .route("/at-once", get(at_once))
        .route("/carried", get(carried))
        .route("/public", get(async || "public").post(async || "public"))
        .route("/sign-in", get(async || "sign in"))
        .route("/account", get(dashboard))
        .nest("/nested", Router::new().route("/dashboard", get(dashboard)))
        .merge(framework(state.clerk.clone()))
        .fallback(dashboard)
        .layer(pages.clone())
        .nest("/inside", nested(pages).nest("/twice", nested(pages)))
        .nest("/of/{user}", nested(pages))
        .with_state(state)
}

fn nested(pages: &PagesLayer) -> Router<App> {
    let pages = pages.clone();
    Router::new().route("/", get(dashboard)).route("/dashboard", get(dashboard)).layer(pages)
}

#[clerk_auth]
pub(crate) async fn dashboard(State(runs): State<Arc<AtomicUsize>>, subject: Subject) -> String {
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
    subject.map_or("anonymous".to_owned(), |subject| subject.to_string())
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

/// Answers as the request says.
#[clerk_auth]
async fn answers(headers: HeaderMap) -> impl IntoResponse {
    let status = headers["x-status"].to_str().unwrap().parse::<StatusCode>().unwrap();
    let fields = [("x-control", "cache-control"), ("x-vary", "vary")].into_iter();
    let fields = fields
        .filter_map(|(from, to)| Some((HeaderName::from_static(to), headers.get(from)?.clone())));
    (status, fields.collect::<HeaderMap>())
}

#[clerk_auth]
async fn cached_elsewhere() -> impl IntoResponse {
    let names =
        ["cdn-cache-control", "x-cdn-cache-control", "surrogate-control", "x-accel-expires"];
    let mut response = "known".into_response();
    let fields =
        names.map(|name| (HeaderName::from_static(name), HeaderValue::from_static("max-age=60")));
    response.headers_mut().extend(fields);
    response
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
    both(first, second)
}

/// Two guards at the same time, as the server functions of one page run.
async fn at_once(State(clerk): State<Clerk>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let mut copy = parts.clone();
    let first = clerk.authenticate(&mut parts, SESSIONS);
    let (first, second) = tokio::join!(first, clerk.authenticate(&mut copy, SESSIONS));
    both(first, second)
}

type Authenticated = Result<Option<Verified>, Rejection>;

fn both(first: Authenticated, second: Authenticated) -> Response {
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
