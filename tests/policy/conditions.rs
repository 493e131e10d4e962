//! Each condition lets in who has it and refuses who has not, with the answer that is its own.

use axum::{Json, Router, routing::get};
use clerk_auth::{
    Clerk, ClientId, M2mToken, MachineId, OrgId, Scope, SessionId, UserId, clerk_auth,
    testing::DevIssuer,
};
use clerk_auth_tests::Server;
use serde::{Deserialize, Serialize};

const READ_NOTES: Scope = Scope::new("read:notes");

#[clerk_auth(session_token(role = "admin"))]
async fn role() {}

#[clerk_auth(session_token(permission = any("org:notes:read", "org:notes:write")))]
async fn permission(org_id: OrgId) -> String {
    org_id.to_string()
}

#[clerk_auth(session_token(feature = "o:reports", plan = "u:pro"))]
async fn feature_and_plan() {}

#[clerk_auth(reverification = "strict")]
async fn reverification(user_id: UserId, session_id: SessionId) -> String {
    format!("{user_id} {session_id}")
}

#[clerk_auth(reverification = second_factor(minutes = 5))]
async fn custom_reverification() {}

#[clerk_auth(accepts = "oauth_token", scopes = any("admin", all(READ_NOTES, "write:notes")))]
async fn tree(client_id: ClientId) -> String {
    client_id.to_string()
}

#[clerk_auth(oauth_token(audience = "https://api.example.com", client = ["client_good"]))]
async fn audience_and_client() {}

#[clerk_auth(m2m_token(from = ["mch_billing"]))]
async fn sender(machine_id: MachineId, identity: M2mToken) -> String {
    format!("{machine_id} {}", identity.recipients().len())
}

#[clerk_auth(
    session_token(permission = "org:notes:read"),
    oauth_token(scopes = "read:notes"),
    api_key
)]
async fn clauses() {}

#[derive(Deserialize, Serialize)]
struct Plan {
    seats: u32,
}

#[clerk_auth]
async fn claims(claims: Plan) -> Json<Plan> {
    Json(claims)
}

async fn app(issuer: &DevIssuer) -> Server {
    let router: Router<Clerk> = Router::new()
        .route("/role", get(role))
        .route("/permission", get(permission))
        .route("/feature-and-plan", get(feature_and_plan))
        .route("/reverification", get(reverification))
        .route("/custom-reverification", get(custom_reverification))
        .route("/tree", get(tree))
        .route("/audience-and-client", get(audience_and_client))
        .route("/sender", get(sender))
        .route("/clauses", get(clauses))
        .route("/claims", get(claims));
    Server::start(router.with_state(issuer.clerk().build().unwrap())).await
}

#[tokio::test]
async fn each_condition_decides_and_answers_in_its_own_way() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = app(&issuer).await;
    let session = || issuer.session("user_ada");
    let member = |role| session().organization("org_acme", "acme", role);
    let with = |permission: &str| member("editor").permissions([permission]).jwt();
    let oauth = |scopes: &[&str]| issuer.oauth("user_ada").scopes(scopes.iter().copied()).jwt();
    let for_api =
        |client, audience| issuer.oauth("user_ada").client_id(client).audience([audience]).jwt();
    let api = "https://api.example.com";
    let table = [
        ("/role", member("admin").jwt(), 200, ""),
        ("/role", member("editor").jwt(), 403, ""),
        ("/role", session().jwt(), 403, ""),
        ("/permission", with("org:notes:write"), 200, ""),
        ("/permission", with("org:notes:delete"), 403, ""),
        ("/feature-and-plan", session().features("o:reports").plans("u:pro").jwt(), 200, ""),
        ("/feature-and-plan", session().features("u:reports").plans("u:pro").jwt(), 403, ""),
        ("/feature-and-plan", session().features("o:reports").jwt(), 403, ""),
        ("/reverification", session().factor_ages(20, 9).jwt(), 200, ""),
        ("/reverification", session().factor_ages(1, 10).jwt(), 403, ""),
        ("/custom-reverification", session().factor_ages(1, 4).jwt(), 200, ""),
        ("/custom-reverification", session().factor_ages(1, 5).jwt(), 403, ""),
        ("/tree", oauth(&["admin"]), 200, ""),
        ("/tree", oauth(&["write:notes", "read:notes"]), 200, ""),
        ("/tree", oauth(&["write:notes", "profile"]), 403, "scope=\"admin\""),
        ("/tree", oauth(&[]), 403, "scope=\"admin\""),
        ("/audience-and-client", for_api("client_good", api), 200, ""),
        ("/audience-and-client", for_api("client_bad", api), 403, ""),
        ("/audience-and-client", for_api("client_good", "https://other"), 401, "invalid_token"),
        ("/sender", issuer.m2m("mch_billing").jwt(), 200, ""),
        ("/sender", issuer.m2m("mch_billing2").opaque(), 403, ""),
        ("/clauses", with("org:notes:read"), 200, ""),
        ("/clauses", with("org:notes:write"), 403, ""),
        ("/clauses", oauth(&["read:notes"]), 200, ""),
        ("/clauses", oauth(&[]), 403, "scope=\"read:notes\""),
        ("/clauses", issuer.api_key("org_acme").opaque(), 200, ""),
        ("/clauses", issuer.m2m("mch_billing").jwt(), 401, "invalid_token"),
        ("/claims", session().claim("seats", 3).jwt(), 200, ""),
        ("/claims", session().claim("seats", "three").jwt(), 403, ""),
        ("/claims", session().jwt(), 403, ""),
    ];
    for (path, token, status, challenge) in table {
        let reply = app.get(path, &token).await;
        let whole = match challenge {
            "" => String::new(),
            "invalid_token" => r#"Bearer realm="clerk", error="invalid_token""#.to_owned(),
            scope => format!(r#"Bearer realm="clerk", error="insufficient_scope", {scope}"#),
        };
        assert_eq!((reply.status, reply.challenge()), (status, &*whole), "{path}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_front_end_learns_which_reverification_it_needs() {
    let issuer = DevIssuer::start().await.unwrap();
    let app = app(&issuer).await;
    let stale = issuer.session("user_ada").factor_ages(99, 99).jwt();
    let table = [
        ("/reverification", r#""strict""#),
        ("/custom-reverification", r#"{"level":"second_factor","afterMinutes":5}"#),
    ];
    for (path, needed) in table {
        let reply = app.get(path, &stale).await;
        let expected = format!(
            r#"{{"clerk_error":{{"type":"forbidden","reason":"reverification-error","metadata":{{"reverification":{needed}}}}}}}"#
        );
        assert_eq!(reply.body, expected);
        assert_eq!(reply.header("content-type"), "application/json");
    }
}

#[test]
fn each_policy_prints_as_one_line() {
    let table = [
        (RolePolicy::POLICY, "session_token with role admin"),
        (
            PermissionPolicy::POLICY,
            "session_token with permission org:notes:read or org:notes:write",
        ),
        (FeatureAndPlanPolicy::POLICY, "session_token with feature o:reports and plan u:pro"),
        (ReverificationPolicy::POLICY, "session_token with reverification strict"),
        (TreePolicy::POLICY, "oauth_token with scopes admin or (read:notes and write:notes)"),
        (
            AudienceAndClientPolicy::POLICY,
            "oauth_token with audience https://api.example.com and client client_good",
        ),
        (SenderPolicy::POLICY, "m2m_token from mch_billing"),
        (
            ClausesPolicy::POLICY,
            "session_token with permission org:notes:read, or oauth_token with scope read:notes, \
             or api_key",
        ),
    ];
    for (policy, line) in table {
        assert_eq!(policy.to_string(), line);
        assert_eq!(serde_json::to_value(policy).unwrap(), line);
    }
}
