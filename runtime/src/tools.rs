//! An MCP message and its caller in; the message that may go on, or the answer that ends it, out.

mod message;

use axum::body::to_bytes;
use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};

use self::message::Call;
use crate::policy::{Policy, is_same_text};

/// As much as MCP servers usually read of one message.
const MOST_BYTES: usize = 4 * 1024 * 1024;

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

    /// Reads the message, and asks `may` about the policy of the tool that it calls.
    pub(crate) async fn pass<R: IntoResponse>(
        &self,
        body: Body,
        may: impl FnOnce(&'static Policy) -> Result<(), R>,
    ) -> Result<Body, Response> {
        let Ok(bytes) = to_bytes(body, self.most_bytes).await else {
            return Err(Fault::TooLong.answer("null"));
        };
        let Ok(call) = message::call(&bytes) else {
            return Err(Fault::Unreadable.answer("null"));
        };
        if let Some(Call { tool, id }) = call {
            let Some((_, policy)) = self.iter().find(|(listed, _)| *listed == tool) else {
                let tool: String = tool.chars().take(LOGGED_NAME).collect();
                tracing::info!(?tool, "a tool without a policy was called: it is not known");
                return Err(Fault::UnknownTool.answer(id));
            };
            may(policy).map_err(IntoResponse::into_response)?;
        }
        Ok(Body::from(bytes))
    }
}

/// Why a message goes no further, other than by a policy. None is the credential's fault, so none
/// is a challenge.
#[derive(Clone, Copy)]
enum Fault {
    TooLong,
    Unreadable,
    UnknownTool,
}

impl Fault {
    /// A JSON-RPC error (JSON-RPC 2.0 §5.1). `id` is JSON.
    fn answer(self, id: &str) -> Response {
        let (status, code, message) = match self {
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, -32600, "The message is too long"),
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
