//! Why a request is rejected, sorted by who is to blame. Display texts are for the operator's log;
//! a caller never sees them.

use std::{error::Error, fmt, sync::Arc};

use crate::{
    policy::Denial,
    request::{
        authorization::HeaderError,
        cookie::{CookieError, CrossSite},
    },
    token::{Form, Malformed, Presented, TokenType},
};

/// A failure, and the token that it is about where one could be read.
#[derive(Clone, Debug)]
pub(crate) struct AuthError {
    pub(crate) failure: ErrorKind,
    pub(crate) presented: Option<Presented>,
}

impl AuthError {
    /// A refusal of somebody whose token was verified, if they had one.
    pub(crate) fn of_known(failure: impl Into<ErrorKind>, token_type: Option<TokenType>) -> Self {
        let presented = token_type.map(|token_type| Presented { token_type, form: Form::Verified });
        Self { failure: failure.into(), presented }
    }

    pub(crate) fn is_expired(&self) -> bool {
        matches!(self.failure, ErrorKind::Token(TokenError::Expired))
    }
}

impl<F: Into<ErrorKind>> From<F> for AuthError {
    fn from(failure: F) -> Self {
        Self { failure: failure.into(), presented: None }
    }
}

/// Every way in which a guard can end without letting the request in.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ErrorKind {
    /// The caller sent nothing to verify.
    #[error("the request carries no credential")]
    Missing,
    /// The caller sent a field that cannot be read.
    #[error(transparent)]
    Unreadable(#[from] HeaderError),
    /// The caller's token is not acceptable.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token is genuine, but may not do this.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The token is genuine, and its claims do not fit what the handler declares.
    #[error(transparent)]
    Claims(#[from] ClaimsMismatch),
    /// The caller's browser sent a cookie for somebody else's page.
    #[error(transparent)]
    CrossSite(#[from] CrossSite),
    /// The caller's gRPC method is not among those that have a policy.
    #[error(transparent)]
    UnlistedMethod(UnlistedMethod),
    /// We are set up wrongly.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// Clerk could not be asked.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// A gRPC method without a policy.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the method {name:?} has no policy; list it in `MethodPolicies`")]
pub(crate) struct UnlistedMethod {
    name: String,
}

impl UnlistedMethod {
    /// How much of a name is logged, in characters: the caller chooses it.
    const LOGGED: usize = 64;

    pub(crate) fn new(path: &str) -> Self {
        Self { name: path.chars().take(Self::LOGGED).collect() }
    }
}

/// What is wrong with a token. Claim values are never part of the text.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Cookie(#[from] CookieError),
    #[error("the route does not accept {}", .0.with_article())]
    NotAccepted(TokenType),
    #[error("the route accepts {} only as a JWT, and this one is opaque", .0.with_article())]
    OpaqueNotAccepted(TokenType),
    #[error("the header's `cat` names another class of token")]
    Category,
    #[error("the header's `typ` is not that of its class")]
    Type,
    #[error("the token is an ID token: it is for the client that requested it, not for an API")]
    IdToken,
    #[error("the header's `alg` is not RS256, RS384 or RS512")]
    Algorithm,
    #[error("the token asks for `{0}`, which is not supported and must not be ignored")]
    Extension(&'static str),
    #[error("the header has no usable `kid`")]
    KeyId,
    #[error(
        "no key of this instance has the token's `kid`; either the token is of another Clerk \
         instance, or CLERK_SECRET_KEY is of another instance than CLERK_PUBLISHABLE_KEY"
    )]
    UnknownKey,
    #[error("the key is for another algorithm than the header names")]
    KeyAlgorithm,
    #[error(
        "the signature does not fit; the token was altered, or CLERK_JWT_KEY or CLERK_SECRET_KEY \
         is of another Clerk instance"
    )]
    Signature,
    #[error("the claim `{0}` is missing, or not what this class of token has")]
    Claim(&'static str),
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet; check this machine's clock")]
    NotYetValid,
    #[error("the token was issued in the future; check this machine's clock")]
    IssuedInFuture,
    #[error("`azp` is missing, and must be an authorized party (CLERK_AUTHORIZED_PARTIES)")]
    NoAuthorizedParty,
    #[error("`azp` is not one of the authorized parties (CLERK_AUTHORIZED_PARTIES)")]
    AuthorizedParty,
    #[error(
        "`iss` is not the issuer, although the signature fits; CLERK_SECRET_KEY or CLERK_JWT_KEY \
         is of another instance than CLERK_PUBLISHABLE_KEY or CLERK_ISSUER"
    )]
    Issuer,
    #[error("`aud` is missing, and must name a configured audience ({0})")]
    NoAudience(AudienceSetting),
    #[error("`aud` names none of the configured audiences ({0})")]
    Audience(AudienceSetting),
    #[error("this machine is not among the token's recipients (CLERK_MACHINE_ID)")]
    Recipient,
    #[error("Clerk answered {status} to the verification of the token")]
    NotConfirmed { status: u16 },
    #[error("Clerk says that the token is revoked")]
    Revoked,
    #[error("Clerk says that the token is not active")]
    Inactive,
}

/// The setting that a token's `aud` is compared with: each class has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AudienceSetting {
    OAuth,
    Session,
}

impl fmt::Display for AudienceSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OAuth => "CLERK_AUDIENCE",
            Self::Session => "CLERK_SESSION_AUDIENCE",
        })
    }
}

/// How the claims of a genuine token miss the type that the handler declares for `claims`. Paths
/// are names of fields, never values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsMismatch {
    #[error("the handler declares `claims`, and the token has none")]
    NoClaims,
    #[error("the token's claims do not fit the handler's `claims`: `{0}` is missing")]
    Missing(Box<str>),
    #[error(
        "the token's claims do not fit the handler's `claims`: `{0}` is not of the declared type"
    )]
    Mistyped(Box<str>),
    #[error("the token's claims as a whole do not fit the handler's `claims`")]
    Whole,
}

/// What is wrong with our own setup, and what to set.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum ConfigurationError {
    #[error("no key verifies JWTs; set CLERK_SECRET_KEY, CLERK_JWT_KEY or CLERK_PUBLISHABLE_KEY")]
    NoKeySource,
    #[error("opaque OAuth tokens and API keys are verified by Clerk; set CLERK_SECRET_KEY")]
    NoSecretKey,
    #[error("opaque M2M tokens are verified by Clerk; set CLERK_MACHINE_SECRET_KEY")]
    NoMachineKey,
    #[error("M2M tokens are for one machine; set CLERK_MACHINE_ID to this machine's ID")]
    NoMachineId,
    #[error(
        "Clerk rejected our call with status {status}, because of a setting of the instance; turn \
         on in the dashboard what it needs, or set {variable} to a key that has access"
    )]
    CallRejected { status: u16, variable: &'static str },
    #[error(
        "Clerk rejected our request with status {status}; update clerk-auth, or set CLERK_API_URL to \
         the Backend API itself if a proxy changes requests"
    )]
    RequestRejected { status: u16 },
    #[error(
        "no `Clerk` is in the request of the server function; put `.layer(Extension(clerk))` around \
         all routes"
    )]
    NoClerk,
    #[error(
        "the handler takes `Verified`, and neither a guard nor a `ClerkLayer` ran before it; add \
         `.layer(ClerkLayer::new(clerk, POLICY))` to its routes, or put `#[clerk_auth(…)]` on it"
    )]
    NoLayer,
    #[error(
        "Clerk rejected our key with status {status}; set {variable} to a key of this instance"
    )]
    KeyRejected { status: u16, variable: &'static str },
}

/// Why Clerk could not be asked, and when to try again.
#[derive(Clone, Debug, thiserror::Error)]
#[error("Clerk could not be called: {reason}")]
pub(crate) struct UpstreamError {
    pub(crate) reason: UpstreamErrorKind,
    /// Seconds until another try makes sense.
    pub(crate) retry_after: u64,
    #[source]
    pub(crate) cause: Option<Arc<reqwest::Error>>,
}

#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum UpstreamErrorKind {
    #[error("no response in time")]
    Timeout,
    #[error("the connection failed")]
    Connection,
    #[error("a connection that was used before was closed without a response")]
    StaleConnection,
    #[error(
        "the HTTP client could not be built; install the CA certificates of the system (package \
         `ca-certificates`), let SSL_CERT_FILE name a file of them, or give a client of your own \
         to `ClerkBuilder::http_client`"
    )]
    Client,
    #[error("status {0}")]
    Status(u16),
    #[error(
        "status {0} without Clerk's error body; check that CLERK_API_URL, or `frontend_api_url` for \
         the public key set, is Clerk's"
    )]
    NotClerk(u16),
    #[error(
        "the answer is too large, or is not what the endpoint answers; check that CLERK_API_URL, or \
         `frontend_api_url` for the public key set, is Clerk's"
    )]
    Body,
    #[error(
        "the answer has no `{0}`, or not of the type that Clerk sends; check that CLERK_API_URL is \
         Clerk's"
    )]
    Member(&'static str),
    #[error("the key set has no usable key")]
    NoKeys,
    #[error("this server's own rate limit for this type of token is reached (`{0}`)")]
    RateLimit(&'static str),
}

/// What we answer where Clerk does not say when it is back, in seconds.
const RETRY_AFTER: u64 = 5;

impl UpstreamError {
    pub(crate) fn new(reason: UpstreamErrorKind) -> Self {
        Self { reason, retry_after: RETRY_AFTER, cause: None }
    }

    pub(crate) fn caused(reason: UpstreamErrorKind, cause: reqwest::Error) -> Self {
        Self { cause: Some(Arc::new(cause)), ..Self::new(reason) }
    }
}

/// The text of an error, and of each cause behind it that it does not tell already.
pub(crate) fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let told = cause.to_string();
        if !text.contains(&told) {
            text = format!("{text}: {told}");
        }
        source = cause.source();
    }
    text
}
