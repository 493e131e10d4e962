//! Collected settings in, a [`Clerk`] out, or everything that is wrong with them.

use std::{sync::Arc, time::Duration};

use http::Method;
use reqwest::{ClientBuilder, Url};
use secrecy::{ExposeSecret, SecretString};

use super::{
    Clerk, ClerkBuilder, ConfigError, Credentials, Inner, advice,
    combination::Combination,
    for_resource,
    settings::{self, PublishableKey, pem},
};
use crate::{
    error::with_sources,
    request::cookie::{CookieInstance, CookieRules},
    response::{
        rejection::{Realm, RejectionSettings},
        resource::Resource,
    },
    telemetry::{self, Endpoint},
    token::TokenType,
    verify::{
        ApiRequest, ApiSecret, Backend, CallLimit, ClaimChecks, HttpClient, JwtCache, Key, KeySet,
        Keys, OpaqueVerifier, RateLimits, Reach, Recipient, Timeouts, Upstream, VerdictTimes,
        Verifier,
    },
};

const API_URL: &str = "https://api.clerk.com";
const API_VERSION: &str = "v1";
const REALM: &str = "clerk";
const CLOCK_SKEW: Duration = Duration::from_secs(5);
/// More would let tokens live on long after Clerk ended them.
const LARGEST_CLOCK_SKEW: Duration = Duration::from_secs(300);
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(1),
    attempt: Duration::from_secs(2),
    deadline: Duration::from_secs(5),
};

const LONGEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Room for some 16,000 tokens of the usual size.
const JWT_CACHE_BYTES: usize = 16 * 1024 * 1024;
const MAX_STALE_KEY_AGE: Duration = Duration::from_secs(3600);
const LONGEST_STALE_KEY_AGE: Duration = Duration::from_secs(24 * 3600);
const REFUSAL_CACHE: Duration = Duration::from_secs(10);
/// More would let revoked tokens live on.
const LONGEST_VERDICT: Duration = Duration::from_secs(300);
/// So that one token cannot use up the rate limit.
const APPROVAL_CACHE: Duration = Duration::from_secs(1);
/// What Clerk allows in ten seconds (contract §4.7). OAuth tokens alone count there (§13.2).
const CALLS_IN_PRODUCTION: u32 = 1000;
const CALLS_IN_DEVELOPMENT: u32 = 100;
/// For the other types, which Clerk verifies without a published limit. It bounds what they cost.
const CALLS_WITHOUT_LIMIT: u32 = 10_000;
/// More would take too much memory: the time of each call is kept.
const MOST_CALLS: u32 = 1_000_000;

/// Settings that can be used.
struct Checked {
    secret: Option<ApiSecret>,
    machine_secret: Option<ApiSecret>,
    jwt_key: Option<Key>,
    api_url: Url,
    api_version: String,
    frontend_api: Option<Url>,
    rules: ClaimChecks,
    cookies: Option<CookieInstance>,
    realm: Realm,
    resource: Option<Resource>,
    timeouts: Timeouts,
    max_stale_key_age: Duration,
    rate_limits: RateLimits,
    verdict_times: VerdictTimes,
    production: bool,
}

pub(super) fn build(mut builder: ClerkBuilder) -> Result<Clerk, ConfigError> {
    let mut error = ConfigError::default();
    let checked = check(&builder, &mut error);
    let Some(checked) = checked.filter(|_| error.is_empty()) else {
        error.explain_by(&builder.similar);
        return Err(error);
    };
    for advice in advice::of(&builder, checked.production) {
        tracing::warn!("{advice}");
    }
    let has = Credentials {
        secret_key: checked.secret.is_some(),
        machine_secret_key: checked.machine_secret.is_some(),
        production: checked.production,
    };
    let private_set = checked.secret.clone().map(|secret| {
        let url = settings::join(&checked.api_url, &format!("{}/jwks", checked.api_version));
        ApiRequest { endpoint: Endpoint::KeySet, method: Method::GET, url, key: Some(secret) }
    });
    let public_set = checked.frontend_api.map(|url| {
        let url = settings::join(&url, ".well-known/jwks.json");
        ApiRequest { endpoint: Endpoint::PublicKeySet, method: Method::GET, url, key: None }
    });
    let asks_both = builder.fall_back.to_public_keys || private_set.is_none();
    let sources: Vec<ApiRequest> =
        private_set.into_iter().chain(public_set.filter(|_| asks_both)).collect();
    let calls_backend = has.secret_key || has.machine_secret_key;
    let called: Vec<&Url> = sources
        .iter()
        .map(|source| &source.url)
        .chain(calls_backend.then_some(&checked.api_url))
        .collect();
    let http = http_client(builder.http_client.take(), &called, checked.timeouts)?;
    let upstream = Upstream::new(checked.timeouts, http);
    let backend = Backend::new(
        upstream.clone(),
        builder.clock.clone(),
        |path| settings::join(&checked.api_url, path),
        checked.secret.as_ref(),
        checked.machine_secret.as_ref(),
        checked.rate_limits,
    );
    let keys = match checked.jwt_key {
        Some(key) if !builder.fall_back.to_jwt_key || sources.is_empty() => Keys::Pem(key),
        None if sources.is_empty() => Keys::None,
        fallback => {
            let (upstream, clock) = (upstream.clone(), builder.clock.clone());
            let set = KeySet::new(upstream, sources, clock, checked.max_stale_key_age, fallback);
            Keys::Set(Arc::new(set))
        }
    };
    let cookies = Arc::new(CookieRules {
        instance: checked.cookies,
        authorized_parties: checked.rules.authorized_parties.clone(),
        ..CookieRules::default()
    });
    let clock = builder.clock;
    let asked = OpaqueVerifier::new(upstream, clock.clone(), checked.verdict_times);
    let verifier = Arc::new(Verifier {
        keys,
        backend,
        asked: Arc::new(asked),
        seen: JwtCache::new(builder.jwt_cache_bytes.unwrap_or(JWT_CACHE_BYTES)),
        rules: checked.rules,
        clock,
    });
    let appearance = RejectionSettings {
        realm: checked.realm,
        body: builder.rejection_body,
        reveals_reasons: builder.reveal_reasons,
        debugs_reasons: builder.debug_reasons,
        scope_hierarchy: builder.scope_hierarchy,
        resource: checked.resource,
    };
    telemetry::describe();
    Ok(Clerk(Arc::new(Inner { verifier, cookies, appearance: Arc::new(appearance), has })))
}

/// The client for these URLs. Only one of the application's own is built here and can fail.
fn http_client(
    own: Option<ClientBuilder>,
    called: &[&Url],
    timeouts: Timeouts,
) -> Result<HttpClient, ConfigError> {
    let reach = Reach {
        connect_timeout: timeouts.connect,
        loopback: called.iter().any(|url| settings::is_loopback(url)),
        encrypted: called.iter().any(|url| url.scheme() == "https"),
    };
    let Some(own) = own else { return Ok(HttpClient::new(reach)) };
    HttpClient::from_builder(own, reach).map_err(|cause| {
        let problem = format!("the client cannot be built: {}", with_sources(&cause));
        ConfigError::new("http_client", problem)
    })
}

/// Looks at every setting, so that all problems are told at once.
fn check(builder: &ClerkBuilder, error: &mut ConfigError) -> Option<Checked> {
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
    let public = [&builder.publishable_key, &builder.jwt_key, &builder.frontend_api_url];
    let nothing = public.iter().all(|source| source.is_none())
        && secret_text.is_none()
        && machine_text.is_none();
    if nothing && builder.unreadable.is_empty() {
        let wrong = "no key is set; set this one to the secret key of your instance, from the \
                     API keys page of the dashboard, or set CLERK_PUBLISHABLE_KEY or \
                     CLERK_JWT_KEY, if only JWTs are accepted";
        error.add("CLERK_SECRET_KEY", wrong);
    }
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
        error.check("frontend_api_url", frontend_api.as_deref(), settings::endpoint_url);
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
    let resource = for_resource::check(builder.resource.as_deref(), issuer, error);
    let timeouts = check_timeouts(builder, error);
    let api_secret =
        |key: Option<&str>, variable| key.and_then(|key| ApiSecret::new(key, variable));
    let cookies = builder.publishable_key.as_deref().zip(publishable);
    Some(Checked {
        secret: api_secret(secret_text, "CLERK_SECRET_KEY"),
        machine_secret: api_secret(machine_text, "CLERK_MACHINE_SECRET_KEY"),
        jwt_key,
        api_url: api_url?,
        api_version,
        frontend_api,
        rules,
        cookies: cookies
            .map(|(text, key)| CookieInstance::new(text, key.frontend_api, key.production)),
        realm: realm?,
        resource,
        timeouts,
        max_stale_key_age: check_stale_keys(builder, error),
        rate_limits: check_rate_limits(builder, production, error),
        verdict_times: check_verdict_times(builder, error),
        production: for_production,
    })
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

fn check_rate_limits(
    builder: &ClerkBuilder,
    production: Option<bool>,
    error: &mut ConfigError,
) -> RateLimits {
    let mut limit = |token_type, default| {
        let calls = last(&builder.opaque_rate_limit, token_type).unwrap_or(default);
        if !(1..=MOST_CALLS).contains(&calls) {
            let wrong = format!("write from 1 to {MOST_CALLS} calls for {token_type}");
            error.add("opaque_rate_limit", wrong);
        }
        let new = last(&builder.new_token_rate_limit, token_type);
        let for_new_tokens = new.unwrap_or(calls.div_ceil(2));
        if new.is_some_and(|new| !(1..=calls).contains(&new)) {
            let wrong = format!("write from 1 to {calls} calls for {token_type}, its limit");
            error.add("new_token_rate_limit", wrong);
        }
        CallLimit { calls, for_new_tokens }
    };
    let of_clerk =
        if production == Some(false) { CALLS_IN_DEVELOPMENT } else { CALLS_IN_PRODUCTION };
    let limits = RateLimits {
        oauth_token: limit(TokenType::OAuthToken, of_clerk),
        m2m_token: limit(TokenType::M2mToken, CALLS_WITHOUT_LIMIT),
        api_key: limit(TokenType::ApiKey, CALLS_WITHOUT_LIMIT),
    };
    let session = TokenType::SessionToken;
    for (setting, limits) in [
        ("opaque_rate_limit", &builder.opaque_rate_limit),
        ("new_token_rate_limit", &builder.new_token_rate_limit),
    ] {
        if last(limits, session).is_some() {
            error.add(setting, "sessions are never opaque");
        }
    }
    limits
}

/// The setting for a type that was written last.
fn last(settings: &[(TokenType, u32)], token_type: TokenType) -> Option<u32> {
    settings.iter().rev().find(|(it, _)| *it == token_type).map(|(_, value)| *value)
}

fn check_stale_keys(builder: &ClerkBuilder, error: &mut ConfigError) -> Duration {
    let max_stale_key_age = builder.max_stale_key_age.unwrap_or(MAX_STALE_KEY_AGE);
    if max_stale_key_age > LONGEST_STALE_KEY_AGE {
        error.add("max_stale_key_age", "it is longer than a day");
    }
    max_stale_key_age
}

fn check_verdict_times(builder: &ClerkBuilder, error: &mut ConfigError) -> VerdictTimes {
    let refused = builder.negative_cache_ttl.unwrap_or(REFUSAL_CACHE);
    if refused > LONGEST_VERDICT {
        error.add("negative_cache_ttl", "it is longer than 300 seconds");
    }
    let approved = APPROVAL_CACHE;
    let mut times =
        VerdictTimes { refused, oauth_token: approved, m2m_token: approved, api_key: approved };
    for (token_type, time) in &builder.opaque_cache {
        match token_type {
            TokenType::OAuthToken => times.oauth_token = *time,
            TokenType::M2mToken => times.m2m_token = *time,
            TokenType::ApiKey => times.api_key = *time,
            TokenType::SessionToken => error.add("opaque_cache", "sessions are never opaque"),
        }
        if *time > LONGEST_VERDICT {
            error.add("opaque_cache", "it is longer than 300 seconds");
        }
    }
    times
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
    let session_audience =
        error.check_list("session_audience", builder.session_audience.as_ref(), settings::audience);
    let authorized_parties = error.check_list(
        "CLERK_AUTHORIZED_PARTIES",
        builder.authorized_parties.as_ref(),
        settings::authorized_party,
    );
    let skew = builder.clock_skew.unwrap_or(CLOCK_SKEW);
    if skew > LARGEST_CLOCK_SKEW {
        error.add("clock_skew", "it is over 300 seconds; set this machine's clock right instead");
    }
    // Clerk's issuer is the Frontend API's host.
    let known = || publishable.map(|key| format!("https://{}", key.frontend_api));
    ClaimChecks {
        clock_skew: i64::try_from(skew.as_millis()).unwrap_or(0),
        issuers: if issuers.is_empty() { known().into_iter().collect() } else { issuers },
        audience,
        session_audience,
        authorized_parties,
        recipient: match &builder.machine_id {
            _ if builder.any_machine => Recipient::Any,
            Some(id) => Recipient::Machine(id.clone()),
            None => Recipient::Unknown,
        },
    }
}

fn check_timeouts(builder: &ClerkBuilder, error: &mut ConfigError) -> Timeouts {
    let deadline = builder.total_timeout.unwrap_or(TIMEOUTS.deadline);
    let timeouts = Timeouts {
        connect: builder.connect_timeout.unwrap_or(TIMEOUTS.connect),
        // Nobody is left to hear of an attempt that takes longer.
        attempt: builder.attempt_timeout.unwrap_or(TIMEOUTS.attempt).min(deadline),
        deadline,
    };
    for (name, timeout) in [
        ("connect_timeout", timeouts.connect),
        ("attempt_timeout", timeouts.attempt),
        ("total_timeout", timeouts.deadline),
    ] {
        if timeout.is_zero() {
            error.add(name, "it is zero, so Clerk could never be asked");
        }
        if timeout > LONGEST_TIMEOUT {
            error.add(name, "it is over 60 seconds; no caller waits that long");
        }
    }
    timeouts
}

fn exposed(secret: Option<&SecretString>) -> Option<&str> {
    secret.map(ExposeSecret::expose_secret)
}
