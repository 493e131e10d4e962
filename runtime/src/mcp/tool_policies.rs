//! An MCP message and its caller in; the message that may go on, or the answer that ends it, out.

use std::time::Duration;

use axum::body::Bytes;
use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header::UPGRADE, request::Parts};
use tokio::time::timeout;

use crate::{
    mcp::{
        body,
        fault::{self, MessageRejection},
        fields, message,
    },
    policy::{Policy, is_same_text},
};

/// As much as MCP servers usually read of one message.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// How long a whole message may take. Whoever was let in is not asked about again before it is
/// there, not even where their token was revoked.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What each tool of an MCP server asks of its caller, for
/// [`ClerkLayer::tools`](crate::ClerkLayer::tools).
///
/// A tool that is not listed does not exist for callers, so that a new one cannot be open by
/// mistake.
///
/// ```
/// use clerk_auth::{Clerk, ClerkLayer, Policy, mcp::ToolPolicies, policy};
///
/// const ENTER: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
/// const TOOLS: ToolPolicies = ToolPolicies::new(&[
///     ("list_notes", policy!(accepts = "oauth_token", scopes = "read:notes")),
///     ("add_note", policy!(accepts = "oauth_token", scopes = "write:notes")),
/// ]);
///
/// fn guard(clerk: Clerk) -> ClerkLayer {
///     ClerkLayer::new(clerk, ENTER).tools(&TOOLS)
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
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'static str, Policy)> {
        self.tools.iter().copied()
    }

    /// The whole message of a request, whose head describes it afterwards.
    pub(crate) async fn read(&self, parts: &mut Parts, body: Body) -> Result<Bytes, Response> {
        let message = self.try_read(parts, body).await.map_err(MessageRejection::reject)?;
        body::describe(&mut parts.headers, message.len());
        Ok(message)
    }

    async fn try_read(&self, parts: &Parts, body: Body) -> Result<Bytes, MessageRejection> {
        // What is said after an upgrade or a `CONNECT` (RFC 9110 §7.8, §9.3.6) passes by here.
        if parts.method == Method::CONNECT || parts.headers.contains_key(UPGRADE) {
            return Err(MessageRejection::Upgrade);
        }
        if !body::is_plain(&parts.headers) {
            return Err(MessageRejection::Encoded);
        }
        if parts.uri.query().is_some_and(message::is_in_query) {
            return Err(MessageRejection::Unreadable);
        }
        let message = timeout(LONGEST_WAIT, body::collect(body, self.most_bytes));
        message.await.map_err(|_| MessageRejection::TooSlow)?
    }

    /// Asks `may` about the policy of the tool that the message calls, if it calls one. The answer
    /// to a message that goes no further.
    pub(crate) fn rejection<R: IntoResponse>(
        &self,
        headers: &HeaderMap,
        message: &[u8],
        may: impl FnOnce(Policy) -> Result<(), R>,
    ) -> Option<Response> {
        // A request without a body, such as the GET of a stream, calls nothing.
        if message.is_empty() {
            let speaks = fields::name_a_message(headers);
            return speaks.then(|| MessageRejection::FieldMismatch.reject());
        }
        let Ok(message) = message::read(message) else {
            return Some(MessageRejection::Unreadable.reject());
        };
        if message.is_call() {
            let Some(tool) = &message.tool else {
                return Some(MessageRejection::InvalidParams.reject_call(message.id));
            };
            let Some((_, policy)) = self.iter().find(|(listed, _)| *listed == tool) else {
                return Some(fault::reject_unknown_tool(tool, message.id));
            };
            if let Err(rejected) = may(policy) {
                return Some(rejected.into_response());
            }
        }
        let agree = fields::agree(headers, &message);
        (!agree).then(|| MessageRejection::FieldMismatch.reject_call(message.id))
    }
}
