//! Every injected value, where it is always there and where it may be missing.

#![deny(unused_variables)]

use axum::debug_handler;
use clerk_auth::{
    ApiKey, Claims, Clerk, ClientId, Guard, Identity, M2mToken, MachineId, OAuthToken, OrgId,
    Scopes, SessionId, SessionToken, Subject, TokenType, UserId, clerk_auth,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Profile {
    name: String,
}

#[clerk_auth]
#[debug_handler(state = Clerk)]
async fn session(
    subject: Subject,
    token_type: TokenType,
    user_id: UserId,
    org_id: Option<OrgId>,
    session_id: SessionId,
    claims: Claims,
    identity: SessionToken,
    guard: Guard,
) -> String {
    let _ = (claims, identity, guard);
    format!("{subject} {token_type} {user_id} {} {session_id}", org_id.is_some())
}

#[clerk_auth(accepts = "oauth_token")]
#[debug_handler(state = Clerk)]
async fn oauth(
    scopes: Scopes,
    user_id: UserId,
    client_id: ClientId,
    identity: OAuthToken,
) -> String {
    let _ = identity;
    format!("{scopes} {user_id} {client_id}")
}

#[clerk_auth(accepts = "m2m_token")]
#[debug_handler(state = Clerk)]
async fn m2m(machine_id: MachineId, claims: Option<Claims>, identity: M2mToken) -> String {
    format!("{machine_id} {} {}", claims.is_some(), identity.recipients().len())
}

#[clerk_auth(accepts = "api_key")]
#[debug_handler(state = Clerk)]
async fn api_key(
    scopes: Scopes,
    user_id: Option<UserId>,
    org_id: Option<OrgId>,
    claims: Option<Profile>,
    identity: ApiKey,
) -> String {
    let _ = (user_id, org_id, identity);
    format!("{scopes} {}", claims.map(|claims| claims.name).unwrap_or_default())
}

#[clerk_auth(accepts = "any")]
#[debug_handler(state = Clerk)]
async fn any(
    scopes: Option<Scopes>,
    user_id: Option<UserId>,
    org_id: Option<OrgId>,
    client_id: Option<ClientId>,
    machine_id: Option<MachineId>,
    session_id: std::option::Option<clerk_auth::SessionId>,
    identity: Identity,
) -> &'static str {
    let _ = (scopes, user_id, org_id, client_id, machine_id, session_id);
    match identity {
        Identity::Session(_) => "session",
        Identity::OAuth(_) => "oauth",
        Identity::M2m(_) => "m2m",
        Identity::ApiKey(_) => "api key",
    }
}

#[clerk_auth(optional)]
#[debug_handler(state = Clerk)]
async fn optional(
    subject: Option<Subject>,
    token_type: Option<TokenType>,
    user_id: Option<UserId>,
    claims: Option<Profile>,
    identity: Option<SessionToken>,
) -> String {
    let _ = (subject, token_type, user_id, identity);
    claims.map(|claims| claims.name).unwrap_or_default()
}

#[clerk_auth]
#[debug_handler(state = Clerk)]
async fn decoded(claims: Profile, subject: Subject) -> String {
    format!("{} {subject}", claims.name)
}

fn main() {
    let _ = (session, oauth, m2m, api_key, any, optional, decoded);
}
