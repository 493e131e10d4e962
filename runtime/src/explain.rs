//! A token and a policy in, a paragraph for the operator out: what the token is, whether it may
//! enter, and what to do if it may not.

use std::fmt;

use crate::{
    config::Clerk,
    error::{Failure, Refused, TokenFault},
    guard::permit,
    json::{Member, Object},
    policy::{Denial, Policy},
    reason,
    rejection::Refusal,
    token::{Decoded, Form, Presented, Token, TokenType},
};

/// What became of a token, in words for the operator. Printed, it is one paragraph. It shows
/// nothing of the token but its type and how old it is.
#[derive(Clone, Debug)]
pub struct Explanation {
    presented: Option<Presented>,
    refused: Option<Outcome>,
}

#[derive(Clone, Debug)]
struct Outcome {
    refusal: Refusal,
    reason: &'static str,
    cause: String,
    cure: String,
}

impl Clerk {
    /// Tells why a token may or may not enter, for an operator who has it in hand: the text of an
    /// `Authorization` field, with or without `Bearer`, or the value of a session cookie.
    ///
    /// The token is verified as a guard would, so Clerk may be asked.
    ///
    /// ```
    /// use clerk_auth::{Clerk, Policy, policy};
    ///
    /// const POLICY: Policy = policy!(accepts = "oauth_token");
    ///
    /// # async fn explain() -> Result<(), clerk_auth::ConfigError> {
    /// let clerk = Clerk::builder().publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k").build()?;
    /// let explanation = clerk.explain("Bearer mt_0d9c8b7a", &POLICY).await;
    /// assert_eq!(
    ///     explanation.to_string(),
    ///     "This is an opaque m2m_token. It is refused with status 401, reason \
    ///      token-type-mismatch: the route does not accept a m2m_token. The route lets in: \
    ///      oauth_token.",
    /// );
    /// # Ok(()) }
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    /// # runtime.block_on(explain()).unwrap();
    /// ```
    pub async fn explain(&self, token: &str, policy: &Policy) -> Explanation {
        let text = without_scheme(token.trim()).as_bytes();
        let accepts = |token_type| policy.accepts(token_type);
        let verified = self.verifier().verify(text, accepts).await;
        let outcome =
            verified.and_then(|identity| permit(Some(&identity), policy, self.scope_hierarchy()));
        let decoded = Decoded::from_text(text).ok();
        let token = decoded.as_ref().and_then(|decoded| Token::classify(decoded).ok());
        let refused = outcome.err().map(|refused| Outcome {
            refusal: Refusal::of(&refused.failure),
            reason: reason::code(&refused, policy),
            cause: refused.failure.to_string(),
            cure: self.cure(&refused, token.as_ref().and_then(payload), policy),
        });
        Explanation { presented: token.as_ref().map(Token::presented), refused }
    }

    /// What to do, as far as the configuration and the token can tell.
    fn cure(&self, refused: &Refused, payload: Option<&Object<'_>>, policy: &Policy) -> String {
        let fault = match &refused.failure {
            Failure::Denied(Denial::Reverification(_)) => {
                return "The user must verify again; Clerk's front ends know the answer.".into();
            }
            Failure::Denied(_) => return format!("The route lets in: {policy}."),
            Failure::Upstream(_) => return "The token may be good; try again later.".into(),
            Failure::Token(fault) => fault,
            // The cause says what to set.
            _ => return String::new(),
        };
        match fault {
            TokenFault::NotAccepted(_) => format!("The route lets in: {policy}."),
            TokenFault::Malformed(_) => {
                "Copy the whole token: a JWT has three parts with dots between, and an opaque \
                 token begins with oat_, mt_ or ak_."
                    .into()
            }
            TokenFault::UnknownKey | TokenFault::Signature | TokenFault::Issuer => {
                self.instance_hint(payload)
            }
            TokenFault::Category | TokenFault::Claim("sid") => {
                "A token made from a JWT template is no session token: call `getToken()` without \
                 a template, and put claims of your own into the session token instead."
                    .into()
            }
            TokenFault::IdToken => "Send the access token of the same response instead.".into(),
            TokenFault::Expired => self.age(payload),
            TokenFault::Audience => {
                "The client must ask for this audience, or CLERK_AUDIENCE must name the token's."
                    .into()
            }
            TokenFault::NotConfirmed { .. } => {
                "Clerk does not know the token: it was revoked, or another instance than that of \
                 CLERK_SECRET_KEY issued it. A machine's secret key begins with ak_ too, and is \
                 no API key."
                    .into()
            }
            _ => String::new(),
        }
    }

    /// The commonest cause of a key or signature that does not fit: keys of the wrong instance.
    fn instance_hint(&self, payload: Option<&Object<'_>>) -> String {
        let rules = &self.verifier().rules;
        let is_ours = payload.is_some_and(|payload| rules.names_issuer(payload));
        match rules.issuers.as_slice() {
            [_, ..] if is_ours => {
                "The token names this instance as its issuer: it was altered, or the instance has \
                 new keys; a CLERK_JWT_KEY must then be copied again from the dashboard."
                    .into()
            }
            [_, ..] => format!(
                "The token names another issuer than {}, so it is of another Clerk instance, \
                 for example of development instead of production. CLERK_SECRET_KEY, \
                 CLERK_PUBLISHABLE_KEY and CLERK_JWT_KEY must all be of the instance that your \
                 front end or client uses.",
                rules.issuers.join(" or ")
            ),
            [] => "Most often the keys are of another Clerk instance than the one that \
                          your front end or client uses. Set CLERK_PUBLISHABLE_KEY, and this text \
                          can tell."
                .into(),
        }
    }

    fn age(&self, payload: Option<&Object<'_>>) -> String {
        let Some(Member::Is(end)) = payload.map(|payload| payload.number("exp")) else {
            return String::new();
        };
        #[allow(clippy::cast_precision_loss, reason = "seconds of this era are exact in a double")]
        let now = self.verifier().clock.now().0 as f64 / 1000.0;
        format!(
            "It ended {:.0} seconds ago by this machine's clock. Clients must ask for a new token \
             before the old one ends; session tokens live for 60 seconds.",
            now - end
        )
    }
}

impl Explanation {
    /// Why the token is refused, as a caller would learn it; `None` where it may enter.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        self.refused.as_ref().map(|outcome| outcome.refusal)
    }

    /// The code that stands as `reason` in the log; `None` where the token may enter.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        self.refused.as_ref().map(|outcome| outcome.reason)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.presented {
            None => write!(formatter, "This is no token.")?,
            Some(Presented { token_type, form: Form::Opaque }) => {
                write!(formatter, "This is an opaque {token_type}.")?;
            }
            Some(Presented { token_type: TokenType::SessionToken, .. }) => {
                write!(formatter, "This is a session_token, or a JWT of another kind.")?;
            }
            Some(Presented { token_type, .. }) => {
                write!(formatter, "This is a JWT of type {token_type}.")?;
            }
        }
        let Some(Outcome { refusal, reason, cause, cure }) = &self.refused else {
            return write!(formatter, " It may enter.");
        };
        let status = refusal.status().as_u16();
        write!(formatter, " It is refused with status {status}, reason {reason}: {cause}.")?;
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
