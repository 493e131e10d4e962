//! A vector in, the decision of a guard out: a router without a socket, and a stand-in for Clerk.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use axum::{
    Extension, Json, Router, body::Body, extract::Request, response::Response, routing::get,
};
use clerk_auth::{
    Claims, Clerk, ClerkLayer, Identity, Policy,
    identity::VerifiedToken,
    policy,
    policy::OpaqueTokenType,
    testing::{self, DevIssuer, Endpoint, TestClock},
    verified,
};
use http::Extensions;
use serde_json::{Value, json};
use tower::{ServiceExt, util::option_layer};

use crate::{
    policies::{accepting, meets},
    vectors::{Answer, Decision, Vector, Vectors},
};

/// What stands before a guard that is within another.
const ANYBODY: Policy = policy!(accepts = "any", optional);

/// What a vector asks of who enters.
type Asked = Vec<String>;

/// A verifier for each configuration.
pub(crate) struct Apps {
    issuer: DevIssuer,
    clock: TestClock,
    pem: String,
    clerks: HashMap<String, Clerk>,
}

impl Apps {
    pub(crate) async fn start(vectors: &Vectors) -> Self {
        let clock = TestClock::at(vectors.now);
        let issuer = DevIssuer::builder().clock(clock.clone()).start().await.unwrap();
        Self { issuer, clock, pem: vectors.pem.clone(), clerks: HashMap::new() }
    }

    pub(crate) async fn decide(&mut self, vector: &Vector) -> Decision {
        self.decide_by(vector, accepting(&vector.accepts)).await
    }

    /// Decides by another policy than the vector's.
    pub(crate) async fn decide_by(&mut self, vector: &Vector, policy: Policy) -> Decision {
        self.script(vector);
        let clerk = self.clerk(vector);
        let asked: Asked = vector.expected.has.iter().flatten().map(|(it, _)| it.clone()).collect();
        let outer = vector.within.as_ref().map(|_| ClerkLayer::new(clerk.clone(), ANYBODY));
        let router = Router::new()
            .route("/notes", get(describe))
            .layer(Extension(asked))
            .layer(ClerkLayer::new(clerk, policy))
            .layer(option_layer(outer));
        let mut request = Request::get("/notes");
        for (name, value) in &vector.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::empty()).unwrap();
        let answer: Response = router.oneshot(request).await.unwrap();
        if answer.status() == 200 {
            let body = axum::body::to_bytes(answer.into_body(), 64 * 1024).await.unwrap();
            return serde_json::from_slice(&body).unwrap();
        }
        let reason = answer.headers()["x-clerk-auth-reason"].to_str().unwrap().to_owned();
        Decision {
            enters: false,
            reason: Some(reason),
            token_type: None,
            who: BTreeMap::new(),
            has: None,
        }
    }

    /// What Clerk answers; that it does not know a token, where nothing is said.
    fn script(&self, vector: &Vector) {
        let answer = |answer: &Option<Answer>| match answer {
            Some(answer) if answer.status == 0 => testing::Answer::drop_connection(),
            Some(Answer { status, text: Some(text), .. }) => {
                testing::Answer::body(*status, "text/html", text.clone())
            }
            Some(Answer { status, body, .. }) => {
                testing::Answer::body(*status, "application/json", body.to_string())
            }
            None => testing::Answer::status(404),
        };
        for endpoint in [Endpoint::OAuthVerify, Endpoint::M2mVerify, Endpoint::ApiKeyVerify] {
            self.issuer.answer_with(endpoint, answer(&vector.answer));
        }
        self.issuer.answer_with(Endpoint::KeySet, answer(&vector.keys));
    }

    fn clerk(&mut self, vector: &Vector) -> Clerk {
        let options = vector.options.clone().unwrap_or_default();
        let is_busy = vector.answer.as_ref().is_some_and(|answer| answer.status == 429);
        // One that was told to stay away, or loaded a key set, would know it at the next vector too.
        let key = if is_busy || vector.keys.is_some() {
            vector.name.clone()
        } else {
            format!("{} {options}", vector.instance)
        };
        if let Some(clerk) = self.clerks.get(&key) {
            return clerk.clone();
        }
        let (kind, encoded) = match vector.instance.as_str() {
            "padded" => ("test", "aGFwcHktY2F0LTEyLmNsZXJrLmFjY291bnRzLmRldiQ="),
            "hyphen" => ("test", "YXBwLTUuY2xlcmsuYWNjb3VudHMuZGV2JA=="),
            kind => (kind, "Y2xlcmsuZXhhbXBsZS5jb20k"),
        };
        let mut builder = Clerk::builder()
            .secret_key(format!("sk_{kind}_x"))
            .publishable_key(format!("pk_{kind}_{encoded}"))
            .api_url(self.issuer.url())
            .clock(self.clock.clone())
            .negative_cache_ttl(Duration::ZERO)
            .reveal_reasons();
        for token_type in
            [OpaqueTokenType::OAuthToken, OpaqueTokenType::M2mToken, OpaqueTokenType::ApiKey]
        {
            builder = builder
                .opaque_cache(token_type, Duration::ZERO)
                .opaque_rate_limit(token_type, 1_000_000);
        }
        if vector.keys.is_none() {
            builder = builder.jwt_key(self.pem.clone());
        }
        builder = match options["audience"].as_str() {
            Some(machine) if machine.starts_with("mch_") => builder.machine_id(machine),
            Some(audience) => {
                builder.any_machine().audience([audience]).session_audience([audience])
            }
            None => builder.any_machine(),
        };
        if let Some(issuer) = options["issuer"].as_str() {
            builder = builder.issuer(issuer);
        }
        if let Some(parties) = options["authorizedParties"].as_array() {
            builder = builder.authorized_parties(parties.iter().filter_map(Value::as_str));
        }
        if let Some(skew) = options["clockSkewInMs"].as_u64() {
            builder = builder.clock_skew(Duration::from_millis(skew));
        }
        let clerk = builder.build().unwrap();
        self.clerks.insert(key, clerk.clone());
        clerk
    }
}

/// Says who entered, and what they meet.
async fn describe(Extension(asked): Extension<Asked>, extensions: Extensions) -> Json<Value> {
    let verified = verified(&extensions).unwrap();
    let has: BTreeMap<&str, bool> =
        asked.iter().map(|text| (text.as_str(), meets(text, &verified))).collect();
    let identity = verified.identity();
    let mut who = who(identity);
    // The SDK's claims of a session are in the file only where something is asked of it.
    if matches!(identity, Identity::Session(_)) && asked.is_empty() {
        who["claims"] = Value::Null;
    }
    Json(json!({ "in": true, "type": identity.token_type().as_str(), "who": who, "has": has }))
}

/// The names of the vectors' members.
fn who(identity: &Identity) -> Value {
    // As the claim `fva` has it: −1 for a factor that is not enrolled.
    let claimed =
        |age: Option<Duration>| age.map_or(-1, |age| i64::try_from(age.as_secs() / 60).unwrap());
    let decoded = |claims: Option<&Claims>| claims.map(|it| it.decode::<Value>().unwrap());
    match identity {
        Identity::Session(token) => {
            let organization = token.organization();
            json!({
                "subject": token.subject(),
                "user_id": token.user_id(),
                "session_id": token.session_id(),
                "org_id": organization.map(|it| it.id().as_str()),
                "org_role": organization.and_then(|it| it.role()),
                "org_slug": organization.and_then(|it| it.slug()),
                "org_permissions": organization.map(|it| it.permissions().collect::<Vec<_>>()),
                "actor": token.actor().map(clerk_auth::identity::Actor::subject),
                "factor_ages": token.factor_ages().map(|ages| [ages.first_factor, ages.second_factor].map(claimed)),
                "claims": decoded(Some(token.claims())),
            })
        }
        Identity::OAuth(token) => json!({
            "subject": token.subject(),
            "user_id": token.user_id(),
            "client_id": token.client_id(),
            "token_id": token.token_id(),
            "scopes": token.scopes(),
        }),
        Identity::M2m(token) => json!({
            "subject": token.subject(),
            "machine_id": token.machine_id(),
            "token_id": token.token_id(),
            "scopes": token.recipients().collect::<Vec<_>>(),
            "claims": decoded(token.claims()),
        }),
        Identity::ApiKey(token) => {
            let subject = token.subject().as_str();
            json!({
                "subject": subject,
                "user_id": subject.starts_with("user_").then_some(subject),
                "org_id": subject.starts_with("org_").then_some(subject),
                "token_id": token.key_id(),
                "name": token.name(),
                "scopes": token.scopes(),
                "claims": decoded(token.claims()),
            })
        }
    }
}
