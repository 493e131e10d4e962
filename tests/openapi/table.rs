//! A table of policies, written into a document of `utoipa`.

use axum::{Router, http::Method, routing::get};
use clerk_auth::{Clerk, Policy, clerk_auth, policy, testing::DevIssuer};
use serde_json::json;
use utoipa::OpenApi;

use crate::{
    app::{self, HIERARCHY, Notes, POLICIES},
    document::{assert_valid, response},
};

#[tokio::test]
async fn each_operation_says_who_may_call_it() {
    let issuer = DevIssuer::start().await.unwrap();
    let document = app::of_table(&app::clerk(&issuer));
    assert_valid(&document);
    let table = [
        (
            "/paths/~1notes/get",
            json!([
                { "clerk_oauth_token": ["admin"] },
                { "clerk_oauth_token": ["list:notes", "export"] },
                { "clerk_oauth_token": ["list:notes", "archive"] },
                { "clerk_api_key": ["read:notes"] },
                { "clerk_session_token": ["org:notes:read"] },
                { "clerk_session_cookie": ["org:notes:read"] },
                { "clerk_session_token": ["org:notes:manage"] },
                { "clerk_session_cookie": ["org:notes:manage"] },
            ]),
        ),
        // `read:notes` is implied by the other, as in a challenge.
        ("/paths/~1notes/post", json!([{ "clerk_oauth_token": ["write:notes"] }])),
        (
            "/paths/~1profile/get",
            json!([{ "clerk_session_token": [] }, { "clerk_session_cookie": [] }]),
        ),
        (
            "/paths/~1feed/get",
            json!([
                { "clerk_session_token": [] },
                { "clerk_session_cookie": [] },
                { "clerk_oauth_token": [] },
                { "clerk_m2m_token": [] },
                { "clerk_api_key": [] },
                {},
            ]),
        ),
        // Which machines call is nobody's business.
        ("/paths/~1internal/get", json!([{ "clerk_m2m_token": [] }])),
        // To an OAuth client, the organization is a scope to ask for.
        (
            "/paths/~1invoices/get",
            json!([
                { "clerk_session_token": [] },
                { "clerk_session_cookie": [] },
                { "clerk_oauth_token": ["user:org:read", "read:invoices"] },
                { "clerk_api_key": [] },
            ]),
        ),
    ];
    for (operation, security) in table {
        assert_eq!(document.pointer(operation).unwrap()["security"], security, "{operation}");
    }
    assert_eq!(document.pointer("/paths/~1health/get/security"), None);
    assert!(!document.to_string().contains("mch_billing"));
}

#[tokio::test]
async fn the_schemes_say_where_credentials_come_from_and_which_scopes_there_are() {
    let issuer = DevIssuer::start().await.unwrap();
    let document = app::of_table(&app::clerk(&issuer));
    let schemes = &document["components"]["securitySchemes"];
    let flow = &schemes["clerk_oauth_token"]["flows"]["authorizationCode"];
    let expected = json!({
        "authorizationUrl": format!("{}/oauth/authorize", issuer.issuer()),
        "tokenUrl": format!("{}/oauth/token", issuer.issuer()),
        "refreshUrl": format!("{}/oauth/token", issuer.issuer()),
        "scopes": { "admin": "", "list:notes": "", "export": "", "archive": "", "write:notes": "", "use:tool": "", "user:org:read": "", "read:invoices": "" },
    });
    assert_eq!(flow, &expected);
    let kind = |name: &str| ["type", "scheme", "in", "name"].map(|member| &schemes[name][member]);
    assert_eq!(
        kind("clerk_session_cookie"),
        [&json!("apiKey"), &json!(null), &json!("cookie"), &json!("__session")]
    );
    for bearer in ["clerk_session_token", "clerk_m2m_token", "clerk_api_key"] {
        assert_eq!(kind(bearer), [&json!("http"), &json!("bearer"), &json!(null), &json!(null)]);
    }
    // A scheme that no operation needs would only puzzle.
    assert_eq!(schemes.get("clerk_nobody"), None);
}

#[tokio::test]
async fn a_response_says_what_a_rejection_has() {
    let issuer = DevIssuer::start().await.unwrap();
    let document = app::of_table(&app::clerk(&issuer));
    let operation = document.pointer("/paths/~1notes/get").unwrap();
    let forbidden = response(&document, operation, 403).unwrap();
    let expected = json!({
        "description": "The token lacks a required scope. The token may not do this.",
        "headers": {
            "WWW-Authenticate": {
                "description": "What is wrong, and what a token needs (RFC 6750 §3).",
                "schema": { "type": "string" },
            },
        },
        "content": {
            "application/problem+json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status"],
                    "properties": {
                        "type": {
                            "type": "string",
                            "enum": [
                                "urn:problem-type:clerk-auth:insufficient-scope",
                                "urn:problem-type:clerk-auth:forbidden",
                            ],
                        },
                        "title": { "type": "string" },
                        "status": { "type": "integer", "enum": [403] },
                    },
                },
            },
        },
    });
    assert_eq!(forbidden, &expected);
    let operation = document.pointer("/paths/~1billing/get").unwrap();
    let forbidden = response(&document, operation, 403).unwrap();
    assert_eq!(forbidden.get("headers"), None);
    assert!(forbidden["content"].get("application/json").is_some());
}

/// An operation without requirements would be open to everybody.
#[tokio::test]
async fn an_operation_that_lets_nobody_in_does_not_look_open() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let mut document = Notes::openapi();
    let nobody = [
        (Method::GET, "/notes", Policy::DENY_ALL),
        (Method::GET, "/tool", Policy::DENY_ALL.optional()),
    ];
    let rest = POLICIES.into_iter().filter(|(_, path, _)| !["/notes", "/tool"].contains(path));
    clerk.describe(&mut document, nobody.into_iter().chain(rest)).unwrap();
    let document = serde_json::to_value(&document).unwrap();
    assert_valid(&document);
    let security = |path: &str| &document["paths"][path]["get"]["security"];
    assert_eq!(security("/notes"), &json!([{ "clerk_nobody": [] }]));
    assert_eq!(security("/tool"), &json!([{}]));
}

#[clerk_auth(accepts = "api_key")]
#[utoipa::path(
    get,
    path = "/files/{path}",
    params(("path" = String, Path)),
    security(("mine" = [])),
    responses((status = 200, description = "Entered", body = String), (status = 401, description = "My own words"))
)]
async fn file() -> &'static str {
    "a file"
}

#[derive(OpenApi)]
#[openapi(info(title = "Files", version = "1"), paths(file))]
struct Files;

#[tokio::test]
async fn responses_of_the_handler_stay_and_requirements_come_from_the_policy() {
    let issuer = DevIssuer::start().await.unwrap();
    let (path, mut document) = ("/files/{*path}", Files::openapi());
    let _: Router<Clerk> = Router::new().route(path, get(file));
    let policies = [(Method::GET, path, FilePolicy::POLICY)];
    app::clerk(&issuer).describe(&mut document, policies).unwrap();
    let document = serde_json::to_value(&document).unwrap();
    assert_valid(&document);
    let operation = &document["paths"]["/files/{path}"]["get"];
    assert_eq!(operation["security"], json!([{ "clerk_api_key": [] }]));
    assert_eq!(operation["responses"]["401"], json!({ "description": "My own words" }));
    assert_eq!(
        operation["responses"]["503"],
        json!({ "$ref": "#/components/responses/clerk.clerk-unavailable" })
    );
}

/// A table may be written in parts: what the document needs is read from all of it.
#[tokio::test]
async fn a_second_table_adds_to_the_first_and_the_same_again_changes_nothing() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().scope_hierarchy(HIERARCHY).build().unwrap();
    let whole = app::of_table(&clerk);
    let mut document = Notes::openapi();
    let [first, second @ ..] = POLICIES;
    clerk.describe(&mut document, [first]).unwrap();
    clerk.describe(&mut document, second).unwrap();
    assert_eq!(serde_json::to_value(&document).unwrap(), whole);
    clerk.describe(&mut document, POLICIES).unwrap();
    assert_eq!(serde_json::to_value(&document).unwrap(), whole);
}

#[tokio::test]
async fn an_operation_that_the_document_lacks_is_named_and_the_others_are_described() {
    const KEYS: Policy = policy!(accepts = "api_key");
    let issuer = DevIssuer::start().await.unwrap();
    let mut document = Notes::openapi();
    let policies = [
        (Method::DELETE, "/notes", KEYS),
        (Method::GET, "/note", KEYS),
        (Method::from_bytes(b"PURGE").unwrap(), "/notes", KEYS),
        (Method::GET, "/notes", KEYS),
    ];
    let lacks = app::clerk(&issuer).describe(&mut document, policies).unwrap_err().to_string();
    let lines: Vec<&str> = lacks.lines().map(|line| line.split_once(':').unwrap().0).collect();
    assert_eq!(lines, ["DELETE /notes", "GET /note", "PURGE /notes"]);
    assert_valid(&serde_json::to_value(&document).unwrap());
    assert!(document.paths.paths["/notes"].get.as_ref().unwrap().security.is_some());
}
