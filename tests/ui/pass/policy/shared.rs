//! A policy type for several handlers, for functions of an `impl`, and narrowed.

#![deny(warnings, missing_docs, unused)]
#![deny(clippy::pedantic, clippy::exhaustive_structs)]
#![allow(clippy::unused_async)]

use axum::{Router, routing::get};
use clerk_auth::{
    Clerk, ClerkLayer, Guard, Identity, OAuthToken, OrgId, Policy, Scope, Scopes, SessionToken,
    Subject, TokenType, clerk_auth, identity::Never,
};

const WRITE_NOTES: Scope = Scope::new("write:notes");

#[clerk_auth(oauth_token(scopes = "read:notes"), session_token(permission = "org:notes:read"))]
struct ReadNotes;

#[clerk_auth(accepts = "session_token", role = "org:admin")]
struct Admin;

#[clerk_auth(accepts = ["oauth_token", "api_key"], optional)]
struct Feed;

mod policies {
    #[clerk_auth::clerk_auth(policy = super::ReadNotes, accepts = "oauth_token")]
    pub(crate) struct Applications;
}

#[clerk_auth(policy = ReadNotes)]
async fn list_notes(subject: Subject, scopes: Option<Scopes>, token_type: TokenType) -> String {
    format!("{subject} {} {token_type}", scopes.is_some())
}

#[clerk_auth(policy = ReadNotes)]
async fn count_notes(
    guard: Guard,
    identity: Identity<SessionToken, OAuthToken, Never, Never>,
) -> String {
    format!("{} {}", guard.subject(), matches!(identity, Identity::OAuth(_)))
}

#[clerk_auth(policy = ReadNotes, oauth_token(scopes = WRITE_NOTES))]
async fn edit_note(subject: Subject, org_id: Option<OrgId>) -> String {
    format!("{subject} {}", org_id.is_some())
}

#[clerk_auth(policy = policies::Applications)]
async fn export(scopes: Scopes) -> String {
    scopes.to_string()
}

#[clerk_auth(policy = Feed)]
async fn feed(
    subject: Option<Subject>,
    identity: Option<Identity<Never, OAuthToken, Never, clerk_auth::ApiKey>>,
) -> String {
    format!("{} {}", subject.is_some(), identity.is_some())
}

#[clerk_auth(policy = Feed, accepts = "api_key", optional)]
async fn feed_of_keys(subject: Option<Subject>) -> String {
    subject.is_some().to_string()
}

#[clerk_auth(policy = Feed, oauth_token(audience = "https://notes.example"))]
async fn own_feed(subject: Subject, scopes: Scopes) -> String {
    format!("{subject} {scopes}")
}

struct Notes;

trait Resource {
    async fn list(guard: Guard<Admin>) -> String;
}

impl Notes {
    #[clerk_auth(policy = Admin)]
    async fn clear(org_id: OrgId) -> String {
        Self::cleared(&org_id)
    }

    fn cleared(org_id: &OrgId) -> String {
        org_id.to_string()
    }
}

impl Resource for Notes {
    #[clerk_auth(policy = Admin)]
    async fn list(org_id: OrgId) -> String {
        Self::cleared(&org_id)
    }
}

const EXPORTS: Policy = clerk_auth::policy!(policy = ReadNotes, accepts = "session_token");

fn main() {
    let router: Router<Clerk> = Router::new()
        .route("/1", get(list_notes))
        .route("/2", get(count_notes))
        .route("/3", get(edit_note))
        .route("/4", get(export))
        .route("/5", get(feed))
        .route("/6", get(feed_of_keys))
        .route("/7", get(own_feed))
        .route("/8", get(Notes::clear))
        .route("/9", get(<Notes as Resource>::list));
    let layer = |clerk: Clerk| ClerkLayer::new(clerk, ReadNotes::POLICY);
    let _ = (router, layer);
    println!("{} {} {}", EditNotePolicy::POLICY, OwnFeedPolicy::POLICY, EXPORTS);
}
