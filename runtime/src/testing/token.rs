//! The shared part of all token builders: a subject, a lifetime, and changes to header and claims.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    instance::Instance,
    records::{Record, RecordKind, object},
};
use crate::clock::UnixMillis;

/// How long ago an expired token expired: longer than any leeway a verifier may grant.
const EXPIRED_SINCE: Duration = Duration::from_secs(60);

/// The lifetime that a token without end had, once it is to be expired.
const USUAL_LIFE: Duration = Duration::from_secs(3600);

/// The categories that Clerk writes in the header of a JWT, as `cat`.
pub(super) const SESSION: &str = "cl_B7d4PD111AAA";
pub(super) const TEMPLATE: &str = "cl_B7d4PD222AAA";
pub(super) const M2M: &str = "cl_B7d4PD333AAA";

/// A token that is being described.
pub(super) struct Draft {
    pub(super) instance: Arc<Instance>,
    pub(super) subject: String,
    /// `None` is without end.
    pub(super) lives: Option<Duration>,
    pub(super) expired: bool,
    pub(super) header: ClaimChanges,
    pub(super) claims: ClaimChanges,
}

impl Draft {
    pub(super) fn new(instance: Arc<Instance>, subject: String, lives: Option<Duration>) -> Self {
        let (header, claims) = (ClaimChanges::default(), ClaimChanges::default());
        Self { instance, subject, lives, expired: false, header, claims }
    }

    /// Signs a JWT: the claims that every class has, those of this one, then the changes.
    pub(super) fn jwt(
        self,
        typ: &str,
        category: Option<&str>,
        claims: Map<String, Value>,
    ) -> String {
        let (issued, expires) = self.times();
        let key = self.instance.key();

        let mut header = object(json!({ "alg": "RS256", "kid": key.id, "typ": typ }));
        header.extend(category.map(|category| ("cat".to_owned(), category.into())));
        self.header.apply(&mut header);

        let mut payload = object(json!({
            "iss": self.instance.name.issuer,
            "sub": self.subject,
            "iat": seconds(issued),
            "nbf": seconds(issued) - 10,
        }));
        payload.extend(expires.map(|expires| ("exp".to_owned(), seconds(expires).into())));
        payload.extend(claims);
        self.claims.apply(&mut payload);

        key.sign(&to_bytes(header), &to_bytes(payload))
    }

    /// The record of an opaque token.
    pub(super) fn record(
        &self,
        class: RecordKind,
        id: &str,
        scopes: &[String],
        details: Map<String, Value>,
    ) -> Record {
        let (created, expires) = self.times();
        Record {
            class,
            id: id.to_owned(),
            subject: self.subject.clone(),
            scopes: scopes.to_vec(),
            details,
            created,
            expires,
            updated: created,
            revoked: false,
            revocation_reason: None,
        }
    }

    /// When the token was made and when it ends.
    fn times(&self) -> (UnixMillis, Option<UnixMillis>) {
        let now = self.instance.now();
        if self.expired {
            let expires = now.minus(milliseconds(EXPIRED_SINCE));
            let lives = self.lives.unwrap_or(USUAL_LIFE);
            return (expires.minus(milliseconds(lives)), Some(expires));
        }
        (now, self.lives.map(|lives| now.plus(milliseconds(lives))))
    }
}

/// Members to set or to take away, in the order in which they were asked for.
#[derive(Default)]
pub(super) struct ClaimChanges(Vec<(String, Option<Value>)>);

impl ClaimChanges {
    pub(super) fn set(&mut self, name: String, value: Value) {
        self.0.push((name, Some(value)));
    }

    pub(super) fn remove(&mut self, name: String) {
        self.0.push((name, None));
    }

    pub(super) fn apply(&self, members: &mut Map<String, Value>) {
        for (name, value) in &self.0 {
            match value {
                Some(value) => members.insert(name.clone(), value.clone()),
                None => members.remove(name),
            };
        }
    }
}

fn to_bytes(members: Map<String, Value>) -> Vec<u8> {
    Value::Object(members).to_string().into_bytes()
}

fn seconds(time: UnixMillis) -> i64 {
    time.0.div_euclid(1000)
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Methods of every builder: how long the token lives.
macro_rules! lifetime {
    ($builder:ident) => {
        impl $builder {
            /// Sets the lifetime of the token, from now. A JWT has whole seconds.
            pub fn lives(mut self, time: std::time::Duration) -> Self {
                self.draft.lives = Some(time);
                self
            }

            /// Makes the token expired since one minute.
            pub fn expired(mut self) -> Self {
                self.draft.expired = true;
                self
            }
        }

        impl std::fmt::Debug for $builder {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(concat!(stringify!($builder), "(..)"))
            }
        }
    };
}

/// Methods of the builders with an opaque form.
macro_rules! endless {
    ($builder:ident) => {
        impl $builder {
            /// Removes the expiry. A JWT is then without `exp`, which verifiers reject.
            pub fn never_expires(mut self) -> Self {
                self.draft.lives = None;
                self
            }
        }
    };
}

/// Methods of the builders with a JWT form: changes to what is signed.
macro_rules! jwt {
    ($builder:ident) => {
        impl $builder {
            /// Sets a claim, or replaces it. Changes are made last, in the order of the calls.
            pub fn claim(
                mut self,
                name: impl Into<String>,
                value: impl Into<serde_json::Value>,
            ) -> Self {
                self.draft.claims.set(name.into(), value.into());
                self
            }

            /// Removes a claim.
            pub fn without_claim(mut self, name: impl Into<String>) -> Self {
                self.draft.claims.remove(name.into());
                self
            }

            /// Sets a member of the JWT's header, or replaces it.
            pub fn header(
                mut self,
                name: impl Into<String>,
                value: impl Into<serde_json::Value>,
            ) -> Self {
                self.draft.header.set(name.into(), value.into());
                self
            }

            /// Removes a member of the JWT's header.
            pub fn without_header(mut self, name: impl Into<String>) -> Self {
                self.draft.header.remove(name.into());
                self
            }
        }
    };
}

pub(super) use {endless, jwt, lifetime};
