//! The issuer, its tokens, the guarded route, and each verifier as its users have it.

use std::{hint::black_box, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use clerk_auth::{Clerk, ClerkBuilder, Scopes, Subject, clerk_auth, testing::DevIssuer};
use clerk_rs::{
    apis::configuration::Configuration,
    validators::{axum::ClerkLayer, jwks::MemoryCacheJwksProvider},
};
use oauth_resource_server::{
    KeyNaming, OAuthConfig, OAuthValidator, axum::AuthLayer, static_token_policy,
};

pub const USER: &str = "user_2zQ8pF0yPcBh7WgT3aNjRxVlKoG";
const AUDIENCE: &str = "https://api.example.com/";
/// The size of Clerk's usual tokens, in bytes.
const SIZE: usize = 932;

pub struct World {
    pub issuer: DevIssuer,
    /// Scopes for the route, good for a day.
    pub token: String,
    /// The same with an audience, for verifiers that must be told one; of the same size.
    pub token_for_audience: String,
}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
pub async fn guarded(subject: Subject, scopes: Scopes) -> &'static str {
    black_box((subject, scopes));
    "notes"
}

pub async fn open() -> &'static str {
    "notes"
}

impl World {
    pub async fn start() -> Self {
        let issuer = DevIssuer::start().await.unwrap();
        let token = sized(&issuer, "", false);
        let token_for_audience = sized(&issuer, "", true);
        Self { issuer, token, token_for_audience }
    }

    /// A good token that differs from all others.
    pub fn another_token(&self, number: usize) -> String {
        sized(&self.issuer, &format!("{number:05}"), false)
    }

    /// The token with another signature.
    pub fn forged(&self) -> String {
        let (signed, signature) = self.token.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        format!("{signed}.{other}{}", &signature[1..])
    }

    /// With the key set of the issuer, as most applications have it.
    pub async fn clerk(&self, set: impl FnOnce(ClerkBuilder) -> ClerkBuilder) -> Clerk {
        let clerk = set(self.issuer.clerk()).build().unwrap();
        clerk.warm_up().await.unwrap();
        clerk
    }

    /// A route behind a guard, and one without.
    pub fn app(clerk: Clerk) -> Router {
        Router::new().route("/guarded", get(guarded)).route("/open", get(open)).with_state(clerk)
    }

    pub fn clerk_rs_provider(&self) -> MemoryCacheJwksProvider {
        let configuration = Configuration::new(self.issuer.secret_key())
            .with_base_path(format!("{}/v1", self.issuer.url()));
        MemoryCacheJwksProvider::new(clerk_rs::clerk::Clerk::new(configuration))
    }

    /// The open route behind the layer of clerk-rs.
    pub fn clerk_rs_app(&self) -> Router {
        let layer = ClerkLayer::new(self.clerk_rs_provider(), None, true);
        Router::new().route("/guarded", get(open)).layer(layer)
    }

    pub async fn resource_server(&self) -> Arc<OAuthValidator> {
        let config = self.resource_server_config();
        let validator = OAuthValidator::new(&config).unwrap();
        validator.refresh_now().await.unwrap();
        Arc::new(validator)
    }

    /// The open route behind the layer of oauth-resource-server.
    pub async fn resource_server_app(&self) -> Router {
        let validator = self.resource_server().await;
        let decision =
            static_token_policy(None, Some(&self.resource_server_config()), false).unwrap();
        let layer = AuthLayer::from_decision(decision, Some(validator)).unwrap();
        Router::new().route("/guarded", get(open)).layer(layer)
    }

    fn resource_server_config(&self) -> oauth_resource_server::ResolvedOAuthConfig {
        let config = OAuthConfig {
            enabled: true,
            issuer: self.issuer.issuer().to_owned(),
            jwks_uri: Some(format!("{}/.well-known/jwks.json", self.issuer.url())),
            audience: AUDIENCE.to_owned(),
            resource: AUDIENCE.to_owned(),
            required_scope: Some("read:notes".to_owned()),
            ..OAuthConfig::default()
        };
        config.resolve(KeyNaming::Dotted("oauth")).unwrap().unwrap()
    }
}

/// A token that is filled up to the size of Clerk's.
fn sized(issuer: &DevIssuer, mark: &str, with_audience: bool) -> String {
    let token = |padding: usize| {
        let token = issuer.oauth(USER).scopes(["read:notes", "write:notes"]);
        let token = if with_audience { token.audience([AUDIENCE]) } else { token };
        let padding = "x".repeat(padding) + mark;
        token.lives(Duration::from_secs(86_400)).claim("padding", padding).jwt()
    };
    let token = token((SIZE - token(0).len()) * 3 / 4);
    assert!((SIZE - 2..=SIZE).contains(&token.len()), "{} bytes", token.len());
    token
}
