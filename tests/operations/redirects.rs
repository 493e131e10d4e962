//! Pages in, what the operator is told of their redirects out.

use std::future::pending;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    routing::get,
};
use clerk_auth::{Clerk, Guard, Policy, Rejection, Subject, clerk_auth, pages::PagesLayer, policy};
use futures_util::FutureExt;
use tower::ServiceExt;

use crate::{App, NOW, numbers::DECISIONS, recorder::Numbers};

const SESSIONS: Policy = policy!(accepts = "session_token");

#[clerk_auth]
async fn page() {}

#[clerk_auth(optional)]
async fn greeting(subject: Option<Subject>) -> String {
    subject.map_or_else(String::new, |subject| subject.to_string())
}

/// Answers a rejection itself.
async fn caught(guard: Result<Guard<PagePolicy>, Rejection>) -> &'static str {
    guard.map_or("caught", |_| "entered")
}

async fn twice(State(clerk): State<Clerk>, request: Request) -> Result<(), Rejection> {
    let (mut parts, _) = request.into_parts();
    let first = clerk.authenticate(&mut parts, SESSIONS).await;
    let second = clerk.authenticate(&mut parts, SESSIONS).await;
    first.and(second).map(|_| ())
}

async fn hangs(guard: Result<Guard<PagePolicy>, Rejection>) {
    assert!(guard.is_err());
    pending::<()>().await;
}

fn router(app: &App) -> Router {
    let pages = PagesLayer::builder(app.clerk.clone()).sign_in_url("/sign-in");
    Router::new()
        .route("/page", get(page))
        .route("/greeting", get(greeting))
        .route("/caught", get(caught))
        .route("/twice", get(twice))
        .route("/hangs", get(hangs))
        .layer(pages.build().unwrap())
        .with_state(app.clerk.clone())
}

fn request(path: &str, destination: &str, cookies: &str) -> Request {
    Request::get(path)
        .header("host", "localhost:3000")
        .header("sec-fetch-dest", destination)
        .header("cookie", cookies)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn redirected_page_counts_once_and_not_as_a_rejection() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    let router = router(&app);
    let token = app.issuer.session("user_ada").expired().jwt();
    let expired = format!("__session={token}; __client_uat={}; __clerk_db_jwt=dvb_1", NOW - 3600);
    let out = "__clerk_db_jwt=dvb_1; __client_uat=0";
    let known = "none/redirected/session-token-and-uat-missing";
    let missing = "none/missing-credential/session-token-and-uat-missing";
    let tired = format!("{out}; __clerk_redirect_count=3");
    for (path, destination, cookies, status, labels) in [
        ("/page", "document", out, 307, known),
        ("/page", "document", "x=y", 307, known),
        ("/page", "document", &*expired, 307, "session_token/redirected/session-token-expired"),
        ("/greeting", "document", &*expired, 307, "session_token/redirected/session-token-expired"),
        ("/page", "empty", out, 401, missing),
        ("/page", "document", &*tired, 401, missing),
        ("/greeting", "document", out, 200, "none/admitted/none"),
        ("/caught", "document", out, 200, missing),
    ] {
        let response = router.clone().oneshot(request(path, destination, cookies)).await.unwrap();
        let case = format!("{path} {destination} {cookies}");
        assert_eq!(response.status(), status, "{case}");
        assert_eq!(numbers.take_of(DECISIONS), [(labels.to_owned(), 1.0)], "{case}");
    }
}

#[tokio::test]
async fn each_guard_of_a_redirected_page_counts_as_redirected() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    let out = request("/twice", "document", "__clerk_db_jwt=dvb_1; __client_uat=0");
    assert_eq!(router(&app).oneshot(out).await.unwrap().status(), 307);
    let redirected = "none/redirected/session-token-and-uat-missing".to_owned();
    assert_eq!(numbers.take_of(DECISIONS), [(redirected, 2.0)]);
}

#[tokio::test]
async fn rejection_of_a_page_without_a_response_counts() {
    let numbers = Numbers::default();
    let _guard = numbers.record();
    let app = App::start(|clerk| clerk).await;
    let out = request("/hangs", "document", "__clerk_db_jwt=dvb_1; __client_uat=0");
    let mut response = Box::pin(router(&app).oneshot(out));
    assert!((&mut response).now_or_never().is_none());
    assert_eq!(numbers.take_of(DECISIONS), []);
    drop(response);
    let missing = "none/missing-credential/session-token-and-uat-missing".to_owned();
    assert_eq!(numbers.take_of(DECISIONS), [(missing, 1.0)]);
}
