//! Checks what each request to the Backend API must have: a key of the instance and a JSON body.

use std::sync::Arc;

use axum::{body::Bytes, extract::State};
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::{api_error::ApiError, instance::Instance};

/// The instance, as the handlers share it.
pub(super) type SharedInstance = State<Arc<Instance>>;

/// Whose key a request to the Backend API carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyOwner {
    Instance,
    Machine,
}

impl KeyOwner {
    /// Accepts either key.
    pub(super) fn any(instance: &Instance, headers: &HeaderMap) -> Result<Self, ApiError> {
        match bearer(headers) {
            Some(key) if key == instance.secret_key => Ok(Self::Instance),
            Some(key) if key == instance.machine_secret_key => Ok(Self::Machine),
            Some(key) if key.starts_with("ak_") => Err(ApiError::MACHINE_SECRET_KEY),
            _ => Err(ApiError::SECRET_KEY),
        }
    }

    /// Accepts only the instance's secret key.
    pub(super) fn instance(instance: &Instance, headers: &HeaderMap) -> Result<(), ApiError> {
        let permitted = bearer(headers) == Some(&instance.secret_key);
        permitted.then_some(()).ok_or(ApiError::SECRET_KEY)
    }

    /// Accepts only the machine's secret key.
    pub(super) fn machine(instance: &Instance, headers: &HeaderMap) -> Result<(), ApiError> {
        let permitted = bearer(headers) == Some(&instance.machine_secret_key);
        permitted.then_some(()).ok_or(ApiError::MACHINE_SECRET_KEY)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Reads a JSON body.
pub(super) fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, ApiError> {
    let json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"));
    if !json {
        return Err(ApiError::CONTENT_TYPE);
    }
    serde_json::from_slice(body).map_err(|_| ApiError::BODY)
}
