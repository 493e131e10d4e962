//! Responses that a test sets for an endpoint, and the number of calls of each endpoint.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    future::pending,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{CONTENT_TYPE, LOCATION, RETRY_AFTER},
};

use super::{api_error::ApiError, connection::ClosableConnection};

/// The endpoints of a [`DevIssuer`](super::DevIssuer) that a verifier calls, or to which it
/// redirects a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// The key set: `/v1/jwks` and `/.well-known/jwks.json`.
    KeySet,
    /// Verification of opaque M2M tokens.
    M2mVerify,
    /// Verification of opaque OAuth tokens.
    OAuthVerify,
    /// Verification of API keys.
    ApiKeyVerify,
    /// The handshake of a browser.
    Handshake,
    /// The cookies of a handshake, for the Backend API.
    HandshakePayload,
    /// The refresh of an expired session token.
    SessionRefresh,
    /// The revocation of a session with the Backend API.
    SessionRevoke,
    /// The sign-in page, and its form.
    SignIn,
    /// The sign-out page, and its form.
    SignOut,
}

/// The number of calls of each endpoint since the issuer started.
///
/// A call counts when it arrives, even if it is rejected or gets no response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls for the key set, at either URL.
    pub key_set: usize,
    /// Calls to verify an M2M token.
    pub m2m_verify: usize,
    /// Calls to verify an OAuth token.
    pub oauth_verify: usize,
    /// Calls to verify an API key.
    pub api_key_verify: usize,
    /// Handshakes of browsers.
    pub handshake: usize,
    /// Calls for the cookies of a handshake.
    pub handshake_payload: usize,
    /// Calls to refresh a session token.
    pub session_refresh: usize,
    /// Calls to end a session.
    pub session_revoke: usize,
    /// Requests for the sign-in page, and posts of its form.
    pub sign_in: usize,
    /// Requests for the sign-out page, and posts of its form.
    pub sign_out: usize,
}

impl Calls {
    /// Returns the number of all calls.
    #[must_use]
    pub const fn total(self) -> usize {
        self.key_set
            + self.m2m_verify
            + self.oauth_verify
            + self.api_key_verify
            + self.handshake
            + self.handshake_payload
            + self.session_refresh
            + self.session_revoke
            + self.sign_in
            + self.sign_out
    }

    fn of(&mut self, endpoint: Endpoint) -> &mut usize {
        match endpoint {
            Endpoint::KeySet => &mut self.key_set,
            Endpoint::M2mVerify => &mut self.m2m_verify,
            Endpoint::OAuthVerify => &mut self.oauth_verify,
            Endpoint::ApiKeyVerify => &mut self.api_key_verify,
            Endpoint::Handshake => &mut self.handshake,
            Endpoint::HandshakePayload => &mut self.handshake_payload,
            Endpoint::SessionRefresh => &mut self.session_refresh,
            Endpoint::SessionRevoke => &mut self.session_revoke,
            Endpoint::SignIn => &mut self.sign_in,
            Endpoint::SignOut => &mut self.sign_out,
        }
    }
}

/// A response that an endpoint sends instead of its own.
///
/// ```
/// use clerk_auth::testing::Answer;
///
/// let outage = Answer::status(503);
/// let nonsense = Answer::body(200, "text/html", "<html>");
/// ```
#[derive(Clone)]
pub struct Answer(AnswerKind);

#[derive(Clone)]
enum AnswerKind {
    Status(u16),
    Body { status: u16, content_type: String, bytes: Vec<u8> },
    RetryAfter(u64),
    Redirect(String),
    Hang,
    DropConnection,
}

impl Answer {
    /// Returns an error with this status, in Clerk's error body with the code that Clerk uses for
    /// it.
    ///
    /// A number that is not an HTTP status becomes 500.
    #[must_use]
    pub const fn status(status: u16) -> Self {
        Self(AnswerKind::Status(status))
    }

    /// Returns exactly this status, content type and body.
    #[must_use]
    pub fn body(status: u16, content_type: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self(AnswerKind::Body { status, content_type: content_type.into(), bytes: bytes.into() })
    }

    /// Returns 429 with a `Retry-After` of this many seconds.
    #[must_use]
    pub const fn retry_after(seconds: u64) -> Self {
        Self(AnswerKind::RetryAfter(seconds))
    }

    /// Returns a redirect (307) to `url`.
    #[must_use]
    pub fn redirect(url: impl Into<String>) -> Self {
        Self(AnswerKind::Redirect(url.into()))
    }

    /// Reads the request and sends no response. The connection stays open.
    #[must_use]
    pub const fn hang() -> Self {
        Self(AnswerKind::Hang)
    }

    /// Reads the request and closes the connection without a response.
    #[must_use]
    pub const fn drop_connection() -> Self {
        Self(AnswerKind::DropConnection)
    }

    /// Answers one request that came in on `connection`.
    pub(super) async fn play(self, connection: &ClosableConnection) -> Response {
        match self.0 {
            AnswerKind::Status(status) => ApiError::of_status(status).into_response(),
            AnswerKind::Body { status, content_type, bytes } => {
                let status =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut response = (status, Body::from(bytes)).into_response();
                if let Ok(content_type) = HeaderValue::try_from(content_type) {
                    response.headers_mut().insert(CONTENT_TYPE, content_type);
                }
                response
            }
            AnswerKind::RetryAfter(seconds) => {
                let wait = [(RETRY_AFTER, seconds.to_string())];
                (wait, ApiError::of_status(429)).into_response()
            }
            AnswerKind::Redirect(url) => {
                (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, url)]).into_response()
            }
            AnswerKind::Hang => pending().await,
            AnswerKind::DropConnection => {
                connection.close();
                pending().await
            }
        }
    }
}

/// Shows the kind of answer, never a body.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            AnswerKind::Status(_) => "Answer::status(..)",
            AnswerKind::Body { .. } => "Answer::body(..)",
            AnswerKind::RetryAfter(_) => "Answer::retry_after(..)",
            AnswerKind::Redirect(_) => "Answer::redirect(..)",
            AnswerKind::Hang => "Answer::hang()",
            AnswerKind::DropConnection => "Answer::drop_connection()",
        })
    }
}

/// The calls so far, and the answers that a test has set.
#[derive(Default)]
pub(super) struct Script {
    pub(super) calls: Calls,
    always: HashMap<Endpoint, Answer>,
    once: HashMap<Endpoint, VecDeque<Answer>>,
}

impl Script {
    pub(super) fn always(&mut self, endpoint: Endpoint, answer: Answer) {
        self.always.insert(endpoint, answer);
    }

    pub(super) fn once(&mut self, endpoint: Endpoint, answer: Answer) {
        self.once.entry(endpoint).or_default().push_back(answer);
    }

    pub(super) fn clear(&mut self) {
        self.always.clear();
        self.once.clear();
    }

    /// Counts a call, and says what to answer instead of the truth.
    pub(super) fn arrived(&mut self, endpoint: Endpoint) -> Option<Answer> {
        *self.calls.of(endpoint) += 1;
        let next = self.once.get_mut(&endpoint).and_then(VecDeque::pop_front);
        next.or_else(|| self.always.get(&endpoint).cloned())
    }
}
