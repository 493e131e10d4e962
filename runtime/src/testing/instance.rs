//! One Clerk environment: its keys, its secrets, its opaque tokens and its time.
//!
//! Handles, token builders and the server share it. No lock is held over an await.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::{Value, json};

use super::{
    answer::Script,
    browser::BrowserSide,
    key::SigningKey,
    random,
    records::{Record, Records},
};
use crate::clock::{Clock, UnixMillis};

/// What makes an instance the one it is to a verifier.
#[derive(Clone)]
pub(super) struct InstanceName {
    pub(super) publishable_key: String,
    pub(super) issuer: String,
    pub(super) machine_id: String,
    /// The id of the first key. Clerk uses the instance's id.
    pub(super) key_id: String,
    /// The host of the Frontend API that the publishable key names.
    pub(super) frontend_api: String,
    pub(super) is_production: bool,
}

impl InstanceName {
    pub(super) fn new() -> Self {
        Self::of(format!("dev-{}.clerk-auth.localhost", random::hex::<4>()), false)
    }

    pub(super) fn production(frontend_api: String) -> Self {
        Self::of(frontend_api, true)
    }

    fn of(frontend_api: String, is_production: bool) -> Self {
        let prefix = if is_production { "pk_live_" } else { "pk_test_" };
        let encoded = STANDARD_NO_PAD.encode(format!("{frontend_api}$"));
        Self {
            publishable_key: format!("{prefix}{encoded}"),
            issuer: format!("https://{frontend_api}"),
            machine_id: random::id("mch_"),
            key_id: random::id("ins_"),
            frontend_api,
            is_production,
        }
    }
}

/// The keys of an instance: one signs, some are shown.
pub(super) struct SigningKeys {
    pub(super) current: Arc<SigningKey>,
    shown: Vec<Arc<SigningKey>>,
}

impl SigningKeys {
    pub(super) fn new(key: SigningKey) -> Self {
        let current = Arc::new(key);
        Self { shown: vec![Arc::clone(&current)], current }
    }

    pub(super) fn rotate(&mut self, key: SigningKey) {
        self.current = Arc::new(key);
        self.shown.push(Arc::clone(&self.current));
    }

    /// Shows only the key that signs.
    pub(super) fn withdraw_old(&mut self) {
        self.shown = vec![Arc::clone(&self.current)];
    }

    /// Whether one of the keys that are shown signed this with RS256.
    pub(super) fn have_signed(&self, signed: &[u8], signature: &[u8]) -> bool {
        self.shown.iter().any(|key| key.has_signed(signed, signature))
    }

    /// The key set (RFC 7517 §5).
    pub(super) fn to_json(&self) -> Value {
        let keys: Vec<Value> = self.shown.iter().map(|key| key.to_jwk()).collect();
        json!({ "keys": keys })
    }
}

/// The state of an issuer.
pub(super) struct Instance {
    pub(super) url: String,
    pub(super) secret_key: String,
    pub(super) machine_secret_key: String,
    pub(super) name: InstanceName,
    pub(super) clock: Clock,
    pub(super) browser: BrowserSide,
    keys: Mutex<SigningKeys>,
    records: Mutex<Records>,
    script: Mutex<Script>,
}

impl Instance {
    pub(super) fn new(
        url: String,
        name: InstanceName,
        key: SigningKey,
        clock: Clock,
        browser: BrowserSide,
    ) -> Self {
        let prefix = if name.is_production { "sk_live_" } else { "sk_test_" };
        Self {
            url,
            secret_key: random::secret(prefix),
            machine_secret_key: random::secret("ak_"),
            name,
            clock,
            browser,
            keys: Mutex::new(SigningKeys::new(key)),
            records: Mutex::default(),
            script: Mutex::default(),
        }
    }

    pub(super) fn keys(&self) -> MutexGuard<'_, SigningKeys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// The key that signs now. Signing happens outside the lock.
    pub(super) fn key(&self) -> Arc<SigningKey> {
        Arc::clone(&self.keys().current)
    }

    /// Gives an opaque token its text and remembers it.
    pub(super) fn store(&self, record: Record) -> String {
        let text = match record.class.prefix() {
            "ak_" => random::api_key(),
            prefix => random::secret(prefix),
        };
        self.records().store(text.clone(), record);
        text
    }
}
