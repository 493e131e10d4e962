//! The fields of identities: from a guard in a handler, and from the request after a guard.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::{
    Json, Router,
    extract::Request,
    middleware::{Next, from_extractor_with_state, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};
use clerk_auth::{
    ApiKey, Clerk, Guard, Guarded, Identity, M2mToken, OAuthToken, SessionToken, clerk_auth,
    identity::{Actor, VerifiedToken},
    policy::{Clause, Policy, Requirement},
    testing::DevIssuer,
    verified,
};
use clerk_auth_tests::Server;
use http::Extensions;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{NOW, issuer};

/// A policy type written by hand, as the attribute would write it.
macro_rules! guarded {
    ($name:ident, $clause:ident, $identity:ident) => {
        enum $name {}

        impl Guarded for $name {
            const POLICY: Policy = Policy::new(&[Clause::$clause(Requirement::None)]);
            type Identity = $identity;
            type Organization = Option<clerk_auth::OrgId>;
        }
    };
}

guarded!(Sessions, SessionToken, SessionToken);
guarded!(Applications, OAuthToken, OAuthToken);
guarded!(Machines, M2mToken, M2mToken);
guarded!(Keys, ApiKey, ApiKey);

/// Claims as an application declares them: what else the token says is left out.
#[derive(Deserialize, Serialize)]
struct Custom {
    plan: String,
    seats: u8,
}

fn of_session(session: &SessionToken) -> Value {
    let organization = session.organization().map(|organization| {
        json!({
            "id": organization.id(),
            "slug": organization.slug(),
            "role": organization.role(),
            "permissions": organization.permissions().collect::<Vec<_>>(),
        })
    });
    json!({
        "user": session.user_id(),
        "session": session.session_id(),
        "organization": organization,
        "actor": session.actor().map(Actor::subject),
        "factor_ages": session.factor_ages().map(|ages| [ages.first_factor, ages.second_factor].map(minutes)),
        "claims": session.claims().decode::<Custom>().ok(),
        "ends": seconds(session.expires_at()),
    })
}

fn minutes(age: Option<Duration>) -> Option<u64> {
    age.map(|age| age.as_secs() / 60)
}

fn of_application(token: &OAuthToken) -> Value {
    json!({
        "user": token.user_id(),
        "client": token.client_id(),
        "has_id": token.token_id().is_some_and(|id| id.as_str().starts_with("oat_")),
        "scopes": token.scopes(),
        "audience": token.audience().collect::<Vec<_>>(),
        "organization": token.org_id(),
        "actor": token.actor(),
        "ends": seconds(token.expires_at()),
    })
}

fn of_machine(token: &M2mToken) -> Value {
    json!({
        "machine": token.machine_id(),
        "has_id": token.token_id().is_some_and(|id| id.as_str().starts_with("mt_")),
        "recipients": token.recipients().collect::<Vec<_>>(),
        "claims": token.claims().and_then(|claims| claims.decode::<Custom>().ok()),
        "ends": seconds(token.expires_at()),
    })
}

fn of_key(key: &ApiKey) -> Value {
    json!({
        "owner": key.subject(),
        "has_id": key.key_id().as_str().starts_with("ak_"),
        "name": key.name(),
        "scopes": key.scopes(),
        "claims": key.claims().and_then(|claims| claims.decode::<Custom>().ok()),
        "ends": seconds(key.expires_at()),
    })
}

fn seconds(time: Option<SystemTime>) -> Option<u64> {
    time.map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs())
}

fn from_request(extensions: &Extensions) -> Json<Option<Value>> {
    Json(verified(extensions).map(|verified| match verified.identity() {
        Identity::Session(session) => of_session(session),
        Identity::OAuth(token) => of_application(token),
        Identity::M2m(token) => of_machine(token),
        Identity::ApiKey(key) => of_key(key),
    }))
}

#[clerk_auth(accepts = "any")]
async fn anyone(extensions: Extensions) -> Json<Option<Value>> {
    from_request(&extensions)
}

/// Answers in the place of the handler.
async fn instead(request: Request, _: Next) -> Response {
    from_request(request.extensions()).into_response()
}

/// What the guard says itself is what its identity says.
fn by_hand<P>(guard: &Guard<P>, fields: fn(&P::Identity) -> Value) -> Json<Value>
where
    P: Guarded,
    P::Identity: VerifiedToken,
{
    let identity = guard.identity();
    assert_eq!(guard.subject(), identity.subject());
    assert_eq!(guard.token_type(), identity.token_type());
    assert_eq!(guard.maybe_scopes(), identity.maybe_scopes());
    assert_eq!(guard.expires_at(), identity.expires_at());
    Json(fields(identity))
}

fn router(clerk: &Clerk) -> Router {
    let guard = from_extractor_with_state::<Guard<AnyonePolicy>, _>(clerk.clone());
    let in_middleware = Router::new().route("/in_middleware", get(async || ()));
    Router::new()
        .route("/in_handler", get(anyone))
        .route("/session_token", get(async |guard: Guard<Sessions>| by_hand(&guard, of_session)))
        .route(
            "/oauth_token",
            get(async |guard: Guard<Applications>| by_hand(&guard, of_application)),
        )
        .route("/m2m_token", get(async |guard: Guard<Machines>| by_hand(&guard, of_machine)))
        .route("/api_key", get(async |guard: Guard<Keys>| by_hand(&guard, of_key)))
        .merge(in_middleware.layer(from_fn(instead)).layer(guard))
        .with_state(clerk.clone())
}

/// Tokens that say all they can, tokens that say little, and what is read of each.
fn rows(issuer: &DevIssuer) -> Vec<(&'static str, String, Value)> {
    let full = || {
        let session = issuer.session("user_ada").session_id("sess_1").factor_ages(3, -1);
        session
            .organization("org_notes", "notes", "editor")
            .permissions(["org:notes:read", "org:notes:share", "org:billing:read"])
            .actor("user_support")
            .claim("plan", "gold")
            .claim("seats", 7)
    };
    let organization = json!({
        "id": "org_notes", "slug": "notes", "role": "org:editor",
        "permissions": ["org:notes:read", "org:notes:share", "org:billing:read"],
    });
    let custom = json!({ "plan": "gold", "seats": 7 });
    let mut session = json!({
        "user": "user_ada", "session": "sess_1", "organization": organization,
        "actor": "user_support", "factor_ages": [3, null], "claims": custom, "ends": NOW + 60,
    });
    let mut rows = vec![
        ("session_token", full().jwt(), session.clone()),
        ("session_token", full().version_1().jwt(), session.clone()),
    ];
    for absent in ["organization", "actor", "factor_ages", "claims"] {
        session[absent] = Value::Null;
    }
    let plain = issuer.session("user_ada").session_id("sess_1").without_claim("fva");
    rows.push(("session_token", plain.jwt(), session));

    let oauth = || {
        let token = issuer.oauth("user_ada").client_id("client_1").scopes(["read:notes"]);
        let token = token.audience(["https://api.example.com", "https://other.example.com"]);
        token.organization("org_notes").actor("user_support")
    };
    let application = json!({
        "user": "user_ada", "client": "client_1", "has_id": true, "scopes": ["read:notes"],
        "audience": ["https://api.example.com", "https://other.example.com"],
        "organization": "org_notes", "actor": { "sub": "user_support" }, "ends": NOW + 86_400,
    });
    rows.push(("oauth_token", oauth().jwt(), application.clone()));
    rows.push(("oauth_token", oauth().opaque(), application));
    let endless = issuer.oauth("user_ada").client_id("client_1").never_expires().opaque();
    let application = json!({
        "user": "user_ada", "client": "client_1", "has_id": true, "scopes": [], "audience": [],
        "organization": null, "actor": null, "ends": null,
    });
    rows.push(("oauth_token", endless, application));

    let m2m = || {
        let token = issuer.m2m("mch_caller").recipients([issuer.machine_id(), "mch_other"]);
        token.claim("plan", "gold").claim("seats", 7)
    };
    let machine = json!({
        "machine": "mch_caller", "has_id": true, "recipients": [issuer.machine_id(), "mch_other"],
        "claims": custom, "ends": NOW + 3600,
    });
    rows.push(("m2m_token", m2m().jwt(), machine.clone()));
    rows.push(("m2m_token", m2m().opaque(), machine));

    let key = issuer.api_key("org_notes").name("nightly export").scopes(["read:notes"]);
    let mut expected = json!({
        "owner": "org_notes", "has_id": true, "name": "nightly export", "scopes": ["read:notes"],
        "claims": custom, "ends": null,
    });
    rows.push(("api_key", key.claims(custom).opaque(), expected.clone()));
    // Claims that do not fit the declared type are an error for the handler to answer.
    let key = issuer.api_key("org_notes").name("nightly export").scopes(["read:notes"]);
    expected["claims"] = Value::Null;
    rows.push(("api_key", key.claims(json!({ "plan": 1 })).opaque(), expected));
    rows
}

#[tokio::test]
async fn the_fields_of_an_identity_are_those_of_the_token() {
    let issuer = issuer().await;
    let server = Server::start(router(&issuer.clerk().build().unwrap())).await;
    for (number, (token_type, token, expected)) in rows(&issuer).into_iter().enumerate() {
        for path in [token_type, "in_handler", "in_middleware"] {
            let reply = server.get(&format!("/{path}"), &token).await;
            let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            assert_eq!(body, expected, "row {number}: {token_type} at {path}");
        }
    }
}

#[tokio::test]
async fn a_request_that_passed_no_guard_has_no_identity() {
    let issuer = issuer().await;
    let clerk = issuer.clerk().build().unwrap();
    // The middleware stands before the guard.
    let app = Router::new().route("/", get(anyone)).layer(from_fn(instead)).with_state(clerk);
    let reply = Server::start(app).await.get("/", &issuer.session("user_ada").jwt()).await;
    assert_eq!(reply.body, "null");
}
