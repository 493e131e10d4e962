//! Collects the settings of a `Clerk`, without checks.

use std::{fmt, sync::Arc, time::Duration};

use axum_core::response::{IntoResponse, Response};
use secrecy::SecretString;

use super::similar::Similar;
use crate::{
    clock::Clock,
    policy::ScopeHierarchy,
    response::{kind::RejectionKind, rejection::BodyHook},
    token::OpaqueTokenType,
};

/// Collects the settings of a [`Clerk`](crate::Clerk). [`build`](Self::build) checks them.
///
/// A clone has the same settings. For several [`Clerk`](crate::Clerk)s that differ only in the rules for tokens, use
/// [`Clerk::with`](crate::Clerk::with): they share the keys and the caches.
#[derive(Clone, Default)]
#[must_use = "settings do nothing before `build`"]
pub struct ClerkBuilder {
    pub(super) secret_key: Option<SecretString>,
    pub(super) machine_secret_key: Option<SecretString>,
    pub(super) machine_id: Option<String>,
    pub(super) any_machine: Option<String>,
    pub(super) publishable_key: Option<String>,
    pub(super) jwt_key: Option<String>,
    pub(super) api_url: Option<String>,
    pub(super) api_version: Option<String>,
    pub(super) frontend_api_url: Option<String>,
    pub(super) issuers: Option<Vec<String>>,
    pub(super) audience: Option<Vec<String>>,
    pub(super) session_audience: Option<Vec<String>>,
    pub(super) authorized_parties: Option<Vec<String>>,
    pub(super) parties_for_cookies_only: Option<String>,
    pub(super) resource: Option<String>,
    pub(super) scope_hierarchy: ScopeHierarchy,
    pub(super) clock_skew: Option<Duration>,
    pub(super) realm: Option<String>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) total_timeout: Option<Duration>,
    pub(super) rejection_body: Option<BodyHook>,
    pub(super) reveal_reasons: bool,
    pub(super) debug_reasons: bool,
    pub(super) jwt_cache_bytes: Option<usize>,
    pub(super) opaque_cache: Vec<(OpaqueTokenType, Duration)>,
    pub(super) negative_cache_ttl: Option<Duration>,
    pub(super) opaque_rate_limit: Vec<(OpaqueTokenType, u32)>,
    pub(super) new_token_rate_limit: Vec<(OpaqueTokenType, u32)>,
    pub(super) max_stale_key_age: Option<Duration>,
    pub(super) fall_back: FallBack,
    pub(super) http_client: Option<ClientFactory>,
    #[cfg(feature = "redis")]
    pub(super) fleet: Option<super::Fleet>,
    /// A store of a test, and how many replicas use it.
    #[cfg(test)]
    pub(super) store: Option<(Arc<dyn crate::verify::fleet::Store>, u32)>,
    /// A fleet is set in the environment, and no feature provides one.
    pub(super) lacks_fleet: bool,
    pub(super) unreadable: Vec<&'static str>,
    pub(super) similar: Vec<Similar>,
    pub(super) clock: Clock,
}

/// Makes the application's own HTTP client, for each clone of a builder anew.
pub(super) type ClientFactory = Arc<dyn Fn() -> reqwest::ClientBuilder + Send + Sync>;

/// What stands in while the Backend API does not answer.
#[derive(Clone, Copy, Default)]
pub(super) struct FallBack {
    pub(super) to_public_keys: bool,
    pub(super) to_jwt_key: bool,
}

impl ClerkBuilder {
    /// Sets the instance's secret key, `sk_test_…` or `sk_live_…`. With it, the key set comes from
    /// the Backend API, and opaque OAuth tokens, API keys and opaque M2M tokens can be verified.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(SecretString::from(key.into()));
        self
    }

    /// Sets this machine's secret key, `ak_…`. With it, Clerk verifies an opaque M2M token only if
    /// it is for this machine.
    pub fn machine_secret_key(mut self, key: impl Into<String>) -> Self {
        self.machine_secret_key = Some(SecretString::from(key.into()));
        self
    }

    /// Sets this machine's ID, `mch_…`. An M2M token must name it among its recipients.
    pub fn machine_id(mut self, id: impl Into<String>) -> Self {
        self.machine_id = Some(id.into());
        self
    }

    /// Also accepts M2M tokens for other machines of the instance. Each machine that receives a
    /// token can then use it to call this one.
    pub fn any_machine(mut self) -> Self {
        self.any_machine = Some("true".to_owned());
        self
    }

    /// Sets the instance's publishable key, `pk_test_…` or `pk_live_…`. It names the issuer.
    /// Without a secret key, the key set comes from the Frontend API.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// Sets a public key in PEM form, from the dashboard. JWTs are then verified only with this
    /// key, for RS256, without the network. If the instance gets a new key, set it here too, unless
    /// the key is [only a fallback](Self::jwt_key_as_fallback) for the key set.
    pub fn jwt_key(mut self, pem: impl Into<String>) -> Self {
        self.jwt_key = Some(pem.into());
        self
    }

    /// Sets the URL of the Backend API. Defaults to `https://api.clerk.com`. A path is kept.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into());
        self
    }

    /// Sets the version in the path of the Backend API's key set. Defaults to `v1`.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = Some(version.into());
        self
    }

    /// Sets the URL of the Frontend API, such as that of a proxy. Defaults to the host of the
    /// publishable key.
    pub fn frontend_api_url(mut self, url: impl Into<String>) -> Self {
        self.frontend_api_url = Some(url.into());
        self
    }

    /// Accepts only this issuer: [`issuers`](Self::issuers) with one entry.
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        self.issuers([issuer])
    }

    /// Accepts tokens whose `iss` is one of these, compared as an exact string. Defaults to the
    /// issuer of the publishable key.
    ///
    /// Set it if a proxy changes the issuer, or to serve a primary and a satellite domain together:
    /// then name all of them, that of the publishable key too. Metadata and API documents name the
    /// first as the authorization server.
    ///
    /// ```
    /// use clerk_auth::Clerk;
    ///
    /// let clerk = Clerk::builder()
    ///     .secret_key("sk_live_not_a_real_key")
    ///     .issuers(["https://clerk.example.com", "https://clerk.example.org"])
    ///     .build()?;
    /// # Ok::<(), clerk_auth::ConfigError>(())
    /// ```
    pub fn issuers<I: Into<String>>(mut self, issuers: impl IntoIterator<Item = I>) -> Self {
        self.issuers = Some(issuers.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the audiences of OAuth tokens, JWT and opaque. A token must name one of them in `aud`.
    pub fn audience<A: Into<String>>(mut self, audience: impl IntoIterator<Item = A>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the audiences of session tokens. A token must name one of them in `aud`.
    pub fn session_audience<A: Into<String>>(
        mut self,
        audience: impl IntoIterator<Item = A>,
    ) -> Self {
        self.session_audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the origins of your front ends, such as `https://app.example.com`. A session token must
    /// name one of them in `azp`. Set it in production.
    pub fn authorized_parties<P: Into<String>>(
        mut self,
        parties: impl IntoIterator<Item = P>,
    ) -> Self {
        self.authorized_parties = Some(parties.into_iter().map(Into::into).collect());
        self
    }

    /// Accepts session tokens without `azp` outside of cookies, if
    /// [`authorized_parties`](Self::authorized_parties) are set. A token with `azp` must still name
    /// one of them.
    ///
    /// Clerk copies `azp` from the `Origin` field of the request for the token, so tokens of native
    /// applications and servers have none. Only browsers send cookies because of another site.
    pub fn parties_for_cookies_only(mut self) -> Self {
        self.parties_for_cookies_only = Some("true".to_owned());
        self
    }

    /// Sets the public URL of the API that this server guards, such as
    /// `https://api.example.com/mcp`. Challenges then name its metadata, which
    /// [`Clerk::resource_metadata`](crate::Clerk::resource_metadata) serves: see [the
    /// guide](crate::guide::resource_metadata). It is not an audience: set
    /// [`audience`](Self::audience) too.
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        self.resource = Some(url.into());
        self
    }

    /// Sets which scopes imply others, for all policies: see [`ScopeHierarchy`]. Defaults to none.
    pub fn scope_hierarchy(mut self, hierarchy: ScopeHierarchy) -> Self {
        self.scope_hierarchy = hierarchy;
        self
    }

    /// Sets the allowed difference between this machine's clock and Clerk's. Defaults to 5 seconds.
    /// At most 300 seconds.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = Some(skew);
        self
    }

    /// Sets the `realm` of challenges. Defaults to `clerk`.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Calls Clerk with a client that you configure: your CA certificates, your proxy, your DNS
    /// resolver. [`build`](Self::build) calls `client` once. Without it, the client is built when the first call needs it, with the CA
    /// certificates of the system.
    ///
    /// The client then gets the settings of every client of this crate: no redirects, no retries,
    /// only `https://` (unless a URL is on loopback), and this crate's header fields and timeouts.
    /// Do not enable a cookie store. [Containers and networks](crate::guide::containers) shows an
    /// example.
    ///
    /// The type is that of `reqwest` 0.13, which is part of the public API of this crate.
    pub fn http_client<F>(mut self, client: F) -> Self
    where
        F: Fn() -> reqwest::ClientBuilder + Send + Sync + 'static,
    {
        self.http_client = Some(Arc::new(client));
        self
    }

    /// Sets the timeout for connecting to Clerk. Defaults to 1 second.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the timeout of one call to Clerk. Defaults to 2 seconds.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the total time for which a guard waits for Clerk. After it, the guard rejects with 503.
    /// Defaults to 5 seconds. At most 60 seconds.
    pub fn total_timeout(mut self, total_timeout: Duration) -> Self {
        self.total_timeout = Some(total_timeout);
        self
    }

    /// Sets the size of the cache of verified JWTs in bytes. Defaults to 16 MiB. Zero disables it.
    /// A cached JWT needs no signature check. Its times, the rules and the policy are evaluated on
    /// each use, and it is accepted only while its key is in the key set.
    ///
    /// An entry holds the encoded header and payload, and a hash and the last eight bytes of the
    /// signature. These cannot be used as a token.
    pub fn jwt_cache_bytes(mut self, bytes: usize) -> Self {
        self.jwt_cache_bytes = Some(bytes);
        self
    }

    /// Sets how long Clerk's approval of an opaque token of this type is cached. Defaults to 1
    /// second, so that one token cannot use up the [rate limit](Self::opaque_rate_limit). At most
    /// 300 seconds. Zero disables the cache: each request then causes a call, and only concurrent
    /// requests with the same token share one.
    ///
    /// A token that is revoked meanwhile is accepted until that time has passed, from the start of
    /// the call, or until the call ends, with its old scopes and claims. It is never accepted after
    /// its own expiry.
    ///
    /// ```
    /// use std::time::Duration;
    /// use clerk_auth::{Clerk, policy::OpaqueTokenType};
    ///
    /// let clerk = Clerk::builder()
    ///     .secret_key("sk_test_not_a_real_key")
    ///     .opaque_cache(OpaqueTokenType::ApiKey, Duration::from_secs(30))
    ///     .build()?;
    /// # Ok::<(), clerk_auth::ConfigError>(())
    /// ```
    pub fn opaque_cache(mut self, token_type: OpaqueTokenType, time: Duration) -> Self {
        self.opaque_cache.push((token_type, time));
        self
    }

    /// Sets how long rejected opaque tokens are cached. Defaults to 10 seconds. At most 300
    /// seconds. A token that becomes valid meanwhile is rejected until then.
    pub fn negative_cache_ttl(mut self, time: Duration) -> Self {
        self.negative_cache_ttl = Some(time);
        self
    }

    /// Limits the calls that verify opaque tokens of this type, in any ten seconds. At most
    /// 1,000,000. Above the limit, callers get 503 and `Retry-After`.
    ///
    /// For OAuth tokens, defaults to Clerk's limit for a secret key: 1000 in production, 100 in
    /// development. For M2M tokens and API keys, defaults to 10,000: Clerk publishes no limit for
    /// them, and bills each call. If several servers share a key, use a
    /// [fleet](crate::guide::scaling), or set a lower limit.
    pub fn opaque_rate_limit(mut self, token_type: OpaqueTokenType, calls: u32) -> Self {
        self.opaque_rate_limit.push((token_type, calls));
        self
    }

    /// Limits the share of [`opaque_rate_limit`](Self::opaque_rate_limit) for tokens that Clerk has
    /// not approved in this process. Defaults to half of that limit.
    ///
    /// Invalid tokens and new tokens share it. The rest is reserved for tokens that Clerk has
    /// approved: see [reliability](crate::guide::reliability).
    pub fn new_token_rate_limit(mut self, token_type: OpaqueTokenType, calls: u32) -> Self {
        self.new_token_rate_limit.push((token_type, calls));
        self
    }

    /// Sets the maximum age of the key set while Clerk is unreachable. Defaults to 1 hour. At most
    /// 24 hours. Zero stops its use after five minutes. A key that is missing in a new key set is
    /// dropped at once.
    pub fn max_stale_key_age(mut self, age: Duration) -> Self {
        self.max_stale_key_age = Some(age);
        self
    }

    /// Verifies with the key of [`jwt_key`](Self::jwt_key) only while no key set is known and Clerk
    /// is unreachable: at a start in an outage, or in a long outage. Otherwise, JWTs are verified
    /// with the key set. If Clerk's last key set did not have this key, it is not used.
    ///
    /// ```no_run
    /// use clerk_auth::ClerkBuilder;
    ///
    /// // With CLERK_SECRET_KEY and CLERK_JWT_KEY.
    /// let clerk = ClerkBuilder::from_env().jwt_key_as_fallback().build()?;
    /// # Ok::<(), clerk_auth::ConfigError>(())
    /// ```
    pub fn jwt_key_as_fallback(mut self) -> Self {
        self.fall_back.to_jwt_key = true;
        self
    }

    /// Fetches the public key set of the Frontend API if the Backend API is unavailable. Requires a
    /// publishable key, or a Frontend API URL and an issuer.
    pub fn public_keys_as_fallback(mut self) -> Self {
        self.fall_back.to_public_keys = true;
        self
    }

    /// Shares verification responses, rate limits and the key set with the other replicas of this
    /// service, through Redis or Valkey. [`Clerk::forget`](crate::Clerk::forget) then reaches all of them.
    ///
    /// The Redis server is optional at run time. While it is unavailable, each replica works alone,
    /// and no request waits longer than 50 milliseconds for it. It is not trusted: entries are
    /// sealed with keys derived from the secret key.
    /// [`CLERK_PUBLISHABLE_KEY`](Self::publishable_key) must be set too.
    ///
    /// Replicas share only Clerk's responses. Each evaluates its own rules, so services with other
    /// audiences can use the same server.
    #[cfg(feature = "redis")]
    #[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
    pub fn fleet(mut self, fleet: super::Fleet) -> Self {
        self.fleet = Some(fleet);
        self
    }

    /// Replaces the body of rejections. Only the body and the `Content-Type` of the returned
    /// response are used: the status and the challenge do not change.
    ///
    /// The body for [reverification](RejectionKind::ReverificationNeeded) is never replaced,
    /// because Clerk's front ends read it.
    ///
    /// ```
    /// use axum::Json;
    /// use clerk_auth::Clerk;
    ///
    /// let clerk = Clerk::builder()
    ///     .secret_key("sk_test_not_a_real_key")
    ///     .rejection_body(|refusal| Json(refusal.as_str()))
    ///     .build()?;
    /// # Ok::<(), clerk_auth::ConfigError>(())
    /// ```
    pub fn rejection_body<F, R>(mut self, body: F) -> Self
    where
        F: Fn(RejectionKind) -> R + Send + Sync + 'static,
        R: IntoResponse,
    {
        self.rejection_body =
            Some(Arc::new(move |rejection| -> Response { body(rejection).into_response() }));
        self
    }

    /// Adds the reason to rejections, for development: `x-clerk-auth-reason` is the `reason` of the
    /// log event, and `x-clerk-auth-status` tells that the caller is signed out. Do not use it in
    /// production: the codes tell a forger which checks a token passed. With a production key,
    /// `build` logs a warning.
    pub fn reveal_reasons(mut self) -> Self {
        self.reveal_reasons = true;
        self
    }

    #[cfg(test)]
    pub(crate) fn store(
        mut self,
        store: impl crate::verify::fleet::Store + 'static,
        replicas: u32,
    ) -> Self {
        self.store = Some((Arc::new(store), replicas));
        self
    }

    /// Shows the reason in the `Debug` text of a rejection.
    #[cfg(feature = "testing")]
    pub(crate) fn debug_reasons(mut self) -> Self {
        self.debug_reasons = true;
        self
    }

    /// The clock that tokens and ages are measured with.
    #[cfg(feature = "testing")]
    pub fn clock(mut self, clock: crate::clock::TestClock) -> Self {
        self.clock = Clock::Test(clock);
        self
    }
}

/// Shows nothing of the settings: they hold secrets.
impl fmt::Debug for ClerkBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClerkBuilder(..)")
    }
}
