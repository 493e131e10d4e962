//! Why a message goes no further, and the answer to it.

use axum_core::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};

/// How much of a tool's name is logged: the caller chooses it.
const LOGGED_NAME: usize = 64;

/// The target of the events, as the page `operations` names it.
const TARGET: &str = "clerk_auth::tools";

/// Why a message goes no further, other than by a policy. None is the credential's fault, so none
/// is a challenge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum MessageRejection {
    Upgrade,
    Encoded,
    TooSlow,
    TooLong,
    Broken,
    Unreadable,
    /// Its header fields name another message.
    FieldMismatch,
    InvalidParams,
    UnknownTool,
}

impl MessageRejection {
    /// The word in the log: see the page `operations`.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Encoded => "encoded",
            Self::TooSlow => "too-slow",
            Self::TooLong => "too-long",
            Self::Broken => "broken",
            Self::Unreadable => "unreadable",
            Self::FieldMismatch => "field-mismatch",
            Self::InvalidParams => "invalid-params",
            Self::UnknownTool => "unknown-tool",
        }
    }

    /// One event, and the answer to a message whose `id` is not known.
    pub(crate) fn reject(self) -> Response {
        self.reject_call(Some("null"))
    }

    /// One event, and the answer to a call with this `id`, which is JSON. A notification has none.
    pub(crate) fn reject_call(self, id: Option<&str>) -> Response {
        tracing::info!(target: TARGET, fault = self.as_str(), "message rejected");
        self.answer(id)
    }

    /// A JSON-RPC error (JSON-RPC 2.0 §5.1).
    ///
    /// A notification is never answered (§4.1), so one that the server does not accept gets an
    /// error status and no body (MCP 2026-07-28, "Streamable HTTP", Sending Messages, 5).
    fn answer(self, id: Option<&str>) -> Response {
        let Some(id) = id else { return StatusCode::BAD_REQUEST.into_response() };
        let (status, code, message) = match self {
            Self::Upgrade => (StatusCode::BAD_REQUEST, -32600, "No other protocol is spoken here"),
            Self::Encoded => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                -32600,
                "The message must be UTF-8 without a content coding",
            ),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, -32600, "The message took too long"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, -32600, "The message is too long"),
            Self::Broken => (StatusCode::BAD_REQUEST, -32600, "The message did not arrive whole"),
            Self::Unreadable => (StatusCode::BAD_REQUEST, -32600, "Not one JSON-RPC message"),
            // The code is `HeaderMismatch` of MCP 2026-07-28.
            Self::FieldMismatch => {
                (StatusCode::BAD_REQUEST, -32020, "A header field does not fit the message")
            }
            // Both are what the server itself would answer ("Tools", Error Handling). The client
            // hands them to the model only if they are no HTTP error.
            Self::InvalidParams => (StatusCode::OK, -32602, "Invalid params"),
            Self::UnknownTool => (StatusCode::OK, -32602, "Unknown tool"),
        };
        let json = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"{message}"}}}}"#
        );
        let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        (status, [content_type], json).into_response()
    }
}

/// As [`MessageRejection::reject_call`], with the name of the tool in the event.
pub(crate) fn reject_unknown_tool(tool: &str, id: Option<&str>) -> Response {
    let fault = MessageRejection::UnknownTool;
    let tool: String = tool.chars().take(LOGGED_NAME).collect();
    tracing::info!(target: TARGET, fault = fault.as_str(), ?tool, "message rejected");
    fault.answer(id)
}
