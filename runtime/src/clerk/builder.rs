//! Collects the settings of a `Clerk`. Nothing is checked here.

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

/// Settings of a [`Clerk`](crate::Clerk). Nothing is checked before [`build`](Self::build).
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
    /// The instance's secret key, `sk_test_…` or `sk_live_…`. With it, keys come from the
    /// Backend API, and OAuth tokens, API keys and M2M tokens that are opaque can be verified.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(SecretString::from(key.into()));
        self
    }

    /// This machine's secret key, `ak_…`. With it, Clerk verifies an opaque M2M token only if it
    /// is for this machine.
    pub fn machine_secret_key(mut self, key: impl Into<String>) -> Self {
        self.machine_secret_key = Some(SecretString::from(key.into()));
        self
    }

    /// This machine's id, `mch_…`. An M2M token must name it among its recipients.
    pub fn machine_id(mut self, id: impl Into<String>) -> Self {
        self.machine_id = Some(id.into());
        self
    }

    /// Accepts M2M tokens that were issued for other machines of the instance too. Each machine
    /// that receives a token can then call this one with it.
    pub fn any_machine(mut self) -> Self {
        self.any_machine = Some("true".to_owned());
        self
    }

    /// The instance's publishable key, `pk_test_…` or `pk_live_…`. It tells the issuer. Without
    /// a secret key, keys come from the public key set of the Frontend API.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// A public key in PEM form, from the dashboard. JWTs are then verified with it alone, for
    /// RS256, without network; a new key of the instance must be put here by hand, unless it
    /// [only stands in](Self::jwt_key_as_fallback) for the key set.
    pub fn jwt_key(mut self, pem: impl Into<String>) -> Self {
        self.jwt_key = Some(pem.into());
        self
    }

    /// The Backend API, if it is not `https://api.clerk.com`. A path is kept.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api_url = Some(url.into());
        self
    }

    /// The version in the path of the Backend API's key set, if it is not `v1`.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = Some(version.into());
        self
    }

    /// The Frontend API, if it is not at the host of the publishable key: the URL of a proxy, or
    /// of a stand-in.
    pub fn frontend_api_url(mut self, url: impl Into<String>) -> Self {
        self.frontend_api_url = Some(url.into());
        self
    }

    /// Accepts this issuer alone: [`issuers`](Self::issuers) with one entry.
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

    /// Audiences of OAuth tokens, JWT and opaque: a token must name one of them in `aud`.
    pub fn audience<A: Into<String>>(mut self, audience: impl IntoIterator<Item = A>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// Audiences of session tokens: a token must name one of them in `aud`.
    pub fn session_audience<A: Into<String>>(
        mut self,
        audience: impl IntoIterator<Item = A>,
    ) -> Self {
        self.session_audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// Origins of your front ends, such as `https://app.example.com`: a session token must name
    /// one of them in `azp`. Set it in production.
    pub fn authorized_parties<P: Into<String>>(
        mut self,
        parties: impl IntoIterator<Item = P>,
    ) -> Self {
        self.authorized_parties = Some(parties.into_iter().map(Into::into).collect());
        self
    }

    /// Accepts session tokens without `azp` outside of cookies, where
    /// [`authorized_parties`](Self::authorized_parties) are set. A token that names a party must
    /// name one of these anyway.
    ///
    /// Clerk copies `azp` from the `Origin` field of the request that gets the token, so tokens of
    /// native applications and servers have none. Only a browser sends a cookie that another site
    /// can cause it to send.
    pub fn parties_for_cookies_only(mut self) -> Self {
        self.parties_for_cookies_only = Some("true".to_owned());
        self
    }

    /// The public URL of the API that this server guards, such as `https://api.example.com/mcp`.
    /// Challenges then name its metadata, which [`Clerk::resource_metadata`](crate::Clerk::resource_metadata) serves: see
    /// [the page about it](crate::guide::resource_metadata). It is not an audience: [`audience`](Self::audience) is.
    pub fn resource(mut self, url: impl Into<String>) -> Self {
        self.resource = Some(url.into());
        self
    }

    /// Which scopes imply others, for all policies: see [`ScopeHierarchy`]. None do unless set.
    pub fn scope_hierarchy(mut self, hierarchy: ScopeHierarchy) -> Self {
        self.scope_hierarchy = hierarchy;
        self
    }

    /// How far this machine's clock and Clerk's may differ: 5 seconds unless set, 300 at most.
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = Some(skew);
        self
    }

    /// The `realm` of challenges: `clerk` unless set.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Calls Clerk with a client that you configure: your CA certificates, your proxy, your DNS
    /// resolver. [`build`](Self::build) calls `client` once. Without it, the client is built when the first call needs it, with the CA
    /// certificates of the system.
    ///
    /// It then gets what every client of this crate has: no redirects, no retries, only `https://`
    /// (unless a URL is on loopback), our header fields and our time-outs. Give it no cookie store.
    /// [Containers and networks](crate::guide::containers) shows an example.
    ///
    /// The type is that of `reqwest` 0.13, which is part of the public API of this crate.
    pub fn http_client<F>(mut self, client: F) -> Self
    where
        F: Fn() -> reqwest::ClientBuilder + Send + Sync + 'static,
    {
        self.http_client = Some(Arc::new(client));
        self
    }

    /// How long a connection to Clerk may take: 1 second unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long one attempt to ask Clerk may take: 2 seconds unless set.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long a guard may wait for Clerk in all: 5 seconds unless set, 60 at most. Then it
    /// answers 503.
    pub fn total_timeout(mut self, total_timeout: Duration) -> Self {
        self.total_timeout = Some(total_timeout);
        self
    }

    /// How many bytes verified JWTs may take in memory: 16 MiB unless set, and 0 keeps none. A
    /// JWT that was seen before needs no signature check; its times, the rules and the policy are
    /// checked on each use, and it counts only while its key does.
    ///
    /// Header and payload are kept as they were sent; of the signature, a hash and the last eight
    /// bytes. Nobody can enter with that.
    pub fn jwt_cache_bytes(mut self, bytes: usize) -> Self {
        self.jwt_cache_bytes = Some(bytes);
        self
    }

    /// How long Clerk's approval of an opaque token of this type is reused. Defaults to 1 second,
    /// so that one token cannot use up the [rate limit](Self::opaque_rate_limit). At most 300
    /// seconds. Zero switches it off: each request then causes a call, unless one about the same token
    /// runs. Those that come meanwhile share its response.
    ///
    /// A token that is revoked meanwhile is still accepted until that time has passed, counted from
    /// the start of the call, or until the call ends, with the scopes and claims that it had. It
    /// never outlives its own expiry.
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

    /// How long a refusal of an opaque token is remembered, so that the same junk is not asked
    /// about again: 10 seconds unless set, 300 at most. A token that becomes good meanwhile is
    /// refused until then.
    pub fn negative_cache_ttl(mut self, time: Duration) -> Self {
        self.negative_cache_ttl = Some(time);
        self
    }

    /// How many calls to verify opaque tokens of this type may start in any ten seconds. At most
    /// 1,000,000. Beyond it, callers get 503 and `Retry-After`.
    ///
    /// For OAuth tokens, defaults to what Clerk allows for the secret key: 1000 in production, 100
    /// in development. Clerk publishes no limit for M2M tokens and API keys, and bills each call:
    /// defaults to 10,000. If several servers share a key, use a [fleet](crate::guide::scaling), or set
    /// less.
    pub fn opaque_rate_limit(mut self, token_type: OpaqueTokenType, calls: u32) -> Self {
        self.opaque_rate_limit.push((token_type, calls));
        self
    }

    /// How many of the calls of [`opaque_rate_limit`](Self::opaque_rate_limit) may be about tokens
    /// that Clerk never approved, as far as this process knows. Defaults to half of that limit.
    ///
    /// Invalid tokens share it with tokens that are used for the first time. The rest is kept for
    /// tokens that Clerk has approved: see [the page about outages](crate::guide::reliability).
    pub fn new_token_rate_limit(mut self, token_type: OpaqueTokenType, calls: u32) -> Self {
        self.new_token_rate_limit.push((token_type, calls));
        self
    }

    /// How old keys may become that are used while Clerk does not answer: 1 hour unless set, a
    /// day at most. Zero means that they end with their five minutes. A key that Clerk no longer
    /// shows is dropped at once.
    pub fn max_stale_key_age(mut self, age: Duration) -> Self {
        self.max_stale_key_age = Some(age);
        self
    }

    /// Verifies with the key of [`jwt_key`](Self::jwt_key) only while no key set is known and Clerk
    /// cannot be asked: at a start in an outage, or in a long one. All other JWTs are verified with
    /// the key set. Where the last set that Clerk showed does not have this key, it is not used.
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

    /// Asks the public key set of the Frontend API too, where the Backend API does not answer.
    /// It needs a publishable key, or a Frontend API URL and an issuer.
    pub fn public_keys_as_fallback(mut self) -> Self {
        self.fall_back.to_public_keys = true;
        self
    }

    /// Shares verification responses, rate limits and the key set with the other replicas of this
    /// service, through Redis or Valkey. [`Clerk::forget`](crate::Clerk::forget) then reaches all of them.
    ///
    /// The server is never needed. While it does not work, each replica does what it does alone, and
    /// no request waits longer than 50 milliseconds for it. It is not trusted either: entries are
    /// sealed with keys derived from the secret key. [`CLERK_PUBLISHABLE_KEY`](Self::publishable_key) must be set too.
    ///
    /// Replicas share only what Clerk said. Each evaluates its own rules, so services with other
    /// audiences can use the same server.
    #[cfg(feature = "redis")]
    #[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
    pub fn fleet(mut self, fleet: super::Fleet) -> Self {
        self.fleet = Some(fleet);
        self
    }

    /// Replaces the body of refusals. Of what `body` returns, only the body and its
    /// `Content-Type` are used: the status and the challenge stay as they are.
    ///
    /// The body that asks for [reverification](RejectionKind::ReverificationNeeded) is never replaced:
    /// Clerk's front ends read it.
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

    /// Tells callers why they are refused, while you develop: refusals carry
    /// `x-clerk-auth-reason`, the code that stands as `reason` in the log, and
    /// `x-clerk-auth-status` where nobody is signed in. Not for production: the codes tell a
    /// forger how far a token came. With a production key, `build` logs a warning.
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
