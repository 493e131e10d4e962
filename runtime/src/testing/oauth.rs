//! Mints OAuth access tokens, as JWTs or opaque.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    instance::Instance,
    random,
    records::{Record, RecordKind, object},
    token::{Draft, endless, jwt, lifetime},
};

/// Access tokens live a day, as at Clerk.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// Builds an OAuth access token. Defaults to no scopes and no audience.
///
/// Created by [`DevIssuer::oauth`](super::DevIssuer::oauth). The opaque form has no header, and
/// `claim` sets a member of its verification response.
#[must_use = "the token is made by `.jwt()` or `.opaque()`"]
pub struct OAuthTokenBuilder {
    draft: Draft,
    id: String,
    client_id: String,
    scopes: Vec<String>,
    audience: Option<Vec<String>>,
    /// The members that both forms share, if they are set.
    details: Map<String, Value>,
}

impl OAuthTokenBuilder {
    pub(super) fn new(instance: Arc<Instance>, user: String) -> Self {
        let id = random::object_id(RecordKind::OAuth.prefix());
        let client_id = random::word::<16>();
        let draft = Draft::new(instance, user, Some(LIFE));
        let details = Map::new();
        Self { draft, id, client_id, scopes: Vec::new(), audience: None, details }
    }

    /// Sets the OAuth client. Defaults to a new ID.
    pub fn client_id(mut self, id: impl Into<String>) -> Self {
        self.client_id = id.into();
        self
    }

    /// Sets the scopes that the user granted to the client, such as `["read:notes"]`. Defaults to
    /// none.
    pub fn scopes<I>(mut self, scopes: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the audiences of the token. Defaults to none: `aud` is absent.
    pub fn audience<I>(mut self, audience: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the organization that the user chose at consent, `org_…`. Clerk names it only if the
    /// scope `user:org:read` is granted. Defaults to none.
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        self.details.insert("org_id".to_owned(), id.into().into());
        self
    }

    /// Sets the party that acts for the user, as `act` (RFC 8693 §4.1). Defaults to none.
    pub fn actor(mut self, subject: impl Into<String>) -> Self {
        self.details.insert("act".to_owned(), json!({ "sub": subject.into() }));
        self
    }

    /// Returns the signed token, of type `at+jwt` (RFC 9068 §2.1).
    #[must_use]
    pub fn jwt(self) -> String {
        let mut claims =
            object(json!({ "jti": self.id, "client_id": self.client_id, "scp": self.scopes }));
        if !self.scopes.is_empty() {
            // RFC 6749 §3.3: a scope string has at least one scope.
            claims.insert("scope".to_owned(), self.scopes.join(" ").into());
        }
        claims.extend(self.audience.map(|audience| ("aud".to_owned(), audience.into())));
        claims.extend(self.details);
        self.draft.jwt("at+jwt", None, claims)
    }

    /// Returns an opaque token, `oat_…`, which the issuer stores.
    #[must_use]
    pub fn opaque(self) -> String {
        let record = self.record();
        self.draft.instance.store(record)
    }

    fn record(&self) -> Record {
        let mut details = object(json!({ "client_id": self.client_id }));
        details.extend(self.audience.clone().map(|audience| ("aud".to_owned(), audience.into())));
        details.extend(self.details.clone());
        self.draft.claims.apply(&mut details);
        self.draft.record(RecordKind::OAuth, &self.id, &self.scopes, details)
    }
}

lifetime!(OAuthTokenBuilder);
endless!(OAuthTokenBuilder);
jwt!(OAuthTokenBuilder);
