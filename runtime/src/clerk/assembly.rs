//! Makes a [`Clerk`] of settings that are checked.

use std::sync::Arc;

use http::Method;
use reqwest::{ClientBuilder, Url};

use super::{
    Clerk, ClerkBuilder, ConfigError, Credentials, Inner, advice, checks,
    checks::{Checked, CheckedFleet},
    settings,
};
use crate::{
    error::with_sources,
    request::cookie::CookieRules,
    response::rejection::RejectionSettings,
    telemetry::{self, ClerkEndpoint},
    verify::{
        ApiRequest, ApiSecret, BackendApi, FleetSettings, HttpClient, JwtCache, JwtVerifier,
        KeySet, Keys, OpaqueVerifier, Reach, Replicas, Seal, SessionApi, Timeouts, Tombstones,
        Upstream, Verifier,
    },
};

/// Room for some 16,000 tokens of the usual size.
const JWT_CACHE_BYTES: usize = 16 * 1024 * 1024;

impl ClerkBuilder {
    /// Checks the settings and makes the verifier. Nothing is asked of the network yet.
    ///
    /// # Errors
    /// All problems at once, each with the variable and what to do.
    pub fn build(self) -> Result<Clerk, ConfigError> {
        assemble(self)
    }
}

fn assemble(mut builder: ClerkBuilder) -> Result<Clerk, ConfigError> {
    let checked = checks::check(&builder)?;
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
        ApiRequest { endpoint: ClerkEndpoint::KeySet, method: Method::GET, url, key: Some(secret) }
    });
    let public_set = checked.frontend_api.as_ref().map(|url| {
        let url = settings::join(url, ".well-known/jwks.json");
        ApiRequest { endpoint: ClerkEndpoint::PublicKeySet, method: Method::GET, url, key: None }
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
    // It is called once. What it holds is not kept.
    let client = builder.http_client.take().map(|client| client());
    let http = http_client(client, &called, checked.timeouts)?;
    let upstream = Upstream::new(checked.timeouts, http);
    let tombstones = Arc::new(Tombstones::default());
    let replicas = checked.fleet.as_ref().and_then(|fleet| {
        let settings = fleet_settings(fleet, &checked, builder.publishable_key.as_deref())?;
        Some(Replicas::new(settings, builder.clock.clone(), Arc::clone(&tombstones)))
    });
    let backend = BackendApi::new(
        upstream.clone(),
        builder.clock.clone(),
        |path| settings::join(&checked.api_url, path),
        checked.secret.as_ref(),
        checked.machine_secret.as_ref(),
        checked.rate_limits,
        replicas.as_ref().map(|replicas| replicas.count()),
    );
    let sessions = SessionApi::new(
        upstream.clone(),
        builder.clock.clone(),
        settings::join(&checked.api_url, &checked.api_version),
        checked.secret.clone(),
        checked.production,
    );
    let keys = match checked.jwt_key {
        Some(key) if !builder.fall_back.to_jwt_key || sources.is_empty() => Keys::Pem(key),
        None if sources.is_empty() => Keys::None,
        fallback => {
            let (upstream, clock) = (upstream.clone(), builder.clock.clone());
            let stale_limit = checked.max_stale_key_age;
            let replicas = replicas.clone();
            let set = KeySet::new(upstream, sources, clock, stale_limit, fallback, replicas);
            Keys::Set(Arc::new(set))
        }
    };
    let cookies = CookieRules::new(checked.cookies, &checked.rules.authorized_parties);
    let clock = builder.clock.clone();
    let times = checked.verdict_times;
    let opaque = OpaqueVerifier::new(backend, clock.clone(), times, tombstones, replicas);
    let opaque = Arc::new(opaque);
    let cache = JwtCache::new(builder.jwt_cache_bytes.unwrap_or(JWT_CACHE_BYTES));
    let jwt = Arc::new(JwtVerifier { keys, cache });
    let verifier = Arc::new(Verifier { jwt, opaque, rules: checked.rules, clock });
    let appearance = RejectionSettings {
        realm: checked.realm,
        body: builder.rejection_body.clone(),
        reveals_reasons: builder.reveal_reasons,
        debugs_reasons: builder.debug_reasons,
        scope_hierarchy: builder.scope_hierarchy,
        resource: checked.resource,
        instance: Arc::default(),
    };
    telemetry::describe();
    Ok(Clerk(Arc::new(Inner {
        verifier,
        cookies: Arc::new(cookies),
        appearance: Arc::new(appearance),
        settings: Arc::new(builder),
        has,
        sessions: Arc::new(sessions),
        frontend_api: checked.frontend_api.map(Arc::new),
    })))
}

/// Entries of the fleet are sealed with the key that Clerk is called with, for its instance and API.
fn fleet_settings(
    fleet: &CheckedFleet,
    checked: &Checked,
    publishable_key: Option<&str>,
) -> Option<FleetSettings> {
    let instance = settings::PublishableKey::parse(publishable_key?).ok()?;
    let kind = if instance.production { "production" } else { "development" };
    let instance = format!("{kind} {}", instance.frontend_api);
    let api_url = checked.api_url.as_str();
    let seal = |secret: &ApiSecret| {
        Seal::new(secret.authorization.as_bytes(), secret.variable, &instance, api_url)
    };
    let machine = match &checked.machine_secret {
        Some(secret) => Some(seal(secret)?),
        None => None,
    };
    Some(FleetSettings {
        store: Arc::clone(&fleet.store),
        replicas: fleet.replicas,
        secret: seal(checked.secret.as_ref()?)?,
        machine,
        instance: [instance.clone(), api_url.to_owned()],
        timeouts: checked.timeouts,
    })
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{token::OpaqueTokenType, verify::Recipient};

    fn built(variables: &[(&str, &str)]) -> Result<Clerk, ConfigError> {
        let read = |name: &str| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        };
        ClerkBuilder::from_variables(Vec::new(), read).build()
    }

    #[test]
    fn one_key_is_enough_and_an_empty_variable_is_not_set() {
        assert!(built(&[("CLERK_SECRET_KEY", "sk_test_x")]).is_ok());
        assert!(built(&[("CLERK_SECRET_KEY", "sk_test_x"), ("CLERK_JWT_KEY", "")]).is_ok());
        assert!(built(&[("CLERK_MACHINE_SECRET_KEY", "ak_x")]).is_ok());
        assert!(built(&[("CLERK_PUBLISHABLE_KEY", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")]).is_ok());
        let parties = "https://a.example, https://b.example,";
        let good = [("CLERK_SECRET_KEY", "sk_test_x"), ("CLERK_AUTHORIZED_PARTIES", parties)];
        assert!(built(&good).is_ok());
    }

    #[test]
    fn a_list_that_names_nothing_does_not_switch_its_check_off() {
        for variable in
            ["CLERK_AUDIENCE", "CLERK_SESSION_AUDIENCE", "CLERK_AUTHORIZED_PARTIES", "CLERK_ISSUER"]
        {
            let error = built(&[("CLERK_SECRET_KEY", "sk_test_x"), (variable, " , ")]).unwrap_err();
            assert!(error.to_string().contains(variable), "{error}");
            assert_eq!(format!("{error:?}"), error.to_string(), "what `main` would print");
        }
        let none: [&str; 0] = [];
        let key = || Clerk::builder().secret_key("sk_test_x");
        assert!(key().audience(none).build().is_err());
        assert!(key().session_audience(none).build().is_err());
        assert!(key().authorized_parties(none).build().is_err());
        assert!(key().issuers(none).build().is_err());
    }

    #[test]
    fn claim_settings_of_the_environment_reach_the_verifier() {
        let recipient = |value| {
            built(&[("CLERK_SECRET_KEY", "sk_test_x"), ("CLERK_ANY_MACHINE", value)])
                .map(|clerk| clerk.verifier().rules.recipient.clone())
        };
        assert_eq!(recipient("true"), Ok(Recipient::Any));
        assert_eq!(recipient("false"), Ok(Recipient::Unknown));
        assert_eq!(recipient(""), Ok(Recipient::Unknown));
        for value in ["1", "yes", "True", " true"] {
            let error = recipient(value).unwrap_err().to_string();
            assert_eq!(error, "CLERK_ANY_MACHINE: it must be `true` or `false`");
        }
        let session = ("CLERK_SESSION_AUDIENCE", "https://a.example, b");
        let clerk = built(&[("CLERK_SECRET_KEY", "sk_test_x"), session]).unwrap();
        assert_eq!(clerk.verifier().rules.session_audience, ["https://a.example", "b"]);
    }

    #[test]
    fn parties_for_cookies_only_need_parties() {
        let flag = |value| ("CLERK_PARTIES_FOR_COOKIES_ONLY", value);
        let of = |variables: &[(&str, &str)]| {
            let clerk = built(&[&[("CLERK_SECRET_KEY", "sk_test_x")], variables].concat());
            clerk.map(|clerk| clerk.verifier().rules.parties_for_cookies_only)
        };
        let party = ("CLERK_AUTHORIZED_PARTIES", "https://app.example.com");
        assert_eq!(of(&[party]), Ok(false));
        assert_eq!(of(&[party, flag("false")]), Ok(false));
        assert_eq!(of(&[party, flag("true")]), Ok(true));
        assert_eq!(of(&[flag("false")]), Ok(false));
        for (variables, problem) in [
            (vec![party, flag("yes")], "it must be `true` or `false`"),
            (vec![flag("true")], "there are no such parties; set CLERK_AUTHORIZED_PARTIES too"),
        ] {
            let error = of(&variables).unwrap_err().to_string();
            assert_eq!(error, format!("CLERK_PARTIES_FOR_COOKIES_ONLY: {problem}"));
        }
    }

    #[test]
    fn clone_of_a_builder_builds_with_the_same_settings() {
        let builder = Clerk::builder()
            .secret_key("sk_test_x")
            .session_audience(["notes"])
            .http_client(|| reqwest::Client::builder().tls_certs_only([]));
        for clerk in [builder.clone().build().unwrap(), builder.build().unwrap()] {
            assert_eq!(clerk.verifier().rules.session_audience, ["notes"]);
        }
    }

    #[test]
    fn keys_from_the_public_set_need_an_issuer_to_compare_with() {
        let public = || Clerk::builder().frontend_api_url("https://clerk.example.com");
        let error = public().build().unwrap_err().to_string();
        assert!(error.contains("CLERK_ISSUER"), "{error}");
        assert!(public().issuer("https://clerk.example.com").build().is_ok());
    }

    #[test]
    fn what_would_be_missed_in_an_outage_is_missed_at_start() {
        let key = || Clerk::builder().secret_key("sk_test_x");
        let public = key().public_keys_as_fallback();
        let local = key().jwt_key_as_fallback();
        for (builder, variable) in [(public, "CLERK_PUBLISHABLE_KEY"), (local, "CLERK_JWT_KEY")] {
            let error = builder.build().unwrap_err().to_string();
            assert!(error.contains(variable), "{error}");
        }
    }

    #[test]
    fn rate_limit_that_admits_no_token_is_an_error() {
        let with = |calls: &[u32], for_new: &[u32], token_type| {
            let mut clerk = Clerk::builder().secret_key("sk_test_x");
            for calls in calls {
                clerk = clerk.opaque_rate_limit(token_type, *calls);
            }
            for calls in for_new {
                clerk = clerk.new_token_rate_limit(token_type, *calls);
            }
            clerk.build()
        };
        for token_type in
            [OpaqueTokenType::OAuthToken, OpaqueTokenType::M2mToken, OpaqueTokenType::ApiKey]
        {
            for (calls, for_new) in [
                (vec![1], vec![]),
                (vec![1_000_000], vec![]),
                (vec![], vec![100]),
                (vec![7], vec![7]),
            ] {
                assert!(with(&calls, &for_new, token_type).is_ok(), "{calls:?} {for_new:?}");
            }
            for (calls, for_new, setting) in [
                (vec![0], vec![], "opaque_rate_limit"),
                (vec![1_000_001], vec![], "opaque_rate_limit"),
                (vec![], vec![0], "new_token_rate_limit"),
                (vec![7], vec![8], "new_token_rate_limit"),
            ] {
                let error = with(&calls, &for_new, token_type).unwrap_err().to_string();
                let name = token_type.to_string();
                assert!(error.contains(setting) && error.contains(&name), "{error}");
            }
        }
    }

    #[test]
    fn time_outs_are_neither_zero_nor_endless() {
        let key = || Clerk::builder().secret_key("sk_test_x");
        assert!(key().total_timeout(Duration::MAX).build().is_err());
        assert!(key().attempt_timeout(Duration::ZERO).build().is_err());
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let error = built(&[("CLERK_SECRET_KEY", "x"), ("CLERK_ISSUER", "y")]).unwrap_err();
        assert_eq!(error.to_string().lines().count(), 2, "{error}");
        let nothing = built(&[]).unwrap_err().to_string();
        assert!(nothing.contains("CLERK_SECRET_KEY"), "{nothing}");
        let mixed = [
            ("CLERK_SECRET_KEY", "sk_test_x"),
            ("CLERK_PUBLISHABLE_KEY", "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"),
        ];
        assert!(built(&mixed).unwrap_err().to_string().contains("different instances"));
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let builder = Clerk::builder().secret_key("sk_test_hidden").machine_secret_key("ak_hidden");
        assert!(!format!("{builder:?}").contains("hidden"));
        assert!(!format!("{:?}", builder.build()).contains("hidden"));
    }
}
