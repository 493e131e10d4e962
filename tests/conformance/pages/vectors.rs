//! `pages.json` in, requests with their tokens in place out.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::vectors::Answer;

/// The whole file.
#[derive(Deserialize)]
pub(crate) struct PageVectors {
    /// The frozen time, in seconds.
    pub(crate) now: u64,
    /// The key that signed the tokens.
    pub(crate) pem: String,
    pub(crate) sites: BTreeMap<String, SiteSettings>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) decisions: Vec<PageDecision>,
    pub(crate) requests: Vec<PageVector>,
}

/// The settings of a site.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteSettings {
    pub(crate) instance: String,
    /// The publishable key.
    pub(crate) key: String,
    pub(crate) origin: String,
    pub(crate) issuer: String,
    /// Whether it has no secret key here. The SDK has always one.
    #[serde(default)]
    pub(crate) is_keyless: bool,
    #[serde(default)]
    pub(crate) satellites: Vec<String>,
    pub(crate) options: SiteOptions,
}

/// Those of the SDK.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SiteOptions {
    pub(crate) sign_in_url: String,
    pub(crate) proxy_url: Option<String>,
    #[serde(default)]
    pub(crate) is_satellite: bool,
}

/// A way in which a browser asks for a page.
#[derive(Deserialize)]
pub(crate) struct Kind {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) headers: HashMap<String, String>,
}

/// What a browser brings along.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageVector {
    pub(crate) site: String,
    pub(crate) row: String,
    pub(crate) target: String,
    pub(crate) cookie: Option<String>,
    #[serde(default)]
    pub(crate) headers: HashMap<String, String>,
    pub(crate) answer: Option<Answer>,
    /// Whether this browser started the handshake that it brings back.
    #[serde(default)]
    pub(crate) is_started: bool,
    /// The number of the decision for each kind.
    pub(crate) expected: Vec<usize>,
}

/// What the SDK decided.
#[derive(Deserialize)]
pub(crate) struct PageDecision {
    pub(crate) status: u16,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) location: Option<String>,
    #[serde(default)]
    pub(crate) cookies: Vec<String>,
    pub(crate) cache: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    tokens: HashMap<String, String>,
}

impl PageVectors {
    pub(crate) fn read() -> Self {
        let mut text = include_str!("../pages.json").to_owned();
        let Tokens { tokens } = serde_json::from_str(&text).unwrap();
        for (name, token) in tokens {
            text = text.replace(&format!("{{{name}}}"), &token);
        }
        serde_json::from_str(&text).unwrap()
    }
}
