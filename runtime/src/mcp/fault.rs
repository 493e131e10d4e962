//! Why a message goes no further, and the answer to it.

use axum_core::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};

use super::message::Message;

/// How much of a name is logged: the caller chooses it.
const LOGGED_NAME: usize = 64;

/// The target of the events, as the page `operations` names it.
const TARGET: &str = "clerk_auth::mcp";

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
    UnknownPrompt,
    UnknownResource,
    UnknownMethod,
    /// The server's list cannot be filtered.
    UnreadableList,
    /// Another caller opened the session, or none.
    UnknownSession,
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
            Self::UnknownPrompt => "unknown-prompt",
            Self::UnknownResource => "unknown-resource",
            Self::UnknownMethod => "unknown-method",
            Self::UnreadableList => "unreadable-list",
            Self::UnknownSession => "unknown-session",
        }
    }

    /// One event, and the answer to a message that was not read.
    pub(crate) fn reject(self) -> Response {
        self.log();
        self.answer(Some("null"), false)
    }

    /// One event, and the answer to a message.
    pub(crate) fn reject_message(self, message: &Message<'_>) -> Response {
        self.log();
        self.answer(message.id, message.version.is_some())
    }

    /// One event, and the answer to a request with this `id`.
    pub(crate) fn reject_request(self, id: &str) -> Response {
        self.log();
        self.answer(Some(id), false)
    }

    pub(crate) fn log(self) {
        tracing::info!(target: TARGET, fault = self.as_str(), "message rejected");
    }

    /// A JSON-RPC error (JSON-RPC 2.0 §5.1).
    ///
    /// A notification is never answered (§4.1), so one that the server does not accept gets an
    /// error status and no body (MCP 2026-07-28, "Streamable HTTP", Sending Messages, 5).
    /// `is_stateless` tells a message of the revision 2026-07-28 or later.
    fn answer(self, id: Option<&str>, is_stateless: bool) -> Response {
        let Some(id) = id else { return StatusCode::BAD_REQUEST.into_response() };
        let (status, code, message) = match self {
            Self::Upgrade => (StatusCode::BAD_REQUEST, -32600, "No other protocol is spoken here"),
            Self::Encoded => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                -32600,
                "The message must be JSON in UTF-8 without a content coding",
            ),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, -32600, "The message took too long"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, -32600, "The message is too long"),
            Self::Broken => (StatusCode::BAD_REQUEST, -32600, "The message did not arrive whole"),
            Self::Unreadable => (StatusCode::BAD_REQUEST, -32600, "Not one JSON-RPC message"),
            // The code is `HeaderMismatch` of MCP 2026-07-28.
            Self::FieldMismatch => {
                (StatusCode::BAD_REQUEST, -32020, "A header field does not fit the message")
            }
            // These are what the server itself would answer ("Tools", Error Handling). The client
            // hands them to the model only if the status is not an error.
            Self::InvalidParams => (StatusCode::OK, -32602, "Invalid params"),
            Self::UnknownTool => (StatusCode::OK, -32602, "Unknown tool"),
            Self::UnknownPrompt => (StatusCode::OK, -32602, "Unknown prompt"),
            Self::UnknownResource => (StatusCode::OK, -32602, "Unknown resource"),
            // Before, 404 told that a session has ended.
            Self::UnknownMethod if is_stateless => {
                (StatusCode::NOT_FOUND, -32601, "Method not found")
            }
            Self::UnknownMethod => (StatusCode::OK, -32601, "Method not found"),
            // A client opens a new session (MCP 2025-11-25, "Streamable HTTP", Session Management).
            Self::UnknownSession => (StatusCode::NOT_FOUND, -32001, "Session not found"),
            Self::UnreadableList => (StatusCode::INTERNAL_SERVER_ERROR, -32603, "Internal error"),
        };
        let json = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"{message}"}}}}"#
        );
        let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        (status, [content_type], json).into_response()
    }
}

/// As [`MessageRejection::reject_message`], with what no entry lists in the event.
pub(crate) fn reject_unlisted(
    fault: MessageRejection,
    name: &str,
    message: &Message<'_>,
) -> Response {
    if fault == MessageRejection::InvalidParams {
        return fault.reject_message(message);
    }
    let name: String = name.chars().take(LOGGED_NAME).collect();
    tracing::info!(target: TARGET, fault = fault.as_str(), ?name, "message rejected");
    fault.answer(message.id, message.version.is_some())
}
