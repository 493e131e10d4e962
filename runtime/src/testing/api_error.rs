//! The status and error body of the Backend API for a rejected request.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;

/// One error of the Backend API.
#[derive(Clone, Copy)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
}

impl ApiError {
    pub(super) const SECRET_KEY: Self =
        Self::new(StatusCode::UNAUTHORIZED, "clerk_key_invalid", "the secret key is invalid");
    pub(super) const MACHINE_SECRET_KEY: Self = Self::new(
        StatusCode::UNAUTHORIZED,
        "machine_secret_key_invalid",
        "the machine secret key is invalid",
    );
    pub(super) const NOT_FOUND: Self =
        Self::new(StatusCode::NOT_FOUND, "resource_not_found", "not found");
    pub(super) const BODY: Self =
        Self::new(StatusCode::BAD_REQUEST, "request_body_invalid", "the request body is invalid");
    pub(super) const LIFETIME: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "bad_request",
        "`min_remaining_ttl_seconds` must be less than the lifetime",
    );
    pub(super) const RESERVED_CLAIM: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "machine_token_reserved_claim",
        "a claim has a reserved name",
    );
    pub(super) const CONTENT_TYPE: Self = Self::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_content_type",
        "the request body must be `application/json`",
    );

    pub(super) const RETURN_URL: Self = Self::new(
        StatusCode::BAD_REQUEST,
        "invalid_redirect_url",
        "`redirect_url` must be a page of the application",
    );
    pub(super) const HOST: Self =
        Self::new(StatusCode::MISDIRECTED_REQUEST, "host_invalid", "the host is not this issuer's");
    pub(super) const ORIGIN: Self =
        Self::new(StatusCode::FORBIDDEN, "origin_invalid", "another origin may not ask for this");
    pub(super) const FORM: Self = Self::new(
        StatusCode::FORBIDDEN,
        "form_invalid",
        "the form is not of this page; open the page again",
    );

    /// A refusal to refresh a session.
    pub(super) const fn not_refreshed(code: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, "the session is not refreshed")
    }

    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message }
    }

    /// The error that Clerk would send with this status. A number that is no status is 500.
    pub(super) fn of_status(status: u16) -> Self {
        let code = match status {
            400 => "bad_request",
            401 => "clerk_key_invalid",
            403 => "authorization_invalid",
            404 => "resource_not_found",
            409 => "conflict",
            410 => "operation_deprecated",
            413 => "request_body_too_large",
            415 => "unsupported_content_type",
            422 => "api_keys_not_enabled",
            429 => "too_many_requests",
            500 => "internal_clerk_error",
            503 => "service_unavailable",
            504 => "gateway_timeout",
            _ => "unexpected_error",
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, code, "set by the test")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = json!({
            "errors": [{
                "message": self.message,
                "long_message": self.message,
                "code": self.code,
                "meta": {},
            }],
            "clerk_trace_id": "00000000000000000000000000000000",
        });
        (self.status, Json(body)).into_response()
    }
}
