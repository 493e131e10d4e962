//! Shared policies: used by several handlers, in an `impl`, and narrowed.

use axum::{Router, extract::Path, routing::get};
use clerk_auth::{
    Guard, OrgId, Scopes, Subject, clerk_auth,
    testing::{Caller, DevIssuer},
};
use clerk_auth_tests::Server;

#[clerk_auth(oauth_token(scopes = "read:notes"), session_token(permission = "org:notes:read"))]
struct ReadNotes;

#[clerk_auth(accepts = ["oauth_token", "api_key"], optional)]
struct Feed;

#[clerk_auth(accepts = "session_token", role = "org:admin")]
struct Admin;

#[clerk_auth(accepts = "session_token", allow_pending)]
struct Onboarding;

#[clerk_auth(policy = Onboarding)]
async fn welcome() {}

#[clerk_auth(policy = Onboarding, session_token(not_impersonated))]
async fn invite() {}

#[clerk_auth(policy = Onboarding, session_token(allow_pending, not_impersonated))]
async fn choose() {}

#[clerk_auth(policy = ReadNotes)]
async fn list(subject: Subject, scopes: Option<Scopes>) -> String {
    format!("{subject} {}", scopes.map(|scopes| scopes.to_string()).unwrap_or_default())
}

#[clerk_auth(policy = ReadNotes, oauth_token(scopes = "write:notes"))]
async fn edit() {}

#[clerk_auth(policy = ReadNotes, accepts = "oauth_token")]
async fn export() {}

#[clerk_auth(policy = Feed, accepts = "api_key")]
async fn keys() {}

#[clerk_auth(policy = Feed, accepts = "api_key", optional)]
async fn feed(subject: Option<Subject>) -> String {
    subject.map(|subject| subject.to_string()).unwrap_or_default()
}

struct Notes;

trait Resource {
    async fn show(guard: Guard<Admin>, id: Path<u8>) -> String;
}

impl Notes {
    #[clerk_auth(policy = Admin)]
    async fn clear(org_id: OrgId) -> String {
        Self::of(&org_id)
    }

    fn of(org_id: &OrgId) -> String {
        format!("notes of {org_id}")
    }
}

impl Resource for Notes {
    #[clerk_auth(policy = Admin)]
    async fn show(Path(id): Path<u8>, org_id: OrgId) -> String {
        format!("{id} of {}", Self::of(&org_id))
    }
}

#[test]
fn narrowed_policy_admits_whom_both_parts_admit() {
    let oauth = |scopes: &[&'static str]| Caller::oauth("user_ada").scopes(scopes.to_vec());
    let reader =
        || Caller::session("user_ada").organization("org_a", "org:member", ["org:notes:read"]);
    assert!(oauth(&["read:notes"]).guard::<ReadNotes>().is_ok());
    assert!(oauth(&["read:notes"]).guard::<EditPolicy>().is_err());
    assert!(oauth(&["write:notes"]).guard::<EditPolicy>().is_err());
    assert!(oauth(&["read:notes", "write:notes"]).guard::<EditPolicy>().is_ok());
    assert!(reader().guard::<EditPolicy>().is_ok());
    assert!(Caller::session("user_ada").guard::<EditPolicy>().is_err());
    assert!(oauth(&["read:notes"]).guard::<ExportPolicy>().is_ok());
    assert!(oauth(&[]).guard::<ExportPolicy>().is_err());
    assert!(reader().guard::<ExportPolicy>().is_err());
}

#[test]
fn narrowed_policy_is_optional_only_if_both_parts_are() {
    assert!(Caller::anonymous().guard::<Feed>().is_ok());
    assert!(Caller::anonymous().guard::<FeedPolicy>().is_ok());
    assert!(Caller::anonymous().guard::<KeysPolicy>().is_err());
    assert!(Caller::api_key("user_ada").guard::<KeysPolicy>().is_ok());
    assert!(Caller::oauth("user_ada").guard::<FeedPolicy>().is_err());
}

#[test]
fn narrowed_policy_admits_pending_sessions_only_if_both_parts_do() {
    let pending = || Caller::session("user_ada").pending();
    assert!(pending().guard::<Onboarding>().is_ok());
    assert!(pending().guard::<InvitePolicy>().is_err());
    assert!(pending().guard::<ChoosePolicy>().is_ok());
    assert!(Caller::session("user_ada").guard::<InvitePolicy>().is_ok());
    assert!(!InvitePolicy::POLICY.allows_pending() && ChoosePolicy::POLICY.allows_pending());
}

#[tokio::test]
async fn shared_policy_guards_handlers_and_functions_of_an_impl() {
    let issuer = DevIssuer::start().await.unwrap();
    let router = Router::new()
        .route("/list", get(list))
        .route("/welcome", get(welcome))
        .route("/invite", get(invite))
        .route("/choose", get(choose))
        .route("/feed", get(feed))
        .route("/edit", get(edit))
        .route("/export", get(export))
        .route("/keys", get(keys))
        .route("/clear", get(Notes::clear))
        .route("/show/{id}", get(<Notes as Resource>::show));
    let server = Server::start(router.with_state(issuer.clerk().build().unwrap())).await;
    let admin = issuer.session("user_ada").organization("org_a", "a", "org:admin").jwt();
    let member = issuer.session("user_ada").organization("org_a", "a", "org:member").jwt();
    let reader = issuer.oauth("user_ada").scopes(["read:notes"]).jwt();
    let pending = issuer.session("user_ada").pending().jwt();
    for (path, token, status, body) in [
        ("/list", &reader, 200, "user_ada read:notes"),
        ("/list", &member, 403, ""),
        ("/edit", &reader, 403, ""),
        ("/export", &reader, 200, ""),
        ("/clear", &admin, 200, "notes of org_a"),
        ("/clear", &member, 403, ""),
        ("/clear", &reader, 401, ""),
        ("/show/7", &admin, 200, "7 of notes of org_a"),
        ("/show/no-number", &member, 403, ""),
        ("/welcome", &pending, 200, ""),
        ("/invite", &pending, 401, ""),
        ("/invite", &member, 200, ""),
        ("/choose", &pending, 200, ""),
    ] {
        let reply = server.get(path, token).await;
        let admitted = if reply.status == 200 { reply.body.as_str() } else { "" };
        assert_eq!((reply.status, admitted), (status, body), "{path}");
    }
}
