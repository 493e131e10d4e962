//! A vector in, the decision of a guard out: a router without a socket, and a stand-in for Clerk.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use axum::{Json, Router, body::Body, extract::Request, response::Response, routing::get};
use clerk_auth::{
    Clerk, ClerkLayer, Identity, VerifiedToken,
    testing::{self, DevIssuer, Endpoint, TestClock},
    verified,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    policies::{CONDITIONS, accepting},
    vectors::{Decision, Vector, Vectors},
};

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
        self.script(vector);
        let layer = ClerkLayer::new(self.clerk(vector), accepting(&vector.accepts));
        let router = Router::new().route("/notes", get(describe)).layer(layer);
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

    /// What Clerk answers about an opaque token; that it does not know it, where nothing is said.
    fn script(&self, vector: &Vector) {
        let answer = match &vector.answer {
            Some(answer) => testing::Answer::body(
                answer.status,
                "application/json",
                answer.body.to_string().into_bytes(),
            ),
            None => testing::Answer::status(404),
        };
        for endpoint in [Endpoint::OAuthVerify, Endpoint::M2mVerify, Endpoint::ApiKeyVerify] {
            self.issuer.answer_with(endpoint, answer.clone());
        }
    }

    fn clerk(&mut self, vector: &Vector) -> Clerk {
        let options = vector.options.clone().unwrap_or_default();
        let is_busy = vector.answer.as_ref().is_some_and(|answer| answer.status == 429);
        // One that was told to stay away would stay away from the next vector too.
        let key =
            if is_busy { vector.name.clone() } else { format!("{} {options}", vector.instance) };
        if let Some(clerk) = self.clerks.get(&key) {
            return clerk.clone();
        }
        let kind = &vector.instance;
        let mut builder = Clerk::builder()
            .secret_key(format!("sk_{kind}_x"))
            .publishable_key(format!("pk_{kind}_Y2xlcmsuZXhhbXBsZS5jb20k"))
            .jwt_key(self.pem.clone())
            .api_url(self.issuer.url())
            .clock(self.clock.clone())
            .opaque_refusal_cache(Duration::ZERO)
            .upstream_budget(1_000_000)
            .reveal_reasons();
        builder = match options["audience"].as_str() {
            Some(machine) if machine.starts_with("mch_") => builder.machine_id(machine),
            Some(audience) => {
                builder.any_machine().audience([audience]).session_audience([audience])
            }
            None => builder.any_machine(),
        };
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

/// Says who entered, and which conditions they meet.
async fn describe(request: Request) -> Json<Value> {
    let verified = verified(request.extensions()).unwrap();
    let has: BTreeMap<&str, bool> = CONDITIONS
        .iter()
        .map(|(text, condition)| (*text, verified.require(condition).is_ok()))
        .collect();
    let identity = verified.identity();
    Json(json!({
        "in": true,
        "type": identity.token_type().as_str(),
        "who": who(identity),
        "has": has,
    }))
}

/// The names of the vectors' members.
fn who(identity: &Identity) -> Value {
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
                "actor": token.actor(),
                "factor_ages": token.factor_ages().map(|(first, second)| [first, second]),
            })
        }
        Identity::OAuth(token) => json!({
            "subject": token.subject(),
            "user_id": token.user_id(),
            "client_id": token.client_id(),
            "scopes": token.scopes(),
        }),
        Identity::M2m(token) => json!({
            "subject": token.subject(),
            "machine_id": token.machine_id(),
            "scopes": token.recipients().collect::<Vec<_>>(),
        }),
        Identity::ApiKey(token) => {
            let subject = token.subject().as_str();
            json!({
                "subject": subject,
                "user_id": subject.starts_with("user_").then_some(subject),
                "org_id": subject.starts_with("org_").then_some(subject),
                "scopes": token.scopes(),
            })
        }
    }
}
