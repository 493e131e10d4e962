//! The rules of one `Clerk` for what a token says.
//!
//! A signature or Clerk's response vouches first, so a forger learns nothing about what is
//! configured.

use super::facts::{M2mOpaque, PartyClaim, RecipientCheck, Times};
use crate::{
    clock::UnixMillis,
    error::{AudienceSetting, ConfigurationError, ErrorKind, TokenError},
    identity::{M2mToken, OAuthToken},
};

/// What the configuration asks of claims.
#[derive(Debug)]
pub(crate) struct ClaimChecks {
    /// How far our clock and Clerk's may differ, in milliseconds.
    pub(crate) clock_skew: i64,
    /// Empty if none is known; then `iss` is not checked.
    pub(crate) issuers: Vec<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) session_audience: Vec<String>,
    pub(crate) authorized_parties: Vec<String>,
    /// Whether only a session in a cookie must name its party. One that is named is checked anyway.
    pub(crate) parties_for_cookies_only: bool,
    pub(crate) recipient: Recipient,
}

/// Which M2M tokens are for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipient {
    /// Those that name this machine.
    Machine(String),
    /// All of the instance.
    Any,
    /// Nobody said, so none can be accepted.
    Unknown,
}

impl ClaimChecks {
    pub(crate) fn check_issuer(&self, issuer: Option<&str>) -> Result<(), TokenError> {
        if self.issuers.is_empty() || self.names_issuer(issuer) {
            return Ok(());
        }
        Err(TokenError::Issuer)
    }

    /// Whether an `iss` is one of the configured issuers.
    pub(crate) fn names_issuer(&self, issuer: Option<&str>) -> bool {
        issuer.is_some_and(|issuer| self.issuers.iter().any(|known| known == issuer))
    }

    /// The moment from which a JWT is expired: at `exp` plus the skew.
    pub(crate) fn accepts_until(&self, times: &Times) -> UnixMillis {
        times.expires.plus(self.clock_skew)
    }

    /// The moment before which a JWT is rejected.
    pub(crate) fn accepts_from(&self, times: &Times) -> Option<UnixMillis> {
        times.not_before.max(times.issued).map(|time| time.plus(-self.clock_skew))
    }

    #[inline]
    pub(crate) fn check_times(&self, times: &Times, now: UnixMillis) -> Result<(), TokenError> {
        let latest = now.plus(self.clock_skew);
        if is_expired(Some(self.accepts_until(times)), now) {
            return Err(TokenError::Expired);
        }
        if times.not_before > Some(latest) {
            return Err(TokenError::NotYetValid);
        }
        if times.issued > Some(latest) {
            return Err(TokenError::IssuedInFuture);
        }
        Ok(())
    }

    /// A session's `aud`, where one is configured: then it must be there.
    pub(crate) fn check_session_audience(&self, audience: &[Box<str>]) -> Result<(), TokenError> {
        let named = audience.iter().map(AsRef::as_ref);
        intersects(&self.session_audience, named, AudienceSetting::Session)
    }

    /// An OAuth token's `aud`, where one is configured: then it must be there (RFC 9068 §4).
    pub(crate) fn check_audience(&self, token: &OAuthToken) -> Result<(), TokenError> {
        intersects(&self.audience, token.audience(), AudienceSetting::OAuth)
    }

    /// A session's `azp`, where authorized parties are configured: then it must be one of them.
    pub(crate) fn check_authorized_party(&self, party: &PartyClaim) -> Result<(), TokenError> {
        if self.authorized_parties.is_empty() {
            return Ok(());
        }
        match party {
            PartyClaim::Named(party)
                if self.authorized_parties.iter().any(|it| **it == **party) =>
            {
                Ok(())
            }
            PartyClaim::Absent if self.parties_for_cookies_only => Ok(()),
            PartyClaim::Absent => Err(TokenError::NoAuthorizedParty),
            PartyClaim::Named(_) | PartyClaim::Mistyped => Err(TokenError::AuthorizedParty),
        }
    }

    /// A session in a cookie must name its party, where authorized parties are configured.
    pub(crate) fn check_cookie_party(&self, names_party: bool) -> Result<(), TokenError> {
        if names_party || self.authorized_parties.is_empty() {
            return Ok(());
        }
        Err(TokenError::NoAuthorizedParty)
    }

    /// Clerk signs M2M tokens for the machines of the whole instance, so a token for another one is
    /// genuine too. Only the recipients tell.
    pub(crate) fn check_recipient(&self, token: &M2mToken) -> Result<(), ErrorKind> {
        match &self.recipient {
            Recipient::Any => Ok(()),
            Recipient::Machine(ours) if token.recipients().any(|id| id.as_str() == ours) => Ok(()),
            Recipient::Machine(_) => Err(TokenError::Recipient.into()),
            Recipient::Unknown => Err(ConfigurationError::NoMachineId.into()),
        }
    }

    /// What Clerk compared is the machine of our key. A configured machine ID is compared too: the
    /// key could be of another machine.
    pub(crate) fn check_opaque_recipient(&self, opaque: &M2mOpaque) -> Result<(), ErrorKind> {
        let by_clerk = opaque.recipient_check == RecipientCheck::ByClerk;
        if by_clerk && self.recipient == Recipient::Unknown {
            return Ok(());
        }
        self.check_recipient(&opaque.token)
    }

    /// Without a recipient to compare with, no response could admit a caller.
    pub(crate) fn assert_recipient_is_known(
        &self,
        check: RecipientCheck,
    ) -> Result<(), ConfigurationError> {
        if check == RecipientCheck::Ours && self.recipient == Recipient::Unknown {
            return Err(ConfigurationError::NoMachineId);
        }
        Ok(())
    }
}

/// Whether a token that is accepted until `end` is expired: at that moment it is (RFC 7519
/// §4.1.4: "on or after"). Everything that a token's end ends asks here.
pub(crate) fn is_expired(end: Option<UnixMillis>, now: UnixMillis) -> bool {
    end.is_some_and(|end| end <= now)
}

fn intersects<'a>(
    configured: &[String],
    mut named: impl ExactSizeIterator<Item = &'a str>,
    setting: AudienceSetting,
) -> Result<(), TokenError> {
    if configured.is_empty() {
        return Ok(());
    }
    if named.len() == 0 {
        return Err(TokenError::NoAudience(setting));
    }
    let one_of_ours = named.any(|name| configured.iter().any(|known| known == name));
    if one_of_ours { Ok(()) } else { Err(TokenError::Audience(setting)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_030_000);

    fn rules(clock_skew: i64) -> ClaimChecks {
        ClaimChecks {
            clock_skew,
            issuers: vec![
                "https://clerk.example.com".into(),
                "https://clerk.satellite.example".into(),
            ],
            audience: vec!["https://api.example.com".into()],
            session_audience: vec!["https://api.example.com".into()],
            authorized_parties: vec!["https://app.example.com".into()],
            parties_for_cookies_only: false,
            recipient: Recipient::Unknown,
        }
    }

    /// Seconds from now, the skew, and the outcome at that second.
    #[test]
    fn the_boundary_seconds_of_each_time_claim() {
        let far = UnixMillis(1_900_000_000_000);
        let at = |name: &str, offset: i64| {
            let time = NOW.plus(1000 * offset);
            match name {
                "exp" => Times { expires: time, not_before: None, issued: None },
                "nbf" => Times { expires: far, not_before: Some(time), issued: None },
                _ => Times { expires: far, not_before: None, issued: Some(time) },
            }
        };
        let table = [
            ("exp", 5000, -4, true),
            ("exp", 5000, -5, false),
            ("exp", 0, 1, true),
            ("exp", 0, 0, false),
            ("nbf", 5000, 5, true),
            ("nbf", 5000, 6, false),
            ("nbf", 0, 0, true),
            ("nbf", 0, 1, false),
            ("iat", 5000, 5, true),
            ("iat", 5000, 6, false),
            ("iat", 0, 0, true),
            ("iat", 0, 1, false),
        ];
        for (name, skew, offset, accepted) in table {
            let checked = rules(skew).check_times(&at(name, offset), NOW);
            assert_eq!(checked.is_ok(), accepted, "{name} {offset:+} skew {skew}");
        }
    }

    #[test]
    fn issuer_and_authorized_party_are_exact_strings() {
        let rules = rules(0);
        let party = |party: &str| rules.check_authorized_party(&PartyClaim::Named(party.into()));
        for issuer in ["https://clerk.example.com", "https://clerk.satellite.example"] {
            assert!(rules.check_issuer(Some(issuer)).is_ok(), "{issuer}");
        }
        assert!(party("https://app.example.com").is_ok());
        assert!(rules.check_issuer(None).is_err());
        for absent in [PartyClaim::Absent, PartyClaim::Mistyped] {
            assert!(rules.check_authorized_party(&absent).is_err(), "{absent:?}");
        }
        for wrong in [
            "",
            "https://clerk.example.com/",
            "https://clerk.example.com,https://clerk.satellite.example",
            "https://CLERK.example.com",
            "https://clerk",
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://app.example",
        ] {
            assert!(rules.check_issuer(Some(wrong)).is_err(), "{wrong}");
            assert!(party(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_configured_audience_must_be_named() {
        let table: &[(&[&str], bool)] = &[
            (&["https://api.example.com"], true),
            (&["x", "https://api.example.com"], true),
            (&[], false),
            (&["x"], false),
            (&["https://api.example.com/"], false),
        ];
        for (names, accepted) in table {
            let names: Vec<Box<str>> = names.iter().map(|name| (*name).into()).collect();
            assert_eq!(rules(0).check_session_audience(&names).is_ok(), *accepted, "{names:?}");
        }
    }
}
