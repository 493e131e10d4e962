//! A log of the headers behind a guard shows no credential: held with the layer that most
//! applications log with, at its most talkative.

use clerk_auth_tests::captured_log;
use std::convert::Infallible;

use axum::{
    Router, body::Body, extract::Request, middleware::from_extractor_with_state,
    response::Response, routing::any,
};
use clerk_auth::{
    __private::ServerFunctionLayer, Clerk, ClerkLayer, Guard, Guarded, OAuthToken, Policy,
    pages::PagesLayer, policy, testing::DevIssuer, verified,
};
use http::{
    Method,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    sensitive_headers::SetSensitiveRequestHeadersLayer,
    trace::{DefaultMakeSpan, DefaultOnRequest, DefaultOnResponse, TraceLayer},
};
use tracing::Level;

const NOTES: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");

enum Notes {}
impl Guarded for Notes {
    const POLICY: Policy = NOTES;
    type Identity = OAuthToken;
    type Organization = Option<clerk_auth::OrgId>;
}

const SECRETS: [(&str, &str); 4] = [
    ("cookie", "a=secret-cookie"),
    ("cookie", "b=secret-cookie"),
    ("proxy-authorization", "Basic secret-proxy"),
    ("sec-websocket-protocol", "secret-protocol"),
];

type Trace = TraceLayer<SharedClassifier<ServerErrorsAsFailures>>;

/// Logs every header it can, at the lowest level.
fn trace() -> Trace {
    TraceLayer::new_for_http()
        .make_span_with(DefaultMakeSpan::new().level(Level::TRACE).include_headers(true))
        .on_request(DefaultOnRequest::new().level(Level::TRACE))
        .on_response(DefaultOnResponse::new().level(Level::TRACE).include_headers(true))
}

async fn whoami(request: Request) -> String {
    verified(request.extensions()).map_or_else(String::new, |caller| caller.subject().to_string())
}

fn request(method: Method, fields: &[(&str, &str)]) -> Request {
    let request = http::Request::builder().method(method).uri("/");
    let request = fields.iter().fold(request, |it, (name, value)| it.header(*name, *value));
    request.body(Body::empty()).unwrap()
}

/// What the layer logged of the one request since the last call. Its headers are in the span.
fn logged() -> String {
    let lines = captured_log::take().into_iter().filter(|line| line.contains(" tower_http::trace"));
    let log: String = lines.collect();
    assert_eq!(log.matches(" headers={").count(), 1, "{log}");
    log
}

fn assert_hidden(case: &str, token: &str, values: usize) {
    let log = logged();
    assert!(!log.contains(token) && !log.contains("secret-"), "{case}: {log}");
    assert_eq!(log.matches("Sensitive").count(), values, "{case}: {log}");
    assert!(log.contains(r#""x-other": "shown""#), "{case}: {log}");
}

fn fields(bearer: &str) -> Vec<(&str, &str)> {
    [&SECRETS[..], &[("authorization", bearer), ("x-other", "shown")]].concat()
}

#[tokio::test]
async fn trace_layer_behind_a_guard_shows_no_credential() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let traced = || Router::new().route("/", any(whoami)).layer(trace());
    let guard = from_extractor_with_state::<Guard<Notes>, _>(clerk.clone());
    // As the page `operations` says for a layer in front.
    let marked = [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL];
    let in_front = Router::new()
        .route("/", any(whoami))
        .layer(ClerkLayer::new(clerk.clone(), NOTES))
        .layer(trace())
        .layer(SetSensitiveRequestHeadersLayer::new(marked));
    let table = [
        ("layer", traced().layer(ClerkLayer::new(clerk.clone(), NOTES))),
        ("guard", traced().layer(guard.clone())),
        // The second of two finds the same field, marked, and does not verify again.
        ("layer and guard", traced().layer(ClerkLayer::new(clerk.clone(), NOTES)).layer(guard)),
        ("in front", in_front),
    ];
    captured_log::start();
    for (case, router) in table {
        let token = issuer.oauth("user_ada").scopes(["read:notes"]).opaque();
        let before = issuer.calls().oauth_verify;
        let bearer = format!("Bearer {token}");
        let response = router.oneshot(request(Method::GET, &fields(&bearer))).await.unwrap();
        assert_eq!(response.status(), 200, "{case}");
        assert_eq!(issuer.calls().oauth_verify - before, 1, "{case}: verified once");
        assert_hidden(case, &token, 5);
    }
}

#[tokio::test]
async fn trace_layer_behind_a_preflight_shows_no_credential() {
    let issuer = DevIssuer::start().await.unwrap();
    let layer = ClerkLayer::new(issuer.clerk().build().unwrap(), NOTES);
    let router = Router::new().route("/", any(whoami)).layer(trace()).layer(layer);
    let mut fields = SECRETS[2..].to_vec();
    fields.extend([("origin", "https://app.example.com"), ("x-other", "shown")]);
    fields.push(("access-control-request-method", "GET"));
    captured_log::start();
    let response = router.oneshot(request(Method::OPTIONS, &fields)).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_hidden("preflight", "Bearer", 2);
}

/// Also a page without a guard.
#[tokio::test]
async fn trace_layer_behind_pages_shows_no_credential() {
    let issuer = DevIssuer::start().await.unwrap();
    let pages = PagesLayer::builder(issuer.clerk().build().unwrap()).build().unwrap();
    let router = Router::new().route("/", any(whoami)).layer(trace()).layer(pages);
    captured_log::start();
    let response = router.oneshot(request(Method::GET, &fields("Bearer secret-token"))).await;
    assert_eq!(response.unwrap().status(), 200);
    assert_hidden("pages", "secret-token", 5);
}

#[tokio::test]
async fn trace_layer_behind_a_server_function_shows_no_credential() {
    let issuer = DevIssuer::start().await.unwrap();
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let bearer = format!("Bearer {token}");
    let mut request = request(Method::POST, &fields(&bearer));
    request.extensions_mut().insert::<Clerk>(issuer.clerk().build().unwrap());
    let function = service_fn(async |_: Request| Ok::<_, Infallible>(Response::new(Body::empty())));
    let layer = ServerFunctionLayer::<Notes>::new(
        |parts| {
            assert!(parts.headers[AUTHORIZATION].is_sensitive(), "the framework gets it marked");
        },
        |_| panic!("it is rejected"),
    );
    captured_log::start();
    layer.layer(trace().layer(function)).oneshot(request).await.unwrap();
    assert_hidden("server function", &token, 5);
}
