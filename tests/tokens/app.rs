//! The app under test: one route for each accept form. A token in; the answer, the number of calls
//! to Clerk that it caused, and whether anything behind the guard ran, out.

use std::{
    convert::Infallible,
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Extension, Json, Router,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
    routing::get,
};
use clerk_auth::{
    Clerk, ClerkBuilder, Identity, SessionToken, clerk_auth,
    identity::VerifiedToken,
    policy::OpaqueTokenType,
    testing::{DevIssuer, TestClock},
    verified,
};
use clerk_auth_tests::{Reply, Server};
use http::request::Parts;
use serde_json::{Value, json};

use crate::draft::parts;

/// The time at which each test starts, in seconds.
pub(crate) const NOW: u64 = 1_800_000_000;

/// An app, the issuer that it believes, and the time that both see.
pub(crate) struct App {
    pub(crate) issuer: DevIssuer,
    pub(crate) clock: TestClock,
    server: Server,
    visits: Visits,
}

/// How often anything behind a guard ran: the first extractor there counts.
#[derive(Clone, Default)]
struct Visits(Arc<AtomicUsize>);

impl Visits {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Nothing about opaque tokens is cached or throttled here: these tests count each call.
pub(crate) fn asks_each_time(clerk: ClerkBuilder) -> ClerkBuilder {
    let opaque = [OpaqueTokenType::OAuthToken, OpaqueTokenType::M2mToken, OpaqueTokenType::ApiKey];
    opaque.into_iter().fold(clerk.negative_cache_ttl(Duration::ZERO), |clerk, token_type| {
        let clerk = clerk.opaque_cache(token_type, Duration::ZERO);
        clerk.opaque_rate_limit(token_type, 1_000_000)
    })
}

impl App {
    /// An app with the settings of `issuer.clerk()`. It has asked Clerk nothing yet.
    pub(crate) async fn start() -> Self {
        Self::with(|clerk| clerk).await
    }

    /// An app with other settings.
    pub(crate) async fn with(set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Self {
        Self::at(NOW, set).await
    }

    /// An app with other settings, at another time.
    pub(crate) async fn at(seconds: u64, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Self {
        let clock = TestClock::at(seconds);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        let clerk = set(issuer.clerk());
        Self::of(issuer, clock, clerk).await
    }

    /// A second app for the same issuer, with other settings and without keys yet.
    pub(crate) async fn again(&self, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Self {
        let clerk = set(self.issuer.clerk());
        Self::of(self.issuer.clone(), self.clock.clone(), clerk).await
    }

    /// A second app for the same issuer that has only these settings, and its clock.
    pub(crate) async fn only(&self, clerk: ClerkBuilder) -> Self {
        let clerk = clerk.clock(self.clock.clone());
        Self::of(self.issuer.clone(), self.clock.clone(), clerk).await
    }

    async fn of(issuer: DevIssuer, clock: TestClock, clerk: ClerkBuilder) -> Self {
        let visits = Visits::default();
        let clerk = asks_each_time(clerk).build().unwrap();
        let router = router(clerk).layer(Extension(visits.clone()));
        Self { issuer, clock, server: Server::start(router).await, visits }
    }

    /// Loads the keys, so that what follows needs no call.
    pub(crate) async fn warm(self) -> Self {
        let good = self.issuer.session("user_ada").jwt();
        self.answers("/any", &good, 200, 1, "the first token loads the keys").await;
        self
    }

    /// Lets a token with an unknown `kid` cause all the loads that such tokens can at one moment.
    pub(crate) async fn answers_to_strangers(&self, route: &str, token: &str) {
        for attempt in 0..3 {
            self.answers(route, token, 401, 1, ("an unknown kid makes us look", attempt)).await;
        }
    }

    /// Loads the keys, and lets a forged token cause the one load that such tokens can at a moment.
    pub(crate) async fn warm_for_forgers(self) -> Self {
        let app = self.warm().await;
        let [one, other] = ["user_ada", "user_eve"].map(|user| app.issuer.session(user).jwt());
        let ([header, payload, _], [_, _, signature]) = (parts(&one), parts(&other));
        let forged = format!("{header}.{payload}.{signature}");
        app.answers("/any", &forged, 401, 1, "a bad signature causes a load").await;
        app
    }

    /// Where it listens.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Asserts that the token enters without a call; returns what the handler saw.
    pub(crate) async fn accepts(&self, route: &str, token: &str, row: impl Debug) -> Value {
        let reply = self.answers(route, token, 200, 0, row).await;
        serde_json::from_str(&reply.body).unwrap()
    }

    /// Asserts that the token is refused as the caller's fault, without a call.
    pub(crate) async fn rejects(&self, route: &str, token: &str, row: impl Debug) {
        self.answers(route, token, 401, 0, row).await;
    }

    /// Asserts the one or the other.
    pub(crate) async fn decides(&self, route: &str, token: &str, enters: bool, row: impl Debug) {
        if enters {
            self.accepts(route, token, row).await;
        } else {
            self.rejects(route, token, row).await;
        }
    }

    /// Asserts the whole outcome of a request with this token: the status and what goes with it,
    /// how many calls to Clerk it caused, and that a guard that refuses lets nothing behind it run.
    pub(crate) async fn answers(
        &self,
        route: &str,
        token: &str,
        status: u16,
        calls: usize,
        row: impl Debug,
    ) -> Reply {
        let (called, ran) = (self.issuer.calls().total(), self.visits.count());
        let reply = self.server.get(route, token).await;
        let (called, ran) = (self.issuer.calls().total() - called, self.visits.count() - ran);
        assert_eq!((reply.status, called), (status, calls), "status and calls: {row:?}");
        assert_eq!(ran, usize::from(status == 200), "what ran behind the guard: {row:?}");
        assert_eq!(reply.challenge(), challenge(status), "challenge: {row:?}");
        assert_eq!(!reply.header("retry-after").is_empty(), status == 503, "{row:?}: {reply:?}");
        reply
    }
}

/// The whole challenge of an answer. Where the fault is not the caller's, there is none.
fn challenge(status: u16) -> &'static str {
    match status {
        400 => r#"Bearer realm="clerk", error="invalid_request""#,
        401 => r#"Bearer realm="clerk", error="invalid_token""#,
        403 => r#"Bearer realm="clerk", error="insufficient_scope", scope="read:notes""#,
        _ => "",
    }
}

/// The routes of the app, for tests that need no socket.
pub(crate) fn router(clerk: Clerk) -> Router {
    Router::new()
        .route("/session", get(session))
        .route("/permissions", get(permissions))
        .route("/oauth", get(oauth))
        .route("/m2m", get(m2m))
        .route("/key", get(key))
        .route("/read", get(read))
        .route("/any", get(any))
        .with_state(clerk)
}

#[clerk_auth]
async fn session(caller: Caller) -> Caller {
    caller
}

#[clerk_auth]
async fn permissions(identity: SessionToken) -> Json<Vec<String>> {
    let organization = identity.organization();
    Json(organization.map(|it| it.permissions().map(Into::into).collect()).unwrap_or_default())
}

#[clerk_auth(accepts = "oauth_token")]
async fn oauth(caller: Caller) -> Caller {
    caller
}

#[clerk_auth(accepts = "m2m_token")]
async fn m2m(caller: Caller) -> Caller {
    caller
}

#[clerk_auth(accepts = "api_key")]
async fn key(caller: Caller) -> Caller {
    caller
}

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = "read:notes")]
async fn read(caller: Caller) -> Caller {
    caller
}

#[clerk_auth(accepts = "any")]
async fn any(caller: Caller) -> Caller {
    caller
}

/// Everything that the verified identity says.
struct Caller(Value);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        if let Some(Visits(visits)) = parts.extensions.get() {
            visits.fetch_add(1, Ordering::Relaxed);
        }
        let verified = verified(&parts.extensions).unwrap();
        let identity = verified.identity();
        let mut caller = json!({
            "type": identity.token_type(),
            "subject": identity.subject(),
            "scopes": identity.maybe_scopes(),
        });
        caller["details"] = match identity {
            Identity::Session(token) => json!({
                "session": token.session_id(),
                "actor": token.actor(),
            }),
            Identity::OAuth(token) => json!({
                "client": token.client_id(),
                "audience": token.audience().collect::<Vec<_>>(),
                "organization": token.org_id(),
                "actor": token.actor(),
            }),
            Identity::M2m(token) => json!({
                "recipients": token.recipients().collect::<Vec<_>>(),
            }),
            Identity::ApiKey(key) => json!({ "id": key.key_id(), "name": key.name() }),
        };
        Ok(Self(caller))
    }
}

impl IntoResponse for Caller {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}
