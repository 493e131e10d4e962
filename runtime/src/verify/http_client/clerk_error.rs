//! An error response in, whose fault it is out: the token's, ours, or that of whoever answers.

use http::StatusCode;
use serde_json::value::RawValue;

use super::CallError;
use crate::{
    error::{ConfigurationError, UpstreamError, UpstreamErrorKind},
    token::json::{Member, Object},
};

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
    let code = if status.is_client_error() { code(body) } else { None };
    // A wrong URL leads to pages and to other APIs, which have a 404 too. They say nothing.
    let Some(code) = code else {
        return UpstreamError::new(UpstreamErrorKind::NotClerk(number)).into();
    };
    match (about(number, &code), variable) {
        (About::Token, _) => CallError::AuthError { status: number },
        (About::OurKey, Some(variable)) => CallError::KeyRefused { status: number, variable },
        (About::OurSettings, _) => {
            // The public key set is read without a key.
            let variable = variable.unwrap_or("CLERK_SECRET_KEY");
            CallError::RequestRejected(ConfigurationError::AskingRefused {
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

/// The first code of Clerk's error body: an object with `errors`, a list in which an object has a
/// `code` (contract §4.4). `None` if the body is anything else.
fn code(body: &[u8]) -> Option<String> {
    let errors = Object::parse(body).ok()?.raw("errors")?;
    let errors: Vec<&RawValue> = serde_json::from_str(errors).ok()?;
    errors.iter().find_map(|error| match Object::parse_text(error.get()).ok()?.text("code") {
        Member::Is(code) if !code.is_empty() => Some(code.into_owned()),
        _ => None,
    })
}

/// A code that is known says what it speaks about. Clerk does not document those of tokens that are
/// unknown, revoked or expired (contract §12.2), so for any other code the status does.
fn about(status: u16, code: &str) -> About {
    match code {
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
        _ => match status {
            400 | 404 => About::Token,
            401 => About::OurKey,
            403 | 422 => About::OurSettings,
            405 | 410 | 413 | 415 => About::OurRequest,
            _ => About::Outage,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clerks_own_error_body_has_a_code() {
        for (body, expected) in [
            (r#"{"errors":[{"code":"a"}]}"#, Some("a")),
            (r#"{"errors":[{"message":"m","code":"a","meta":{}},{"code":"b"}],"x":1}"#, Some("a")),
            (r#"{"errors":[7,{"message":"m"},{"code":7},{"code":""},{"code":"b"}]}"#, Some("b")),
            (r#"{"errors":[{"code":"\u0061"}]}"#, Some("a")),
            ("", None),
            ("<html>", None),
            ("null", None),
            ("[]", None),
            ("{}", None),
            (r#"{"errors":[]}"#, None),
            (r#"{"errors":null}"#, None),
            (r#"{"errors":{"code":"a"}}"#, None),
            (r#"{"errors":"a"}"#, None),
            (r#"{"errors":["a"]}"#, None),
            (r#"{"errors":[{}]}"#, None),
            (r#"{"errors":[{"code":null}]}"#, None),
            (r#"{"errors":[[{"code":"a"}]]}"#, None),
            (r#"[{"errors":[{"code":"a"}]}]"#, None),
            (r#"{"error":{"code":"a"}}"#, None),
            (r#"{"code":"a","message":"m"}"#, None),
            (r#"{"Errors":[{"code":"a"}]}"#, None),
            (r#"{"errors":[],"errors":[{"code":"a"}]}"#, None),
            (r#"{"errors":[{"code":"a"}]"#, None),
            (r#"{"errors":[{"code":"a"}]} x"#, None),
            ("\u{feff}{\"errors\":[{\"code\":\"a\"}]}", None),
        ] {
            assert_eq!(code(body.as_bytes()).as_deref(), expected, "{body}");
        }
        assert_eq!(code(b"{\"errors\":[{\"code\":\"\xff\"}]}"), None);
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
        ] {
            assert_eq!(about(status, code), expected, "{status} {code}");
        }
    }
}
