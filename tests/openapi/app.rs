//! An app of routes with policies of every kind, and its document by either crate.

use aide::axum::{ApiRouter, routing::get as get_documented};
use axum::{Router, http::Method, routing::get};
use clerk_auth::{
    Clerk, ClerkLayer, Policy, clerk_auth, policy, policy::ScopeHierarchy, testing::DevIssuer,
};
use serde_json::Value;
use utoipa::OpenApi;

pub(crate) const HIERARCHY: ScopeHierarchy =
    ScopeHierarchy::new(&[("write:notes", &["read:notes"])]);
pub(crate) const TOOL: Policy = policy!(accepts = ["oauth_token", "api_key"], scopes = "use:tool");

/// What a table of routes says, whoever made it.
pub(crate) const POLICIES: [(Method, &str, Policy); 8] = [
    (Method::GET, "/notes", ListNotesPolicy::POLICY),
    (Method::POST, "/notes", CreateNotePolicy::POLICY),
    (Method::GET, "/profile", ProfilePolicy::POLICY),
    (Method::GET, "/billing", BillingPolicy::POLICY),
    (Method::GET, "/feed", FeedPolicy::POLICY),
    (Method::GET, "/internal", InternalPolicy::POLICY),
    (Method::GET, "/invoices", InvoicesPolicy::POLICY),
    (Method::GET, "/tool", TOOL),
];

#[utoipa::path(get, path = "/notes", responses((status = 200, description = "Entered", body = String)))]
#[clerk_auth(
    oauth_token(scopes = any("admin", all("list:notes", any("export", "archive")))),
    api_key(scopes = "read:notes"),
    session_token(permission = any("org:notes:read", "org:notes:manage"))
)]
pub(crate) async fn list_notes() -> &'static str {
    "entered"
}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes write:notes")]
#[utoipa::path(post, path = "/notes", responses((status = 200, description = "Entered", body = String)))]
pub(crate) async fn create_note() -> &'static str {
    "entered"
}

#[utoipa::path(get, path = "/profile", responses((status = 200, description = "Entered", body = String)))]
#[clerk_auth]
pub(crate) async fn profile() -> &'static str {
    "entered"
}

#[utoipa::path(get, path = "/billing", responses((status = 200, description = "Entered", body = String)))]
#[clerk_auth(session_token(role = "org:admin", reverification = "strict"))]
pub(crate) async fn billing() -> &'static str {
    "entered"
}

#[utoipa::path(get, path = "/feed", responses((status = 200, description = "Entered", body = String)))]
#[clerk_auth(accepts = "any", optional)]
pub(crate) async fn feed() -> &'static str {
    "entered"
}

#[utoipa::path(get, path = "/internal", responses((status = 200, description = "Entered", body = String)))]
#[clerk_auth(m2m_token(from = ["mch_billing"]))]
pub(crate) async fn internal() -> &'static str {
    "entered"
}

#[utoipa::path(get, path = "/invoices", responses((status = 200, description = "Entered", body = String)))]
#[clerk_auth(
    session_token(organization, not_impersonated),
    oauth_token(organization, scopes = "read:invoices", format = "jwt"),
    api_key(organization)
)]
pub(crate) async fn invoices() -> &'static str {
    "entered"
}

/// Behind a layer, so nothing in its signature tells of the policy.
#[utoipa::path(get, path = "/tool", responses((status = 200, description = "Entered", body = String)))]
pub(crate) async fn tool() -> &'static str {
    "entered"
}

#[utoipa::path(get, path = "/health", responses((status = 200, description = "Entered", body = String)))]
pub(crate) async fn health() -> &'static str {
    "entered"
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Notes", version = "1"),
    paths(list_notes, create_note, profile, billing, feed, internal, invoices, tool, health)
)]
pub(crate) struct Notes;

pub(crate) fn clerk(issuer: &DevIssuer) -> Clerk {
    issuer.clerk().scope_hierarchy(HIERARCHY).build().unwrap()
}

pub(crate) fn app(clerk: Clerk) -> Router {
    let tool = Router::new().route("/tool", get(tool));
    Router::new()
        .route("/notes", get(list_notes).post(create_note))
        .route("/profile", get(profile))
        .route("/billing", get(billing))
        .route("/feed", get(feed))
        .route("/internal", get(internal))
        .route("/invoices", get(invoices))
        .route("/health", get(health))
        .with_state(clerk.clone())
        .merge(tool.layer(ClerkLayer::new(clerk, TOOL)))
}

/// The document of `utoipa`, out of a table of routes.
pub(crate) fn of_table(clerk: &Clerk) -> Value {
    let mut document = Notes::openapi();
    clerk.describe(&mut document, POLICIES).unwrap();
    serde_json::to_value(&document).unwrap()
}

/// The document of `aide`, in which handlers describe themselves.
pub(crate) fn of_guards(clerk: &Clerk) -> Value {
    let mut document = undescribed_guards(clerk);
    clerk.describe(&mut document, [(Method::GET, "/tool", TOOL)]).unwrap();
    serde_json::to_value(&document).unwrap()
}

/// The same, before the configuration has its say.
pub(crate) fn undescribed_guards(clerk: &Clerk) -> aide::openapi::OpenApi {
    let tool = ApiRouter::new().api_route("/tool", get_documented(tool));
    let app = ApiRouter::new()
        .api_route("/notes", get_documented(list_notes).post(create_note))
        .api_route("/profile", get_documented(profile))
        .api_route("/billing", get_documented(billing))
        .api_route("/feed", get_documented(feed))
        .api_route("/internal", get_documented(internal))
        .api_route("/invoices", get_documented(invoices))
        .api_route("/health", get_documented(health))
        .with_state(clerk.clone())
        .merge(tool.layer(ClerkLayer::new(clerk.clone(), TOOL)));
    let mut document = aide::openapi::OpenApi::default();
    document.info.title = "Notes".into();
    document.info.version = "1".into();
    let _: Router = app.finish_api(&mut document);
    document
}
