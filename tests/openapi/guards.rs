//! Handlers that describe themselves in a document of `aide`.

use aide::axum::{ApiRouter, routing::get};
use axum::{Router, extract::State};
use clerk_auth::{
    Clerk, Guard, Policy, Rejection, Subject, clerk_auth, policy, testing::DevIssuer,
};
use http::Method;
use serde_json::{Value, json};

use crate::{
    app::{self, TOOL},
    document::{assert_valid, operations, response},
};

#[tokio::test]
async fn handlers_describe_themselves_as_a_table_describes_them() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let (of_guards, of_table) = (app::of_guards(&clerk), app::of_table(&clerk));
    assert_valid(&of_guards);
    for (method, path, operation) in operations(&of_guards) {
        let other = &of_table["paths"][path][method.as_str().to_lowercase()];
        assert_eq!(operation.get("security"), other.get("security"), "{method} {path}");
        for status in [400, 401, 403, 500, 503] {
            let name = |operation: &Value| operation["responses"].get(status.to_string()).cloned();
            assert_eq!(name(operation), name(other), "{method} {path} {status}");
        }
    }
    let schemes = "/components/securitySchemes";
    assert_eq!(of_guards.pointer(schemes).unwrap(), of_table.pointer(schemes).unwrap());
}

/// One of each crate's way of writing a response.
#[tokio::test]
async fn a_response_is_the_same_in_both_documents() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let mut of_guards = app::of_guards(&clerk)["components"]["responses"].clone();
    // `aide` writes this member, whose value is what holds without it.
    for response in of_guards.as_object_mut().unwrap().values_mut() {
        for header in
            response.get_mut("headers").and_then(Value::as_object_mut).into_iter().flatten()
        {
            assert_eq!(header.1.as_object_mut().unwrap().remove("style"), Some(json!("simple")));
        }
    }
    assert_eq!(of_guards, app::of_table(&clerk)["components"]["responses"]);
}

/// With extractors beside the guard, and with a policy asked for inside.
#[clerk_auth(accepts = ["oauth_token", "api_key"], optional)]
async fn edit(
    State(_clerk): State<Clerk>,
    subject: Option<Subject>,
    guard: Guard,
    _note: String,
) -> Result<String, Rejection> {
    guard.require(TOOL)?;
    Ok(subject.map(|subject| subject.to_string()).unwrap_or_default())
}

#[tokio::test]
async fn a_handler_with_other_extractors_and_a_rejection_is_documented() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let mut document = aide::openapi::OpenApi::default();
    document.info.title = "Notes".into();
    document.info.version = "1".into();
    let app = ApiRouter::new().api_route("/edit", get(edit)).with_state(clerk.clone());
    let _: Router = app.finish_api(&mut document);
    clerk.describe(&mut document, []).unwrap();
    let document = serde_json::to_value(&document).unwrap();
    assert_valid(&document);
    let operation = &document["paths"]["/edit"]["get"];
    let security = json!([{ "clerk_oauth_token": [] }, { "clerk_api_key": [] }, {}]);
    assert_eq!(operation["security"], security);
    assert_eq!(
        response(&document, operation, 401).unwrap()["description"],
        "The token is not acceptable."
    );
}

#[clerk_auth(accepts = "oauth_token", optional)]
async fn open() {}

/// A guard describes its handler, and the layer in front of it is described later.
#[tokio::test]
async fn operation_described_again_has_the_answers_of_the_last_policy() {
    const OPTIONAL: Policy = policy!(accepts = "oauth_token", optional);
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = app::clerk(&issuer);
    let mut of_guards = aide::openapi::OpenApi::default();
    let _: Router<Clerk> =
        ApiRouter::new().api_route("/open", get(open)).finish_api(&mut of_guards);
    let mut of_table: utoipa::openapi::OpenApi = serde_json::from_value(json!({
        "openapi": "3.1.0",
        "info": { "title": "Open", "version": "1" },
        "paths": { "/open": { "get": { "responses": {
            "403": { "$ref": "#/components/responses/mine" },
        } } } },
    }))
    .unwrap();
    let codes = |document: Value, statuses: [&str; 2]| {
        let responses = &document["paths"]["/open"]["get"]["responses"];
        statuses.map(|status| responses[status]["$ref"].as_str().unwrap_or_default().to_owned())
    };
    let answer = |name: &str| format!("#/components/responses/{name}");
    for (policy, expected) in [
        (OPTIONAL, ["clerk.invalid-token", "clerk.forbidden"]),
        (TOOL, ["clerk.missing-credential.invalid-token", "clerk.insufficient-scope.forbidden"]),
        (OPTIONAL, ["clerk.invalid-token", "clerk.forbidden"]),
    ] {
        let [of_401, of_403] = expected.map(answer);
        clerk.describe(&mut of_guards, [(Method::GET, "/open", policy)]).unwrap();
        let guards = serde_json::to_value(&of_guards).unwrap();
        assert_eq!(codes(guards, ["401", "403"]), [of_401.clone(), of_403]);
        clerk.describe(&mut of_table, [(Method::GET, "/open", policy)]).unwrap();
        let table = serde_json::to_value(&of_table).unwrap();
        assert_eq!(codes(table, ["401", "403"]), [of_401, answer("mine")], "the app's own stays");
    }
}
