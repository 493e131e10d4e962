//! A local stand-in for Clerk, for tests and for examples without Clerk keys.
//!
//! [`DevIssuer`] has its own RSA key and secrets, serves the key set and the Backend API on
//! loopback, and mints tokens of every type and state. [`TestClock`] stops the time.

mod answer;
mod api_error;
mod api_key;
mod api_request;
mod browser;
mod caller;
mod connection;
mod instance;
mod key;
mod m2m;
mod oauth;
mod permission;
mod random;
mod records;
mod routes;
mod server;
mod session;
#[cfg(test)]
mod tests;
mod token;
mod token_routes;

use std::{fmt, io, sync::Arc, time::Duration};

use serde_json::Value;

use self::{
    browser::BrowserSide,
    instance::{Instance, InstanceName},
    key::SigningKey,
    server::Server,
};
use crate::{Clerk, ClerkBuilder, clock::Clock, request::cookie, token::OpaqueTokenType};

pub use self::{
    answer::{Answer, Calls, Endpoint},
    api_key::ApiKeyBuilder,
    browser::DevUser,
    caller::{Caller, Described},
    m2m::M2mTokenBuilder,
    oauth::OAuthTokenBuilder,
    session::{SessionTokenBuilder, TemplateTokenBuilder},
};
pub use crate::clock::TestClock;

/// Whether a token of any type is good, without a request around it: for measurements, because a
/// guard does more than to verify.
#[doc(hidden)]
pub async fn verify_alone(clerk: &Clerk, token: &str) -> bool {
    clerk.verifier().verify(token.as_bytes(), |_| true).await.is_ok()
}

/// A local Clerk instance in this process.
///
/// It listens on `127.0.0.1` only, on a port that the operating system chooses. No other machine
/// can reach it. Its tokens are valid only for a verifier with the configuration of this issuer:
/// each issuer has a new key and new secrets.
///
/// The handle is cheap to clone. The server is a task of the tokio runtime of
/// [`start`](Self::start). It ends with the last handle, which closes the port and the connections.
///
/// ```
/// use clerk_auth::testing::{DevIssuer, TestClock};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// let clock = TestClock::at(1_800_000_000);
/// let issuer = DevIssuer::builder().clock(clock).start().await?;
///
/// // A verifier for this issuer: the builder has its address, its keys and its clock.
/// let clerk = issuer.clerk().build()?;
///
/// // Tokens as Clerk would issue them.
/// let session = issuer
///     .session("user_ada")
///     .organization("org_notes", "notes", "editor")
///     .permissions(["org:notes:read"])
///     .jwt();
/// let access = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
/// let key = issuer.api_key("org_notes").scopes(["read:notes"]).opaque();
///
/// // And as Clerk would not.
/// let stale = issuer.session("user_ada").expired().jwt();
/// let odd = issuer.session("user_ada").without_claim("sid").header("typ", "jwt").jwt();
/// assert!(issuer.revoke(&key));
///
/// // What a verifier asked for over HTTP.
/// assert_eq!(issuer.calls().key_set, 0);
/// # Ok(())
/// # })
/// # }
/// ```
///
/// For a revoked or expired opaque token, the verification response is 200 with `revoked` or
/// `expired` set. Clerk does not document its own response, and can reject with a status instead:
/// use [`answer_with`](Self::answer_with) for that.
#[derive(Clone)]
pub struct DevIssuer {
    server: Arc<Server>,
}

impl DevIssuer {
    /// Starts an issuer that uses the system clock.
    ///
    /// Creating its key takes a tenth of a second, and up to half a second in a debug build.
    ///
    /// # Errors
    ///
    /// Returns an error if no port on loopback can be opened, or no key can be created.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O enabled, like tokio itself.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Configures an issuer before it starts.
    pub fn builder() -> DevIssuerBuilder {
        DevIssuerBuilder::default()
    }

    /// Returns the URL of the Backend API, `http://127.0.0.1:…`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.instance().url
    }

    /// Returns the instance's secret key, `sk_test_…`.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        &self.instance().secret_key
    }

    /// Returns the secret key of the issuer's own machine, `ak_…`.
    #[must_use]
    pub fn machine_secret_key(&self) -> &str {
        &self.instance().machine_secret_key
    }

    /// Returns the publishable key, `pk_test_…`. It contains the host of [`issuer`](Self::issuer).
    #[must_use]
    pub fn publishable_key(&self) -> &str {
        &self.instance().name.publishable_key
    }

    /// Returns the ID of the issuer's own machine, `mch_…`: the API under test.
    #[must_use]
    pub fn machine_id(&self) -> &str {
        &self.instance().name.machine_id
    }

    /// Returns the URL of the Frontend API for browsers: `http://clerk.localhost:…`, or what
    /// [`production`](DevIssuerBuilder::production) sets. Serve the pages of the application at
    /// another host, such as `app.localhost`: cookies do not distinguish ports.
    #[must_use]
    pub fn frontend_api_url(&self) -> &str {
        &self.instance().browser.url
    }

    /// Returns the URL of the page where a browser signs in as one of the
    /// [`users`](DevIssuerBuilder::users), for
    /// [`PagesBuilder::sign_in_url`](crate::pages::PagesBuilder::sign_in_url). `/sign-out` beside
    /// it signs out.
    #[must_use]
    pub fn sign_in_url(&self) -> String {
        format!("{}/sign-in", self.frontend_api_url())
    }

    /// Returns the `iss` of its tokens. No server listens at this URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.instance().name.issuer
    }

    /// Returns the public key of the current signing key, as PEM.
    #[must_use]
    pub fn public_key_pem(&self) -> String {
        self.instance().key().to_pem()
    }

    /// Returns the ID of the current signing key, `ins_…`.
    #[must_use]
    pub fn key_id(&self) -> String {
        self.instance().key().id.clone()
    }

    /// Returns the configuration of a verifier for this issuer: its keys, its URL and its clock, as
    /// for a development instance of Clerk. Cookies must therefore be complete: see
    /// [`cookies`](Self::cookies). Approvals of opaque tokens are not cached, unless you set
    /// [`opaque_cache`](ClerkBuilder::opaque_cache).
    ///
    /// The `Debug` text of a [`Rejection`](crate::Rejection) by such a verifier shows the
    /// [reason](crate::guide::reasons), so that a failed test prints it.
    pub fn clerk(&self) -> ClerkBuilder {
        let builder = Clerk::builder()
            .secret_key(self.secret_key())
            .machine_secret_key(self.machine_secret_key())
            .machine_id(self.machine_id())
            .publishable_key(self.publishable_key())
            .frontend_api_url(self.frontend_api_url())
            .api_url(self.url())
            .debug_reasons()
            // A test that revokes a token sees it at the next request.
            .opaque_cache(OpaqueTokenType::OAuthToken, Duration::ZERO)
            .opaque_cache(OpaqueTokenType::M2mToken, Duration::ZERO)
            .opaque_cache(OpaqueTokenType::ApiKey, Duration::ZERO);
        match &self.instance().clock {
            Clock::System => builder,
            Clock::Test(clock) => builder.clock(clock.clone()),
        }
    }

    /// Returns the value of a `Cookie` field with this session token, as a browser sends it to a
    /// development instance: with `__client_uat` and `__clerk_db_jwt`, with their plain names and
    /// with the suffix of the publishable key. Accepts any string as the token.
    ///
    /// ```
    /// # use clerk_auth::testing::DevIssuer;
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(async {
    /// let issuer = DevIssuer::start().await.unwrap();
    /// let cookies = issuer.cookies(&issuer.session("user_ada").jwt());
    /// let request = http::Request::get("/notes").header("cookie", cookies).body(()).unwrap();
    /// # });
    /// ```
    #[must_use]
    pub fn cookies(&self, session_token: &str) -> String {
        let suffix = cookie::suffix(self.publishable_key());
        // Whoever signed in at the first second did it before each token was made.
        let set =
            [("__session", session_token), ("__client_uat", "1"), ("__clerk_db_jwt", "dvb_1")];
        let pairs = set.iter().flat_map(|(name, value)| {
            [format!("{name}={value}"), format!("{name}_{suffix}={value}")]
        });
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Mints a session token of `user`, `user_…`.
    pub fn session(&self, user: impl Into<String>) -> SessionTokenBuilder {
        SessionTokenBuilder::new(self.share(), user.into())
    }

    /// Mints a token of a JWT template for `user`. It is not a session token.
    pub fn template(&self, user: impl Into<String>) -> TemplateTokenBuilder {
        TemplateTokenBuilder::new(self.share(), user.into())
    }

    /// Mints an OAuth access token of `user`, `user_…`.
    pub fn oauth(&self, user: impl Into<String>) -> OAuthTokenBuilder {
        OAuthTokenBuilder::new(self.share(), user.into())
    }

    /// Mints an M2M token from `machine`, `mch_…`, to the issuer's own machine.
    pub fn m2m(&self, machine: impl Into<String>) -> M2mTokenBuilder {
        M2mTokenBuilder::new(self.share(), machine.into())
    }

    /// Mints an API key of `owner`: `user_…`, `org_…` or `mch_…`.
    pub fn api_key(&self, owner: impl Into<String>) -> ApiKeyBuilder {
        ApiKeyBuilder::new(self.share(), owner.into())
    }

    /// Signs exactly this header and payload with the current key.
    ///
    /// The signature is RS384 or RS512 if the header names it, otherwise RS256.
    #[must_use]
    pub fn sign(&self, header: &Value, payload: &Value) -> String {
        self.sign_bytes(header.to_string().as_bytes(), payload.to_string().as_bytes())
    }

    /// Signs bytes that need not be JSON, like [`sign`](Self::sign).
    #[must_use]
    pub fn sign_bytes(&self, header: &[u8], payload: &[u8]) -> String {
        self.instance().key().sign(header, payload)
    }

    /// Signs with RS256, whatever algorithm the header names, for a token with a false header.
    #[must_use]
    pub fn sign_bytes_rs256(&self, header: &[u8], payload: &[u8]) -> String {
        self.instance().key().sign_rs256(header, payload)
    }

    /// Revokes an opaque token, or ends a session of a browser by its ID, `sess_…`. Returns `false`
    /// if the issuer does not know it.
    #[expect(clippy::must_use_candidate, reason = "it is called for its effect")]
    pub fn revoke(&self, token: &str) -> bool {
        if token.starts_with("sess_") {
            return self.instance().browser.sessions().end(token);
        }
        let now = self.instance().now();
        let mut records = self.instance().records();
        let record = records.by_text(token);
        record.map(|record| record.revoke(None, now)).is_some()
    }

    /// Replaces the signing key by a new one. The key set then has only the new key.
    ///
    /// # Errors
    ///
    /// Returns an error if no key can be created. Nothing changes then.
    pub async fn rotate_key(&self) -> io::Result<()> {
        let key = self.new_key().await?;
        let mut keys = self.instance().keys();
        keys.rotate(key);
        keys.withdraw_old();
        Ok(())
    }

    /// Adds a new signing key. The key set also keeps the old keys.
    ///
    /// # Errors
    ///
    /// Returns an error if no key can be created. Nothing changes then.
    pub async fn rotate_key_keeping_old(&self) -> io::Result<()> {
        let key = self.new_key().await?;
        self.instance().keys().rotate(key);
        Ok(())
    }

    /// Removes all keys except the current one from the key set.
    pub fn withdraw_old_keys(&self) {
        self.instance().keys().withdraw_old();
    }

    /// Returns the number of calls of each endpoint.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.instance().script().calls
    }

    /// Sets the response of an endpoint from now on.
    pub fn answer_with(&self, endpoint: Endpoint, answer: Answer) {
        self.instance().script().always(endpoint, answer);
    }

    /// Sets the response of an endpoint to one call, before any other response. Several are used in
    /// order.
    pub fn answer_once(&self, endpoint: Endpoint, answer: Answer) {
        self.instance().script().once(endpoint, answer);
    }

    /// Removes the responses that a test has set.
    pub fn answer_normally(&self) {
        self.instance().script().clear();
    }

    fn instance(&self) -> &Instance {
        self.server.instance()
    }

    /// The instance for a token builder, which does not keep the server running.
    fn share(&self) -> Arc<Instance> {
        Arc::clone(self.server.instance())
    }

    async fn new_key(&self) -> io::Result<SigningKey> {
        new_key(random::id("ins_")).await
    }
}

/// Shows the address only.
impl fmt::Debug for DevIssuer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DevIssuer").field("url", &self.url()).finish_non_exhaustive()
    }
}

/// The configuration of a [`DevIssuer`].
#[derive(Default)]
#[must_use = "the issuer is started by `.start().await`"]
pub struct DevIssuerBuilder {
    name: Option<InstanceName>,
    clock: Clock,
    users: Option<Vec<DevUser>>,
    by_token: bool,
}

impl DevIssuerBuilder {
    /// Sets the clock for new tokens and for the expiry of opaque tokens.
    pub fn clock(mut self, clock: TestClock) -> Self {
        self.clock = Clock::Test(clock);
        self
    }

    /// Makes the issuer a forger: it has the name and the key ID of `other`, but another key.
    ///
    /// It uses the clock of `other` unless [`clock`](Self::clock) sets one. It has its own secrets
    /// and URL.
    pub fn impersonate(mut self, other: &DevIssuer) -> Self {
        let instance = other.instance();
        self.name = Some(InstanceName { key_id: other.key_id(), ..instance.name.clone() });
        if let Clock::System = self.clock {
            self.clock = instance.clock.clone();
        }
        self
    }

    /// Sets the users of the [sign-in page](DevIssuer::sign_in_url). Defaults to three users.
    pub fn users(mut self, users: impl IntoIterator<Item = DevUser>) -> Self {
        self.users = Some(users.into_iter().collect());
        self
    }

    /// Simulates a production instance with this Frontend API, such as `clerk.example.com`, for an
    /// application at `https://example.com` or below. It still listens on loopback only: a test
    /// sends the host itself. Its verifier needs a [`clock`](Self::clock) of the test.
    pub fn production(mut self, frontend_api: impl Into<String>) -> Self {
        self.name = Some(InstanceName::production(frontend_api.into()));
        self
    }

    /// Lets handshakes return a token, as Clerk does for short ones. Defaults to a nonce.
    pub fn handshake_tokens(mut self) -> Self {
        self.by_token = true;
        self
    }

    /// Starts the issuer. See [`DevIssuer::start`].
    ///
    /// # Errors
    ///
    /// Returns an error if no port on loopback can be opened, no key can be created, or a user has
    /// a permission not in the form `org:feature:permission`.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O enabled, like tokio itself.
    pub async fn start(self) -> io::Result<DevIssuer> {
        let name = self.name.unwrap_or_else(InstanceName::new);
        let key = new_key(name.key_id.clone()).await?;
        let (listener, url) = Server::listen().await?;
        let users = self.users.unwrap_or_else(DevUser::defaults);
        if let Some(user) = users.iter().find(|user| !user.is_writable()) {
            let problem = "write each permission as `org:feature:permission`";
            return Err(io::Error::other(format!("{user:?}: {problem}")));
        }
        let address = url.trim_start_matches("http://");
        let browser = BrowserSide::new(address, &name, users, self.by_token);
        let instance = Arc::new(Instance::new(url, name, key, self.clock, browser));
        Ok(DevIssuer { server: Arc::new(Server::start(listener, instance)) })
    }
}

impl fmt::Debug for DevIssuerBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DevIssuerBuilder(..)")
    }
}

/// Makes a key beside the runtime, which it would hold up.
async fn new_key(id: String) -> io::Result<SigningKey> {
    tokio::task::spawn_blocking(|| SigningKey::generate(id)).await?
}
