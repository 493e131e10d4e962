//! What Clerk receives: method, path, headers and body of each question.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, body::Bytes, extract::State};
use clerk_auth::{Clerk, ClerkBuilder, testing::TestClock};
use clerk_auth_tests::Server;
use http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::Kind;
use crate::app::{NOW, router};

const SECRET: &str = "sk_test_recorded";
const MACHINE_SECRET: &str = "ak_recorded";

/// One question as Clerk received it.
struct Question {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A Clerk that keeps each question and approves all.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Question>>>);

impl Recorder {
    fn router(&self) -> Router {
        Router::new().fallback(record).with_state(self.clone())
    }

    /// The only question since the last look.
    fn only(&self) -> Question {
        let mut questions: Vec<Question> = self.0.lock().unwrap().drain(..).collect();
        assert_eq!(questions.len(), 1);
        questions.remove(0)
    }
}

async fn record(
    State(recorder): State<Recorder>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Json<Value> {
    let kind = Kind::ALL.into_iter().find(|kind| uri.path().ends_with(path(*kind)));
    let path = uri.to_string();
    recorder.0.lock().unwrap().push(Question { method, path, headers, body });
    Json(kind.map(Kind::approval).unwrap_or_default())
}

fn path(kind: Kind) -> &'static str {
    match kind {
        Kind::OAuth => "/oauth_applications/access_tokens/verify",
        Kind::M2m => "/m2m_tokens/verify",
        Kind::ApiKey => "/api_keys/verify",
    }
}

/// A token with every character that opaque tokens may have, and the body that asks about it.
fn question(kind: Kind) -> (String, Value) {
    let (prefix, name) = match kind {
        Kind::OAuth => ("oat_", "access_token"),
        Kind::M2m => ("mt_", "token"),
        Kind::ApiKey => ("ak_", "secret"),
    };
    let token = format!("{prefix}AZaz09_-+/=");
    (token.clone(), json!({ name: token }))
}

struct Asked {
    clerk: Server,
    recorder: Recorder,
}

impl Asked {
    async fn start() -> Self {
        let recorder = Recorder::default();
        Self { clerk: Server::start(recorder.router()).await, recorder }
    }

    /// An app whose Clerk is the recorder, under this path.
    async fn app(&self, path: &str, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Server {
        let url = format!("http://{}{path}", self.clerk.address());
        let clerk = Clerk::builder().api_url(url).any_machine().clock(TestClock::at(NOW));
        Server::start(router(set(clerk).build().unwrap())).await
    }
}

#[tokio::test]
async fn question_is_what_clerk_documents() {
    let asked = Asked::start().await;
    let app = asked.app("", |clerk| clerk.secret_key(SECRET)).await;
    for kind in Kind::ALL {
        let (token, body) = question(kind);
        assert_eq!(app.get(kind.route(), &token).await.status, 200, "{kind:?}");
        let Question { method, path: asked_path, headers, body: sent } = asked.recorder.only();
        assert_eq!((method, asked_path.as_str()), (Method::POST, path(kind)));
        assert_eq!(headers["authorization"], format!("Bearer {SECRET}"));
        assert_eq!(headers["clerk-api-version"], "2026-05-12");
        assert_eq!(headers["content-type"], "application/json");
        assert!(headers["user-agent"].to_str().unwrap().starts_with("clerk-auth/"));
        assert_eq!(serde_json::from_slice::<Value>(&sent).unwrap(), body);
        // Nothing of the caller's request goes along.
        for name in ["cookie", "referer", "origin", "x-forwarded-for"] {
            assert!(!headers.contains_key(name), "{name}");
        }
    }
}

#[tokio::test]
async fn machine_key_asks_about_machines_and_about_nothing_else() {
    let asked = Asked::start().await;
    let both =
        asked.app("", |clerk| clerk.secret_key(SECRET).machine_secret_key(MACHINE_SECRET)).await;
    for (kind, key) in [(Kind::OAuth, SECRET), (Kind::M2m, MACHINE_SECRET), (Kind::ApiKey, SECRET)]
    {
        assert_eq!(both.get(kind.route(), &question(kind).0).await.status, 200, "{kind:?}");
        let headers = asked.recorder.only().headers;
        assert_eq!(headers["authorization"], format!("Bearer {key}"), "{kind:?}");
    }
    let machine = asked.app("", |clerk| clerk.machine_secret_key(MACHINE_SECRET)).await;
    assert_eq!(machine.get("/m2m", &question(Kind::M2m).0).await.status, 200);
    assert_eq!(asked.recorder.only().headers["authorization"], format!("Bearer {MACHINE_SECRET}"));
    // Without the instance's key the others cannot be asked about: our fault, and no question.
    for kind in [Kind::OAuth, Kind::ApiKey] {
        assert_eq!(machine.get(kind.route(), &question(kind).0).await.status, 500, "{kind:?}");
    }
    assert!(asked.recorder.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn path_of_the_api_url_is_kept() {
    let asked = Asked::start().await;
    for prefix in ["/proxy", "/proxy/", "/v1"] {
        let app = asked.app(prefix, |clerk| clerk.secret_key(SECRET)).await;
        for kind in Kind::ALL {
            assert_eq!(app.get(kind.route(), &question(kind).0).await.status, 200);
            let expected = format!("{}{}", prefix.trim_end_matches('/'), path(kind));
            assert_eq!(asked.recorder.only().path, expected);
        }
    }
}

/// The key set is asked for with the instance's key, and with no key at its public address.
#[tokio::test]
async fn key_set_is_asked_for_at_its_address() {
    let asked = Asked::start().await;
    let jwt = {
        let issuer = clerk_auth::testing::DevIssuer::start().await.unwrap();
        issuer.session("user_ada").jwt()
    };
    let url = format!("http://{}", asked.clerk.address());
    let secret = asked.app("", |clerk| clerk.secret_key(SECRET)).await;
    let version = asked.app("/a", |clerk| clerk.secret_key(SECRET).api_version("v2")).await;
    let public = asked
        .app("", |clerk| {
            clerk.publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k").frontend_api_url(url)
        })
        .await;
    for (app, path, key) in [
        (secret, "/v1/jwks", Some(SECRET)),
        (version, "/a/v2/jwks", Some(SECRET)),
        (public, "/.well-known/jwks.json", None),
    ] {
        // The recorder knows no keys, so the token cannot be checked.
        assert_eq!(app.get("/session", &jwt).await.status, 503);
        let Question { method, path: asked_path, headers, body } = asked.recorder.only();
        assert_eq!((method, asked_path.as_str(), body.len()), (Method::GET, path, 0));
        let authorization = headers.get("authorization").map(|value| value.to_str().unwrap());
        let expected = key.map(|key| format!("Bearer {key}"));
        assert_eq!(authorization, expected.as_deref(), "{path}");
        assert_eq!(headers["clerk-api-version"], "2026-05-12");
    }
}
