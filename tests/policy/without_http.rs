//! A guarded handler is a function: a test can call it.

use clerk_auth::{OrgId, Subject, clerk_auth, testing::Caller};

#[clerk_auth(session_token(role = "org:admin"), api_key(scopes = "read:notes"))]
async fn title(subject: Subject, org_id: Option<OrgId>) -> String {
    format!("{subject} of {}", org_id.map(|id| id.to_string()).unwrap_or_default())
}

#[tokio::test]
async fn a_handler_is_called_with_a_described_caller() {
    let admin = Caller::session("user_ada").organization("org_acme", "org:admin", []);
    assert_eq!(title(admin.guard().unwrap()).await, "user_ada of org_acme");
    let key = Caller::api_key("org_acme").scopes(["read:notes"]);
    assert_eq!(title(key.guard().unwrap()).await, "org_acme of org_acme");
}

#[test]
fn a_caller_whom_the_policy_rejects_gets_no_guard() {
    let editor = Caller::session("user_ada").organization("org_acme", "org:editor", []);
    assert_eq!(editor.guard::<TitlePolicy>().unwrap_err().status(), 403);
    assert_eq!(Caller::api_key("org_acme").guard::<TitlePolicy>().unwrap_err().status(), 403);
    assert_eq!(Caller::m2m("mch_1").guard::<TitlePolicy>().unwrap_err().status(), 401);
    assert_eq!(Caller::anonymous().guard::<TitlePolicy>().unwrap_err().status(), 401);
}
