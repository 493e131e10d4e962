//! A token and a policy in, a paragraph for the operator out: what the token is, whether it is
//! accepted, and what to do if it is not.

use std::fmt;

use crate::{
    clerk::Clerk,
    error::{AudienceSetting, AuthError, ErrorKind, TokenError, with_sources},
    guard::permit,
    policy::{Denial, Policy},
    response::{reason, rejection::RejectionKind},
    token::{
        Decoded, Form, Malformed, Presented, Token, TokenType,
        json::{Member, Object},
    },
    verify::{Keys, members::issuer},
};

/// What became of a token, in words for the operator. Printed, it is one paragraph. It shows
/// nothing of the token but its type and how old it is.
#[derive(Clone, Debug)]
pub struct Explanation {
    presented: Option<Presented>,
    /// Whether the token is what it claims to be.
    is_genuine: bool,
    refused: Option<Outcome>,
    /// Why a session that a header may bring is rejected in a cookie.
    not_in_cookie: Option<String>,
}

#[derive(Clone, Debug)]
struct Outcome {
    refusal: RejectionKind,
    reason: &'static str,
    cause: String,
    cure: String,
}

/// What is known of a rejected token.
struct Rejected<'t> {
    text: &'t str,
    token_type: Option<TokenType>,
    payload: Option<&'t Object<'t>>,
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
        let rejected = Rejected {
            text: token_text,
            token_type: presented.map(|presented| presented.token_type),
            payload: token.as_ref().and_then(payload),
        };
        let refused = outcome.err().map(|refused| Outcome {
            refusal: RejectionKind::of(&refused.failure),
            reason: reason::code(&refused, &policy),
            cause: with_sources(&refused.failure),
            cure: self.cure(&refused, &rejected, &policy),
        });
        let may_be_cookie = refused.is_none() && presented.is_some_and(Presented::is_session);
        let in_cookie = may_be_cookie.then(|| self.verifier().verify_session_cookie(text));
        let not_in_cookie = match in_cookie {
            Some(verified) => verified.await.err().map(|refused| with_sources(&refused.failure)),
            None => None,
        };
        Explanation { presented, is_genuine, refused, not_in_cookie }
    }

    /// What to do, as far as the configuration and the token can tell.
    fn cure(&self, refused: &AuthError, rejected: &Rejected<'_>, policy: &Policy) -> String {
        let fault = match &refused.failure {
            ErrorKind::Denied(Denial::Reverification(_)) => {
                return "The user must verify again; Clerk's front ends react to the response."
                    .into();
            }
            ErrorKind::Denied(Denial::Pending) => {
                return "The user must finish the tasks of the session in the front end; a route for \
                        these tasks needs `allow_pending` in its policy."
                    .into();
            }
            ErrorKind::Denied(Denial::Organization)
                if rejected.token_type == Some(TokenType::OAuthToken) =>
            {
                return "The user must choose an organization at consent: the client must ask for \
                        consent again, with the scope `user:org:read`."
                    .into();
            }
            ErrorKind::Denied(_) => return format!("The route accepts: {policy}."),
            ErrorKind::Upstream(_) => return "The token may be good; try again later.".into(),
            ErrorKind::Token(fault) => fault,
            // The cause says what to set.
            _ => return String::new(),
        };
        match fault {
            TokenError::NotAccepted(_) | TokenError::OpaqueNotAccepted(_) => {
                return format!("The route accepts: {policy}.");
            }
            TokenError::UnknownKey | TokenError::Signature | TokenError::Issuer => {
                return self.instance_hint(fault, rejected.payload);
            }
            TokenError::Expired => return self.age(rejected),
            TokenError::Malformed(Malformed::Word(_)) => {
                "The client has no token, or did not wait for one: with Clerk's front ends, await \
                 `getToken()`, and send no Authorization field if it returns null."
            }
            TokenError::Malformed(_) => return not_a_token(rejected.text),
            TokenError::Category | TokenError::Claim("sid") => {
                "A token made from a JWT template is not a session token: call `getToken()` without \
                 a template, and put claims of your own into the session token instead."
            }
            TokenError::IdToken => "Send the access token of the same response instead.",
            TokenError::NoAuthorizedParty => {
                "Clerk copies `azp` from the Origin field of the request that gets the token: a \
                 token that a page load, a server or a native application gets has none. Let a \
                 front end in the browser get it. If only cookies must name a party, set \
                 CLERK_PARTIES_FOR_COOKIES_ONLY."
            }
            TokenError::AuthorizedParty => {
                "If the front end that got the token is yours, add its origin to \
                 CLERK_AUTHORIZED_PARTIES, without a slash at the end."
            }
            TokenError::NoAudience(AudienceSetting::OAuth) => {
                "The client must send `resource` with this audience when it asks for a token (RFC \
                 8707); without it, Clerk writes no `aud`."
            }
            TokenError::Audience(AudienceSetting::OAuth) => {
                "The client must ask for this audience with `resource` (RFC 8707), or \
                 CLERK_AUDIENCE must name the token's."
            }
            TokenError::NoAudience(AudienceSetting::Session) => {
                "Session tokens have `aud` only if you add it to their claims, in the sessions page \
                 of the dashboard; add it there, or remove CLERK_SESSION_AUDIENCE."
            }
            TokenError::Audience(AudienceSetting::Session) => {
                "Compare the `aud` among the session token's claims, in the sessions page of the \
                 dashboard, with CLERK_SESSION_AUDIENCE."
            }
            TokenError::NotConfirmed { .. } => match rejected.token_type {
                Some(TokenType::M2mToken) => {
                    "Clerk does not know the token: it was revoked, another instance issued it, or \
                     the machine of CLERK_MACHINE_SECRET_KEY is not among its recipients."
                }
                Some(TokenType::ApiKey) => {
                    "Clerk does not know the key: it was revoked, or another instance than that of \
                     CLERK_SECRET_KEY issued it. A machine's secret key begins with ak_ too, and \
                     is not an API key."
                }
                _ => {
                    "Clerk does not know the token: it was revoked, or another instance than that \
                     of CLERK_SECRET_KEY issued it."
                }
            },
            _ => "",
        }
        .into()
    }

    /// The commonest cause of a key or signature that does not fit: keys of the wrong instance.
    fn instance_hint(&self, fault: &TokenError, payload: Option<&Object<'_>>) -> String {
        let issuer = payload.and_then(issuer);
        let rules = &self.verifier().rules;
        let is_ours = rules.names_issuer(issuer.as_deref());
        match (rules.issuers.as_slice(), issuer) {
            ([], _) => "Most often the keys are of another Clerk instance than the one that \
                          your front end or client uses. Set CLERK_PUBLISHABLE_KEY, and this text \
                          can tell."
                .into(),
            _ if is_ours => {
                let hint = match (fault, &self.verifier().jwt.keys) {
                    (TokenError::UnknownKey, _) => {
                        "CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY are of two instances, or \
                         somebody forged the token"
                    }
                    (_, Keys::Pem(_)) => {
                        "it was altered, or CLERK_JWT_KEY is not the key of this instance; copy it \
                         again from the dashboard"
                    }
                    _ => "it was altered, or somebody forged it",
                };
                format!("The token names this instance as its issuer: {hint}.")
            }
            (_, Some(_)) => format!(
                "The token names another issuer than {}, so it is of another Clerk instance, \
                 for example of development instead of production. CLERK_SECRET_KEY, \
                 CLERK_PUBLISHABLE_KEY and CLERK_JWT_KEY must all be of the instance that your \
                 front end or client uses.",
                rules.issuers.join(" or ")
            ),
            _ => {
                format!(
                    "The token does not name its issuer; tokens of this instance name {}.",
                    rules.issuers.join(" or ")
                )
            }
        }
    }

    fn age(&self, rejected: &Rejected<'_>) -> String {
        let renewal = match rejected.token_type {
            Some(TokenType::SessionToken) => {
                "A session token lives for 60 seconds: call `getToken()` for each request."
            }
            Some(TokenType::OAuthToken) => {
                "The client must refresh its access token before that one expires."
            }
            Some(TokenType::M2mToken) => "The machine must create a token before that one expires.",
            Some(TokenType::ApiKey) | None => "Its owner must create a new key.",
        };
        let Some(Member::Is(end)) = rejected.payload.map(|payload| payload.number("exp")) else {
            return renewal.into();
        };
        #[allow(clippy::cast_precision_loss, reason = "seconds of this era are exact in a double")]
        let now = self.verifier().clock.now().0 as f64 / 1000.0;
        format!("It expired {} ago by this machine's clock. {renewal}", span(now - end))
    }
}

impl Explanation {
    /// Why the token is rejected, as a caller would learn it; `None` if it is accepted.
    #[must_use]
    pub fn kind(&self) -> Option<RejectionKind> {
        self.refused.as_ref().map(|outcome| outcome.refusal)
    }

    /// The code that stands as `reason` in the log; `None` if the token is accepted.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        self.refused.as_ref().map(|outcome| outcome.reason)
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
        let Some(Outcome { refusal, reason, cause, cure }) = &self.refused else {
            return match &self.not_in_cookie {
                Some(cause) => write!(
                    formatter,
                    " It is accepted in an Authorization field. In a cookie it is rejected: {cause}."
                ),
                None => write!(formatter, " It is accepted."),
            };
        };
        let status = refusal.status().as_u16();
        let end = if cause.ends_with(['.', '?', '!']) { "" } else { "." };
        write!(formatter, " It is rejected with status {status}, reason {reason}: {cause}{end}")?;
        if cure.is_empty() { Ok(()) } else { write!(formatter, " {cure}") }
    }
}

/// A length of time in its largest unit: `1 second`, `3 days`.
fn span(seconds: f64) -> String {
    const UNITS: [(f64, &str); 3] = [(86_400.0, "day"), (3600.0, "hour"), (60.0, "minute")];
    let unit = UNITS.into_iter().find(|(length, _)| seconds >= 2.0 * length);
    let (length, name) = unit.unwrap_or((1.0, "second"));
    let count = (seconds / length).floor();
    let plural = if count.total_cmp(&1.0).is_eq() { "" } else { "s" };
    format!("{count:.0} {name}{plural}")
}

/// What Clerk calls other values, by their start.
const OTHER_KINDS: [(&str, &str); 6] = [
    ("sk_", "a secret key"),
    ("pk_", "a publishable key"),
    ("whsec_", "a webhook signing secret"),
    ("mch_", "a machine ID"),
    ("sess_", "a session ID"),
    ("user_", "a user ID"),
];

/// What to do about a text that is not a token.
fn not_a_token(text: &str) -> String {
    if let Some((_, kind)) = OTHER_KINDS.iter().find(|(start, _)| text.starts_with(start)) {
        return format!("It is {kind}: send a token instead, such as the one of `getToken()`.");
    }
    if text.contains(['"', '\'', ':', '=', ';']) || text.contains(char::is_whitespace) {
        return "Give the token alone, without quotes, white space, or the name of its field or \
                cookie."
            .into();
    }
    "Copy the whole token: a JWT has three parts with dots between, and an opaque token begins \
     with oat_, mt_ or ak_."
        .into()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_is_written_in_its_largest_unit() {
        let table = [
            (0.0, "0 seconds"),
            (1.4, "1 second"),
            (2.0, "2 seconds"),
            (119.9, "119 seconds"),
            (120.0, "2 minutes"),
            (7199.0, "119 minutes"),
            (7200.0, "2 hours"),
            (172_800.0, "2 days"),
        ];
        for (seconds, text) in table {
            assert_eq!(span(seconds), text);
        }
    }
}
