//! Where a router keeps its `Clerk`: each way compiles, and guards.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRef, State},
    routing::get,
};
use clerk_auth::{Clerk, Subject, clerk_auth};
use clerk_auth_tests::Server;
use http::Method;

use crate::issuer;

#[derive(Clone, FromRef)]
struct AppState {
    clerk: Clerk,
    greeting: &'static str,
}

/// It asks nothing of the state but a `Clerk`.
#[clerk_auth]
async fn plain(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth]
async fn greet(State(greeting): State<&'static str>, subject: Subject) -> String {
    format!("{greeting} {subject}")
}

#[clerk_auth]
async fn greet_shared(State(state): State<Arc<AppState>>, subject: Subject) -> String {
    format!("{} {subject}", state.greeting)
}

/// Generic over the state, as in a library of handlers.
#[clerk_auth]
async fn generic<S>(State(state): State<S>, subject: Subject) -> String
where
    S: Clone + Send + Sync + 'static,
    Clerk: FromRef<S>,
{
    let _clerk = Clerk::from_ref(&state);
    subject.to_string()
}

/// Generic over the state, as in a library of routes.
fn library<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Clerk: FromRef<S>,
{
    Router::new().route("/plain", get(plain)).route("/generic", get(generic::<S>))
}

#[tokio::test]
async fn every_state_that_gives_a_clerk_guards_its_routes() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let state = AppState { clerk: clerk.clone(), greeting: "hello" };
    let shared = Arc::new(state.clone());
    let greeting = Router::new().route("/greet", get(greet));
    let shared_greeting = Router::new().route("/greet", get(greet_shared));
    let rows = [
        ("Clerk", library().with_state(clerk.clone()), None),
        ("AppState", library().merge(greeting).with_state(state), Some("hello user_ada")),
        (
            "Arc<AppState>",
            library().merge(shared_greeting).with_state(shared),
            Some("hello user_ada"),
        ),
        ("Arc<Clerk>", library().with_state(Arc::new(clerk)), None),
    ];
    for (name, router, greeting) in rows {
        let server = Server::start(router).await;
        let token = issuer.session("user_ada").jwt();
        let paths =
            [("/plain", Some("user_ada")), ("/generic", Some("user_ada")), ("/greet", greeting)];
        for (path, answer) in paths {
            let Some(answer) = answer else { continue };
            let reply = server.get(path, &token).await;
            assert_eq!((reply.status, reply.body.as_str()), (200, answer), "{name}: {path}");
            let rejected = server.send(Method::GET, path, &[]).await;
            assert_eq!(rejected.status, 401, "{name}: {path}");
        }
    }
    assert_eq!(issuer.calls().key_set, 1, "all of them share one Clerk, and its keys");
}
