//! HTTP/2, and a server without axum.

use std::convert::Infallible;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    response::Response,
    routing::get,
};
use clerk_auth::{Clerk, ClerkLayer, SessionToken, clerk_auth, testing::DevIssuer, verified};
use http::{Version, header::COOKIE};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::{Layer, Service, ServiceExt, service_fn};

use crate::{ReadNotes, list_notes};

#[clerk_auth]
async fn profile(identity: SessionToken) -> String {
    identity.user_id().to_string()
}

/// Serves on a free port, over HTTP/1.1 and HTTP/2, and returns the origin.
async fn serve<S>(service: S) -> String
where
    S: Service<http::Request<hyper::body::Incoming>, Response = Response, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    origin
}

/// The status and the body of a `GET`.
async fn send(
    origin: &str,
    version: Version,
    path: &str,
    fields: &[(&str, &str)],
) -> (u16, String) {
    let client = Client::builder(TokioExecutor::new())
        .http2_only(version == Version::HTTP_2)
        .build_http::<Body>();
    let request = Request::get(format!("{origin}{path}")).version(version);
    let request = fields.iter().fold(request, |it, (name, value)| it.header(*name, *value));
    let response = client.request(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.version(), version);
    let status = response.status().as_u16();
    let body = to_bytes(Body::new(response.into_body()), 1024).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn bearer(issuer: &DevIssuer) -> String {
    format!("Bearer {}", issuer.oauth("user_ada").scopes(["read:notes"]).jwt())
}

async fn axum_app() -> (DevIssuer, String) {
    let issuer = DevIssuer::start().await.unwrap();
    let app = Router::<Clerk>::new()
        .route("/notes", get(list_notes))
        .route("/profile", get(profile))
        .with_state(issuer.clerk().build().unwrap());
    let origin = serve(app.into_service().map_request(|it: http::Request<_>| it)).await;
    (issuer, origin)
}

#[tokio::test]
async fn token_in_http_2_is_verified() {
    let (issuer, origin) = axum_app().await;
    let token = bearer(&issuer);
    for version in [Version::HTTP_11, Version::HTTP_2] {
        assert_eq!(send(&origin, version, "/notes", &[]).await.0, 401, "{version:?}");
        let accepted = send(&origin, version, "/notes", &[("authorization", &token)]).await;
        assert_eq!(accepted, (200, "user_ada".to_owned()), "{version:?}");
    }
}

/// HTTP/2 splits cookies into fields of their own (RFC 9113 §8.2.3).
#[tokio::test]
async fn session_in_split_cookie_fields_is_verified() {
    let (issuer, origin) = axum_app().await;
    let cookies = issuer.cookies(&issuer.session("user_ada").jwt());
    let fields: Vec<_> = cookies.split("; ").map(|cookie| (COOKIE.as_str(), cookie)).collect();
    assert!(fields.len() > 1);
    let accepted = send(&origin, Version::HTTP_2, "/profile", &fields).await;
    assert_eq!(accepted, (200, "user_ada".to_owned()));
}

/// The layer takes the body of hyper, and the service inside takes that of axum.
#[tokio::test]
async fn hyper_service_without_axum_is_guarded() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let greet = service_fn(async |request: Request| {
        let subject = verified(request.extensions()).map(|caller| caller.subject().to_string());
        Ok::<_, Infallible>(Response::new(Body::from(subject.unwrap_or_default())))
    });
    let origin = serve(ClerkLayer::new(clerk, ReadNotes::POLICY).layer(greet)).await;
    let token = bearer(&issuer);
    for version in [Version::HTTP_11, Version::HTTP_2] {
        assert_eq!(send(&origin, version, "/", &[]).await.0, 401, "{version:?}");
        let accepted = send(&origin, version, "/", &[("authorization", &token)]).await;
        assert_eq!(accepted, (200, "user_ada".to_owned()), "{version:?}");
    }
}
