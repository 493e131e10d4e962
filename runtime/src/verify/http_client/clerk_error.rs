//! An error response in, whose fault it is out: the token's, ours, or that of whoever answers.

use http::StatusCode;
use serde_json::value::RawValue;

use super::CallError;
use crate::{
    error::{ConfigurationError, UpstreamError, UpstreamErrorKind},
    token::json::{Member, Object},
};

/// The codes by which Clerk rejects the refresh of a session. Their status is 401, as if
/// they spoke about our key.
const REFRESH_REJECTIONS: [&str; 14] = [
    "refresh_request_origin_invalid",
    "refresh_request_origin_azp_mismatch",
    "expired_session_token_invalid",
    "expired_session_token_missing_azp",
    "expired_session_token_missing_sid",
    "refresh_sid_mismatch",
    "refresh_token_not_found",
    "session_refresh_session_not_found",
    "session_refresh_inactive_session",
    "session_refresh_user_not_found",
    "session_refresh_expired_session_token_too_old",
    "session_refresh_expired_session_token_missing_iat",
    "session_refresh_expired_session_token_consumed",
    "session_refresh_session_token_ineligible",
];

/// What an error of Clerk speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// What was asked about: it is unknown, revoked or expired.
    Token,
    OurKey,
    /// The feature is off, or the quota is used up.
    OurSettings,
    /// Clerk no longer understands how this crate calls it.
    OurRequest,
    Outage,
}

/// Reads an error response with a status of 4xx, or any response with a status that the endpoints do
/// not answer. `variable` sets the key that was sent.
pub(crate) fn read(status: StatusCode, body: &[u8], variable: Option<&'static str>) -> CallError {
    let number = status.as_u16();
    let codes = if status.is_client_error() { codes(body) } else { Vec::new() };
    // A wrong URL leads to pages and to other APIs, which have a 404 too. They say nothing.
    if codes.is_empty() {
        return UpstreamError::new(UpstreamErrorKind::NotClerk(number)).into();
    }
    match (about(number, &codes), variable) {
        (About::Token, _) => {
            let is_of_refresh = |known: &&str| codes.iter().any(|code| code == known);
            let code = REFRESH_REJECTIONS.into_iter().find(is_of_refresh);
            CallError::AuthError { status: number, code }
        }
        (About::OurKey, Some(variable)) => CallError::KeyRejected { status: number, variable },
        (About::OurSettings, _) => {
            // The public key set is read without a key.
            let variable = variable.unwrap_or("CLERK_SECRET_KEY");
            CallError::RequestRejected(ConfigurationError::CallRejected {
                status: number,
                variable,
            })
        }
        (About::OurRequest, _) => {
            CallError::RequestRejected(ConfigurationError::RequestRejected { status: number })
        }
        (About::OurKey, None) | (About::Outage, _) => {
            UpstreamError::new(UpstreamErrorKind::Status(number)).into()
        }
    }
}

/// The codes of Clerk's error body: an object with `errors`, a list in which an object has a `code`.
/// None if the body is anything else.
fn codes(body: &[u8]) -> Vec<String> {
    let errors = Object::parse(body).ok().and_then(|body| body.raw("errors"));
    let errors: Vec<&RawValue> =
        errors.and_then(|list| serde_json::from_str(list).ok()).unwrap_or_default();
    let code = |error: &RawValue| match Object::parse_text(error.get()).ok()?.text("code") {
        Member::Is(code) if !code.is_empty() => Some(code.into_owned()),
        _ => None,
    };
    errors.into_iter().filter_map(code).collect()
}

/// The first code that is known says what the error speaks about, wherever it stands. Clerk does not
/// document those of tokens that are unknown, revoked or expired, so without one the status does.
fn about(status: u16, codes: &[String]) -> About {
    codes.iter().find_map(|code| known(code)).unwrap_or(match status {
        400 | 404 => About::Token,
        401 => About::OurKey,
        403 | 422 => About::OurSettings,
        405 | 410 | 413 | 415 => About::OurRequest,
        _ => About::Outage,
    })
}

fn known(code: &str) -> Option<About> {
    Some(match code {
        "clerk_key_invalid"
        | "machine_secret_key_invalid"
        | "authorization_header_format_invalid"
        | "could_not_authenticate_request"
        | "authentication_invalid" => About::OurKey,
        "authorization_invalid" | "quota_exceeded" | "api_keys_not_enabled" => About::OurSettings,
        "api_version_invalid"
        | "request_body_invalid"
        | "request_body_too_large"
        | "unsupported_content_type"
        | "operation_deprecated" => About::OurRequest,
        "too_many_requests"
        | "conflict"
        | "internal_clerk_error"
        | "service_unavailable"
        | "gateway_timeout" => About::Outage,
        _ if REFRESH_REJECTIONS.contains(&code) => About::Token,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clerks_own_error_body_has_a_code() {
        for (body, expected) in [
            (r#"{"errors":[{"code":"a"}]}"#, "a"),
            (r#"{"errors":[{"message":"m","code":"a","meta":{}},{"code":"b"}],"x":1}"#, "a b"),
            (r#"{"errors":[7,{"message":"m"},{"code":7},{"code":""},{"code":"b"}]}"#, "b"),
            (r#"{"errors":[{"code":"\u0061"}]}"#, "a"),
            ("", ""),
            ("<html>", ""),
            ("null", ""),
            ("[]", ""),
            ("{}", ""),
            (r#"{"errors":[]}"#, ""),
            (r#"{"errors":null}"#, ""),
            (r#"{"errors":{"code":"a"}}"#, ""),
            (r#"{"errors":"a"}"#, ""),
            (r#"{"errors":["a"]}"#, ""),
            (r#"{"errors":[{}]}"#, ""),
            (r#"{"errors":[{"code":null}]}"#, ""),
            (r#"{"errors":[[{"code":"a"}]]}"#, ""),
            (r#"[{"errors":[{"code":"a"}]}]"#, ""),
            (r#"{"error":{"code":"a"}}"#, ""),
            (r#"{"code":"a","message":"m"}"#, ""),
            (r#"{"Errors":[{"code":"a"}]}"#, ""),
            (r#"{"errors":[],"errors":[{"code":"a"}]}"#, ""),
            (r#"{"errors":[{"code":"a"}]"#, ""),
            (r#"{"errors":[{"code":"a"}]} x"#, ""),
            ("\u{feff}{\"errors\":[{\"code\":\"a\"}]}", ""),
        ] {
            assert_eq!(codes(body.as_bytes()).join(" "), expected, "{body}");
        }
        assert!(codes(b"{\"errors\":[{\"code\":\"\xff\"}]}").is_empty());
    }

    /// Only what speaks about the token makes a client throw it away.
    #[test]
    fn code_decides_and_an_unknown_one_leaves_it_to_the_status() {
        use About::{OurKey, OurRequest, OurSettings, Outage, Token};
        for (status, code, expected) in [
            (400, "bad_request", Token),
            (404, "resource_not_found", Token),
            (404, "unknown", Token),
            (400, "api_version_invalid", OurRequest),
            (400, "request_body_invalid", OurRequest),
            (400, "clerk_key_invalid", OurKey),
            (401, "clerk_key_invalid", OurKey),
            (401, "machine_secret_key_invalid", OurKey),
            (401, "authorization_header_format_invalid", OurKey),
            (401, "could_not_authenticate_request", OurKey),
            (401, "authentication_invalid", OurKey),
            (401, "unknown", OurKey),
            (401, "refresh_token_not_found", Token),
            (401, "session_refresh_inactive_session", Token),
            (403, "authorization_invalid", OurSettings),
            (403, "quota_exceeded", OurSettings),
            (403, "unknown", OurSettings),
            (422, "api_keys_not_enabled", OurSettings),
            (404, "api_keys_not_enabled", OurSettings),
            (410, "operation_deprecated", OurRequest),
            (413, "request_body_too_large", OurRequest),
            (415, "unsupported_content_type", OurRequest),
            (405, "unknown", OurRequest),
            (409, "conflict", Outage),
            (400, "too_many_requests", Outage),
            (404, "service_unavailable", Outage),
            (418, "unknown", Outage),
            (404, "resource_not_found clerk_key_invalid", OurKey),
            (400, "unknown unknown api_version_invalid", OurRequest),
            (400, "unknown too_many_requests clerk_key_invalid", Outage),
            (404, "resource_not_found unknown", Token),
        ] {
            let codes: Vec<String> = code.split(' ').map(ToOwned::to_owned).collect();
            assert_eq!(about(status, &codes), expected, "{status} {code}");
        }
    }
}
