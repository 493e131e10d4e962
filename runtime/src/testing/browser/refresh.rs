//! The Backend API's calls about one session: a new token for an expired one, and its end.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        api_error::ApiError,
        api_request::{KeyOwner, SharedInstance, read},
        instance::Instance,
    },
    cookies::AppCookies,
};

#[derive(Deserialize)]
struct SessionToRefresh {
    format: String,
    expired_token: String,
    refresh_token: String,
    request_origin: String,
}

/// `POST /v1/sessions/{id}/refresh`.
pub(in crate::testing) async fn refresh(
    State(instance): SharedInstance,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    KeyOwner::instance(&instance, &headers)?;
    let asked: SessionToRefresh = read(&headers, &body)?;
    if asked.format != "cookie" {
        return Err(ApiError::BODY);
    }
    let cookies = refreshed(&instance, &id, &asked).map_err(ApiError::not_refreshed)?;
    Ok(Json(json!({ "object": "cookies", "cookies": cookies })))
}

/// The cookies of the session, or Clerk's code for why there are none.
fn refreshed(
    instance: &Arc<Instance>,
    id: &str,
    asked: &SessionToRefresh,
) -> Result<Vec<String>, &'static str> {
    let SessionToRefresh { expired_token, refresh_token, request_origin, .. } = asked;
    let origin = Url::parse(request_origin).map(|url| url.origin().ascii_serialization());
    if origin.as_ref() != Ok(request_origin) {
        return Err("refresh_request_origin_invalid");
    }
    let claims = claims(instance, expired_token).ok_or("expired_session_token_invalid")?;
    let claim = |name: &str| claims.get(name).and_then(Value::as_str);
    let token_id = claim("sid").ok_or("expired_session_token_missing_sid")?;
    let party = claim("azp").ok_or("expired_session_token_missing_azp")?;
    if token_id != id {
        return Err("refresh_sid_mismatch");
    }
    if party != request_origin {
        return Err("refresh_request_origin_azp_mismatch");
    }
    let session = instance.browser.sessions().by_id(id).cloned();
    let session = session.ok_or("session_refresh_session_not_found")?;
    if session.refresh_token != *refresh_token {
        return Err("refresh_token_not_found");
    }
    if !session.is_active(instance.now()) {
        return Err("session_refresh_inactive_session");
    }
    let token = session.token(instance, request_origin);
    Ok(AppCookies::of(instance).session(&token, refresh_token))
}

/// The claims of a token that this instance signed.
fn claims(instance: &Instance, token: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !instance.keys().have_signed(signed.as_bytes(), &signature) {
        return None;
    }
    let payload = URL_SAFE_NO_PAD.decode(signed.split_once('.')?.1).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// `POST /v1/sessions/{id}/revoke`.
pub(in crate::testing) async fn revoke(
    State(instance): SharedInstance,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ApiError> {
    KeyOwner::instance(&instance, &headers)?;
    if !instance.browser.sessions().end(&id) {
        return Err(ApiError::NOT_FOUND);
    }
    Ok(Json(json!({ "object": "session", "id": id, "status": "revoked" })))
}
