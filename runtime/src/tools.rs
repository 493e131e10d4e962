//! An MCP message and its caller in; the message that may go on, or the answer that ends it, out.

mod message;

use std::time::Duration;

use axum::body::Bytes;
use axum_core::{
    body::Body,
    extract::{
        DefaultBodyLimit, FromRequest as _, Request,
        rejection::{BytesRejection, FailedToBufferBody},
    },
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, Method, StatusCode,
    header::{CONTENT_TYPE, UPGRADE},
    request::Parts,
};
use tokio::time::timeout;

use self::message::Call;
use crate::policy::{Policy, is_same_text};

/// As much as MCP servers usually read of one message.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How long a whole message may take. Whoever was let in is not asked about again before it is
/// there, not even where their token was revoked.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How much of a tool's name is logged: the caller chooses it.
const LOGGED_NAME: usize = 64;

/// What each tool of an MCP server asks of its caller, for
/// [`ClerkLayer::tools`](crate::ClerkLayer::tools).
///
/// A tool that is not listed does not exist for callers, so that a new one cannot be open by
/// mistake.
///
/// ```
/// use clerk_auth::{Clerk, ClerkLayer, Policy, ToolPolicies, policy};
///
/// const ENTER: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
/// const TOOLS: ToolPolicies = ToolPolicies::new(&[
///     ("list_notes", policy!(accepts = "oauth_token", scopes = "read:notes")),
///     ("add_note", policy!(accepts = "oauth_token", scopes = "write:notes")),
/// ]);
///
/// fn guard(clerk: Clerk) -> ClerkLayer {
///     ClerkLayer::new(clerk, &ENTER).tools(&TOOLS)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ToolPolicies {
    tools: &'static [(&'static str, Policy)],
    most_bytes: usize,
}

impl ToolPolicies {
    /// One policy per tool, by the tool's name. Write it in a `const`: a mistake then does not
    /// compile.
    ///
    /// # Panics
    /// Where it is not evaluated at compile time: if a tool is listed twice.
    #[must_use]
    #[track_caller]
    pub const fn new(tools: &'static [(&'static str, Policy)]) -> Self {
        let mut rest = tools;
        while let [(tool, _), tail @ ..] = rest {
            let mut others = tail;
            while let [(other, _), tail @ ..] = others {
                assert!(!is_same_text(tool, other), "a tool is listed twice; remove one");
                others = tail;
            }
            rest = tail;
        }
        Self { tools, most_bytes: MOST_BYTES }
    }

    /// The same policies, for messages of at most `bytes`: 4 MiB unless set. A longer one is
    /// answered with 413. A message is held in memory while its tool is looked up.
    #[must_use]
    pub const fn message_limit(self, bytes: usize) -> Self {
        Self { most_bytes: bytes, ..self }
    }

    /// Each tool with its policy, in the order they are written: for a check at start, and for
    /// printing.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, &'static Policy)> {
        self.tools.iter().map(|(tool, policy)| (*tool, policy))
    }

    /// The whole message of a request.
    pub(crate) async fn read(&self, parts: &Parts, body: Body) -> Result<Bytes, Response> {
        // What is said after an upgrade or a `CONNECT` (RFC 9110 §7.8, §9.3.6) passes by here.
        if parts.method == Method::CONNECT || parts.headers.contains_key(UPGRADE) {
            return Err(Fault::Upgrade.refuse());
        }
        let mut message = Request::new(body);
        DefaultBodyLimit::max(self.most_bytes).apply(&mut message);
        let fault = match timeout(LONGEST_WAIT, Bytes::from_request(message, &())).await {
            Ok(Ok(message)) => return Ok(message),
            Ok(Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(
                _,
            )))) => Fault::TooLong,
            Ok(Err(_)) => Fault::Broken,
            Err(_) => Fault::TooSlow,
        };
        Err(fault.refuse())
    }

    /// Asks `may` about the policy of the tool that the message calls, if it calls one. The answer
    /// to a message that goes no further.
    pub(crate) fn refusal<R: IntoResponse>(
        &self,
        message: &[u8],
        may: impl FnOnce(&'static Policy) -> Result<(), R>,
    ) -> Option<Response> {
        let Ok(call) = message::call(message) else { return Some(Fault::Unreadable.refuse()) };
        let Call { tool, id } = call?;
        let Some((_, policy)) = self.iter().find(|(listed, _)| *listed == tool) else {
            let fault = Fault::UnknownTool;
            let tool: String = tool.chars().take(LOGGED_NAME).collect();
            tracing::info!(fault = fault.as_str(), ?tool, "message refused");
            return Some(fault.answer(id));
        };
        may(policy).err().map(IntoResponse::into_response)
    }
}

/// Why a message goes no further, other than by a policy. None is the credential's fault, so none
/// is a challenge.
#[derive(Clone, Copy)]
enum Fault {
    Upgrade,
    TooSlow,
    TooLong,
    Broken,
    Unreadable,
    UnknownTool,
}

impl Fault {
    /// The word in the log: see the page `operations`.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::TooSlow => "too-slow",
            Self::TooLong => "too-long",
            Self::Broken => "broken",
            Self::Unreadable => "unreadable",
            Self::UnknownTool => "unknown-tool",
        }
    }

    /// One event, and the answer to a message whose id is not known.
    fn refuse(self) -> Response {
        tracing::info!(fault = self.as_str(), "message refused");
        self.answer("null")
    }

    /// A JSON-RPC error (JSON-RPC 2.0 §5.1). `id` is JSON.
    fn answer(self, id: &str) -> Response {
        let (status, code, message) = match self {
            Self::Upgrade => (StatusCode::BAD_REQUEST, -32600, "No other protocol is spoken here"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, -32600, "The message took too long"),
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, -32600, "The message is too long"),
            Self::Broken => (StatusCode::BAD_REQUEST, -32600, "The message did not arrive whole"),
            Self::Unreadable => (StatusCode::BAD_REQUEST, -32600, "Not one JSON-RPC message"),
            // The code that MCP gives to unknown tools («Tools», «Error Handling»). It is for the
            // model, not for the client: so not an HTTP error.
            Self::UnknownTool => (StatusCode::OK, -32602, "Unknown tool"),
        };
        let json = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":"{message}"}}}}"#
        );
        let content_type = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
        (status, [content_type], json).into_response()
    }
}
