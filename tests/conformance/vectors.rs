//! `vectors.json` in, vectors with their tokens in place out.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;

/// The whole file.
#[derive(Deserialize)]
pub(crate) struct Vectors {
    /// The frozen time, in seconds.
    pub(crate) now: u64,
    /// The key that signed the tokens.
    pub(crate) pem: String,
    tokens: HashMap<String, String>,
    #[serde(rename = "vectors")]
    pub(crate) requests: Vec<Vector>,
}

/// One request, and what the SDK decided.
#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) instance: String,
    pub(crate) accepts: Value,
    /// What an outer guard accepts that stands before the one in question.
    pub(crate) within: Option<Value>,
    pub(crate) options: Option<Value>,
    /// The key set, where no key is configured.
    pub(crate) keys: Option<Answer>,
    pub(crate) answer: Option<Answer>,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) expected: Decision,
}

/// What Clerk answers: JSON, or another text. The status 0 is no answer.
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) body: Value,
    pub(crate) text: Option<String>,
}

/// A decision, the SDK's or ours.
#[derive(Debug, Deserialize)]
pub(crate) struct Decision {
    #[serde(rename = "in")]
    pub(crate) enters: bool,
    /// The SDK has none where a guard stands within another.
    pub(crate) reason: Option<String>,
    #[serde(rename = "type")]
    pub(crate) token_type: Option<String>,
    #[serde(default)]
    pub(crate) who: BTreeMap<String, Value>,
    pub(crate) has: Option<BTreeMap<String, bool>>,
}

impl Vectors {
    pub(crate) fn read() -> Self {
        let mut file: Self = serde_json::from_str(include_str!("vectors.json")).unwrap();
        for vector in &mut file.requests {
            for field in vector.headers.values_mut() {
                *field = with_tokens(field, &file.tokens);
            }
        }
        file
    }
}

/// `Bearer {t7}` with the token that is called `t7`.
fn with_tokens(text: &str, tokens: &HashMap<String, String>) -> String {
    let mut parts = text.split(['{', '}']);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    while let (Some(name), rest) = (parts.next(), parts.next()) {
        whole += &tokens[name];
        whole += rest.unwrap_or_default();
    }
    whole
}
