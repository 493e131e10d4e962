//! Builds a [`Clerk`] from its settings, and reports every mistake in them at start.

mod advice;
mod assembly;
mod builder;
mod checks;
mod combination;
mod environment;
mod error;
#[cfg(feature = "redis")]
mod fleet;
mod limits;
mod redact;
mod rules;
mod settings;
mod similar;
#[cfg(test)]
mod tests;

#[cfg(feature = "redis")]
pub use self::fleet::Fleet;
pub use self::{builder::ClerkBuilder, error::ConfigError, rules::ClerkRules};
pub(crate) use self::{
    redact::quote,
    settings::origin::{authorized_party, is_plain_http},
};

use std::{fmt, sync::Arc};

use reqwest::Url;

use crate::{
    error::ConfigurationError,
    policy::{Policy, ScopeHierarchy},
    request::cookie::CookieRules,
    response::rejection::RejectionSettings,
    token::{OpaqueTokenType, TokenType},
    verify::{
        Keys, Recipient, SessionApi, Verifier,
        health::{Health, WarmUpError},
    },
};

/// Verifies tokens of one Clerk instance. Holds the keys, the rules and the HTTP client.
///
/// Build one at start and put it into the router's state. Clones are cheap and share the keys.
///
/// ```no_run
/// use axum::extract::FromRef;
/// use clerk_auth::Clerk;
///
/// #[derive(Clone, FromRef)]
/// struct AppState {
///     clerk: Clerk,
///     greeting: &'static str,
/// }
///
/// # fn main() -> Result<(), clerk_auth::ConfigError> {
/// let state = AppState { clerk: Clerk::from_env()?, greeting: "hello" };
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Clerk(Arc<Inner>);

struct Inner {
    verifier: Arc<Verifier>,
    cookies: Arc<CookieRules>,
    appearance: Arc<RejectionSettings>,
    /// What it was built from, so that other rules are checked beside the rest.
    settings: Arc<ClerkBuilder>,
    has: Credentials,
    sessions: Arc<SessionApi>,
    /// As browsers reach it: its proxy, if the instance has one.
    frontend_api: Option<Arc<Url>>,
}

/// Which of our own keys are configured.
#[derive(Clone, Copy, Debug)]
struct Credentials {
    secret_key: bool,
    machine_secret_key: bool,
    production: bool,
}

/// Lists what a policy needs and the configuration lacks: one line for each, with the variable to
/// set.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsupportedPolicy {
    lines: Vec<String>,
}

impl Clerk {
    /// Reads the configuration from the environment.
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `CLERK_SECRET_KEY` | the instance's secret key, `sk_…` |
    /// | `CLERK_PUBLISHABLE_KEY` | the instance's publishable key, `pk_…`; names the issuer |
    /// | `CLERK_JWT_KEY` | a PEM public key; JWTs are then verified without the network |
    /// | `CLERK_MACHINE_SECRET_KEY` | this machine's secret key, `ak_…`, for opaque M2M tokens |
    /// | `CLERK_MACHINE_ID` | this machine's ID, `mch_…`, for M2M tokens: compared with their recipients |
    /// | `CLERK_ANY_MACHINE` | `true` accepts M2M tokens for other machines too |
    /// | `CLERK_ISSUER` | accepted issuers, separated by commas. Defaults to that of the publishable key |
    /// | `CLERK_AUDIENCE` | audiences of OAuth tokens, separated by commas |
    /// | `CLERK_SESSION_AUDIENCE` | audiences of session tokens, separated by commas |
    /// | `CLERK_AUTHORIZED_PARTIES` | origins of your front ends, separated by commas |
    /// | `CLERK_PARTIES_FOR_COOKIES_ONLY` | `true` accepts session tokens without `azp` in the `Authorization` field |
    /// | `CLERK_RESOURCE` | the public URL of this API, for its [metadata](crate::guide::resource_metadata) |
    /// | `CLERK_FLEET_URL` | feature `redis`: a Redis or Valkey server that replicas share, or nodes of a cluster, separated by commas |
    /// | `CLERK_FLEET_REPLICAS` | feature `redis`: the maximum number of replicas that run at once |
    /// | `CLERK_API_URL`, `CLERK_API_VERSION` | the Backend API, if it is not Clerk's own |
    ///
    /// An empty variable counts as not set.
    ///
    /// # Errors
    /// Returns an error if a variable is invalid, or if no variable provides a key to verify
    /// tokens. The message names each variable and the fix.
    pub fn from_env() -> Result<Self, ConfigError> {
        ClerkBuilder::from_env().build()
    }

    /// Starts a configuration in code.
    ///
    /// ```
    /// use clerk_auth::Clerk;
    ///
    /// let clerk = Clerk::builder()
    ///     .secret_key("sk_test_not_a_real_key")
    ///     .authorized_parties(["https://app.example.com"])
    ///     .build()?;
    /// # Ok::<(), clerk_auth::ConfigError>(())
    /// ```
    pub fn builder() -> ClerkBuilder {
        ClerkBuilder::default()
    }

    /// Checks that this configuration has everything that `policy` needs. Call it at start, for
    /// each policy.
    ///
    /// Logs one warning if a policy accepts session tokens, a key is a production key, and
    /// [`authorized_parties`](ClerkBuilder::authorized_parties) is not set.
    ///
    /// ```
    /// use clerk_auth::{Clerk, policy::{Clause, Policy, Requirement}};
    ///
    /// const KEYS_ONLY: Policy = Policy::new(&[Clause::ApiKey(Requirement::None)]);
    ///
    /// let clerk = Clerk::builder().publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k").build()?;
    /// let lacks = clerk.check(KEYS_ONLY).unwrap_err();
    /// assert!(lacks.to_string().contains("CLERK_SECRET_KEY"));
    /// # Ok::<(), clerk_auth::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// Returns one line for each form of an accepted token that cannot be verified. A request with
    /// such a token would get 500.
    pub fn check(&self, policy: Policy) -> Result<(), UnsupportedPolicy> {
        let any_party = self.cookies().authorized_parties.is_empty();
        if self.0.has.production && any_party && policy.accepts(TokenType::SessionToken) {
            self.cookies().notes.no_authorized_parties();
        }
        let lines: Vec<String> = policy
            .token_types()
            .flat_map(|accepted| {
                let needs_jwt = policy.needs_jwt(accepted);
                self.lacks(accepted, needs_jwt)
                    .into_iter()
                    .map(move |fault| format!("{accepted}: {fault}"))
            })
            .collect();
        if lines.is_empty() { Ok(()) } else { Err(UnsupportedPolicy { lines }) }
    }

    /// Returns a `Clerk` with other rules, for other routes of this server: another audience, other
    /// front ends, another resource.
    ///
    /// Both share the key set, the caches, the rate limits and all other settings. Cache entries
    /// hold only the contents of tokens. Each `Clerk` evaluates its own rules on every use, so a
    /// token for one is not accepted by the other. [`ClerkRules`] lists the rules.
    ///
    /// ```
    /// use clerk_auth::Clerk;
    ///
    /// const NOTES: &str = "https://api.example.com/notes";
    /// const TOOLS: &str = "https://api.example.com/mcp";
    ///
    /// let clerk = Clerk::builder()
    ///     .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
    ///     .audience([NOTES])
    ///     .resource(NOTES)
    ///     .build()?;
    /// let tools = clerk.with(|rules| rules.audience([TOOLS]).resource(TOOLS))?;
    /// # Ok::<(), clerk_auth::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// Returns the error of [`ClerkBuilder::build`] for these rules and the other settings: all
    /// problems at once, each with the variable and the fix.
    pub fn with(&self, rules: impl FnOnce(ClerkRules) -> ClerkRules) -> Result<Self, ConfigError> {
        rules::derive(self, rules)
    }

    /// Fetches the key set if it is missing or too old. Call it at start or in a readiness probe,
    /// so that the first caller does not wait. It waits no longer than a guard.
    ///
    /// ```no_run
    /// # async fn start(clerk: clerk_auth::Clerk) -> Result<(), clerk_auth::health::WarmUpError> {
    /// clerk.warm_up().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Returns an error if Clerk is unreachable or rejects the secret key, and no older keys can be
    /// used.
    pub async fn warm_up(&self) -> Result<(), WarmUpError> {
        self.verifier().warm_up().await.map_err(|cause| WarmUpError { cause })
    }

    /// Returns the current state of the keys. Makes no call and does not wait.
    #[must_use]
    pub fn health(&self) -> Health {
        self.verifier().health()
    }

    /// Removes Clerk's response for an opaque token from the cache, so that the next request
    /// verifies it again. Call it after your application revokes a token or changes its scopes.
    ///
    /// `token_or_id` is the token, or its ID at Clerk. If a verification is running, it is
    /// repeated. A JWT cannot be forgotten: it is valid until it expires.
    ///
    /// In a [fleet](crate::ClerkBuilder::fleet), all replicas forget it, within a second if Redis
    /// works. A replica that does not get the message accepts the token for the time of
    /// [`opaque_cache`](crate::ClerkBuilder::opaque_cache). A warning is logged if the message
    /// could not be sent.
    ///
    /// ```no_run
    /// use clerk_auth::{Clerk, policy::OpaqueTokenType};
    ///
    /// async fn revoked(clerk: &Clerk, key_id: &str) {
    ///     clerk.forget(OpaqueTokenType::ApiKey, key_id).await;
    /// }
    /// ```
    pub async fn forget(&self, token_type: OpaqueTokenType, token_or_id: &str) {
        self.verifier().opaque.forget(token_type.into(), token_or_id).await;
    }

    fn lacks(&self, token_type: TokenType, needs_jwt: bool) -> Vec<ConfigurationError> {
        let Credentials { secret_key, machine_secret_key, .. } = self.0.has;
        let no_keys = matches!(self.verifier().jwt.keys, Keys::None);
        let no_recipient = self.verifier().rules.recipient == Recipient::Unknown;
        let rows = match token_type {
            TokenType::SessionToken => vec![(no_keys, ConfigurationError::NoKeySource)],
            TokenType::OAuthToken => vec![
                (no_keys, ConfigurationError::NoKeySource),
                (!secret_key && !needs_jwt, ConfigurationError::NoSecretKey),
            ],
            TokenType::M2mToken => vec![
                (no_keys, ConfigurationError::NoKeySource),
                (
                    !secret_key && !machine_secret_key && !needs_jwt,
                    ConfigurationError::NoMachineKey,
                ),
                (no_recipient, ConfigurationError::NoMachineId),
            ],
            TokenType::ApiKey => vec![(!secret_key, ConfigurationError::NoSecretKey)],
        };
        rows.into_iter().filter(|(lacks, _)| *lacks).map(|(_, fault)| fault).collect()
    }

    pub(crate) fn verifier(&self) -> &Arc<Verifier> {
        &self.0.verifier
    }

    pub(crate) fn cookies(&self) -> &CookieRules {
        &self.0.cookies
    }

    pub(crate) fn sessions(&self) -> &Arc<SessionApi> {
        &self.0.sessions
    }

    pub(crate) fn frontend_api(&self) -> Option<&Url> {
        self.0.frontend_api.as_deref()
    }

    pub(crate) fn appearance(&self) -> Arc<RejectionSettings> {
        Arc::clone(&self.0.appearance)
    }

    pub(crate) fn scope_hierarchy(&self) -> ScopeHierarchy {
        self.0.appearance.scope_hierarchy
    }

    /// Whether one is derived from the other, or both from a third: keys, caches and settings are
    /// shared, and rules can differ.
    pub(crate) fn shares_instance_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.appearance.instance, &other.0.appearance.instance)
    }

    /// Whether both are clones of one `Clerk`, so that their rules are the same.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Shows nothing of the configuration: it holds secrets.
impl fmt::Debug for Clerk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clerk(..)")
    }
}

impl fmt::Display for UnsupportedPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines.join("\n"))
    }
}

/// The same lines: a `main` that returns the error prints it in this form.
impl fmt::Debug for UnsupportedPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl std::error::Error for UnsupportedPolicy {}
