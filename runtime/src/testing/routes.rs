//! All routes, and the handlers of Clerk's key set and verify endpoints.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    answer::Endpoint,
    api_error::ApiError,
    api_request::{KeyOwner, SharedInstance, read},
    browser,
    connection::ClosableConnection,
    instance::Instance,
    records::RecordKind,
    token_routes,
};

/// All routes. Those for opaque tokens are there with and without `/v1`, as at Clerk.
pub(super) fn routes(instance: Arc<Instance>) -> Router {
    let scripted = |endpoint| from_fn_with_state((Arc::clone(&instance), endpoint), scripted);
    let verify = Router::new()
        .route("/m2m_tokens/verify", post(verify_m2m).layer(scripted(Endpoint::M2mVerify)))
        .route(
            "/oauth_applications/access_tokens/verify",
            post(verify_oauth).layer(scripted(Endpoint::OAuthVerify)),
        )
        .route("/api_keys/verify", post(verify_api_key).layer(scripted(Endpoint::ApiKeyVerify)));
    let sessions = Router::new()
        .route(
            "/clients/handshake_payload",
            get(browser::handshake_payload).layer(scripted(Endpoint::HandshakePayload)),
        )
        .route(
            "/sessions/{id}/refresh",
            post(browser::refresh).layer(scripted(Endpoint::SessionRefresh)),
        )
        .route(
            "/sessions/{id}/revoke",
            post(browser::revoke).layer(scripted(Endpoint::SessionRevoke)),
        );
    let sign_in = get(browser::sign_in_page).post(browser::sign_in);
    let sign_out = get(browser::sign_out_page).post(browser::sign_out);
    let pages = Router::new()
        .route("/v1/client/handshake", get(browser::handshake).layer(scripted(Endpoint::Handshake)))
        .route("/sign-in", sign_in.layer(scripted(Endpoint::SignIn)))
        .route("/sign-out", sign_out.layer(scripted(Endpoint::SignOut)))
        .route("/page.css", get(browser::style))
        .layer(from_fn_with_state(Arc::clone(&instance), browser::only_own_host));
    let backend = verify.merge(sessions).merge(token_routes::routes());
    let key_set = scripted(Endpoint::KeySet);
    Router::new()
        .route("/.well-known/jwks.json", get(public_key_set).layer(key_set.clone()))
        .route("/v1/jwks", get(key_set_with_secret).layer(key_set))
        .nest("/v1", backend.clone())
        .merge(backend)
        .merge(pages)
        .fallback(async || ApiError::NOT_FOUND)
        .layer(from_fn_with_state(
            Arc::clone(&instance),
            browser::only_loopback_host_and_own_origin,
        ))
        .with_state(instance)
}

/// Counts a call, and gives the answer that the test has set, if any.
async fn scripted(
    State((instance, endpoint)): State<(Arc<Instance>, Endpoint)>,
    ConnectInfo(connection): ConnectInfo<ClosableConnection>,
    request: Request,
    next: Next,
) -> Response {
    let answer = instance.script().arrived(endpoint);
    match answer {
        Some(answer) => answer.play(&connection).await,
        None => next.run(request).await,
    }
}

async fn public_key_set(State(instance): SharedInstance) -> Json<Value> {
    Json(instance.keys().to_json())
}

async fn key_set_with_secret(
    State(instance): SharedInstance,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    KeyOwner::instance(&instance, &headers)?;
    Ok(Json(instance.keys().to_json()))
}

/// What a verify endpoint answers: the token's object, or a failure.
type VerifyResult = Result<Json<Map<String, Value>>, ApiError>;

async fn verify_m2m(
    State(instance): SharedInstance,
    headers: HeaderMap,
    body: Bytes,
) -> VerifyResult {
    #[derive(Deserialize)]
    struct M2mToVerify {
        token: String,
    }
    let caller = KeyOwner::any(&instance, &headers)?;
    let M2mToVerify { token } = read(&headers, &body)?;
    let recipient = (caller == KeyOwner::Machine).then_some(&*instance.name.machine_id);
    verify(&instance, RecordKind::M2m, &token, recipient)
}

async fn verify_oauth(
    State(instance): SharedInstance,
    headers: HeaderMap,
    body: Bytes,
) -> VerifyResult {
    #[derive(Deserialize)]
    struct OAuthToVerify {
        #[serde(alias = "secret")]
        access_token: String,
    }
    KeyOwner::instance(&instance, &headers)?;
    let OAuthToVerify { access_token } = read(&headers, &body)?;
    verify(&instance, RecordKind::OAuth, &access_token, None)
}

async fn verify_api_key(
    State(instance): SharedInstance,
    headers: HeaderMap,
    body: Bytes,
) -> VerifyResult {
    #[derive(Deserialize)]
    struct ApiKeyToVerify {
        secret: String,
    }
    KeyOwner::instance(&instance, &headers)?;
    let ApiKeyToVerify { secret } = read(&headers, &body)?;
    verify(&instance, RecordKind::ApiKey, &secret, None)
}

/// A revoked or expired token is found too, and its object says what is wrong with it.
fn verify(
    instance: &Instance,
    class: RecordKind,
    text: &str,
    recipient: Option<&str>,
) -> VerifyResult {
    let now = instance.now();
    let mut records = instance.records();
    let record = records
        .by_text(text)
        .filter(|record| record.class == class)
        .filter(|record| recipient.is_none_or(|id| record.scopes.iter().any(|scope| scope == id)))
        .ok_or(ApiError::NOT_FOUND)?;
    Ok(Json(record.to_json(now)))
}
