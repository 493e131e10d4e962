//! Reports a rejection to the operator: one log event and one count.

use http::Extensions;

use super::rejection::Rejection;
use crate::{
    error::{AuthError, ErrorKind},
    policy::Policy,
    telemetry,
    token::TokenType,
};

/// A rejection that can become the redirect of a page: it is told once, as what it became.
pub(crate) struct Report {
    rejection: Rejection,
    error: AuthError,
    policy: Policy,
    route: Option<String>,
}

impl Report {
    pub(crate) fn new(
        rejection: &Rejection,
        error: &AuthError,
        policy: &Policy,
        extensions: &Extensions,
    ) -> Self {
        Self {
            rejection: rejection.clone(),
            error: error.clone(),
            policy: *policy,
            route: route(extensions).map(ToOwned::to_owned),
        }
    }

    /// Tells it as a rejection.
    pub(crate) fn tell(&self) {
        tell_on(self.route.as_deref(), &self.rejection, &self.error, &self.policy);
    }

    /// Tells it as a redirect. `to` is where the browser is sent, in a word.
    pub(crate) fn tell_redirected(&self, to: &'static str) {
        let Self { rejection, error, policy, route } = self;
        let (reason, cause) = (rejection.reason(), &error.failure);
        let token_type = count(error, "redirected", reason);
        tracing::info!(to, reason, token_type, %policy, route, %cause, "page redirected");
    }
}

/// `extensions` are those of the request, if they are at hand.
pub(crate) fn tell(
    rejection: &Rejection,
    error: &AuthError,
    policy: &Policy,
    extensions: Option<&Extensions>,
) {
    tell_on(extensions.and_then(route), rejection, error, policy);
}

/// Our own mistakes are errors, Clerk's outages are warnings.
fn tell_on(route: Option<&str>, rejection: &Rejection, error: &AuthError, policy: &Policy) {
    let (cause, reason) = (&error.failure, rejection.reason());
    let (rejection, status) = (rejection.kind().as_str(), rejection.status().as_u16());
    let token_type = count(error, rejection, reason);
    match cause {
        ErrorKind::Configuration(_) => {
            tracing::error!(status, rejection, reason, token_type, %policy, route, %cause, "request rejected");
        }
        ErrorKind::Upstream(_) => {
            tracing::warn!(status, rejection, reason, token_type, %policy, route, %cause, "request rejected");
        }
        _ => {
            tracing::info!(status, rejection, reason, token_type, %policy, route, %cause, "request rejected");
        }
    }
}

fn count(error: &AuthError, outcome: &'static str, reason: &'static str) -> Option<&'static str> {
    let token_type = error.presented.map(|presented| presented.token_type);
    telemetry::rejected(token_type, outcome, reason);
    token_type.map(TokenType::as_str)
}

/// The route as the router writes it: `/notes/{id}`.
#[cfg(feature = "matched-path")]
fn route(extensions: &Extensions) -> Option<&str> {
    extensions.get::<axum::extract::MatchedPath>().map(axum::extract::MatchedPath::as_str)
}

#[cfg(not(feature = "matched-path"))]
const fn route(_: &Extensions) -> Option<&str> {
    None
}
