//! The rules that can differ between several `Clerk`s of one instance.

use std::{fmt, sync::Arc, time::Duration};

use super::{Clerk, ClerkBuilder, ConfigError, Inner, advice, checks};
use crate::{request::cookie::CookieRules, response::rejection::RejectionSettings};

/// The rules of one [`Clerk`], for [`Clerk::with`] to change.
///
/// They start with the values of the first `Clerk`. Each method replaces one.
#[must_use = "rules do nothing before `Clerk::with` gets them back"]
pub struct ClerkRules(ClerkBuilder);

impl ClerkRules {
    /// Replaces the audiences of OAuth tokens: see [`ClerkBuilder::audience`].
    pub fn audience<A: Into<String>>(self, audience: impl IntoIterator<Item = A>) -> Self {
        Self(self.0.audience(audience))
    }

    /// Replaces the audiences of session tokens: see [`ClerkBuilder::session_audience`].
    pub fn session_audience<A: Into<String>>(self, audience: impl IntoIterator<Item = A>) -> Self {
        Self(self.0.session_audience(audience))
    }

    /// Replaces the origins of your front ends: see [`ClerkBuilder::authorized_parties`].
    pub fn authorized_parties<P: Into<String>>(self, parties: impl IntoIterator<Item = P>) -> Self {
        Self(self.0.authorized_parties(parties))
    }

    /// Replaces the accepted issuers by this one: see [`ClerkBuilder::issuer`].
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        Self(self.0.issuer(issuer))
    }

    /// Replaces the accepted issuers: see [`ClerkBuilder::issuers`].
    pub fn issuers<I: Into<String>>(self, issuers: impl IntoIterator<Item = I>) -> Self {
        Self(self.0.issuers(issuers))
    }

    /// Accepts only M2M tokens for this machine, even if the first `Clerk` accepts [those for
    /// any](ClerkBuilder::any_machine): see [`ClerkBuilder::machine_id`].
    pub fn machine_id(self, id: impl Into<String>) -> Self {
        Self(ClerkBuilder { any_machine: None, ..self.0 }.machine_id(id))
    }

    /// Accepts M2M tokens for other machines too: see [`ClerkBuilder::any_machine`].
    pub fn any_machine(self) -> Self {
        Self(self.0.any_machine())
    }

    /// Replaces the clock skew: see [`ClerkBuilder::clock_skew`].
    pub fn clock_skew(self, skew: Duration) -> Self {
        Self(self.0.clock_skew(skew))
    }

    /// Replaces the resource that challenges and metadata name: see [`ClerkBuilder::resource`].
    pub fn resource(self, url: impl Into<String>) -> Self {
        Self(self.0.resource(url))
    }
}

/// Keys, caches, running calls and all other settings are shared.
pub(super) fn derive(
    clerk: &Clerk,
    change: impl FnOnce(ClerkRules) -> ClerkRules,
) -> Result<Clerk, ConfigError> {
    let Inner { verifier, appearance, settings, has, sessions, frontend_api, .. } = &*clerk.0;
    let ClerkRules(changed) = change(ClerkRules(ClerkBuilder::clone(settings)));
    let checked = checks::check(&changed)?;
    let is_known = settings.resource == changed.resource && settings.audience == changed.audience;
    if !is_known && let Some(advice) = advice::of_resource(&changed) {
        tracing::warn!("{advice}");
    }
    let cookies = CookieRules::new(checked.cookies, &checked.rules.authorized_parties);
    let appearance =
        RejectionSettings { resource: checked.resource, ..RejectionSettings::clone(appearance) };
    Ok(Clerk(Arc::new(Inner {
        verifier: Arc::new(verifier.with_rules(checked.rules)),
        cookies: Arc::new(cookies),
        appearance: Arc::new(appearance),
        settings: Arc::new(changed),
        has: *has,
        sessions: Arc::clone(sessions),
        frontend_api: frontend_api.clone(),
    })))
}

impl fmt::Debug for ClerkRules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ClerkRules(..)")
    }
}
