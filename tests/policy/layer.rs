//! The same policy in front of whole services.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    response::Response,
    routing::{any, get},
};
use clerk_auth::{Clerk, ClerkLayer, Policy, policy, testing::DevIssuer, verified};
use clerk_auth_tests::{Reply, Server};
use http::{Method, header::AUTHORIZATION};
use tower::{Layer, Service, ServiceExt, util::MapRequestLayer};

const NOTES: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");

async fn whoami(request: Request) -> String {
    verified(request.extensions())
        .map_or("nobody".to_owned(), |verified| verified.subject().to_string())
}

fn guarded(clerk: Clerk) -> Router {
    Router::new().route("/", get(whoami).options(whoami)).layer(ClerkLayer::new(clerk, NOTES))
}

#[tokio::test]
async fn a_layer_decides_like_a_guard_and_passes_the_identity_on() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Server::start(guarded(issuer.clerk().build().unwrap())).await;
    let good = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let reply = app.get("/", &good).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada"));
    let asked = issuer.calls();
    let rejected = |reply: Reply, status, rest: &str| {
        let challenge = format!(r#"Bearer realm="clerk"{rest}"#);
        assert_eq!((reply.status, reply.challenge()), (status, &*challenge));
        assert!(!reply.body.contains("user_ada") && !reply.body.contains("nobody"), "{reply:?}");
    };
    let scope = r#", error="insufficient_scope", scope="read:notes""#;
    rejected(app.get("/", &issuer.oauth("user_ada").jwt()).await, 403, scope);
    let invalid = r#", error="invalid_token""#;
    rejected(app.get("/", &issuer.session("user_ada").jwt()).await, 401, invalid);
    rejected(app.get("/", "junk").await, 401, invalid);
    rejected(app.get("/", "two words").await, 400, r#", error="invalid_request""#);
    rejected(app.send(Method::GET, "/", &[]).await, 401, r#", scope="read:notes""#);
    assert_eq!(issuer.calls(), asked, "each is refused without a question");
}

#[tokio::test]
async fn only_a_preflight_passes_without_a_token_and_without_an_identity() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Server::start(guarded(issuer.clerk().build().unwrap())).await;
    let origin = ("origin", "https://app.example.com");
    let method = ("access-control-request-method", "GET");
    let preflight = app.send(Method::OPTIONS, "/", &[origin, method]).await;
    assert_eq!((preflight.status, preflight.body.as_str()), (200, "nobody"));
    assert_eq!(app.send(Method::OPTIONS, "/", &[origin]).await.status, 401);
    assert_eq!(app.send(Method::OPTIONS, "/", &[method]).await.status, 401);
    assert_eq!(app.send(Method::GET, "/", &[origin, method]).await.status, 401);
}

/// What an outer guard found out is no answer to what the inner layer asks, which a preflight passes.
#[tokio::test]
async fn a_preflight_brings_nobody_past_an_inner_layer() {
    const ANYBODY: Policy = policy!(accepts = "any");
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let outer = ClerkLayer::new(clerk.clone(), ANYBODY).guard_preflights();
    // With its token, a preflight is guarded by the inner layer too.
    let kept = Server::start(guarded(clerk.clone()).layer(outer.clone())).await;
    let without_token = MapRequestLayer::new(|mut request: Request| {
        request.headers_mut().remove(AUTHORIZATION);
        request
    });
    let removed = Server::start(guarded(clerk).layer(without_token).layer(outer)).await;
    let bearer = format!("Bearer {}", issuer.oauth("user_ada").jwt());
    let fields = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "GET"),
        ("authorization", &bearer),
    ];
    assert_eq!(kept.send(Method::OPTIONS, "/", &fields).await.status, 403, "it lacks the scope");
    let reply = removed.send(Method::OPTIONS, "/", &fields).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "nobody"));
}

/// A service that is ready once for each time it was polled, and counts.
#[derive(Clone)]
struct Picky {
    ready: bool,
    calls: Arc<AtomicUsize>,
}

impl Service<Request> for Picky {
    type Response = Response;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request) -> Self::Future {
        assert!(self.ready, "called without being ready");
        self.ready = false;
        self.calls.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok(Response::new(Body::empty())))
    }
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    let issuer = DevIssuer::start().await.unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let picky = Picky { ready: false, calls: Arc::clone(&calls) };
    let mut service = ClerkLayer::new(issuer.clerk().build().unwrap(), NOTES).layer(picky);
    let good = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    for (token, status, called) in [(good.as_str(), 200, 1), ("junk", 401, 1), (&good, 200, 2)] {
        let request = Request::builder().header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).unwrap();
        let response =
            ServiceExt::<Request>::ready(&mut service).await.unwrap().call(request).await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(calls.load(Ordering::Relaxed), called);
    }
}

#[tokio::test]
async fn a_guard_that_lets_in_nobody_leaves_nobody_to_the_service() {
    const OPTIONAL: Policy = policy!(accepts = "oauth_token", optional);
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    // Between the two layers, somebody takes the header away.
    let forget = |mut request: Request| {
        request.headers_mut().remove(AUTHORIZATION);
        request
    };
    let router = Router::new()
        .route("/", get(whoami))
        .layer(ClerkLayer::new(clerk.clone(), OPTIONAL))
        .layer(MapRequestLayer::new(forget))
        .layer(ClerkLayer::new(clerk, NOTES));
    let app = Server::start(router).await;
    let good = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let reply = app.get("/", &good).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "nobody"));
}

#[tokio::test]
async fn a_preflight_brings_no_body_and_can_be_guarded_too() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let echo = |body: String| async move { format!("body: {body}") };
    let passing = ClerkLayer::new(clerk, NOTES);
    let router = |layer| Router::new().route("/", any(echo)).layer(layer);
    let fields = [("origin", "https://x.example"), ("access-control-request-method", "POST")];
    let send = async |layer| {
        let mut request = http::Request::options("/");
        for (name, value) in fields {
            request = request.header(name, value);
        }
        let request = request.body(Body::from("a stranger's")).unwrap();
        let answer: Response = router(layer).oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = axum::body::to_bytes(answer.into_body(), 1024).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    assert_eq!(send(passing.clone()).await, (200, "body: ".to_owned()));
    assert_eq!(send(passing.guard_preflights()).await.0, 401);
}
