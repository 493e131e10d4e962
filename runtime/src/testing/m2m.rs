//! Mints M2M tokens, as JWTs or opaque.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    instance::Instance,
    random,
    records::{Record, RecordKind, object},
    token::{Draft, M2M, endless, jwt, lifetime},
};

/// M2M tokens live an hour, as at Clerk.
pub(super) const LIFE: Duration = Duration::from_secs(60 * 60);

/// Builds an M2M token for the issuer's own machine.
///
/// Created by [`DevIssuer::m2m`](super::DevIssuer::m2m). The opaque form has no header, and `claim`
/// sets the `claims` of its verification response.
#[must_use = "the token is made by `.jwt()` or `.opaque()`"]
pub struct M2mTokenBuilder {
    pub(super) draft: Draft,
    id: String,
    recipients: Vec<String>,
}

impl M2mTokenBuilder {
    pub(super) fn new(instance: Arc<Instance>, machine: String) -> Self {
        let id = random::object_id(RecordKind::M2m.prefix());
        let recipients = vec![instance.name.machine_id.clone()];
        Self { draft: Draft::new(instance, machine, Some(LIFE)), id, recipients }
    }

    /// Sets the IDs of the machines that can receive the token, `mch_…`.
    ///
    /// Defaults to [`DevIssuer::machine_id`](super::DevIssuer::machine_id).
    pub fn recipients<I>(mut self, machines: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.recipients = machines.into_iter().map(Into::into).collect();
        self
    }

    /// Returns the signed token.
    #[must_use]
    pub fn jwt(self) -> String {
        let claims = object(json!({
            "jti": self.id,
            "aud": self.recipients,
            "scopes": self.recipients.join(" "),
        }));
        self.draft.jwt("JWT", Some(M2M), claims)
    }

    /// Returns an opaque token, `mt_…`, which the issuer stores.
    #[must_use]
    pub fn opaque(self) -> String {
        let record = self.record();
        self.draft.instance.store(record)
    }

    pub(super) fn record(&self) -> Record {
        let mut claims = Map::new();
        self.draft.claims.apply(&mut claims);
        let claims = if claims.is_empty() { Value::Null } else { claims.into() };
        let details = object(json!({ "claims": claims, "last_used_at": null }));
        self.draft.record(RecordKind::M2m, &self.id, &self.recipients, details)
    }
}

lifetime!(M2mTokenBuilder);
endless!(M2mTokenBuilder);
jwt!(M2mTokenBuilder);
