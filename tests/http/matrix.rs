//! Every kind of token at every kind of route, in the header and in a cookie, at a guard and at a
//! layer: who enters, and how often Clerk is asked.

mod tokens;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{FromRef, State},
    routing::get,
};
use clerk_auth::{
    Clerk, ClerkLayer, Policy, clerk_auth,
    testing::{DevIssuer, TestClock},
    verified,
};
use clerk_auth_tests::Server;
use http::{Extensions, Method};

use crate::NOW;

/// Each request meets an empty key cache and an unknown opaque token.
///
/// A cookie holds a session or nothing: where sessions may enter, the column `session` tells what
/// becomes of it; elsewhere it is not looked at, which is `bare`.
///
/// | word | status | error | handler | calls to Clerk |
/// |---|---|---|---|---|
/// | `in` | 200 | | runs | 1: the key set, or the token |
/// | `no` | 401 | `invalid_token` | does not run | 0: decided from the token alone |
/// | `ask` | 401 | `invalid_token` | does not run | 1 |
/// | `bare` | 401 | none | does not run | 0 |
const TABLE: &str = "
presented                      | session | oauth | m2m  | key  | any  | people | machines
nothing                        | bare    | bare  | bare | bare | bare | bare   | bare

session, version 2             | in      | no    | no   | no   | in   | in     | no
session, version 1             | in      | no    | no   | no   | in   | in     | no
session, category ignored      | in      | no    | no   | no   | in   | in     | no
session, expired               | ask     | no    | no   | no   | ask  | ask    | no
session, pending               | ask     | no    | no   | no   | ask  | ask    | no
session, bad signature         | ask     | no    | no   | no   | ask  | ask    | no
session, of another instance   | ask     | no    | no   | no   | ask  | ask    | no
session, category of M2M       | no      | no    | no   | no   | no   | no     | no
session, padded                | no      | no    | no   | no   | no   | no     | no
session, unsigned              | no      | no    | no   | no   | no   | no     | no
JWT template                   | no      | no    | no   | no   | no   | no     | no
JWT template, without category | ask     | no    | no   | no   | ask  | ask    | no

M2M JWT                        | no      | no    | in   | no   | in   | no     | in
M2M JWT, without category      | no      | no    | in   | no   | in   | no     | in
M2M JWT, category of sessions  | no      | no    | no   | no   | no   | no     | no
M2M JWT, category ignored      | no      | no    | no   | no   | no   | no     | no
M2M JWT, type of OAuth         | no      | no    | no   | no   | no   | no     | no
M2M JWT, bad signature         | no      | no    | ask  | no   | ask  | no     | ask
M2M JWT, expired               | no      | no    | ask  | no   | ask  | no     | ask
M2M JWT, for another machine   | no      | no    | ask  | no   | ask  | no     | ask
M2M JWT, subject of a user     | no      | no    | no   | no   | no   | no     | no

M2M JWT, padded                | no      | no    | no   | no   | no   | no     | no

OAuth JWT                      | no      | in    | no   | no   | in   | in     | no
OAuth JWT, expired             | no      | ask   | no   | no   | ask  | ask    | no
OAuth JWT, bad signature       | no      | ask   | no   | no   | ask  | ask    | no
OAuth JWT, subject of M2M      | no      | no    | no   | no   | no   | no     | no
OAuth JWT, padded              | no      | no    | no   | no   | no   | no     | no

opaque M2M                     | no      | no    | in   | no   | in   | no     | in
opaque M2M, revoked            | no      | no    | ask  | no   | ask  | no     | ask
opaque M2M, expired            | no      | no    | ask  | no   | ask  | no     | ask
opaque M2M, unknown            | no      | no    | ask  | no   | ask  | no     | ask
opaque OAuth                   | no      | in    | no   | no   | in   | in     | no
opaque OAuth, revoked          | no      | ask   | no   | no   | ask  | ask    | no
opaque OAuth, expired          | no      | ask   | no   | no   | ask  | ask    | no
opaque OAuth, unknown          | no      | ask   | no   | no   | ask  | ask    | no
API key                        | no      | no    | no   | in   | in   | no     | in
API key, revoked               | no      | no    | no   | ask  | ask  | no     | ask
API key, expired               | no      | no    | no   | ask  | ask  | no     | ask
API key, unknown               | no      | no    | no   | ask  | ask  | no     | ask

prefix alone                   | no      | no    | no   | no   | no   | no     | no
prefix, then a JWT             | no      | no    | no   | no   | no   | no     | no
opaque, with a strange letter  | no      | no    | no   | no   | no   | no     | no
junk                           | no      | no    | no   | no   | no   | no     | no
three parts, not base64url     | no      | no    | no   | no   | no   | no     | no
signed, but not JSON           | no      | no    | no   | no   | no   | no     | no
signed, but no object          | no      | no    | no   | no   | no   | no     | no
signed, header null            | no      | no    | no   | no   | no   | no     | no
signed, of no class            | ask     | no    | no   | no   | ask  | ask    | no
signed twice                   | no      | no    | no   | no   | no   | no     | no
";

#[derive(Clone, FromRef)]
struct AppState {
    clerk: Clerk,
    visits: Visits,
}

/// How often a handler ran.
#[derive(Clone, Default)]
struct Visits(Arc<AtomicUsize>);

impl Visits {
    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[clerk_auth]
async fn session(State(visits): State<Visits>) {
    visits.add();
}

#[clerk_auth(accepts = "oauth_token")]
async fn oauth(State(visits): State<Visits>) {
    visits.add();
}

#[clerk_auth(accepts = "m2m_token")]
async fn m2m(State(visits): State<Visits>) {
    visits.add();
}

#[clerk_auth(accepts = "api_key")]
async fn key(State(visits): State<Visits>) {
    visits.add();
}

#[clerk_auth(accepts = "any")]
async fn any(State(visits): State<Visits>) {
    visits.add();
}

#[clerk_auth(accepts = ["session_token", "oauth_token"])]
async fn people(State(visits): State<Visits>) {
    visits.add();
}

#[clerk_auth(accepts = ["m2m_token", "api_key"])]
async fn machines(State(visits): State<Visits>) {
    visits.add();
}

/// What stands behind a layer.
async fn mounted(State(visits): State<Visits>, extensions: Extensions) {
    assert!(verified(&extensions).is_some());
    visits.add();
}

fn layered(state: &AppState) -> Router<AppState> {
    let policies: [(&str, Policy); 7] = [
        ("/session", SessionPolicy::POLICY),
        ("/oauth", OauthPolicy::POLICY),
        ("/m2m", M2mPolicy::POLICY),
        ("/key", KeyPolicy::POLICY),
        ("/any", AnyPolicy::POLICY),
        ("/people", PeoplePolicy::POLICY),
        ("/machines", MachinesPolicy::POLICY),
    ];
    policies.into_iter().fold(Router::new(), |router, (path, policy)| {
        let layer = ClerkLayer::new(state.clerk.clone(), policy);
        router.route(path, get(mounted).layer(layer))
    })
}

fn router(state: AppState) -> Router {
    Router::new()
        .nest("/layer", layered(&state))
        .route("/session", get(session))
        .route("/oauth", get(oauth))
        .route("/m2m", get(m2m))
        .route("/key", get(key))
        .route("/any", get(any))
        .route("/people", get(people))
        .route("/machines", get(machines))
        .with_state(state)
}

/// Who is there to issue tokens.
struct World {
    issuer: DevIssuer,
    /// It has the issuer's names and not its key.
    forger: DevIssuer,
    /// Another instance of Clerk.
    stranger: DevIssuer,
}

/// Where a token stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carrier {
    Header,
    Cookie,
}

impl Carrier {
    fn field(self, token: &str, issuer: &DevIssuer) -> (&'static str, String) {
        match self {
            Self::Header => ("authorization", format!("Bearer {token}")),
            Self::Cookie => ("cookie", issuer.cookies(token)),
        }
    }
}

/// What a request came to.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    status: u16,
    challenge: String,
    visits: usize,
    calls: usize,
}

impl Outcome {
    fn from_word(word: &str) -> Self {
        let (status, challenge, visits, calls) = match word {
            "in" => (200, "", 1, 1),
            "no" => (401, r#"Bearer realm="clerk", error="invalid_token""#, 0, 0),
            "ask" => (401, r#"Bearer realm="clerk", error="invalid_token""#, 0, 1),
            "bare" => (401, r#"Bearer realm="clerk""#, 0, 0),
            _ => panic!("`{word}` is no outcome"),
        };
        Self { status, challenge: challenge.to_owned(), visits, calls }
    }
}

#[tokio::test]
async fn a_token_enters_where_its_type_is_accepted_and_clerk_is_asked_only_then() {
    let clock = TestClock::at(NOW);
    let start = || DevIssuer::builder().clock(clock.clone());
    let issuer = start().start().await.unwrap();
    let forger = start().impersonate(&issuer).start().await.unwrap();
    let stranger = start().start().await.unwrap();
    let world = World { issuer, forger, stranger };

    let visits = Visits::default();
    let clerk = world.issuer.clerk().build().unwrap();
    let server = Server::start(router(AppState { clerk, visits: visits.clone() })).await;

    let send = async |name: &str, carrier: Carrier, path: &str, word: &str| {
        // The key set is used for five minutes: after that, none is known.
        clock.advance(Duration::from_secs(301));
        let (ran, called) = (visits.count(), world.issuer.calls().total());
        let token = tokens::token(name, &world);
        let field = token.map(|token| carrier.field(&token, &world.issuer));
        let fields: Vec<_> = field.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = server.send(Method::GET, path, &fields).await;
        let outcome = Outcome {
            status: reply.status,
            challenge: reply.challenge().to_owned(),
            visits: visits.count() - ran,
            calls: world.issuer.calls().total() - called,
        };
        assert_eq!(outcome, Outcome::from_word(word), "{name} in the {carrier:?} at {path}");
    };

    let mut lines = TABLE.lines().filter(|line| !line.is_empty());
    let routes: Vec<&str> = lines.next().unwrap().split('|').map(str::trim).skip(1).collect();
    for line in lines {
        let mut words = line.split('|').map(str::trim);
        let name = words.next().unwrap();
        let words: Vec<&str> = words.collect();
        for (route, in_header) in routes.iter().zip(&words) {
            let reads_cookies = ["session", "any", "people"].contains(route);
            let in_cookie = if reads_cookies { words[0] } else { "bare" };
            for path in [format!("/{route}"), format!("/layer/{route}")] {
                send(name, Carrier::Header, &path, in_header).await;
                send(name, Carrier::Cookie, &path, in_cookie).await;
            }
        }
    }
}
