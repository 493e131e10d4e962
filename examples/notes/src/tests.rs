//! Requests in, the same answers out of both: the handlers with the attribute, and what it writes.

mod expanded;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
};
use clerk_auth::testing::DevIssuer;
use tower::ServiceExt;

use crate::{AppState, Notes, routes};

const ADA: &str = "user_ada";
const ACME: &str = "org_acme";
const BILLING: &str = "mch_billing";

const NOTE: &str = r#"{"text":"buy milk"}"#;

/// Route, token type with its scopes, body, status. A later request meets the notes of the earlier.
const REQUESTS: &[(&str, &str, &str, u16)] = &[
    ("POST /notes", "oauth_token write:notes", NOTE, 201),
    ("POST /notes", "api_key write:notes", NOTE, 201),
    ("POST /notes", "api_key write:notes", "no JSON", 400),
    ("POST /notes", "api_key read:notes", "no JSON", 403),
    ("POST /notes", "session_token", "no JSON", 401),
    ("POST /notes", "", "no JSON", 401),
    ("GET /notes", "oauth_token read:notes", "", 200),
    ("GET /notes", "oauth_token read:notes write:notes", "", 200),
    ("GET /notes", "oauth_token write:notes", "", 403),
    ("GET /notes", "api_key read:notes", "", 401),
    ("GET /notes", "", "", 401),
    ("DELETE /notes/{id}", "oauth_token write:notes", "", 401),
    ("DELETE /notes/{id}", "", "", 401),
    ("DELETE /notes/{id}", "session_token", "", 204),
    ("DELETE /notes/{id}", "session_token", "", 404),
    ("DELETE /notes", "session_token org:editor org:notes:delete 0", "", 200),
    ("DELETE /notes", "session_token org:editor org:notes:delete 11", "", 403),
    ("DELETE /notes", "session_token org:editor org:notes:read 0", "", 403),
    ("DELETE /notes", "session_token org:viewer org:notes:delete 0", "", 403),
    ("DELETE /notes", "session_token", "", 403),
    ("DELETE /notes", "api_key write:notes", "", 401),
    ("DELETE /notes", "", "", 401),
    ("GET /export", "api_key read:notes", "", 200),
    ("GET /export", "api_key", "", 403),
    ("GET /export", "oauth_token read:notes", "", 401),
    ("GET /export", "", "", 401),
    ("POST /digest", "m2m_token", "", 200),
    ("POST /digest", "session_token", "", 401),
    ("POST /digest", "api_key", "", 401),
    ("POST /digest", "", "", 401),
    ("GET /whoami", "session_token", "", 200),
    ("GET /whoami", "oauth_token read:notes", "", 200),
    ("GET /whoami", "m2m_token", "", 200),
    ("GET /whoami", "api_key write:notes", "", 200),
    ("GET /whoami", "", "", 401),
];

#[test]
fn each_route_admits_one_request_and_rejects_another() {
    for row in routes().1.rows() {
        let route = format!("{} {}", row.method().unwrap(), row.path());
        let statuses = REQUESTS.iter().filter(|request| request.0 == route);
        let (rejected, admitted): (Vec<u16>, _) =
            statuses.map(|request| request.3).partition(|status| [401, 403].contains(status));
        assert!(!rejected.is_empty() && !admitted.is_empty(), "{route}: {rejected:?} {admitted:?}");
    }
}

/// After a wanted change: `UPDATE_ROUTES=1 cargo test -p notes routes_are_as_reviewed`.
#[test]
fn routes_are_as_reviewed() {
    clerk_auth::audit::assert_unchanged("routes.json", &routes().1);
}

#[tokio::test]
async fn what_the_attribute_writes_answers_as_the_attribute_does() {
    let issuer = DevIssuer::start().await.unwrap();
    let state = || AppState { clerk: issuer.clerk().build().unwrap(), notes: Notes::default() };
    let (with_attribute, written_out) = (routes().0.with_state(state()), expanded::router(state()));
    for &(route, token, body, status) in REQUESTS {
        let token = mint(&issuer, token);
        let request = || request(route, token.as_deref(), body);
        let expected = answer(&with_attribute, request()).await;
        assert_eq!(expected.status, status, "{route}: {expected:?}");
        assert_eq!(answer(&written_out, request()).await, expected, "{route}");
    }
}

/// `"api_key read:notes"` is a type and its scopes. A session has a role, a permission and the minutes
/// since its user was verified. `""` is a request without a token.
fn mint(issuer: &DevIssuer, described: &str) -> Option<String> {
    let mut words = described.split_whitespace().map(str::to_owned);
    Some(match words.next()?.as_str() {
        "session_token" => {
            let mut session = issuer.session(ADA);
            if let [role, permission, minutes] = &words.collect::<Vec<_>>()[..] {
                session = session.organization(ACME, "acme", role).permissions([permission]);
                session = session.factor_ages(minutes.parse().unwrap(), -1);
            }
            session.jwt()
        }
        "oauth_token" => issuer.oauth(ADA).scopes(words).jwt(),
        "m2m_token" => issuer.m2m(BILLING).opaque(),
        "api_key" => issuer.api_key(ACME).scopes(words).opaque(),
        other => panic!("`{other}` is no token type"),
    })
}

fn request(route: &str, token: Option<&str>, body: &str) -> Request<Body> {
    let (method, path) = route.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path.replace("{id}", "1"));
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_owned())).unwrap()
}

/// What the caller sees.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    challenge: String,
    body: String,
}

async fn answer(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let challenge = response.headers().get(header::WWW_AUTHENTICATE);
    let challenge = challenge.map_or("", |value| value.to_str().unwrap()).to_owned();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Answer { status, challenge, body: String::from_utf8(body.into()).unwrap() }
}
