//! Guards in the routers and servers that users have: each combination with a good token and without a token. The page
//! `runtime/docs/routers.md` has a row for each.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod servers;

use axum::{
    Router,
    body::Body,
    http::Request,
    routing::{any, get},
};
use axum_extra::routing::TypedPath;
use clerk_auth::{Clerk, ClerkLayer, Subject, clerk_auth, testing::DevIssuer};
use serde::Deserialize;
use tower::{Layer, ServiceExt};
use tower_http::services::ServeDir;
use utoipa_axum::{router::OpenApiRouter, routes};

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
struct ReadNotes;

#[utoipa::path(get, path = "/notes", responses((status = 200, body = String)))]
#[clerk_auth(policy = ReadNotes)]
async fn list_notes(subject: Subject) -> String {
    subject.to_string()
}

#[derive(Deserialize, TypedPath)]
#[typed_path("/notes/{id}")]
struct NotePath {
    id: u32,
}

#[clerk_auth(policy = ReadNotes)]
async fn note(path: NotePath, subject: Subject) -> String {
    format!("note {} of {subject}", path.id)
}

async fn public() -> &'static str {
    "public"
}

/// The statuses of a request without a token, and of one with a good token.
async fn statuses(app: &Router, issuer: &DevIssuer, path: &str) -> [u16; 2] {
    let token = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let mut statuses = [0; 2];
    for (status, field) in statuses.iter_mut().zip([None, Some(format!("Bearer {token}"))]) {
        let request = Request::get(path);
        let request =
            field.into_iter().fold(request, |it, field| it.header("authorization", field));
        let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        *status = response.status().as_u16();
    }
    statuses
}

async fn world() -> (DevIssuer, Clerk) {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    (issuer, clerk)
}

#[tokio::test]
async fn handler_in_each_router_is_guarded() {
    let (issuer, clerk) = world().await;
    let (openapi, _) = OpenApiRouter::new().routes(routes!(list_notes)).split_for_parts();
    let mut document = aide::openapi::OpenApi::default();
    let aide = aide::axum::ApiRouter::new()
        .api_route("/notes", aide::axum::routing::get(list_notes))
        .finish_api(&mut document);
    let table: [(&str, Router<Clerk>, &str); 6] = [
        ("utoipa-axum", openapi, "/notes"),
        ("aide", aide, "/notes"),
        ("axum-extra, a typed path", Router::new().route(NotePath::PATH, get(note)), "/notes/1"),
        (
            "nest",
            Router::new().nest("/api", Router::new().route("/notes", get(list_notes))),
            "/api/notes",
        ),
        ("fallback of a router", Router::new().fallback(list_notes), "/anything"),
        (
            "fallback of a method router",
            Router::new().route("/notes", axum::routing::post(public).fallback(list_notes)),
            "/notes",
        ),
    ];
    for (name, router, path) in table {
        let app = router.with_state(clerk.clone());
        assert_eq!(statuses(&app, &issuer, path).await, [401, 200], "{name}");
    }
}

/// Each path with the statuses without and with a token.
type Paths = &'static [(&'static str, [u16; 2])];

#[tokio::test]
async fn layer_guards_what_was_added_before_it() {
    const GUARDED: [u16; 2] = [401, 200];

    let (issuer, clerk) = world().await;
    let layer = || ClerkLayer::new(clerk.clone(), ReadNotes::POLICY);
    let notes = || Router::<()>::new().route("/notes", any(public));
    let files = || ServeDir::new(env!("CARGO_MANIFEST_DIR"));
    let table: [(&str, Router, Paths); 7] = [
        ("layer", notes().layer(layer()), &[("/notes", GUARDED), ("/unknown", [401, 404])]),
        (
            "route_layer",
            notes().route_layer(layer()),
            &[("/notes", GUARDED), ("/unknown", [404, 404])],
        ),
        (
            "route after the layer",
            notes().layer(layer()).route("/health", get(public)),
            &[("/notes", GUARDED), ("/health", [200, 200])],
        ),
        (
            "merge after the layer",
            notes().layer(layer()).merge(Router::new().route("/health", get(public))),
            &[("/notes", GUARDED), ("/health", [200, 200]), ("/unknown", [404, 404])],
        ),
        (
            "nest",
            Router::new().nest("/api", notes().layer(layer())),
            &[("/api/notes", GUARDED), ("/api/unknown", [404, 404]), ("/unknown", [404, 404])],
        ),
        (
            "files as a fallback",
            notes().fallback_service(layer().layer(files())),
            &[("/notes", [200, 200]), ("/README.md", GUARDED)],
        ),
        (
            "a metadata document before files as a fallback",
            Router::new()
                .fallback_service(files())
                .layer(layer())
                .route("/.well-known/oauth-protected-resource", get(public)),
            &[("/README.md", GUARDED), ("/.well-known/oauth-protected-resource", [200, 200])],
        ),
    ];
    for (name, app, paths) in table {
        for (path, expected) in paths {
            assert_eq!(statuses(&app, &issuer, path).await, *expected, "{name}: {path}");
        }
    }
}
