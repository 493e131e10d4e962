//! Checks all settings, alone and together.

mod resource;

use std::{sync::Arc, time::Duration};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::{
    ClerkBuilder, ConfigError,
    combination::Combination,
    limits,
    settings::{self, PublishableKey, pem},
};
use crate::{
    request::cookie::CookieInstance,
    response::{rejection::Realm, resource::Resource},
    verify::{
        ApiSecret, ClaimChecks, Key, RateLimits, Recipient, Timeouts, VerdictTimes, fleet::Store,
    },
};

const API_URL: &str = "https://api.clerk.com";
const API_VERSION: &str = "v1";
const REALM: &str = "clerk";
const CLOCK_SKEW: Duration = Duration::from_secs(5);
/// More would let tokens live on long after Clerk ended them.
const LARGEST_CLOCK_SKEW: Duration = Duration::from_secs(300);

/// Settings that can be used.
pub(super) struct Checked {
    pub(super) secret: Option<ApiSecret>,
    pub(super) machine_secret: Option<ApiSecret>,
    pub(super) jwt_key: Option<Key>,
    pub(super) api_url: Url,
    pub(super) api_version: String,
    pub(super) frontend_api: Option<Url>,
    pub(super) rules: ClaimChecks,
    pub(super) cookies: Option<CookieInstance>,
    pub(super) realm: Realm,
    pub(super) resource: Option<Resource>,
    pub(super) timeouts: Timeouts,
    pub(super) max_stale_key_age: Duration,
    pub(super) rate_limits: RateLimits,
    pub(super) verdict_times: VerdictTimes,
    pub(super) production: bool,
    pub(super) fleet: Option<CheckedFleet>,
}

/// A store that can be used, and how many replicas use it.
pub(super) struct CheckedFleet {
    pub(super) store: Arc<dyn Store>,
    pub(super) replicas: u32,
}

/// Checks every setting, so that all problems are told at once.
pub(super) fn check(builder: &ClerkBuilder) -> Result<Checked, ConfigError> {
    let mut error = ConfigError::default();
    match check_each(builder, &mut error) {
        Some(checked) if error.is_empty() => Ok(checked),
        _ => {
            error.explain_by(&builder.similar);
            Err(error)
        }
    }
}

fn check_each(builder: &ClerkBuilder, error: &mut ConfigError) -> Option<Checked> {
    for variable in &builder.unreadable {
        error.add(variable, "it is not UTF-8 text");
    }
    let publishable = error.check(
        "CLERK_PUBLISHABLE_KEY",
        builder.publishable_key.as_deref(),
        PublishableKey::parse,
    );
    let secret_text = exposed(builder.secret_key.as_ref());
    let production = error.check("CLERK_SECRET_KEY", secret_text, settings::secret_key);
    if let (Some(key), Some(production)) = (&publishable, production)
        && key.production != production
    {
        let wrong = "it and CLERK_PUBLISHABLE_KEY are of different instances: one is for \
                     production, the other for development";
        error.add("CLERK_SECRET_KEY", wrong);
    }
    let machine_text = exposed(builder.machine_secret_key.as_ref());
    error.check("CLERK_MACHINE_SECRET_KEY", machine_text, settings::machine_secret_key);
    let jwt_key = error.check("CLERK_JWT_KEY", builder.jwt_key.as_deref(), |pem| {
        pem::check(pem)?;
        Key::from_pem(pem).map_err(|unusable| {
            format!("{unusable}; copy the PEM public key from the API keys page of the dashboard")
        })
    });
    check_any_key(builder, error);
    let api_url = builder.api_url.as_deref().or(Some(API_URL));
    let api_url = error.check("CLERK_API_URL", api_url, settings::api_url);
    let api_version = builder.api_version.clone().unwrap_or_else(|| API_VERSION.to_owned());
    error.check("CLERK_API_VERSION", Some(&api_version), settings::api_version);
    let frontend_api = match (&builder.frontend_api_url, &publishable) {
        (Some(url), _) => Some(url.clone()),
        (None, Some(key)) => Some(format!("https://{}", key.frontend_api)),
        (None, None) => None,
    };
    let frontend_api =
        error.check("frontend_api_url", frontend_api.as_deref(), settings::frontend_api_url);
    let for_production =
        production == Some(true) || publishable.as_ref().is_some_and(|key| key.production);
    let rules = check_rules(builder, publishable.as_ref(), error);
    Combination {
        publishable: publishable.as_ref(),
        production: for_production,
        api_url: api_url.as_ref(),
        frontend_api: frontend_api.as_ref(),
        proxied: builder.frontend_api_url.is_some(),
        issuers: builder.issuers.as_deref().unwrap_or_default(),
        authorized_parties: &rules.authorized_parties,
        is_test: builder.clock.is_of_a_test(),
    }
    .check(error);
    let keys_are_public = frontend_api.is_some()
        && (jwt_key.is_none() || builder.fall_back.to_jwt_key)
        && (secret_text.is_none() || builder.fall_back.to_public_keys);
    if keys_are_public && rules.issuers.is_empty() && builder.publishable_key.is_none() {
        // Nothing else says which instance these keys are of.
        let wrong = "set it to the issuer of your instance: the keys are public, so only `iss` \
                     tells its tokens from those of another";
        error.add("CLERK_ISSUER", wrong);
    }
    check_fall_backs(builder, frontend_api.is_some(), error);
    let realm = Realm::new(builder.realm.as_deref().unwrap_or(REALM));
    if realm.is_none() {
        error.add("realm", "it has a character that cannot stand in a header field");
    }
    let issuer = rules.issuers.first().map(String::as_str);
    let resource = resource::check(builder.resource.as_deref(), issuer, error);
    let timeouts = limits::timeouts(builder, error);
    let api_secret =
        |key: Option<&str>, variable| key.and_then(|key| ApiSecret::new(key, variable));
    let rate_limits = limits::rate_limits(builder, production, error);
    let cookies = builder.publishable_key.as_deref().zip(publishable);
    Some(Checked {
        secret: api_secret(secret_text, "CLERK_SECRET_KEY"),
        machine_secret: api_secret(machine_text, "CLERK_MACHINE_SECRET_KEY"),
        jwt_key,
        api_url: api_url?,
        api_version,
        frontend_api,
        cookies: cookies.map(|(text, key)| {
            let instance = CookieInstance::new(text, key.frontend_api, key.production);
            instance.with_issuers(&rules.issuers)
        }),
        rules,
        realm: realm?,
        resource,
        timeouts,
        max_stale_key_age: limits::max_stale_key_age(builder, error),
        fleet: check_fleet(builder, &rate_limits, error),
        rate_limits,
        verdict_times: limits::verdict_times(builder, error),
        production: for_production,
    })
}

fn check_any_key(builder: &ClerkBuilder, error: &mut ConfigError) {
    let public = [&builder.publishable_key, &builder.jwt_key, &builder.frontend_api_url];
    let secret = [&builder.secret_key, &builder.machine_secret_key];
    let nothing = public.iter().all(|source| source.is_none())
        && secret.iter().all(|source| source.is_none());
    if nothing && builder.unreadable.is_empty() {
        let wrong = "no key is set; set this one to the secret key of your instance, from the \
                     API keys page of the dashboard, or set CLERK_PUBLISHABLE_KEY or \
                     CLERK_JWT_KEY, if only JWTs are accepted";
        error.add("CLERK_SECRET_KEY", wrong);
    }
}

#[cfg_attr(not(feature = "redis"), allow(unused_variables, reason = "only a feature has a store"))]
fn check_fleet(
    builder: &ClerkBuilder,
    limits: &RateLimits,
    error: &mut ConfigError,
) -> Option<CheckedFleet> {
    #[cfg(test)]
    if let Some((store, replicas)) = &builder.store {
        return Some(CheckedFleet { store: Arc::clone(store), replicas: *replicas });
    }
    #[cfg(feature = "redis")]
    return super::fleet::check(builder, limits, error);
    #[cfg(not(feature = "redis"))]
    None
}

/// One that is asked for and cannot be would be missed only in an outage.
fn check_fall_backs(builder: &ClerkBuilder, has_public_set: bool, error: &mut ConfigError) {
    if builder.fall_back.to_public_keys && !has_public_set {
        error.add(
            "public_keys_as_fallback",
            "no public key set is known; set CLERK_PUBLISHABLE_KEY",
        );
    }
    if builder.fall_back.to_jwt_key && builder.jwt_key.is_none() {
        error.add("jwt_key_as_fallback", "there is no such key; set CLERK_JWT_KEY");
    }
}

fn check_rules(
    builder: &ClerkBuilder,
    publishable: Option<&PublishableKey>,
    error: &mut ConfigError,
) -> ClaimChecks {
    let issuers = error.check_list("CLERK_ISSUER", builder.issuers.as_ref(), settings::issuer);
    error.check("CLERK_MACHINE_ID", builder.machine_id.as_deref(), settings::machine_id);
    let audience =
        error.check_list("CLERK_AUDIENCE", builder.audience.as_ref(), settings::audience);
    let session_audience = error.check_list(
        "CLERK_SESSION_AUDIENCE",
        builder.session_audience.as_ref(),
        settings::audience,
    );
    let any_machine =
        error.check("CLERK_ANY_MACHINE", builder.any_machine.as_deref(), settings::flag);
    let authorized_parties = error.check_list(
        "CLERK_AUTHORIZED_PARTIES",
        builder.authorized_parties.as_ref(),
        settings::authorized_party,
    );
    let variable = "CLERK_PARTIES_FOR_COOKIES_ONLY";
    let for_cookies_only =
        error.check(variable, builder.parties_for_cookies_only.as_deref(), settings::flag);
    if for_cookies_only == Some(true) && builder.authorized_parties.is_none() {
        error.add(variable, "there are no such parties; set CLERK_AUTHORIZED_PARTIES too");
    }
    let skew = builder.clock_skew.unwrap_or(CLOCK_SKEW);
    if skew > LARGEST_CLOCK_SKEW {
        error.add(
            "clock_skew",
            "it is more than 300 seconds; set this machine's clock right instead",
        );
    }
    // Clerk's issuer is the Frontend API's host.
    let known = || publishable.map(|key| format!("https://{}", key.frontend_api));
    ClaimChecks {
        clock_skew: i64::try_from(skew.as_millis()).unwrap_or(0),
        issuers: if issuers.is_empty() { known().into_iter().collect() } else { issuers },
        audience,
        session_audience,
        authorized_parties,
        parties_for_cookies_only: for_cookies_only == Some(true),
        recipient: match &builder.machine_id {
            _ if any_machine == Some(true) => Recipient::Any,
            Some(id) => Recipient::Machine(id.clone()),
            None => Recipient::Unknown,
        },
    }
}

fn exposed(secret: Option<&SecretString>) -> Option<&str> {
    secret.map(ExposeSecret::expose_secret)
}
