//! What an operator does about a rejected token, as far as the configuration and the token can tell.

use crate::{
    clerk::Clerk,
    error::{AudienceSetting, AuthError, ErrorKind, TokenError},
    policy::{Denial, Policy},
    token::{
        Malformed, TokenType,
        json::{Member, Object},
    },
    verify::{Keys, members::issuer},
};

/// What is known of a rejected token.
pub(super) struct RejectedToken<'t> {
    pub(super) text: &'t str,
    pub(super) token_type: Option<TokenType>,
    pub(super) payload: Option<&'t Object<'t>>,
}

impl Clerk {
    /// What to do, as far as the configuration and the token can tell.
    pub(super) fn cure(
        &self,
        error: &AuthError,
        token: &RejectedToken<'_>,
        policy: &Policy,
    ) -> String {
        let fault = match &error.failure {
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
                if token.token_type == Some(TokenType::OAuthToken) =>
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
                return self.instance_hint(fault, token.payload);
            }
            TokenError::Expired => return self.age(token),
            TokenError::Malformed(Malformed::Word(_)) => {
                "The client has no token, or did not wait for one: with Clerk's front ends, await \
                 `getToken()`, and send no Authorization field if it returns null."
            }
            TokenError::Malformed(_) => return not_a_token(token.text),
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
            TokenError::NotConfirmed { .. } => match token.token_type {
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
                         someone forged the token"
                    }
                    (_, Keys::Pem(_)) => {
                        "it was altered, or CLERK_JWT_KEY is not the key of this instance; copy it \
                         again from the dashboard"
                    }
                    _ => "it was altered, or someone forged it",
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

    fn age(&self, token: &RejectedToken<'_>) -> String {
        let renewal = match token.token_type {
            Some(TokenType::SessionToken) => {
                "A session token lives for 60 seconds: call `getToken()` for each request."
            }
            Some(TokenType::OAuthToken) => {
                "The client must refresh its access token before that one expires."
            }
            Some(TokenType::M2mToken) => "The machine must create a token before that one expires.",
            Some(TokenType::ApiKey) | None => "Its owner must create a new key.",
        };
        let Some(Member::Is(end)) = token.payload.map(|payload| payload.number("exp")) else {
            return renewal.into();
        };
        #[allow(clippy::cast_precision_loss, reason = "seconds of this era are exact in a double")]
        let now = self.verifier().clock.now().0 as f64 / 1000.0;
        format!("It expired {} ago by this machine's clock. {renewal}", span(now - end))
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
