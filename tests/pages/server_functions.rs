//! Server functions in a page that a framework renders: it answers 200, whatever became of them.

use std::{
    convert::Infallible,
    task::{Context, Waker},
    time::Duration,
};

use axum::{
    Extension, Router,
    body::Body,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clerk_auth::{
    __private::{admit, guard},
    Clerk, ClerkLayer, Guarded, Policy, clerk_auth, policy,
    testing::TestClock,
};
use futures_util::{StreamExt, stream};
use http::{Method, request::Parts};

use crate::{
    app::App,
    site::{DOCUMENT, NOW, SAME_ORIGIN, Site, session_cookies},
};

#[clerk_auth]
struct Session;

#[clerk_auth(optional)]
struct Visitor;

#[clerk_auth(session_token(permission = "org:notes:delete"))]
struct Admin;

#[clerk_auth(accepts = "oauth_token")]
struct OfClients;

const VISITORS: Policy = policy!(accepts = "session_token", optional);

/// What a framework adds to the site. It has the `Clerk` of the guards in the request.
pub(crate) fn framework(clerk: Clerk) -> Router<App> {
    let behind_guard = Router::new()
        .route("/streamed-behind-guard/{functions}", get(streamed))
        .layer(ClerkLayer::new(clerk.clone(), VISITORS));
    Router::new()
        .route("/rendered/{functions}", get(rendered).post(rendered))
        .route("/streamed/{functions}", get(streamed))
        .route("/begun/{function}", get(begun))
        .route("/carried-into", get(carried_into))
        .route("/function", post(function).get(function))
        .merge(behind_guard)
        .layer(Extension(clerk))
}

/// Calls functions while it renders a page.
async fn rendered(
    State(clock): State<TestClock>,
    Path(functions): Path<String>,
    request: Request,
) -> String {
    let (parts, _) = request.into_parts();
    let mut page = Vec::new();
    for function in functions.split(',') {
        page.push(called(function, &parts, &clock).await);
    }
    page.join(", ")
}

/// Sends the head of the page, then calls functions.
async fn streamed(
    State(clock): State<TestClock>,
    Path(functions): Path<String>,
    request: Request,
) -> Body {
    let (parts, _) = request.into_parts();
    let functions = functions.split(',').map(str::to_owned).collect::<Vec<_>>();
    let rest = stream::iter(functions).then(move |function| {
        let (parts, clock) = (parts.clone(), clock.clone());
        async move { format!(" {}", called(&function, &parts, &clock).await) }
    });
    let page = stream::once(async { "streamed:".to_owned() }).chain(rest);
    Body::from_stream(page.map(Ok::<_, Infallible>))
}

/// Calls a function, and sends the head of the page while it runs: only the body goes on with it.
async fn begun(
    State(clock): State<TestClock>,
    Path(function): Path<String>,
    request: Request,
) -> Body {
    let (parts, _) = request.into_parts();
    let mut called = Box::pin(async move { called(&function, &parts, &clock).await });
    let mut context = Context::from_waker(Waker::noop());
    assert!(called.as_mut().poll(&mut context).is_pending());
    let page = stream::once(async { "begun: ".to_owned() }).chain(stream::once(called));
    Body::from_stream(page.map(Ok::<_, Infallible>))
}

/// The text of a page that calls this function.
async fn called(function: &str, parts: &Parts, clock: &TestClock) -> String {
    match function {
        "session" => outcome::<Session>(parts).await,
        "visitor" => outcome::<Visitor>(parts).await,
        "admin" => outcome::<Admin>(parts).await,
        "of-clients" => outcome::<OfClients>(parts).await,
        "wait" => {
            clock.advance(Duration::from_secs(90));
            "waited".to_owned()
        }
        other => format!("no function {other}"),
    }
}

async fn outcome<P: Guarded>(parts: &Parts) -> String {
    match guard::<P, ()>(Some(parts.clone())).await {
        Ok(guard) => format!("{guard:?}"),
        Err(rejection) => rejection.status().as_u16().to_string(),
    }
}

/// Renders for another request, which carries the extensions of this one.
async fn carried_into(request: Request) -> String {
    let (parts, _) = request.into_parts();
    let (mut other, ()) = http::Request::new(()).into_parts();
    other.extensions = parts.extensions;
    outcome::<Session>(&other).await
}

/// A function that is called by the client. The framework writes an answer of its own.
async fn function(request: Request) -> Response {
    match admit::<Session>(request).await {
        Ok(request) => outcome::<Session>(&request.into_parts().0).await.into_response(),
        Err(rejection) => (rejection.status(), "encoded by the framework").into_response(),
    }
}

const KNOWN: &str = "Guard(session_token)";

#[tokio::test]
async fn rejection_in_a_rendered_page_redirects_like_a_response() {
    let site = Site::production().await;
    site.api.rejects(401, "refresh_token_not_found");
    let expired = site.browser().signed_in("user_ada", 90);
    let mut signed_out_elsewhere = site.browser();
    signed_out_elsewhere.store(["__client_uat=1"]);
    for (browser, functions, expected) in [
        (&expired, "session", "handshake session-token-expired-refresh-refresh_token_not_found"),
        (&expired, "visitor", "handshake session-token-expired-refresh-refresh_token_not_found"),
        (&expired, "admin", "handshake session-token-expired-refresh-refresh_token_not_found"),
        (
            &expired,
            "visitor,of-clients",
            "handshake session-token-expired-refresh-refresh_token_not_found",
        ),
        (
            &expired,
            "session,of-clients",
            "handshake session-token-expired-refresh-refresh_token_not_found",
        ),
        (&expired, "of-clients", "200"),
        (&signed_out_elsewhere, "session", "handshake client-uat-but-no-session-token"),
        (&signed_out_elsewhere, "visitor", "handshake client-uat-but-no-session-token"),
        (&site.browser(), "session", "sign-in"),
        (&site.browser(), "visitor,session", "sign-in"),
        (&site.browser(), "session,visitor", "sign-in"),
        (&site.browser(), "visitor", "200"),
    ] {
        let reply = browser.clone().open(&format!("/rendered/{functions}")).await;
        assert_eq!(reply.target(), expected, "{functions}: {reply:?}");
    }
}

#[tokio::test]
async fn rejection_that_no_redirect_helps_keeps_the_rendered_page() {
    let site = Site::production().await;
    let ada = site.browser().signed_in("user_ada", 0);
    let mut pending = site.browser();
    let token = site.session("user_ada").pending().jwt();
    pending.store(session_cookies(&token, NOW).iter().map(String::as_str));
    for (browser, functions, expected) in [
        (&ada, "admin", "403"),
        (&ada, "session,admin", "Guard(session_token), 403"),
        (&ada, "of-clients", "401"),
        (&pending, "session", "401"),
        (&pending, "visitor", "Guard(anonymous)"),
    ] {
        let reply = browser.clone().open(&format!("/rendered/{functions}")).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, expected), "{functions}");
    }
}

#[tokio::test]
async fn rendered_page_of_an_expired_session_is_signed_in_by_refresh() {
    let site = Site::production().await;
    let expired = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    for functions in ["session", "visitor", "session,visitor,session"] {
        let calls = site.api.count();
        let reply = expired.clone().open(&format!("/rendered/{functions}")).await;
        let known = functions.split(',').map(|_| KNOWN).collect::<Vec<_>>().join(", ");
        assert_eq!((reply.status, reply.body), (200, known), "{functions}");
        assert!(reply.headers.get_all("set-cookie").iter().count() > 3, "{functions}");
        assert_eq!(site.api.count() - calls, 1, "{functions}");
    }
}

/// A token can expire between two functions.
#[tokio::test]
async fn visitor_function_never_redirects_an_admitted_page() {
    let site = Site::production().await;
    site.api.rejects(401, "refresh_token_not_found");
    for (functions, expected) in [
        ("session,wait,visitor", "200"),
        ("visitor,wait,visitor", "200"),
        ("session,wait,session", "handshake session-token-expired-refresh-refresh_token_not_found"),
    ] {
        let mut ada = site.browser().signed_in("user_ada", 0);
        let reply = ada.open(&format!("/rendered/{functions}")).await;
        assert_eq!(reply.target(), expected, "{functions}: {reply:?}");
    }
}

/// A token that is not valid yet when the first function runs.
#[tokio::test]
async fn later_admission_takes_a_rejection_back() {
    let site = Site::production().await;
    let token = site.session("user_ada").lives(Duration::from_secs(600)).claim("nbf", NOW + 60);
    let mut ada = site.browser();
    ada.store(session_cookies(&token.jwt(), NOW).iter().map(String::as_str));
    let reply = ada.open("/rendered/session").await;
    assert_eq!(reply.target(), "handshake session-token-nbf", "{reply:?}");
    let reply = ada.open("/rendered/session,wait,session").await;
    assert_eq!((reply.status, reply.body), (200, format!("401, waited, {KNOWN}")));
}

#[tokio::test]
async fn rejection_in_a_page_that_is_no_navigation_keeps_it() {
    let site = Site::production().await;
    site.api.rejects(401, "refresh_token_not_found");
    let expired = site.browser().signed_in("user_ada", 90);
    let bearer = format!("Bearer {}", site.token("user_ada"));
    site.advance(90);
    for (method, fields) in [
        (Method::GET, &[SAME_ORIGIN][..]),
        (Method::POST, &[SAME_ORIGIN]),
        (Method::POST, &[DOCUMENT, SAME_ORIGIN]),
        (Method::GET, &[("sec-fetch-dest", "iframe"), ("sec-fetch-site", "cross-site")]),
        (Method::GET, &[DOCUMENT, ("sec-purpose", "prefetch")]),
        (Method::GET, &[DOCUMENT, ("authorization", &bearer)]),
    ] {
        let reply = expired.clone().send(method, "/rendered/session", fields).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "401"), "{fields:?}");
    }
}

#[tokio::test]
async fn rejection_of_another_request_keeps_the_rendered_page() {
    let site = Site::production().await;
    let mut ada = site.browser().signed_in("user_ada", 0);
    let reply = ada.open("/carried-into").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "401"));
}

#[tokio::test]
async fn redirects_of_rendered_pages_end() {
    let site = Site::production().await;
    let mut browser = site.browser();
    browser.store(["__client_uat=1"]);
    for _ in 0..3 {
        assert_eq!(browser.open("/rendered/session").await.status, 307);
    }
    let reply = browser.open("/rendered/session").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "401"));
}

#[tokio::test]
async fn called_function_is_refreshed_and_never_redirected() {
    let site = Site::production().await;
    let expired = site.browser().signed_in("user_ada", 90);
    site.api.rejects(401, "refresh_token_not_found");
    let reply = expired.clone().send(Method::POST, "/function", &[SAME_ORIGIN]).await;
    assert_eq!((reply.status, reply.body.as_str()), (401, "encoded by the framework"));
    assert!(reply.set_cookies().is_empty());
    // As any guarded page that the browser opens.
    assert!(expired.clone().open("/function").await.target().starts_with("handshake"));

    site.advance(11);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let reply = expired.clone().send(Method::POST, "/function", &[SAME_ORIGIN]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, KNOWN));
    assert!(reply.cookie_names().contains(&"__session"), "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store");
    let cross_site = ("sec-fetch-site", "cross-site");
    let reply = expired.clone().send(Method::POST, "/function", &[cross_site]).await;
    assert_eq!((reply.status, reply.set_cookies().len()), (403, 0));
}

/// Its head is sent: no redirect and no cookie is possible, so the session is not refreshed.
#[tokio::test]
async fn function_of_a_streamed_page_renews_nothing() {
    let site = Site::production().await;
    let expired = site.browser().signed_in("user_ada", 90);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    for (functions, expected) in [
        ("session", "streamed: 401"),
        ("visitor", "streamed: Guard(anonymous)"),
        ("session,visitor", "streamed: 401 Guard(anonymous)"),
    ] {
        let reply = expired.clone().open(&format!("/streamed/{functions}")).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, expected));
        assert!(reply.set_cookies().is_empty());
    }
    assert_eq!(site.api.count(), 0);
}

#[tokio::test]
async fn head_of_a_streamed_page_waits_for_a_refresh_that_runs() {
    let site = Site::production().await;
    let expired = site.browser().signed_in("user_ada", 90);
    site.api.rejects(401, "refresh_token_not_found");
    for function in ["session", "visitor"] {
        let reply = expired.clone().open(&format!("/begun/{function}")).await;
        let target = "handshake session-token-expired-refresh-refresh_token_not_found";
        assert_eq!(reply.target(), target, "{reply:?}");
        site.advance(11);
    }
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    for function in ["session", "visitor"] {
        let reply = expired.clone().open(&format!("/begun/{function}")).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "begun: Guard(session_token)"));
        let names = reply.cookie_names();
        assert_eq!(names.iter().filter(|name| **name == "__session").count(), 1, "{reply:?}");
        assert_eq!((reply.header("vary"), reply.header("cache-control")), ("Cookie", "no-store"));
    }
}

#[tokio::test]
async fn guard_in_front_renews_the_session_of_a_streamed_page() {
    let site = Site::production().await;
    let expired = site.browser().signed_in("user_ada", 90);
    site.api.rejects(401, "refresh_token_not_found");
    let reply = expired.clone().open("/streamed-behind-guard/session").await;
    assert!(reply.target().starts_with("handshake"), "{reply:?}");

    site.advance(11);
    site.api.sets(&session_cookies(&site.token("user_ada"), NOW));
    let reply = expired.clone().open("/streamed-behind-guard/session").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "streamed: Guard(session_token)"));
    assert!(reply.cookie_names().contains(&"__session"), "{reply:?}");
    assert_eq!((reply.header("vary"), reply.header("cache-control")), ("Cookie", "no-store"));
}
