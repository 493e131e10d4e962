//! Where the replicas of a service share what Clerk said.

use std::{fmt, sync::Arc};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::{ClerkBuilder, ConfigError, checks::CheckedFleet, settings::is_loopback};
use crate::verify::{CallLimit, RateLimits, fleet::redis::RedisStore};

const URL: &str = "CLERK_FLEET_URL";
const REPLICAS: &str = "CLERK_FLEET_REPLICAS";
const DEFAULT_REPLICAS: u32 = 10;

/// A Redis or Valkey server that the replicas of a service share: see
/// [`ClerkBuilder::fleet`].
///
/// URLs are `rediss://`, or `redis://` on loopback, with a user, a password and a database if the
/// server needs them: `rediss://user:password@redis.example.com:6379/0`. Server certificates are
/// checked against the CA certificates of the system.
///
/// ```
/// use clerk_auth::{Clerk, fleet::Fleet};
///
/// let clerk = Clerk::builder()
///     .secret_key("sk_test_not_a_real_key")
///     .publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k")
///     .fleet(Fleet::redis("redis://127.0.0.1:6379").replicas(3))
///     .build()?;
/// # Ok::<(), clerk_auth::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use = "a fleet does nothing before `ClerkBuilder::fleet` gets it"]
pub struct Fleet {
    servers: FleetServers,
    replicas: Option<String>,
}

#[derive(Clone)]
enum FleetServers {
    One(SecretString),
    Cluster(Vec<SecretString>),
    Sentinel { service: String, sentinels: Vec<SecretString> },
}

impl Fleet {
    /// One server, or a service that stands in front of several.
    pub fn redis(url: impl Into<String>) -> Self {
        Self::of(FleetServers::One(url.into().into()))
    }

    /// A cluster, by the URLs of some of its nodes.
    pub fn redis_cluster<U: Into<String>>(nodes: impl IntoIterator<Item = U>) -> Self {
        Self::of(FleetServers::Cluster(secrets(nodes)))
    }

    /// The server that these sentinels name for the service. User, password and database of the
    /// first URL are those of the server. Sentinels must not need any.
    pub fn redis_sentinel<U: Into<String>>(
        service: impl Into<String>,
        sentinels: impl IntoIterator<Item = U>,
    ) -> Self {
        let service = service.into();
        Self::of(FleetServers::Sentinel { service, sentinels: secrets(sentinels) })
    }

    /// How many replicas run at once, at most; during a deployment, those of both versions. Defaults
    /// to 10.
    ///
    /// Half of each [rate limit](ClerkBuilder::opaque_rate_limit) is split into so many shares. A
    /// replica can spend its share whatever the server says. If more replicas run, they can call Clerk
    /// more often than the limit allows.
    pub fn replicas(mut self, replicas: u32) -> Self {
        self.replicas = Some(replicas.to_string());
        self
    }

    /// What the environment sets: one URL, or several nodes of a cluster.
    pub(super) fn from_variables(url: Option<String>, replicas: Option<String>) -> Option<Self> {
        let urls = super::environment::list(&url?);
        let fleet = match <[String; 1]>::try_from(urls) {
            Ok([url]) => Self::redis(url),
            Err(urls) => Self::redis_cluster(urls),
        };
        Some(Self { replicas, ..fleet })
    }

    fn of(servers: FleetServers) -> Self {
        Self { servers, replicas: None }
    }
}

/// Shows nothing: a URL can hold a password.
impl fmt::Debug for Fleet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Fleet(..)")
    }
}

/// `has_keys`: whether the secret key and the publishable key are known.
pub(super) fn check(
    builder: &ClerkBuilder,
    limits: &RateLimits,
    error: &mut ConfigError,
) -> Option<CheckedFleet> {
    let fleet = builder.fleet.as_ref()?;
    if builder.secret_key.is_none() {
        let wrong = "what replicas share is sealed with the secret key; set CLERK_SECRET_KEY too";
        error.add(URL, wrong);
    }
    if builder.publishable_key.is_none() {
        let wrong = "replicas share what belongs to one instance; set CLERK_PUBLISHABLE_KEY too";
        error.add(URL, wrong);
    }
    let replicas = check_replicas(fleet.replicas.as_deref(), limits, error);
    Some(CheckedFleet {
        store: Arc::new(check_servers(&fleet.servers, error)?),
        replicas: replicas?,
    })
}

fn check_replicas(
    replicas: Option<&str>,
    limits: &RateLimits,
    error: &mut ConfigError,
) -> Option<u32> {
    let parse = |text: &str| match text.parse() {
        Ok(0) | Err(_) => Err("it must be the number of replicas, 1 or more".to_owned()),
        Ok(replicas) => Ok(replicas),
    };
    let replicas = match replicas {
        Some(text) => error.check(REPLICAS, Some(text), parse)?,
        None => DEFAULT_REPLICAS,
    };
    let RateLimits { oauth_token, m2m_token, api_key } = limits;
    let least =
        [oauth_token, m2m_token, api_key].map(|CallLimit { for_new_tokens, .. }| *for_new_tokens);
    let least = least.into_iter().min().unwrap_or_default();
    if replicas > least {
        let wrong = format!(
            "{replicas} replicas cannot share {least} calls about new tokens in ten seconds; write \
             less, or raise `new_token_rate_limit`"
        );
        error.add(REPLICAS, wrong);
    }
    Some(replicas)
}

fn check_servers(servers: &FleetServers, error: &mut ConfigError) -> Option<RedisStore> {
    let (urls, needs_one) = match servers {
        FleetServers::One(url) => (vec![url], "it is not the URL of a server"),
        FleetServers::Cluster(urls) => (urls.iter().collect(), "it names no node of a cluster"),
        FleetServers::Sentinel { sentinels, .. } => {
            (sentinels.iter().collect(), "it names no sentinel")
        }
    };
    let urls: Vec<&str> = urls.into_iter().map(ExposeSecret::expose_secret).collect();
    for (url, place) in urls.iter().zip(1..) {
        if let Err(wrong) = check_url(url) {
            let wrong =
                if urls.len() > 1 { format!("entry {place}: {wrong}") } else { wrong.into() };
            error.add(URL, wrong);
        }
    }
    let store = match servers {
        FleetServers::One(_) => urls.first().and_then(|url| RedisStore::one(url)),
        FleetServers::Cluster(_) => RedisStore::cluster(&urls),
        FleetServers::Sentinel { service, .. } => RedisStore::sentinel(service, &urls),
    };
    if store.is_none() && !error.is_about(URL) {
        error.add(URL, needs_one);
    }
    store
}

/// No part of a URL is ever shown: it can hold a password.
fn check_url(url: &str) -> Result<(), &'static str> {
    let (scheme, rest) =
        url.split_once("://").ok_or("it is not a URL; write `rediss://host:port`")?;
    let is_encrypted = match scheme {
        "redis" | "valkey" => false,
        "rediss" | "valkeys" => true,
        _ => return Err("its scheme is not one of `rediss`, `valkeys`, `redis`, `valkey`"),
    };
    // Hosts of other schemes are not parsed.
    let parsed = Url::parse(&format!("https://{rest}")).map_err(|_| "it is not a URL")?;
    if !is_encrypted && !is_loopback(&parsed) {
        return Err("without encryption, only a server on loopback can be used; write `rediss://`");
    }
    // They would change how certificates are checked.
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err("it must have no query and no fragment");
    }
    Ok(())
}

fn secrets<U: Into<String>>(urls: impl IntoIterator<Item = U>) -> Vec<SecretString> {
    urls.into_iter().map(|url| url.into().into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clerk, policy::OpaqueTokenType};

    fn builder() -> ClerkBuilder {
        let publishable = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";
        Clerk::builder().secret_key("sk_test_x").publishable_key(publishable)
    }

    fn problem(fleet: Fleet) -> String {
        builder().fleet(fleet).build().unwrap_err().to_string()
    }

    #[test]
    fn url_of_a_server_is_encrypted_or_on_loopback() {
        for good in [
            "redis://127.0.0.1",
            "redis://127.0.0.1:6379/3",
            "redis://:password@localhost:6379",
            "redis://user:password@[::1]:6379/0",
            "redis://redis.localhost",
            "rediss://redis.example.com",
            "rediss://user:p%40ss@redis.example.com:6380/1",
            "valkey://127.0.0.1",
            "valkeys://valkey.example.com",
        ] {
            let built = builder().fleet(Fleet::redis(good)).build();
            assert!(built.is_ok(), "{good}: {}", built.unwrap_err());
        }
        for bad in [
            "",
            "redis.example.com",
            "127.0.0.1:6379",
            "http://127.0.0.1",
            "unix:///run/redis.sock",
            "redis+unix:///run/redis.sock",
            "redis://redis.example.com",
            "redis://127.0.0.1.example.com",
            "redis://localhost@redis.example.com",
            "redis://10.0.0.1",
            "valkey://10.0.0.1",
            "rediss://redis.example.com/#insecure",
            "rediss://redis.example.com?protocol=resp3",
            "rediss://redis.example.com/x",
            "rediss://",
        ] {
            assert!(problem(Fleet::redis(bad)).starts_with(URL), "{bad}");
            assert!(problem(Fleet::redis_cluster([bad])).starts_with(URL), "{bad}");
            assert!(problem(Fleet::redis_sentinel("main", [bad])).starts_with(URL), "{bad}");
        }
        let none: [&str; 0] = [];
        assert!(problem(Fleet::redis_cluster(none)).contains("no node"));
        assert!(problem(Fleet::redis_sentinel("main", none)).contains("no sentinel"));
    }

    #[test]
    fn problem_shows_nothing_of_the_url() {
        for url in
            ["redis://user:hidden@host-hidden.example/9", "hidden", "redis://hidden:99999999"]
        {
            for fleet in [
                Fleet::redis(url),
                Fleet::redis_cluster([url, url]),
                Fleet::redis_sentinel("main", [url, url]),
            ] {
                assert!(!format!("{fleet:?}").contains("hidden"));
                assert!(!problem(fleet).contains("hidden"));
            }
        }
    }

    #[test]
    fn fleet_without_the_keys_of_an_instance_is_an_error() {
        let fleet = || Fleet::redis("redis://127.0.0.1");
        let publishable = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";
        for (builder, variable) in [
            (Clerk::builder().publishable_key(publishable), "CLERK_SECRET_KEY"),
            (
                Clerk::builder().machine_secret_key("ak_x").publishable_key(publishable),
                "CLERK_SECRET_KEY",
            ),
            (Clerk::builder().secret_key("sk_test_x"), "CLERK_PUBLISHABLE_KEY"),
        ] {
            let error = builder.fleet(fleet()).build().unwrap_err().to_string();
            assert!(error.starts_with(URL) && error.contains(variable), "{error}");
        }
    }

    #[test]
    fn each_replica_has_a_call_about_new_tokens_at_least() {
        let fleet = |replicas| Fleet::redis("redis://127.0.0.1").replicas(replicas);
        for (replicas, is_good) in [(0, false), (1, true), (50, true), (51, false)] {
            assert_eq!(builder().fleet(fleet(replicas)).build().is_ok(), is_good, "{replicas}");
        }
        let raised = builder().new_token_rate_limit(OpaqueTokenType::OAuthToken, 100);
        assert!(raised.fleet(fleet(51)).build().is_ok());
    }

    #[test]
    fn variables_make_a_server_or_a_cluster() {
        let of = |url: &str, replicas: Option<&str>| {
            let fleet = Fleet::from_variables(Some(url.into()), replicas.map(Into::into)).unwrap();
            builder().fleet(fleet).build().map_err(|error| error.to_string())
        };
        assert!(of("redis://127.0.0.1", None).is_ok());
        assert!(of("redis://127.0.0.1, redis://127.0.0.1:7001", Some("3")).is_ok());
        for replicas in ["0", "-1", "three", "3.0", ""] {
            let error = of("redis://127.0.0.1", Some(replicas)).unwrap_err();
            assert!(error.starts_with(REPLICAS), "{error}");
        }
        assert!(Fleet::from_variables(None, Some("3".into())).is_none());
    }
}
