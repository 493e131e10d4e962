//! A route for each kind of policy.

use axum::{Router, routing::get};
use clerk_auth::{Clerk, Policy, clerk_auth};
use serde::Deserialize;

#[clerk_auth]
async fn session() {}

#[clerk_auth(accepts = "oauth_token", scopes = "write:notes read:notes")]
async fn notes() {}

#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = ["write:notes", "read:notes"])]
async fn either() {}

#[clerk_auth(accepts = "api_key", scopes = "export:run")]
async fn export() {}

#[clerk_auth(accepts = "m2m_token")]
async fn m2m() {}

#[clerk_auth(accepts = "any")]
async fn any() {}

#[clerk_auth(session_token(role = "org:admin"))]
async fn role() {}

#[clerk_auth(session_token(permission = "org:notes:edit", feature = "o:notes", plan = "u:pro"))]
async fn edit() {}

#[clerk_auth(reverification = "strict")]
async fn strict() {}

#[clerk_auth(m2m_token(from = ["mch_billing"]))]
async fn sender() {}

#[clerk_auth(oauth_token(audience = "https://api.example.com", client = ["client_good"]))]
async fn client() {}

#[clerk_auth(accepts = ["session_token", "oauth_token", "api_key"], organization)]
async fn organization() {}

#[clerk_auth(accepts = ["session_token", "oauth_token"], not_impersonated)]
async fn own() {}

#[clerk_auth(accepts = ["oauth_token", "m2m_token"], format = "jwt")]
async fn jwt() {}

#[derive(Deserialize)]
struct Seats {
    seats: u32,
}

#[clerk_auth]
async fn seats(claims: Seats) -> String {
    claims.seats.to_string()
}

pub(super) fn router() -> Router<Clerk> {
    Router::new()
        .route("/session", get(session).post(session))
        .route("/notes", get(notes))
        .route("/either", get(either))
        .route("/export", get(export))
        .route("/m2m", get(m2m))
        .route("/any", get(any))
        .route("/role", get(role))
        .route("/edit", get(edit))
        .route("/strict", get(strict))
        .route("/sender", get(sender))
        .route("/client", get(client))
        .route("/organization", get(organization))
        .route("/own", get(own))
        .route("/jwt", get(jwt))
        .route("/seats", get(seats))
}

/// The policy of a route.
pub(super) fn policy(path: &str) -> Policy {
    match path {
        "/session" => SessionPolicy::POLICY,
        "/notes" => NotesPolicy::POLICY,
        "/either" => EitherPolicy::POLICY,
        "/export" => ExportPolicy::POLICY,
        "/m2m" => M2mPolicy::POLICY,
        "/any" => AnyPolicy::POLICY,
        "/role" => RolePolicy::POLICY,
        "/edit" => EditPolicy::POLICY,
        "/strict" => StrictPolicy::POLICY,
        "/sender" => SenderPolicy::POLICY,
        "/client" => ClientPolicy::POLICY,
        "/organization" => OrganizationPolicy::POLICY,
        "/own" => OwnPolicy::POLICY,
        "/jwt" => JwtPolicy::POLICY,
        "/seats" => SeatsPolicy::POLICY,
        _ => panic!("{path} is no route"),
    }
}
