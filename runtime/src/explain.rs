//! A token and a policy in, a paragraph for the operator out: what the token is, whether it is
//! accepted, and what to do if it is not.

mod cure;

use std::fmt;

use self::cure::RejectedToken;
use crate::{
    clerk::Clerk,
    error::with_sources,
    guard::permit,
    policy::Policy,
    response::{kind::RejectionKind, reason},
    token::{Decoded, Form, Presented, Token, TokenType, json::Object},
};

/// What became of a token, in words for the operator. Printed, it is one paragraph. It shows
/// nothing of the token but its type and how old it is.
#[derive(Clone, Debug)]
pub struct Explanation {
    presented: Option<Presented>,
    /// Whether the token is what it claims to be.
    is_genuine: bool,
    rejected: Option<Diagnosis>,
    /// Why a session that a header may bring is rejected in a cookie.
    not_in_cookie: Option<String>,
}

#[derive(Clone, Debug)]
struct Diagnosis {
    kind: RejectionKind,
    reason: &'static str,
    cause: String,
    cure: String,
}

impl Clerk {
    /// Tells why a policy accepts or rejects a token, for an operator who has it in hand: the text
    /// of an `Authorization` field, with or without `Bearer`, or the value of a session cookie.
    ///
    /// The token is verified as a guard would, so it can cause a call to Clerk.
    ///
    /// ```
    /// use clerk_auth::{Clerk, Policy, policy};
    ///
    /// const POLICY: Policy = policy!(accepts = "oauth_token");
    ///
    /// # async fn explain() -> Result<(), clerk_auth::ConfigError> {
    /// let clerk = Clerk::builder().publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k").build()?;
    /// let explanation = clerk.explain("Bearer mt_0d9c8b7a", POLICY).await;
    /// assert_eq!(
    ///     explanation.to_string(),
    ///     "This is an opaque m2m_token. It is rejected with status 401, reason \
    ///      token-type-mismatch: the route does not accept an m2m_token. The route accepts: \
    ///      oauth_token.",
    /// );
    /// # Ok(()) }
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(explain()).unwrap();
    /// ```
    pub async fn explain(&self, token: &str, policy: Policy) -> Explanation {
        let token_text = without_scheme(token.trim());
        let text = token_text.as_bytes();
        let accepts = |presented| policy.accepts_presented(presented);
        let verified = self.verifier().verify(text, accepts).await;
        let is_genuine = verified.is_ok();
        let outcome =
            verified.and_then(|it| permit(Some(&it.identity), &policy, self.scope_hierarchy()));
        let decoded = Decoded::from_text(text).ok();
        let token = decoded.as_ref().and_then(|decoded| Token::classify(decoded).ok());
        let presented = token.as_ref().map(Token::presented);
        let token = RejectedToken {
            text: token_text,
            token_type: presented.map(|presented| presented.token_type),
            payload: token.as_ref().and_then(payload),
        };
        let rejected = outcome.err().map(|error| Diagnosis {
            kind: RejectionKind::of(&error.failure),
            reason: reason::code(&error, &policy),
            cause: with_sources(&error.failure),
            cure: self.cure(&error, &token, &policy),
        });
        let may_be_cookie = rejected.is_none() && presented.is_some_and(Presented::is_session);
        let in_cookie = may_be_cookie.then(|| self.verifier().verify_session_cookie(text));
        let not_in_cookie = match in_cookie {
            Some(verified) => verified.await.err().map(|error| with_sources(&error.failure)),
            None => None,
        };
        Explanation { presented, is_genuine, rejected, not_in_cookie }
    }
}

impl Explanation {
    /// Why the token is rejected, as a caller would learn it; `None` if it is accepted.
    #[must_use]
    pub fn kind(&self) -> Option<RejectionKind> {
        self.rejected.as_ref().map(|diagnosis| diagnosis.kind)
    }

    /// The code that stands as `reason` in the log; `None` if the token is accepted.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        self.rejected.as_ref().map(|diagnosis| diagnosis.reason)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.presented {
            None => write!(formatter, "This is not a token.")?,
            Some(Presented { token_type, form: Form::Opaque }) => {
                write!(formatter, "This is an opaque {token_type}.")?;
            }
            // Whatever is neither OAuth nor M2M is classified as a session: it may be anything.
            Some(Presented { token_type: TokenType::SessionToken, .. }) if !self.is_genuine => {
                write!(formatter, "This is a session_token, or a JWT of another kind.")?;
            }
            Some(Presented { token_type, .. }) => {
                write!(formatter, "This is a JWT of type {token_type}.")?;
            }
        }
        let Some(Diagnosis { kind, reason, cause, cure }) = &self.rejected else {
            return match &self.not_in_cookie {
                Some(cause) => write!(
                    formatter,
                    " It is accepted in an Authorization field. In a cookie it is rejected: {cause}."
                ),
                None => write!(formatter, " It is accepted."),
            };
        };
        let status = kind.status().as_u16();
        let end = if cause.ends_with(['.', '?', '!']) { "" } else { "." };
        write!(formatter, " It is rejected with status {status}, reason {reason}: {cause}{end}")?;
        if cure.is_empty() { Ok(()) } else { write!(formatter, " {cure}") }
    }
}

fn without_scheme(text: &str) -> &str {
    match text.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim_start(),
        _ => text,
    }
}

fn payload<'a, 't>(token: &'a Token<'t>) -> Option<&'a Object<'t>> {
    match token {
        Token::SessionJwt(jwt) | Token::OAuthJwt(jwt) | Token::M2mJwt(jwt) => Some(&jwt.payload),
        Token::Opaque(_) => None,
    }
}
