//! A good JWT of one class in; the same with one thing changed out, signed or put together by hand.

use clerk_auth::testing::DevIssuer;
use clerk_auth_tests::{BASE64URL, base64url};
use serde_json::{Map, Value};

/// The classes that have a JWT form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Session,
    OAuth,
    M2m,
}

/// A JWT's header and payload, open for changes.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) header: Map<String, Value>,
    pub(crate) payload: Map<String, Value>,
}

impl Class {
    pub(crate) const ALL: [Self; 3] = [Self::Session, Self::OAuth, Self::M2m];

    /// The route that accepts this class alone.
    pub(crate) const fn route(self) -> &'static str {
        match self {
            Self::Session => "/session",
            Self::OAuth => "/oauth",
            Self::M2m => "/m2m",
        }
    }

    /// A good token of this class.
    pub(crate) fn token(self, issuer: &DevIssuer) -> String {
        match self {
            Self::Session => issuer.session("user_ada").jwt(),
            Self::OAuth => issuer.oauth("user_ada").scopes(["read:notes"]).jwt(),
            Self::M2m => issuer.m2m("mch_caller").jwt(),
        }
    }

    /// A good token of this class, open for changes.
    pub(crate) fn draft(self, issuer: &DevIssuer) -> Draft {
        Draft::of(&self.token(issuer))
    }
}

impl Draft {
    pub(crate) fn of(token: &str) -> Self {
        let [header, payload, _] = parts(token);
        let open = |part: &str| serde_json::from_slice(&decode(part)).unwrap();
        Self { header: open(header), payload: open(payload) }
    }

    /// Sets a claim, or takes it away.
    pub(crate) fn claim(mut self, name: &str, value: Option<Value>) -> Self {
        change(&mut self.payload, name, value);
        self
    }

    /// Sets a member of the header, or takes it away.
    pub(crate) fn header(mut self, name: &str, value: Option<Value>) -> Self {
        change(&mut self.header, name, value);
        self
    }

    /// Puts `json` where the claim's value stands, as it is: for numbers and escapes that a
    /// `Value` cannot hold.
    pub(crate) fn sign_with_raw(self, issuer: &DevIssuer, name: &str, json: &str) -> String {
        let marked = self.claim(name, Some("RAW".into()));
        let payload = marked.payload_json().replacen(r#""RAW""#, json, 1);
        issuer.sign_bytes(marked.header_json().as_bytes(), payload.as_bytes())
    }

    pub(crate) fn sign(self, issuer: &DevIssuer) -> String {
        issuer.sign(&self.header.into(), &self.payload.into())
    }

    pub(crate) fn header_json(&self) -> String {
        Value::from(self.header.clone()).to_string()
    }

    pub(crate) fn payload_json(&self) -> String {
        Value::from(self.payload.clone()).to_string()
    }

    /// Header and payload as a signature covers them.
    pub(crate) fn signed_text(&self) -> String {
        let [header, payload] = [self.header_json(), self.payload_json()];
        format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()))
    }
}

fn change(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
}

/// The three parts of a JWT.
pub(crate) fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// Bytes of base64url without padding; of base64 with the characters `+` and `/` too.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let six = |character: u8| {
        let character = match character {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        };
        let value = BASE64URL.iter().position(|known| *known == character);
        u32::try_from(value.unwrap()).unwrap()
    };
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, character| bits << 6 | six(*character));
        let bits = bits << (6 * (4 - group.len()));
        bytes.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
