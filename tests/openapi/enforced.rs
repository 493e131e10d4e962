//! What the document says is tried, one request for each statement.

use clerk_auth::testing::DevIssuer;
use clerk_auth_tests::{Reply, Server};
use serde_json::Value;

use crate::{
    app,
    document::{operations, response},
};

const SCHEMES: [&str; 5] = [
    "clerk_session_token",
    "clerk_session_cookie",
    "clerk_oauth_token",
    "clerk_m2m_token",
    "clerk_api_key",
];

/// A credential of this scheme, whose holder was granted these.
fn credential(issuer: &DevIssuer, scheme: &str, names: &[&str]) -> (&'static str, String) {
    let bearer = |token: String| ("authorization", format!("Bearer {token}"));
    let session = || {
        let is_permission = |name: &&&str| name.matches(':').count() == 2;
        let (permissions, roles): (Vec<&str>, Vec<&str>) =
            names.iter().partition(|name| is_permission(name));
        let role = roles.first().copied().unwrap_or("org:guest");
        issuer
            .session("user_ada")
            .organization("org_acme", "acme", role)
            .permissions(permissions)
            .factor_ages(0, 0)
            .jwt()
    };
    match scheme {
        "clerk_session_token" => bearer(session()),
        "clerk_session_cookie" => ("cookie", issuer.cookies(&session())),
        "clerk_oauth_token" => {
            let token = issuer.oauth("user_ada").scopes(names.to_vec());
            // As at Clerk: this scope lets the user choose an organization.
            let chooses = names.contains(&"user:org:read");
            bearer(if chooses { token.organization("org_acme").jwt() } else { token.jwt() })
        }
        "clerk_m2m_token" => bearer(issuer.m2m("mch_billing").jwt()),
        "clerk_api_key" => bearer(issuer.api_key("org_acme").scopes(names.to_vec()).opaque()),
        other => panic!("a scheme that is not ours: {other}"),
    }
}

/// Asserts that the document tells of this answer: its status, challenge and type of body.
fn assert_told(document: &Value, operation: &Value, reply: &Reply) {
    let told = response(document, operation, reply.status);
    let told = told.unwrap_or_else(|| panic!("{} is not documented", reply.status));
    let essence = |content_type: &str| content_type.split(';').next().unwrap().to_owned();
    let told_types = told["content"].as_object().unwrap().keys().map(|told| essence(told));
    let content_type = essence(reply.header("content-type"));
    assert!(told_types.into_iter().any(|told| told == content_type), "{content_type} in {told}");
    let challenged = told["headers"].get("WWW-Authenticate").is_some();
    assert!(challenged || reply.challenge().is_empty(), "{} in {told}", reply.challenge());
}

pub(crate) async fn assert_enforced(issuer: &DevIssuer, server: &Server, document: &Value) {
    let mut tried = 0;
    for (method, path, operation) in operations(document) {
        let send = async |field: Option<(&str, &str)>| {
            let reply = server.send(method.clone(), path, field.as_slice()).await;
            assert_told(document, operation, &reply);
            reply.status
        };
        let Some(security) = operation["security"].as_array() else {
            assert_eq!(send(None).await, 200, "{path} is documented as open");
            continue;
        };
        let mut accepted = Vec::new();
        for alternative in security.iter().flat_map(|one| one.as_object().unwrap()) {
            let (scheme, names) = alternative;
            let names: Vec<&str> =
                names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            let (field, value) = credential(issuer, scheme, &names);
            assert_eq!(
                send(Some((field, &value))).await,
                200,
                "{method} {path} {scheme} {names:?}"
            );
            for missing in 0..names.len() {
                let mut fewer = names.clone();
                fewer.remove(missing);
                let (field, value) = credential(issuer, scheme, &fewer);
                let status = send(Some((field, &value))).await;
                assert_eq!(status, 403, "{method} {path} {scheme} {fewer:?}");
                tried += 1;
            }
            accepted.push(scheme.as_str());
        }
        for scheme in SCHEMES.iter().filter(|scheme| !accepted.contains(scheme)) {
            let is_optional = security.contains(&serde_json::json!({}));
            assert!(
                !is_optional,
                "an optional operation that takes some schemes is not tried here"
            );
            let (field, value) = credential(issuer, scheme, &[]);
            assert_eq!(send(Some((field, &value))).await, 401, "{method} {path} {scheme}");
        }
        let anonymous = if security.contains(&serde_json::json!({})) { 200 } else { 401 };
        assert_eq!(send(None).await, anonymous, "{method} {path} without a credential");
        assert_eq!(send(Some(("authorization", "Bearer"))).await, 400, "{method} {path}");
    }
    assert!(tried > 5, "the document names {tried} scopes, roles and permissions");
}

#[tokio::test]
async fn what_is_documented_is_what_is_enforced() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let server = Server::start(app::app(clerk.clone())).await;
    assert_enforced(&issuer, &server, &app::of_table(&clerk)).await;
    assert_enforced(&issuer, &server, &app::of_guards(&clerk)).await;
}

/// 403 with Clerk's own body, and 503.
#[tokio::test]
async fn the_rarer_rejections_are_documented_too() {
    use clerk_auth::testing::{Answer, Endpoint};
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let document = app::of_table(&clerk);
    let server = Server::start(app::app(clerk)).await;

    let stale = issuer.session("user_ada").organization("org_acme", "acme", "admin");
    let reply = server.get("/billing", &stale.factor_ages(60, 60).jwt()).await;
    assert_eq!((reply.status, reply.header("content-type")), (403, "application/json"));
    assert_told(&document, &document["paths"]["/billing"]["get"], &reply);

    let key = issuer.api_key("user_ada").scopes(["read:notes"]).opaque();
    issuer.answer_with(Endpoint::ApiKeyVerify, Answer::status(500));
    let reply = server.get("/notes", &key).await;
    assert_eq!(reply.status, 503);
    let operation = &document["paths"]["/notes"]["get"];
    assert_told(&document, operation, &reply);
    let told = response(&document, operation, 503).unwrap();
    assert!(
        told["headers"].get("Retry-After").is_some() && !reply.header("retry-after").is_empty()
    );
}
