//! What lasts longer than a request ends with the token. Time is held, so nothing waits.

use std::{convert::Infallible, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response, Sse, sse::Event},
    routing::{get, post},
};
use clerk_auth::{
    Clerk, ClerkLayer, Guard, Policy, clerk_auth,
    mcp::Policies,
    policy,
    testing::{Caller, DevIssuer, TestClock},
    verified,
};
use futures_util::{FutureExt, Stream, StreamExt, stream};
use http::{HeaderValue, header::CONTENT_TYPE, request::Builder};
use tokio::time::{Instant, pause, resume, sleep, timeout};
use tower::ServiceExt;

const SESSIONS: Policy = policy!(accepts = "session_token");
const MINUTE: Duration = Duration::from_secs(60);
/// What is added to the end of a JWT by default, in seconds.
const SKEW: u64 = 5;
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// One item now, and one every 25 seconds, for ever.
fn ticks() -> impl Stream<Item = &'static str> {
    stream::unfold(Duration::ZERO, async |pause| {
        sleep(pause).await;
        Some(("tick", Duration::from_secs(25)))
    })
}

fn events(ticks: impl Stream<Item = &'static str> + Send + 'static) -> Response {
    Sse::new(ticks.map(|tick| Ok::<_, Infallible>(Event::default().data(tick)))).into_response()
}

#[clerk_auth(accepts = "any")]
async fn watch(guard: Guard) -> Response {
    events(ticks().take_until(guard.expired()))
}

async fn unguarded() -> Response {
    events(ticks())
}

async fn download() -> Body {
    Body::from_stream(ticks().map(Ok::<_, Infallible>))
}

async fn whole() -> &'static str {
    "tick"
}

/// The clock of the issuer and of its guards, which stands still; and an app of which all keys are
/// known, so that the timers alone let time pass.
async fn app() -> (TestClock, DevIssuer, Router) {
    let clock = TestClock::at(1_800_000_000);
    let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let mounted = Router::new()
        .route("/events", get(unguarded))
        .route("/download", get(download))
        .route("/whole", get(whole));
    let layer = ClerkLayer::new(clerk.clone(), SESSIONS);
    let router = Router::<Clerk>::new()
        .route("/watch", get(watch))
        .with_state(clerk)
        .nest("/ending", mounted.clone().layer(layer.clone().close_streams_on_expiry()))
        .nest("/open", mounted.layer(layer));
    let first = send(&router, "/ending/whole", &issuer.session("user_first").jwt()).await;
    assert_eq!(first.status(), 200);
    pause();
    (clock, issuer, router)
}

async fn send(router: &Router, path: &str, token: &str) -> Response {
    let request = Request::get(path).header("authorization", format!("Bearer {token}"));
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

/// How many ticks came, whether the body came to a good end, and after how many seconds.
async fn read(response: Response) -> (usize, bool, u64) {
    let start = Instant::now();
    let mut frames = response.into_body().into_data_stream();
    let (mut ticks, mut good) = (0, true);
    while let Some(frame) = frames.next().await {
        match frame {
            Ok(bytes) => ticks += usize::from(bytes.windows(4).any(|window| window == b"tick")),
            Err(_) => good = false,
        }
    }
    (ticks, good, start.elapsed().as_secs())
}

#[tokio::test]
async fn a_stream_of_events_ends_when_the_token_does() {
    let (_, issuer, router) = app().await;
    for path in ["/watch", "/ending/events"] {
        let token = issuer.session("user_ada").lives(MINUTE).jwt();
        let response = send(&router, path, &token).await;
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
        assert_eq!(read(response).await, (3, true, 60 + SKEW), "{path}");
    }
}

#[tokio::test]
async fn what_is_cut_off_does_not_look_whole_and_what_is_whole_is_not_cut_off() {
    let (_, issuer, router) = app().await;
    let token = issuer.session("user_ada").lives(MINUTE).jwt();
    let response = send(&router, "/ending/download", &token).await;
    assert_eq!(read(response).await, (3, false, 60 + SKEW));
    let response = send(&router, "/ending/whole", &token).await;
    sleep(2 * MINUTE).await;
    assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "tick");
}

#[tokio::test]
async fn a_layer_that_is_not_told_to_ends_nothing() {
    let (_, issuer, router) = app().await;
    let token = issuer.session("user_ada").lives(MINUTE).jwt();
    let response = send(&router, "/open/events", &token).await;
    assert!(timeout(60 * MINUTE, read(response)).await.is_err());
}

#[tokio::test]
async fn each_caller_has_their_own_end_and_some_have_none() {
    let (clock, issuer, router) = app().await;
    clock.advance(Duration::from_secs(1000));
    let long = issuer.oauth("user_ada").lives(5 * MINUTE).jwt();
    assert_eq!(read(send(&router, "/watch", &long).await).await.2, 300 + SKEW);
    // It was issued for a minute, and most of it is gone.
    let old = issuer.session("user_ada").lives(MINUTE).jwt();
    clock.advance(Duration::from_secs(50));
    assert_eq!(read(send(&router, "/watch", &old).await).await.2, 10 + SKEW);
}

#[tokio::test]
async fn a_token_without_an_end_and_nobody_wait_for_ever() {
    #[clerk_auth(accepts = "api_key", optional)]
    async fn anybody(guard: Guard) -> bool {
        assert_eq!(guard.expires_at(), None);
        timeout(CENTURY, guard.expired()).await.is_err()
    }
    pause();
    assert!(anybody(Caller::api_key("org_acme").guard().unwrap()).await);
    assert!(anybody(Caller::anonymous().guard().unwrap()).await);
}

#[tokio::test]
async fn a_token_that_is_over_ends_at_once() {
    #[clerk_auth]
    async fn over(guard: Guard) -> bool {
        guard.expired().now_or_never().is_some()
    }
    let past = std::time::UNIX_EPOCH + MINUTE;
    assert!(over(Caller::session("user_ada").expires_at(past).guard().unwrap()).await);
    assert!(!over(Caller::session("user_ada").guard().unwrap()).await);
}

const ANY: Policy = policy!(accepts = "any");
const POLICIES: Policies = Policies::new().tools(&[("look", ANY)]);
const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"look"}}"#;

/// Lets the time pass that `x-wait` names, and then tells whether what waits for the end is done.
async fn wait(State(clock): State<TestClock>, request: Request, next: Next) -> Response {
    let caller = verified(request.extensions()).unwrap();
    let ended = caller.expired();
    let seconds: u64 = request.headers()["x-wait"].to_str().unwrap().parse().unwrap();
    clock.advance(Duration::from_secs(seconds));
    let ended = ended.now_or_never().is_some();
    let mut response = next.run(request).await;
    response.headers_mut().insert("x-ended", HeaderValue::from(u16::from(ended)));
    response
}

/// A request, a guard that reuses an identity, a message to a tool, a stream and `expired()` agree
/// about each second around the end of a token.
#[tokio::test]
async fn every_use_of_a_token_ends_at_the_same_second() {
    // The configured skew; whether the token is a JWT; its last second, counted from its issue.
    for (skew, is_jwt, end) in [(5, true, 65), (0, true, 60), (5, false, 60), (0, false, 60)] {
        for second in [0, 1, 58, 59, 60, 61, 63, 64, 65, 66, 600] {
            let clock = TestClock::at(1_800_000_000);
            let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
            let clerk = issuer.clerk().clock_skew(Duration::from_secs(skew)).build().unwrap();
            let layer = ClerkLayer::new(clerk.clone(), ANY);
            let router = Router::<Clerk>::new()
                .route("/", get(watch))
                .with_state(clerk)
                .layer(from_fn_with_state(clock.clone(), wait))
                .layer(layer.clone())
                .route("/tool", post(whole).layer(layer.mcp(&POLICIES)));
            let token = || issuer.oauth("user_ada").lives(MINUTE);
            let token = if is_jwt { token().jwt() } else { token().opaque() };
            let request =
                |builder: Builder| builder.header("authorization", format!("Bearer {token}"));
            let row = format!("skew {skew}, JWT: {is_jwt}, second {second}");
            let is_over = second >= end;
            let status = if is_over { 401 } else { 200 };

            let wait = request(Request::get("/")).header("x-wait", second);
            let response = router.clone().oneshot(wait.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(response.status(), status, "reused: {row}");
            assert_eq!(
                response.headers()["x-ended"],
                u8::from(is_over).to_string(),
                "ended: {row}"
            );
            clock.set_wall(1_800_000_000);

            let moved = clock.clone();
            let message = Body::from_stream(stream::once(async move {
                moved.advance(Duration::from_secs(second));
                Ok::<_, Infallible>(CALL)
            }));
            let message =
                request(Request::post("/tool").header("content-type", "application/json"))
                    .body(message)
                    .unwrap();
            let response = router.clone().oneshot(message).await.unwrap();
            assert_eq!(response.status(), status, "tool: {row}");

            // By now it is that second. A known JWT needs no socket, so the timers can be held.
            let is_streamed = is_jwt && !is_over;
            if is_streamed {
                pause();
            }
            let late = request(Request::get("/")).header("x-wait", 0).body(Body::empty()).unwrap();
            let response = router.oneshot(late).await.unwrap();
            assert_eq!(response.status(), status, "new request: {row}");
            if is_streamed {
                assert_eq!(read(response).await.2, end - second, "stream: {row}");
                resume();
            }
        }
    }
}
