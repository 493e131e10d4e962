//! Requests in, opaque tokens created and revoked, Clerk's answers out.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    routing::post,
};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    api_error::ApiError,
    api_key::ApiKeyBuilder,
    api_request::{KeyOwner, SharedInstance, read},
    instance::Instance,
    m2m::{self, M2mTokenBuilder},
    records::RecordKind,
};

/// Claims that a caller may not set, because the token itself says them.
const RESERVED: [&str; 8] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scopes"];

pub(super) fn routes() -> Router<Arc<Instance>> {
    Router::new()
        .route("/m2m_tokens", post(create_m2m))
        .route("/m2m_tokens/{id}/revoke", post(revoke_m2m))
        .route("/api_keys", post(create_api_key))
        .route("/api_keys/{id}/revoke", post(revoke_api_key))
        .route("/oauth_applications/{id}/revoke_token", post(revoke_oauth))
}

type TokenObject = Json<Map<String, Value>>;

#[derive(Deserialize)]
struct NewM2mToken {
    #[serde(default)]
    token_format: Format,
    seconds_until_expiration: Option<f64>,
    claims: Option<Map<String, Value>>,
    min_remaining_ttl_seconds: Option<u32>,
}

#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Format {
    #[default]
    Opaque,
    Jwt,
}

/// The token is from the issuer's own machine, for that machine.
async fn create_m2m(
    State(instance): SharedInstance,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, TokenObject), ApiError> {
    KeyOwner::machine(&instance, &headers)?;
    let wanted: NewM2mToken = read(&headers, &body)?;
    let lives = lifetime(wanted.seconds_until_expiration)?.unwrap_or(m2m::LIFE);
    let claims = wanted.claims.unwrap_or_default();
    if claims.keys().any(|name| RESERVED.contains(&name.as_str())) {
        return Err(ApiError::RESERVED_CLAIM);
    }

    let machine = instance.name.machine_id.clone();
    let mut token = M2mTokenBuilder::new(Arc::clone(&instance), machine).lives(lives);
    for (name, value) in claims {
        token = token.claim(name, value);
    }
    let record = token.record();
    let now = instance.now();
    let created = |mut body: Map<String, Value>, text: String| {
        body.insert("token".to_owned(), text.into());
        (StatusCode::CREATED, Json(body))
    };
    if wanted.token_format == Format::Jwt {
        return Ok(created(record.to_json(now), token.jwt()));
    }
    if let Some(remaining) = wanted.min_remaining_ttl_seconds {
        let remaining = Duration::from_secs(remaining.into());
        if remaining >= lives {
            return Err(ApiError::LIFETIME);
        }
        if let Some((text, reused)) = instance.records().reusable(&record, remaining, now) {
            return Ok(created(reused.to_json(now), text.to_owned()));
        }
    }
    let body = record.to_json(now);
    Ok(created(body, instance.store(record)))
}

#[derive(Deserialize)]
struct NewApiKey {
    name: String,
    subject: String,
    description: Option<String>,
    claims: Option<Value>,
    scopes: Option<Vec<String>>,
    created_by: Option<String>,
    seconds_until_expiration: Option<f64>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl NewApiKey {
    fn is_valid(&self) -> bool {
        let owner = ["user_", "org_", "mch_"].iter().any(|prefix| self.subject.starts_with(prefix));
        let description = self.description.as_deref().unwrap_or_default();
        owner
            && self.name.chars().count() >= 3
            && description.chars().count() <= 255
            && self.kind.as_deref().is_none_or(|kind| kind == "api_key")
    }
}

async fn create_api_key(
    State(instance): SharedInstance,
    headers: HeaderMap,
    body: Bytes,
) -> Result<TokenObject, ApiError> {
    KeyOwner::instance(&instance, &headers)?;
    let wanted: NewApiKey = read(&headers, &body)?;
    if !wanted.is_valid() {
        return Err(ApiError::BODY);
    }
    let lives = lifetime(wanted.seconds_until_expiration)?;

    let mut key = ApiKeyBuilder::new(Arc::clone(&instance), wanted.subject)
        .name(wanted.name)
        .scopes(wanted.scopes.unwrap_or_default())
        .claims(wanted.claims.unwrap_or_default());
    key.draft.lives = lives;
    key.description = wanted.description;
    key.created_by = wanted.created_by.or(key.created_by);
    let record = key.record();
    let mut body = record.to_json(instance.now());
    body.insert("secret".to_owned(), instance.store(record).into());
    Ok(Json(body))
}

#[derive(Default, Deserialize)]
struct Revocation {
    revocation_reason: Option<String>,
}

async fn revoke_m2m(
    State(instance): SharedInstance,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<TokenObject, ApiError> {
    KeyOwner::any(&instance, &headers)?;
    revoke(&instance, RecordKind::M2m, &id, &headers, &body)
}

async fn revoke_api_key(
    State(instance): SharedInstance,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<TokenObject, ApiError> {
    KeyOwner::instance(&instance, &headers)?;
    revoke(&instance, RecordKind::ApiKey, &id, &headers, &body)
}

fn revoke(
    instance: &Instance,
    class: RecordKind,
    id: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<TokenObject, ApiError> {
    let Revocation { revocation_reason } =
        if body.is_empty() { Revocation::default() } else { read(headers, body)? };
    let now = instance.now();
    let mut records = instance.records();
    let record = records.by_id(class, id).ok_or(ApiError::NOT_FOUND)?;
    record.revoke(revocation_reason, now);
    Ok(Json(record.to_json(now)))
}

/// The issuer keeps no OAuth applications, so any application's id will do.
async fn revoke_oauth(
    State(instance): SharedInstance,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    #[derive(Deserialize)]
    struct OAuthToRevoke {
        token: String,
    }
    KeyOwner::instance(&instance, &headers)?;
    let OAuthToRevoke { token } = read(&headers, &body)?;
    // A JWT cannot be revoked.
    if !token.starts_with(RecordKind::OAuth.prefix()) {
        return Err(ApiError::BODY);
    }
    let now = instance.now();
    let mut records = instance.records();
    records.by_text(&token).ok_or(ApiError::NOT_FOUND)?.revoke(None, now);
    Ok(StatusCode::NO_CONTENT)
}

/// A lifetime must be more than nothing. None is given where the member is absent or `null`.
fn lifetime(seconds: Option<f64>) -> Result<Option<Duration>, ApiError> {
    let Some(seconds) = seconds else {
        return Ok(None);
    };
    match Duration::try_from_secs_f64(seconds) {
        Ok(lives) if !lives.is_zero() => Ok(Some(lives)),
        _ => Err(ApiError::BODY),
    }
}
