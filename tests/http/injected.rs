//! What handlers see of a caller, for each type of token: injected by the attribute, and through
//! a policy type written by hand.

mod identity;

use axum::{Json, Router, routing::get};
use clerk_auth::{
    Clerk, Guard, Guarded, MachineId, OAuthToken, OrgId, Policy, Scopes, Subject, TokenType,
    UserId, clerk_auth,
};
use clerk_auth_tests::Server;
use serde_json::{Value, json};

use crate::issuer;

#[clerk_auth]
async fn session(subject: Subject, token_type: TokenType) -> Json<Value> {
    seen(&subject, token_type, &json!("not asked for"))
}

#[clerk_auth(accepts = "m2m_token")]
async fn m2m(token_type: TokenType, subject: Subject) -> Json<Value> {
    seen(&subject, token_type, &json!("not asked for"))
}

#[clerk_auth(accepts = "oauth_token")]
async fn oauth(subject: Subject, scopes: Scopes, token_type: TokenType) -> Json<Value> {
    seen(&subject, token_type, &json!(scopes))
}

#[clerk_auth(accepts = ["oauth_token", "api_key"])]
async fn either(scopes: Scopes, token_type: TokenType, subject: Subject) -> Json<Value> {
    seen(&subject, token_type, &json!(scopes))
}

#[clerk_auth(accepts = ["session_token", "m2m_token", "api_key"])]
async fn some(subject: Subject, token_type: TokenType, scopes: Option<Scopes>) -> Json<Value> {
    seen(&subject, token_type, &json!(scopes))
}

#[clerk_auth(accepts = "any")]
async fn any(subject: Subject, token_type: TokenType, scopes: Option<Scopes>) -> Json<Value> {
    seen(&subject, token_type, &json!(scopes))
}

#[clerk_auth(accepts = "any")]
async fn ids(
    user_id: Option<UserId>,
    org_id: Option<OrgId>,
    machine_id: Option<MachineId>,
) -> Json<Value> {
    Json(json!([user_id, org_id, machine_id]))
}

/// What is known of each subject is which of the three it is, and its id as text.
fn seen(subject: &Subject, token_type: TokenType, scopes: &Value) -> Json<Value> {
    let kind = match subject {
        Subject::User(_) => "user",
        Subject::Organization(_) => "organization",
        Subject::Machine(_) => "machine",
    };
    Json(json!([kind, subject.to_string(), token_type.to_string(), scopes]))
}

fn router(clerk: Clerk) -> Router {
    Router::new()
        .route("/session", get(session))
        .route("/m2m", get(m2m))
        .route("/oauth", get(oauth))
        .route("/either", get(either))
        .route("/some", get(some))
        .route("/any", get(any))
        .route("/ids", get(ids))
        .with_state(clerk)
}

#[tokio::test]
async fn a_handler_sees_what_the_token_says() {
    let issuer = issuer().await;
    let server = Server::start(router(issuer.clerk().build().unwrap())).await;
    let both = ["read:notes", "write:notes"];

    let session = issuer.session("user_ada").jwt();
    let old_session = issuer.session("user_ada").version_1().jwt();
    let m2m = issuer.m2m("mch_caller").jwt();
    let opaque_m2m = issuer.m2m("mch_caller").opaque();
    let oauth = issuer.oauth("user_ada").scopes(both).jwt();
    let opaque_oauth = issuer.oauth("user_ada").scopes(both).opaque();
    let oauth_without = issuer.oauth("user_ada").jwt();
    let opaque_without = issuer.oauth("user_ada").opaque();
    let of_user = issuer.api_key("user_ada").scopes(["read:notes"]).opaque();
    let of_organization = issuer.api_key("org_notes").scopes(both).opaque();
    let of_machine = issuer.api_key("mch_caller").opaque();

    let unasked = json!("not asked for");
    let none = json!(null);
    let (no_scopes, one, two) = (json!([]), json!(["read:notes"]), json!(both));
    let rows = [
        ("/session", &session, "user", "user_ada", "session_token", &unasked),
        ("/session", &old_session, "user", "user_ada", "session_token", &unasked),
        ("/some", &session, "user", "user_ada", "session_token", &none),
        ("/any", &session, "user", "user_ada", "session_token", &none),
        ("/m2m", &m2m, "machine", "mch_caller", "m2m_token", &unasked),
        ("/m2m", &opaque_m2m, "machine", "mch_caller", "m2m_token", &unasked),
        // What Clerk calls the scopes of an M2M token are its recipients.
        ("/some", &m2m, "machine", "mch_caller", "m2m_token", &none),
        ("/any", &opaque_m2m, "machine", "mch_caller", "m2m_token", &none),
        ("/oauth", &oauth, "user", "user_ada", "oauth_token", &two),
        ("/oauth", &opaque_oauth, "user", "user_ada", "oauth_token", &two),
        ("/either", &oauth, "user", "user_ada", "oauth_token", &two),
        ("/any", &oauth, "user", "user_ada", "oauth_token", &two),
        // A token of a type with scopes that has none has an empty list.
        ("/oauth", &oauth_without, "user", "user_ada", "oauth_token", &no_scopes),
        ("/any", &opaque_without, "user", "user_ada", "oauth_token", &no_scopes),
        ("/either", &of_user, "user", "user_ada", "api_key", &one),
        ("/some", &of_organization, "organization", "org_notes", "api_key", &two),
        ("/any", &of_machine, "machine", "mch_caller", "api_key", &no_scopes),
    ];
    for (path, token, kind, subject, token_type, scopes) in rows {
        let reply = server.get(path, token).await;
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let expected = json!([kind, subject, token_type, scopes]);
        assert_eq!((reply.status, body), (200, expected), "{token_type} at {path}");
    }
}

/// Whatever the type of the token, an ID that it has is there.
#[tokio::test]
async fn optional_ids_on_a_mixed_route_are_those_of_the_token() {
    let issuer = issuer().await;
    let server = Server::start(router(issuer.clerk().build().unwrap())).await;
    let session = || issuer.session("user_ada");
    let member = || session().organization("org_notes", "notes", "editor");
    let oauth = || issuer.oauth("user_ada");
    let none = json!(null);
    let rows = [
        ("session", session().jwt(), json!(["user_ada", none, none])),
        ("member", member().jwt(), json!(["user_ada", "org_notes", none])),
        ("member, v1", member().version_1().jwt(), json!(["user_ada", "org_notes", none])),
        ("OAuth JWT", oauth().jwt(), json!(["user_ada", none, none])),
        ("opaque OAuth", oauth().opaque(), json!(["user_ada", none, none])),
        ("OAuth JWT, organization", oauth().organization("org_notes").jwt(), {
            json!(["user_ada", "org_notes", none])
        }),
        ("opaque OAuth, organization", oauth().organization("org_notes").opaque(), {
            json!(["user_ada", "org_notes", none])
        }),
        ("M2M JWT", issuer.m2m("mch_caller").jwt(), json!([none, none, "mch_caller"])),
        ("opaque M2M", issuer.m2m("mch_caller").opaque(), json!([none, none, "mch_caller"])),
        ("a user's key", issuer.api_key("user_ada").opaque(), json!(["user_ada", none, none])),
        ("an organization's key", issuer.api_key("org_notes").opaque(), {
            json!([none, "org_notes", none])
        }),
        ("a machine's key", issuer.api_key("mch_a").opaque(), json!([none, none, "mch_a"])),
    ];
    for (row, token, ids) in rows {
        // New, and cached.
        for round in 0..2 {
            let reply = server.get("/ids", &token).await;
            let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            assert_eq!((reply.status, body), (200, ids.clone()), "{row} {round}");
        }
    }
}

/// A mistake that only a policy type written by hand can hold.
enum Wide {}

impl Guarded for Wide {
    const POLICY: Policy = AnyPolicy::POLICY;
    type Identity = OAuthToken;
    type Organization = Option<clerk_auth::OrgId>;
}

#[tokio::test]
async fn a_policy_that_is_wider_than_its_identity_rejects_the_rest() {
    let issuer = issuer().await;
    let app = Router::new()
        .route("/", get(async |guard: Guard<Wide>| guard.scopes().to_string()))
        .with_state(issuer.clerk().build().unwrap());
    let server = Server::start(app).await;
    let rows = [
        (issuer.oauth("user_ada").scopes(["read:notes"]).jwt(), 200),
        (issuer.session("user_ada").jwt(), 401),
        (issuer.m2m("mch_caller").opaque(), 401),
        (issuer.api_key("user_ada").scopes(["read:notes"]).opaque(), 401),
    ];
    for (token, status) in rows {
        assert_eq!(server.get("/", &token).await.status, status, "{token}");
    }
}
