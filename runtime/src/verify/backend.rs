//! The text of an opaque token in, the body of the Backend API's answer out.

use http::Method;
use reqwest::Url;
use serde::{Serialize, de::IgnoredAny};

use super::{
    m2m::RecipientCheck,
    upstream::{ApiSecret, Failed, Question, Upstream},
};
use crate::{
    error::{ConfigurationFault, Failure, TokenFault, UpstreamFault, UpstreamReason},
    json::Object,
};

/// The three endpoints that verify opaque tokens, each with the key that it wants.
pub(crate) struct Backend {
    upstream: Upstream,
    oauth_token: Option<Question>,
    m2m_token: Option<Question>,
    api_key: Option<Question>,
    recipient_check: RecipientCheck,
}

/// The body of an answer of 200.
pub(super) struct Answer(Vec<u8>);

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Body<'t> {
    AccessToken(&'t str),
    Token(&'t str),
    Secret(&'t str),
}

impl Backend {
    /// `endpoint` makes the URL of an endpoint from its path.
    pub(crate) fn new(
        upstream: Upstream,
        endpoint: impl Fn(&str) -> Url,
        secret: Option<&ApiSecret>,
        machine_secret: Option<&ApiSecret>,
    ) -> Self {
        let question = |path, key: Option<&ApiSecret>| {
            let key = key?.clone();
            Some(Question { method: Method::POST, url: endpoint(path), key: Some(key) })
        };
        let recipient_check =
            if machine_secret.is_some() { RecipientCheck::ByClerk } else { RecipientCheck::Ours };
        Self {
            upstream,
            oauth_token: question("oauth_applications/access_tokens/verify", secret),
            m2m_token: question("m2m_tokens/verify", machine_secret.or(secret)),
            api_key: question("api_keys/verify", secret),
            recipient_check,
        }
    }

    /// With this machine's own key, Clerk verifies only what was issued for this machine. With
    /// the instance's key it verifies every M2M token of the instance.
    pub(super) fn recipient_check(&self) -> RecipientCheck {
        self.recipient_check
    }

    pub(super) async fn ask_about_oauth_token(&self, text: &str) -> Result<Answer, Failure> {
        let question = self.oauth_token.as_ref().ok_or(ConfigurationFault::NoSecretKey)?;
        self.ask(question, &Body::AccessToken(text)).await
    }

    pub(super) async fn ask_about_m2m_token(&self, text: &str) -> Result<Answer, Failure> {
        let question = self.m2m_token.as_ref().ok_or(ConfigurationFault::NoMachineKey)?;
        self.ask(question, &Body::Token(text)).await
    }

    pub(super) async fn ask_about_api_key(&self, text: &str) -> Result<Answer, Failure> {
        let question = self.api_key.as_ref().ok_or(ConfigurationFault::NoSecretKey)?;
        self.ask(question, &Body::Secret(text)).await
    }

    /// Asked once: verifications are billed, and a retry would multiply what a stranger can make
    /// us send.
    async fn ask(&self, question: &Question, body: &Body<'_>) -> Result<Answer, Failure> {
        let body =
            serde_json::to_vec(body).map_err(|_| UpstreamFault::new(UpstreamReason::Body))?;
        match self.upstream.within_deadline(self.upstream.ask(question, Some(body))).await? {
            Ok(answer) => Ok(Answer(answer)),
            // The answers that are about the token: it is unknown, revoked or expired.
            Err(Failed::Refused { status: status @ (400 | 404) }) => {
                Err(TokenFault::NotConfirmed { status }.into())
            }
            // Our key may not ask, the quota is used up, or the feature is off.
            Err(Failed::Refused { status: status @ (403 | 422) }) => {
                Err(ConfigurationFault::AskingRefused { status }.into())
            }
            Err(failed) => Err(failed.into()),
        }
    }
}

impl Answer {
    /// JSON that is no object says nothing about the token, so it does not confirm it. What is
    /// not JSON at all (RFC 8259 §8.1: in UTF-8) did not come from the endpoint: then the fault is
    /// between Clerk and us.
    pub(super) fn object(&self) -> Result<Object<'_>, Failure> {
        if let Ok(object) = Object::parse(&self.0) {
            return Ok(object);
        }
        let text = str::from_utf8(&self.0).unwrap_or_default();
        match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Err(TokenFault::Answer("body").into()),
            Err(_) => Err(UpstreamFault::new(UpstreamReason::Body).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_can_speak_against_a_token() {
        for (body, about_the_token) in [
            (&b"[]"[..], true),
            (b"null", true),
            (br#"{"id":1,"id":2}"#, true),
            (b"", false),
            (b"<html>", false),
            (br#"{"id":"#, false),
            (b"{\"id\":\"\xFF\"}", false),
            (b"\xEF\xBB\xBF{}", false),
        ] {
            let failure = Answer(body.to_vec()).object().unwrap_err();
            assert_eq!(matches!(failure, Failure::Token(_)), about_the_token, "{failure}");
        }
    }
}
