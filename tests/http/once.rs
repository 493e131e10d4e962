//! Several guards on one request: the same credential is verified once, and nothing else is taken
//! for verified.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Extension, Router,
    extract::Request,
    middleware::{Next, from_extractor_with_state, from_fn},
    response::Response,
    routing::get,
};
use clerk_auth::{
    Clerk, ClerkLayer, Guard, Policy, Rejection, Subject, Verified, clerk_auth, policy,
    testing::{DevIssuer, TestClock},
    verified,
};
use clerk_auth_tests::{Reply, Server};
use http::{Extensions, HeaderMap, HeaderValue, header::AUTHORIZATION};

use crate::issuer;

#[clerk_auth(accepts = "any")]
async fn anyone(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn reader(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes write:notes")]
async fn writer(subject: Subject) -> String {
    subject.to_string()
}

#[clerk_auth(accepts = "oauth_token", scopes = "export")]
async fn exporter() {}

#[clerk_auth(accepts = "api_key")]
async fn key(subject: Subject) -> String {
    subject.to_string()
}

/// What happens to the header between two guards.
type Rewrite = Arc<dyn Fn(&mut HeaderMap) + Send + Sync>;

fn handlers(clerk: Clerk) -> Router {
    Router::new()
        .route("/anyone", get(anyone))
        .route("/reader", get(reader))
        .route("/writer", get(writer))
        .route("/exporter", get(exporter))
        .route("/key", get(key))
        .with_state(clerk)
}

/// A guard that lets in anyone, then a change to the header, then the handler's own guard.
async fn through(outer: &Clerk, rewrite: Rewrite, inner: &Clerk, path: &str, token: &str) -> Reply {
    let change = from_fn(move |mut request: Request, next: Next| {
        rewrite(request.headers_mut());
        next.run(request)
    });
    let guard = from_extractor_with_state::<Guard<AnyonePolicy>, _>(outer.clone());
    let server = Server::start(handlers(inner.clone()).layer(change).layer(guard)).await;
    server.get(path, token).await
}

fn keep() -> Rewrite {
    Arc::new(|_| {})
}

fn set(value: &str) -> Rewrite {
    let value = HeaderValue::from_str(value).unwrap();
    Arc::new(move |headers| drop(headers.insert(AUTHORIZATION, value.clone())))
}

#[tokio::test]
async fn one_credential_is_verified_once_and_another_again() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let ada = issuer.oauth("user_ada").scopes(["read:notes"]).opaque();
    let grace = issuer.oauth("user_grace").scopes(["read:notes"]).opaque();
    let invalid = r#"Bearer realm="clerk", error="invalid_token""#;
    let request = r#"Bearer realm="clerk", error="invalid_request""#;
    let scope =
        r#"Bearer realm="clerk", error="insufficient_scope", scope="read:notes write:notes""#;
    let missing = r#"Bearer realm="clerk", scope="read:notes""#;
    let remove = || Arc::new(|headers: &mut HeaderMap| drop(headers.remove(AUTHORIZATION)));
    let append = || -> Rewrite {
        Arc::new(|headers| {
            headers.append(AUTHORIZATION, HeaderValue::from_static("Basic x"));
        })
    };
    let rows = [
        // between the guards, at the second one, status, challenge or subject, calls
        ("nothing", keep(), "/anyone", 200, "user_ada", 1),
        ("nothing", keep(), "/reader", 200, "user_ada", 1),
        ("nothing", keep(), "/writer", 403, scope, 1),
        ("nothing", keep(), "/key", 401, invalid, 1),
        ("another good token", set(&format!("Bearer {grace}")), "/reader", 200, "user_grace", 2),
        ("another good token", set(&format!("Bearer {grace}")), "/writer", 403, scope, 2),
        ("an unknown token", set("Bearer oat_unknown"), "/reader", 401, invalid, 2),
        ("junk", set("Bearer junk"), "/anyone", 401, invalid, 1),
        ("no token", set("Bearer"), "/anyone", 400, request, 1),
        ("a second field", append(), "/anyone", 400, request, 1),
        ("another scheme", set("Basic x"), "/reader", 401, missing, 1),
        ("the field is removed", remove(), "/reader", 401, missing, 1),
    ];
    for (between, rewrite, path, status, answer, calls) in rows {
        let before = issuer.calls().oauth_verify;
        let reply = through(&clerk, rewrite, &clerk, path, &ada).await;
        let text = if status == 200 { &reply.body } else { reply.challenge() };
        assert_eq!((reply.status, text), (status, answer), "{between}, then {path}");
        assert_eq!(issuer.calls().oauth_verify - before, calls, "{between}, then {path}");
    }
}

#[tokio::test]
async fn another_clerk_verifies_again() {
    let issuer = issuer().await;
    let clerk = || issuer.clerk().build().unwrap();
    let ada = issuer.oauth("user_ada").opaque();

    let (outer, inner) = (clerk(), clerk());
    let reply = through(&outer, keep(), &outer.clone(), "/anyone", &ada).await;
    assert_eq!((reply.status, issuer.calls().oauth_verify), (200, 1), "a clone is the same Clerk");
    let reply = through(&outer, keep(), &inner, "/anyone", &ada).await;
    assert_eq!((reply.status, issuer.calls().oauth_verify), (200, 3), "two of one instance");

    let stranger = crate::issuer().await;
    let other = stranger.clerk().build().unwrap();
    let reply = through(&outer, keep(), &other, "/anyone", &ada).await;
    assert_eq!((reply.status, issuer.calls().oauth_verify), (401, 4), "two instances");
    assert_eq!(stranger.calls().oauth_verify, 1);
}

#[tokio::test]
async fn a_rejected_caller_leaves_no_identity_behind() {
    let issuer = issuer().await;
    let app = Router::new()
        .route(
            "/",
            get(
                async |guard: Result<Guard<WriterPolicy>, Rejection>,
                       extensions: http::Extensions| {
                    format!("{} {}", guard.is_ok(), verified(&extensions).is_some())
                },
            ),
        )
        .with_state(issuer.clerk().build().unwrap());
    let server = Server::start(app).await;
    for (scopes, answer) in
        [(["read:notes", ""], "false false"), (["read:notes", "write:notes"], "true true")]
    {
        let token = issuer.oauth("user_ada").scopes(scopes).jwt();
        assert_eq!(server.get("/", &token).await.body, answer, "{scopes:?}");
    }
}

/// An application's own type of the same name, with the same intention.
mod impostor {
    #[derive(Clone)]
    pub(super) struct Verified {
        pub(super) subject: &'static str,
    }
}

#[tokio::test]
async fn an_extension_of_another_type_changes_nothing() {
    let issuer = issuer().await;
    let admin = impostor::Verified { subject: "user_admin" };
    let clerk = issuer.clerk().build().unwrap();
    let app = handlers(clerk).layer(Extension(admin.subject)).layer(Extension(admin));
    let server = Server::start(app).await;
    let reply = server.send(http::Method::GET, "/anyone", &[]).await;
    assert_eq!((reply.status, reply.challenge()), (401, r#"Bearer realm="clerk""#));
    let reply = server.get("/anyone", &issuer.oauth("user_ada").opaque()).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "user_ada"));
    assert_eq!(issuer.calls().oauth_verify, 1);
}

/// Application code can keep what `verified` returned. Put into a later request, it must not
/// count: the token may have been revoked since.
#[tokio::test]
async fn a_kept_identity_cannot_be_inserted_into_another_request() {
    let kept: Arc<Mutex<Option<Verified>>> = Arc::default();
    let inserted = Arc::clone(&kept);
    let insert = from_fn(move |mut request: Request, next: Next| {
        if let Some(verified) = inserted.lock().unwrap().clone() {
            request.extensions_mut().insert(verified);
        }
        next.run(request)
    });
    let keep = from_fn(move |request: Request, next: Next| {
        *kept.lock().unwrap() = verified(request.extensions());
        async { Response::from(next.run(request).await) }
    });
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let guard = from_extractor_with_state::<Guard<AnyonePolicy>, _>(clerk.clone());
    let app = handlers(clerk).layer(keep).layer(guard).layer(insert);
    let server = Server::start(app).await;

    let token = issuer.oauth("user_ada").opaque();
    assert_eq!(server.get("/anyone", &token).await.status, 200);
    assert!(issuer.revoke(&token));
    assert_eq!(server.get("/anyone", &token).await.status, 401);
}

/// An application that carries the extensions of one request to the next: `/keep` keeps them, and
/// every other path gets them.
fn carrying(clerk: &Clerk) -> Router {
    const READ: Policy = policy!(accepts = "any");
    const SCOPED: Policy = policy!(accepts = "oauth_token", scopes = "read:notes", optional);
    let kept: Arc<Mutex<Extensions>> = Arc::default();
    let given = Arc::clone(&kept);
    let keep = from_fn(move |request: Request, next: Next| {
        *kept.lock().unwrap() = request.extensions().clone();
        next.run(request)
    });
    let give = from_fn(move |mut request: Request, next: Next| {
        request.extensions_mut().extend(given.lock().unwrap().clone());
        next.run(request)
    });
    let keeping = |path, policy| {
        let layer = ClerkLayer::new(clerk.clone(), policy);
        Router::new().route(path, get(async || "kept")).layer(keep.clone()).layer(layer)
    };
    keeping("/keep", READ)
        .merge(keeping("/keep-scoped", SCOPED))
        .merge(handlers(clerk.clone()).layer(give))
}

#[tokio::test]
async fn carried_identity_is_rejected_after_its_end() {
    let clock = TestClock::at(crate::NOW);
    let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
    let server = Server::start(carrying(&issuer.clerk().build().unwrap())).await;
    let lives = Duration::from_secs(60);
    for (token, end) in [
        (issuer.oauth("user_ada").lives(lives).jwt(), 65),
        (issuer.oauth("user_ada").lives(lives).opaque(), 60),
    ] {
        clock.set_wall(crate::NOW);
        assert_eq!(server.get("/keep", &token).await.status, 200);
        for (second, status) in [(end - 1, 200), (end, 401), (end + 1, 401)] {
            clock.set_wall(crate::NOW + second);
            assert_eq!(server.get("/anyone", &token).await.status, status, "{second}");
        }
    }
}

/// Between the two requests, a token can be revoked, and a key withdrawn.
#[tokio::test]
async fn carried_identity_is_verified_again() {
    let issuer = issuer().await;
    let server = Server::start(carrying(&issuer.clerk().build().unwrap())).await;
    let get = async |path, token: &str| server.get(path, token).await.status;
    let opaque = issuer.api_key("user_ada").opaque();
    assert_eq!((get("/keep", &opaque).await, get("/anyone", &opaque).await), (200, 200));
    assert!(issuer.revoke(&opaque));
    assert_eq!(get("/anyone", &opaque).await, 401);

    let jwt = issuer.oauth("user_ada").jwt();
    assert_eq!((get("/keep", &jwt).await, get("/anyone", &jwt).await), (200, 200));
    issuer.rotate_key().await.unwrap();
    let (first, new) = (issuer.oauth("user_bob").jwt(), issuer.oauth("user_bob").jwt());
    assert_eq!((get("/anyone", &first).await, get("/anyone", &new).await), (200, 200));
    assert_eq!(get("/anyone", &jwt).await, 401);
}

#[tokio::test]
async fn carried_identity_is_rejected_before_its_start() {
    let clock = TestClock::at(crate::NOW);
    let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
    let server = Server::start(carrying(&issuer.clerk().build().unwrap())).await;
    let token = |start, other| {
        issuer.oauth("user_ada").claim(start, crate::NOW - 60).without_claim(other).jwt()
    };
    for token in [token("iat", "nbf"), token("nbf", "iat")] {
        clock.set_wall(crate::NOW);
        assert_eq!(server.get("/keep", &token).await.status, 200);
        for (seconds, status) in [(65, 200), (66, 401), (3600, 401)] {
            clock.set_wall(crate::NOW - seconds);
            assert_eq!(server.get("/anyone", &token).await.status, status, "{seconds}");
        }
    }
}

#[tokio::test]
async fn carried_identity_adds_nothing_to_a_challenge() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    let server = Server::start(carrying(&clerk)).await;
    let reader = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    assert_eq!(server.get("/keep-scoped", &reader).await.status, 200);
    let reply = server.get("/exporter", &reader).await;
    let scope = r#"Bearer realm="clerk", error="insufficient_scope", scope="export""#;
    assert_eq!((reply.status, reply.challenge()), (403, scope));
    let anonymous = async |path| server.send(http::Method::GET, path, &[]).await;
    assert_eq!(anonymous("/keep-scoped").await.status, 200);
    let challenge = r#"Bearer realm="clerk", scope="export""#;
    assert_eq!(anonymous("/exporter").await.challenge(), challenge);
}
