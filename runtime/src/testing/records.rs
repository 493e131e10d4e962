//! The Backend API's records of opaque tokens.

use std::{collections::HashMap, time::Duration};

use serde_json::{Map, Value, json};

use crate::clock::UnixMillis;

/// The three classes of token that have an opaque form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordKind {
    OAuth,
    M2m,
    ApiKey,
}

impl RecordKind {
    /// How texts and ids of the class begin.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::OAuth => "oat_",
            Self::M2m => "mt_",
            Self::ApiKey => "ak_",
        }
    }

    const fn object(self) -> &'static str {
        match self {
            Self::OAuth => "clerk_idp_oauth_access_token",
            Self::M2m => "machine_to_machine_token",
            Self::ApiKey => "api_key",
        }
    }

    /// The Backend API gives OAuth's times in seconds, the others in milliseconds.
    const fn timestamp(self, time: UnixMillis) -> i64 {
        match self {
            Self::OAuth => time.0.div_euclid(1000),
            Self::M2m | Self::ApiKey => time.0,
        }
    }
}

/// One opaque token, without its text.
pub(super) struct Record {
    pub(super) class: RecordKind,
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) scopes: Vec<String>,
    /// The members that only this class has; they replace common ones of the same name.
    pub(super) details: Map<String, Value>,
    pub(super) created: UnixMillis,
    pub(super) expires: Option<UnixMillis>,
    pub(super) updated: UnixMillis,
    pub(super) revoked: bool,
    pub(super) revocation_reason: Option<String>,
}

impl Record {
    /// The body with which verification, creation and revocation answer.
    pub(super) fn to_json(&self, now: UnixMillis) -> Map<String, Value> {
        let common = json!({
            "object": self.class.object(),
            "id": self.id,
            "subject": self.subject,
            "scopes": self.scopes,
            "revoked": self.revoked,
            "revocation_reason": self.revocation_reason,
            "expired": self.expires.is_some_and(|expires| expires <= now),
            "expiration": self.expires.map(|expires| self.class.timestamp(expires)),
            "created_at": self.class.timestamp(self.created),
            "updated_at": self.class.timestamp(self.updated),
        });
        let mut body = object(common);
        body.extend(self.details.clone());
        body
    }

    pub(super) fn revoke(&mut self, reason: Option<String>, now: UnixMillis) {
        self.revoked = true;
        self.revocation_reason = reason;
        self.updated = now;
    }

    /// Whether the token is good for `remaining` more: without end counts as long enough.
    fn lasts(&self, remaining: Duration, now: UnixMillis) -> bool {
        let least = i64::try_from(remaining.as_millis()).unwrap_or(i64::MAX);
        !self.revoked
            && self.expires.is_none_or(|expires| expires > now && expires >= now.plus(least))
    }
}

/// The members of a JSON object; none of any other value.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// All opaque tokens of an instance, by their text.
#[derive(Default)]
pub(super) struct Records(HashMap<String, Record>);

impl Records {
    pub(super) fn store(&mut self, text: String, record: Record) {
        self.0.insert(text, record);
    }

    pub(super) fn by_text(&mut self, text: &str) -> Option<&mut Record> {
        self.0.get_mut(text)
    }

    pub(super) fn by_id(&mut self, class: RecordKind, id: &str) -> Option<&mut Record> {
        self.0.values_mut().find(|record| record.class == class && record.id == id)
    }

    /// A token like `wanted` that lasts for `remaining` more, and its text.
    pub(super) fn reusable(
        &self,
        wanted: &Record,
        remaining: Duration,
        now: UnixMillis,
    ) -> Option<(&str, &Record)> {
        let fits = |record: &Record| {
            record.class == wanted.class
                && record.subject == wanted.subject
                && record.details == wanted.details
                && record.lasts(remaining, now)
        };
        let (text, record) = self.0.iter().find(|(_, record)| fits(record))?;
        Some((text, record))
    }
}
