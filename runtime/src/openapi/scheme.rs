//! A token type in, the security schemes of a document by which such tokens come out.

use crate::token::TokenType;

/// A way in which a credential comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    SessionToken,
    SessionCookie,
    OAuthToken,
    M2mToken,
    ApiKey,
    /// Of an operation that lets nobody in. To a document, no scheme would mean everybody.
    Nobody,
}

/// A security scheme of OpenAPI 3.1, as far as we use them.
pub(super) enum Definition<'a> {
    /// In the `Authorization` field (RFC 6750 §2.1).
    Bearer {
        format: Option<&'static str>,
    },
    Cookie {
        name: &'static str,
    },
    /// The authorization code grant (RFC 6749 §4.1), the only one by which Clerk's users let an
    /// application act for them.
    AuthorizationCode {
        authorization_url: String,
        token_url: String,
        scopes: Vec<&'a str>,
    },
}

impl Scheme {
    pub(super) const ALL: [Self; 6] = [
        Self::SessionToken,
        Self::SessionCookie,
        Self::OAuthToken,
        Self::M2mToken,
        Self::ApiKey,
        Self::Nobody,
    ];

    pub(super) const fn of(token_type: TokenType) -> &'static [Self] {
        match token_type {
            TokenType::SessionToken => &[Self::SessionToken, Self::SessionCookie],
            TokenType::OAuthToken => &[Self::OAuthToken],
            TokenType::M2mToken => &[Self::M2mToken],
            TokenType::ApiKey => &[Self::ApiKey],
        }
    }

    /// Whether the names beside it are scopes.
    pub(super) const fn has_scopes(self) -> bool {
        matches!(self, Self::OAuthToken | Self::ApiKey)
    }

    /// The name in a document, which it shares with schemes that are not ours.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SessionToken => "clerk_session_token",
            Self::SessionCookie => "clerk_session_cookie",
            Self::OAuthToken => "clerk_oauth_token",
            Self::M2mToken => "clerk_m2m_token",
            Self::ApiKey => "clerk_api_key",
            Self::Nobody => "clerk_nobody",
        }
    }

    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::SessionToken => "The session token of a signed-in user.",
            Self::SessionCookie => {
                "The session of a signed-in user, in the cookie that Clerk's front ends set beside \
                 `__client_uat`. A request that can change something must come from the API's own \
                 site, or from a front end that it knows."
            }
            Self::OAuthToken => "An OAuth access token of an application that acts for a user.",
            Self::M2mToken => "A token of another machine.",
            Self::ApiKey => "An API key of a user or an organization.",
            Self::Nobody => "No token is accepted.",
        }
    }

    /// The endpoints are those of Clerk's Frontend API, whose URL is the issuer. `None` where they
    /// are needed and not known.
    pub(super) fn definition<'a>(
        self,
        issuer: Option<&str>,
        scopes: Vec<&'a str>,
    ) -> Option<Definition<'a>> {
        Some(match self {
            Self::SessionToken => Definition::Bearer { format: Some("JWT") },
            Self::SessionCookie => Definition::Cookie { name: "__session" },
            Self::OAuthToken => {
                let issuer = issuer?;
                Definition::AuthorizationCode {
                    authorization_url: format!("{issuer}/oauth/authorize"),
                    token_url: format!("{issuer}/oauth/token"),
                    scopes,
                }
            }
            Self::M2mToken | Self::ApiKey | Self::Nobody => Definition::Bearer { format: None },
        })
    }
}
