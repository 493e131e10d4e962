//! Mints API keys.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    instance::Instance,
    random,
    records::{Record, RecordKind, object},
    token::{Draft, endless, lifetime},
};

/// Builds an API key. Defaults to no scopes and no expiry.
///
/// Created by [`DevIssuer::api_key`](super::DevIssuer::api_key).
#[must_use = "the key is made by `.opaque()`"]
pub struct ApiKeyBuilder {
    pub(super) draft: Draft,
    id: String,
    name: String,
    scopes: Vec<String>,
    claims: Value,
    pub(super) description: Option<String>,
    pub(super) created_by: Option<String>,
}

impl ApiKeyBuilder {
    pub(super) fn new(instance: Arc<Instance>, owner: String) -> Self {
        Self {
            id: random::object_id(RecordKind::ApiKey.prefix()),
            name: "dev key".to_owned(),
            scopes: Vec::new(),
            claims: Value::Null,
            description: None,
            created_by: owner.starts_with("user_").then(|| owner.clone()),
            draft: Draft::new(instance, owner, None),
        }
    }

    /// Sets the name of the key.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the scopes of the key, such as `["read:notes"]`. Defaults to none.
    pub fn scopes<I>(mut self, scopes: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the key's claims: any JSON.
    pub fn claims(mut self, claims: impl Into<Value>) -> Self {
        self.claims = claims.into();
        self
    }

    /// Returns the key's secret, `ak_…`, which the issuer stores.
    #[must_use]
    pub fn opaque(self) -> String {
        let record = self.record();
        self.draft.instance.store(record)
    }

    pub(super) fn record(&self) -> Record {
        let details = object(json!({
            "type": "api_key",
            "name": self.name,
            "description": self.description,
            "claims": self.claims,
            "created_by": self.created_by,
            "last_used_at": null,
        }));
        self.draft.record(RecordKind::ApiKey, &self.id, &self.scopes, details)
    }
}

lifetime!(ApiKeyBuilder);
endless!(ApiKeyBuilder);
