//! Requests in, the answers of Clerk's key set and verify endpoints out.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use http::{HeaderMap, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    answer::Endpoint, failure::Failure, instance::Instance, manage, records::Class,
    server::Connection,
};

/// The instance, as the handlers share it.
pub(super) type Shared = State<Arc<Instance>>;

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
    let backend = verify.merge(manage::routes());
    let key_set = scripted(Endpoint::KeySet);
    Router::new()
        .route("/.well-known/jwks.json", get(public_key_set).layer(key_set.clone()))
        .route("/v1/jwks", get(key_set_with_secret).layer(key_set))
        .nest("/v1", backend.clone())
        .merge(backend)
        .fallback(async || Failure::NOT_FOUND)
        .with_state(instance)
}

/// Counts a call, and gives the answer that the test has set, if any.
async fn scripted(
    State((instance, endpoint)): State<(Arc<Instance>, Endpoint)>,
    ConnectInfo(line): ConnectInfo<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let answer = instance.script().arrived(endpoint);
    match answer {
        Some(answer) => answer.play(&line).await,
        None => next.run(request).await,
    }
}

/// Whose key a request to the Backend API carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Instance,
    Machine,
}

impl Caller {
    /// Either key will do.
    pub(super) fn any(instance: &Instance, headers: &HeaderMap) -> Result<Self, Failure> {
        match bearer(headers) {
            Some(key) if key == instance.secret_key => Ok(Self::Instance),
            Some(key) if key == instance.machine_secret_key => Ok(Self::Machine),
            Some(key) if key.starts_with("ak_") => Err(Failure::MACHINE_SECRET_KEY),
            _ => Err(Failure::SECRET_KEY),
        }
    }

    /// Only the instance's secret key will do.
    pub(super) fn instance(instance: &Instance, headers: &HeaderMap) -> Result<(), Failure> {
        let permitted = bearer(headers) == Some(&instance.secret_key);
        permitted.then_some(()).ok_or(Failure::SECRET_KEY)
    }

    /// Only the machine's secret key will do.
    pub(super) fn machine(instance: &Instance, headers: &HeaderMap) -> Result<(), Failure> {
        let permitted = bearer(headers) == Some(&instance.machine_secret_key);
        permitted.then_some(()).ok_or(Failure::MACHINE_SECRET_KEY)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Reads a JSON body.
pub(super) fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Failure> {
    let json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"));
    if !json {
        return Err(Failure::CONTENT_TYPE);
    }
    serde_json::from_slice(body).map_err(|_| Failure::BODY)
}

async fn public_key_set(State(instance): Shared) -> Json<Value> {
    Json(instance.keys().to_json())
}

async fn key_set_with_secret(
    State(instance): Shared,
    headers: HeaderMap,
) -> Result<Json<Value>, Failure> {
    Caller::instance(&instance, &headers)?;
    Ok(Json(instance.keys().to_json()))
}

/// What a verify endpoint answers: the token's object, or a failure.
type Verified = Result<Json<Map<String, Value>>, Failure>;

async fn verify_m2m(State(instance): Shared, headers: HeaderMap, body: Bytes) -> Verified {
    #[derive(Deserialize)]
    struct Question {
        token: String,
    }
    let caller = Caller::any(&instance, &headers)?;
    let Question { token } = read(&headers, &body)?;
    let recipient = (caller == Caller::Machine).then_some(&*instance.name.machine_id);
    verify(&instance, Class::M2m, &token, recipient)
}

async fn verify_oauth(State(instance): Shared, headers: HeaderMap, body: Bytes) -> Verified {
    #[derive(Deserialize)]
    struct Question {
        #[serde(alias = "secret")]
        access_token: String,
    }
    Caller::instance(&instance, &headers)?;
    let Question { access_token } = read(&headers, &body)?;
    verify(&instance, Class::OAuth, &access_token, None)
}

async fn verify_api_key(State(instance): Shared, headers: HeaderMap, body: Bytes) -> Verified {
    #[derive(Deserialize)]
    struct Question {
        secret: String,
    }
    Caller::instance(&instance, &headers)?;
    let Question { secret } = read(&headers, &body)?;
    verify(&instance, Class::ApiKey, &secret, None)
}

/// A revoked or expired token is found too, and its object says what is wrong with it.
fn verify(instance: &Instance, class: Class, text: &str, recipient: Option<&str>) -> Verified {
    let now = instance.now();
    let mut records = instance.records();
    let record = records
        .by_text(text)
        .filter(|record| record.class == class)
        .filter(|record| recipient.is_none_or(|id| record.scopes.iter().any(|scope| scope == id)))
        .ok_or(Failure::NOT_FOUND)?;
    Ok(Json(record.to_json(now)))
}
