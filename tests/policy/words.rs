//! Conditions without a value: an organization, no impersonator, pending sessions, JWTs alone.

use axum::{Router, extract::Request, routing::get};
use clerk_auth::{
    Clerk, ClerkLayer, Guard, Policy, Rejection, Verified, audit::Routes, clerk_auth, policy,
    testing::DevIssuer, verified,
};
use clerk_auth_tests::Server;
use http::Method;
use serde_json::{Value, json};

#[clerk_auth(accepts = ["session_token", "oauth_token", "api_key"], organization)]
async fn organization() {}

#[clerk_auth(oauth_token(organization, scopes = "read:notes"))]
async fn organization_and_scope() {}

#[clerk_auth(accepts = ["session_token", "oauth_token"], not_impersonated)]
async fn not_impersonated() {}

#[clerk_auth(session_token(role = "org:admin", not_impersonated))]
async fn own_admin() {}

#[clerk_auth(session_token(allow_pending), api_key)]
async fn onboarding(guard: Guard) -> Result<&'static str, Rejection> {
    guard.require(MEMBERS)?;
    Ok("active")
}

#[clerk_auth]
async fn members() {}

#[clerk_auth(accepts = ["oauth_token", "m2m_token"], format = "jwt")]
async fn jwt() {}

#[clerk_auth(m2m_token(from = "mch_billing", format = "jwt"))]
async fn jwt_of_billing() {}

const MEMBERS: Policy = policy!(accepts = ["session_token", "api_key"]);
const ONBOARDING: Policy = policy!(allow_pending);
const PENDING_OR_ANONYMOUS: Policy = policy!(allow_pending, optional);
const ANONYMOUS: Policy = policy!(optional);
const ANY: Policy = policy!(accepts = "any");

/// The challenge without its realm, and the reason.
type Answer = (u16, &'static str, &'static str);

const ADMITTED: Answer = (200, "", "");

async fn assert_answers(issuer: &DevIssuer, router: Router<Clerk>, table: &[Row<'_>]) {
    let clerk = issuer.clerk().reveal_reasons().build().unwrap();
    let app = Server::start(router.with_state(clerk)).await;
    for (path, name, token, (status, challenge, reason)) in table {
        // The second request finds what the first one left in the caches.
        for _ in 0..2 {
            let reply = app.get(path, token).await;
            let told = reply.challenge().trim_start_matches(r#"Bearer realm="clerk""#);
            let told = (reply.status, told, reply.header("x-clerk-auth-reason"));
            assert_eq!(told, (*status, *challenge, *reason), "{path}: {name}");
        }
    }
}

type Row<'r> = (&'r str, &'r str, String, Answer);

#[tokio::test]
async fn organization_is_active_chosen_or_the_owner() {
    const STEP_UP: Answer =
        (403, r#", error="insufficient_scope", scope="user:org:read""#, "scope-missing");
    const BOTH: Answer =
        (403, r#", error="insufficient_scope", scope="user:org:read read:notes""#, "scope-missing");
    const MISSING: Answer = (403, "", "organization-missing");
    let issuer = DevIssuer::start().await.unwrap();
    let session = || issuer.session("user_ada");
    let oauth = |scopes: &[&str]| issuer.oauth("user_ada").scopes(scopes.iter().copied());
    let chosen = |scopes| oauth(scopes).organization("org_acme");
    let (one, two) = ("/organization", "/organization-and-scope");
    let read = "user:org:read";
    let router =
        Router::new().route(one, get(organization)).route(two, get(organization_and_scope));
    let table = [
        (one, "session", session().jwt(), MISSING),
        (one, "member", session().organization("org_acme", "acme", "guest").jwt(), ADMITTED),
        (
            one,
            "member, version 1",
            session().version_1().organization("org_acme", "acme", "guest").jwt(),
            ADMITTED,
        ),
        (one, "OAuth", oauth(&["profile"]).jwt(), STEP_UP),
        (one, "OAuth, opaque", oauth(&[]).opaque(), STEP_UP),
        (one, "OAuth, no choice", oauth(&[read]).jwt(), MISSING),
        (one, "OAuth, no choice, opaque", oauth(&[read]).opaque(), MISSING),
        (one, "OAuth, chosen", chosen(&[read]).jwt(), ADMITTED),
        (one, "OAuth, chosen, opaque", chosen(&[read]).opaque(), ADMITTED),
        (one, "key of a user", issuer.api_key("user_ada").opaque(), MISSING),
        (one, "key of an organization", issuer.api_key("org_acme").opaque(), ADMITTED),
        (one, "key of a machine", issuer.api_key("mch_billing").opaque(), MISSING),
        (two, "neither", oauth(&[]).jwt(), BOTH),
        (two, "scope alone", oauth(&["read:notes"]).jwt(), BOTH),
        (two, "scopes, no choice", oauth(&["read:notes", read]).jwt(), MISSING),
        (two, "no scope, no choice", oauth(&[read]).jwt(), MISSING),
        // The scope by which the organization came stays in the challenge.
        (two, "chosen, no scope", chosen(&[read]).jwt(), BOTH),
        (two, "both", chosen(&["read:notes", read]).jwt(), ADMITTED),
    ];
    assert_answers(&issuer, router, &table).await;
}

/// A client without a token asks for the scope of the organization too, and keeps it for an inner
/// policy.
#[tokio::test]
async fn challenge_asks_for_the_organization_as_for_a_scope() {
    const ORGANIZATION: Policy = policy!(oauth_token(organization));
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let router = Router::new().route("/", get(read)).with_state(clerk.clone());
    let app = Server::start(router.layer(ClerkLayer::new(clerk.clone(), ORGANIZATION))).await;
    let anonymous = app.send(Method::GET, "/", &[]).await;
    assert_eq!(anonymous.challenge(), r#"Bearer realm="clerk", scope="user:org:read""#);
    let chosen = issuer.oauth("user_ada").scopes(["user:org:read"]).organization("org_acme");
    let reply = app.get("/", &chosen.jwt()).await;
    assert!(reply.challenge().ends_with(r#"scope="user:org:read read:notes""#), "{reply:?}");
}

#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn read() {}

#[tokio::test]
async fn impersonated_user_is_rejected_where_the_policy_says_so() {
    const IMPERSONATED: Answer = (403, "", "impersonated");
    const PERMISSION: Answer = (403, "", "permission-missing");
    let issuer = DevIssuer::start().await.unwrap();
    let session = || issuer.session("user_ada");
    let oauth = || issuer.oauth("user_ada");
    let member = |role| session().organization("org_acme", "acme", role);
    let (any, admin) = ("/not-impersonated", "/own-admin");
    let router = Router::new().route(any, get(not_impersonated)).route(admin, get(own_admin));
    let table = [
        (any, "session", session().jwt(), ADMITTED),
        (any, "session, impersonated", session().actor("user_eve").jwt(), IMPERSONATED),
        (any, "OAuth", oauth().jwt(), ADMITTED),
        (any, "OAuth, opaque", oauth().opaque(), ADMITTED),
        (any, "OAuth, delegated", oauth().actor("user_eve").jwt(), IMPERSONATED),
        (any, "OAuth, delegated, opaque", oauth().actor("user_eve").opaque(), IMPERSONATED),
        (admin, "admin", member("admin").jwt(), ADMITTED),
        (admin, "admin, impersonated", member("admin").actor("user_eve").jwt(), IMPERSONATED),
        (admin, "guest", member("guest").jwt(), PERMISSION),
    ];
    assert_answers(&issuer, router, &table).await;
}

async fn status(caller: Option<Verified>, request: Request) -> String {
    let stored = verified(request.extensions());
    match (caller, stored) {
        (Some(caller), Some(stored)) => {
            assert_eq!(caller.is_pending(), stored.is_pending());
            let required = caller.require(MEMBERS).is_ok();
            format!("pending: {}, member: {required}", caller.is_pending())
        }
        _ => "anonymous".to_owned(),
    }
}

#[tokio::test]
async fn pending_session_enters_only_where_a_policy_allows_it() {
    const PENDING: Answer = (401, r#", error="invalid_token""#, "session-pending");
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().reveal_reasons().build().unwrap();
    let layer = |policy| ClerkLayer::new(clerk.clone(), policy);
    let behind = |policy| get(status).layer(layer(policy));
    let router = Router::new()
        .route("/members", get(members))
        .route("/onboarding", get(onboarding))
        .route("/layer", behind(MEMBERS))
        .route("/any", behind(ANY))
        .route("/layer-onboarding", behind(ONBOARDING))
        .route("/optional", behind(ANONYMOUS))
        .route("/layer-onboarding-members", get(members).layer(layer(ONBOARDING)))
        .route("/layer-members-onboarding", get(onboarding).layer(layer(MEMBERS)))
        .with_state(clerk.clone());
    let app = Server::start(router).await;
    let active = issuer.session("user_ada").jwt();
    let pending = issuer.session("user_ada").pending().jwt();
    // Twice, so that the second one comes from the cache.
    for _ in 0..2 {
        for path in ["/members", "/layer", "/any", "/optional", "/layer-onboarding-members"] {
            let reply = app.get(path, &pending).await;
            let told = reply.challenge().trim_start_matches(r#"Bearer realm="clerk""#);
            let told = (reply.status, told, reply.header("x-clerk-auth-reason"));
            assert_eq!(told, PENDING, "{path}");
        }
        // What was admitted is still pending to any later policy.
        assert_eq!(app.get("/onboarding", &pending).await.status, 401);
        assert_eq!(app.get("/layer-members-onboarding", &pending).await.status, 401);
        let reply = app.get("/layer-onboarding", &pending).await;
        assert_eq!((reply.status, &*reply.body), (200, "pending: true, member: false"));
        let reply = app.get("/layer-onboarding", &active).await;
        assert_eq!((reply.status, &*reply.body), (200, "pending: false, member: true"));
        assert_eq!(app.get("/onboarding", &active).await.body, "active");
        assert_eq!(app.get("/layer-members-onboarding", &active).await.status, 200);
        assert_eq!(app.get("/layer-onboarding-members", &active).await.status, 200);
    }
    let rejection = clerk.authenticate_token(&pending, MEMBERS).await.unwrap_err();
    assert_eq!(rejection.reason(), "session-pending");
    assert!(clerk.authenticate_token(&pending, ONBOARDING).await.unwrap().is_pending());
}

#[tokio::test]
async fn pending_session_cookie_is_anonymous_or_admitted() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let behind = |policy| get(status).post(status).layer(ClerkLayer::new(clerk.clone(), policy));
    let router: Router = Router::new()
        .route("/members", behind(MEMBERS))
        .route("/onboarding", behind(ONBOARDING))
        .route("/optional", behind(ANONYMOUS))
        .route("/pending-or-anonymous", behind(PENDING_OR_ANONYMOUS));
    let app = Server::start(router).await;
    let cookies = issuer.cookies(&issuer.session("user_ada").pending().jwt());
    let fields = [("cookie", cookies.as_str()), ("sec-fetch-site", "same-origin")];
    let member = "pending: true, member: false";
    for method in [Method::GET, Method::POST, Method::GET] {
        for (path, status, body) in [
            ("/members", 401, ""),
            ("/onboarding", 200, member),
            ("/optional", 200, "anonymous"),
            ("/pending-or-anonymous", 200, member),
        ] {
            let reply = app.send(method.clone(), path, &fields).await;
            assert_eq!(reply.status, status, "{method} {path}");
            assert!(status != 200 || reply.body == body, "{method} {path}: {}", reply.body);
        }
    }
}

#[tokio::test]
async fn opaque_token_is_rejected_without_a_call_where_only_jwts_are_accepted() {
    const OPAQUE: Answer = (401, r#", error="invalid_token""#, "token-type-mismatch");
    const SENDER: Answer = (403, "", "sender-not-listed");
    let issuer = DevIssuer::start().await.unwrap();
    let (oauth, m2m) = (|| issuer.oauth("user_ada"), |machine| issuer.m2m(machine));
    let (any, billing) = ("/jwt", "/jwt-of-billing");
    let router = Router::new().route(any, get(jwt)).route(billing, get(jwt_of_billing));
    let table = [
        (any, "OAuth", oauth().jwt(), ADMITTED),
        (any, "OAuth, opaque", oauth().opaque(), OPAQUE),
        (any, "OAuth, unknown", "oat_0d9c8b7a".to_owned(), OPAQUE),
        (any, "M2M", m2m("mch_billing").jwt(), ADMITTED),
        (any, "M2M, opaque", m2m("mch_billing").opaque(), OPAQUE),
        (any, "key", issuer.api_key("user_ada").opaque(), OPAQUE),
        (billing, "M2M", m2m("mch_billing").jwt(), ADMITTED),
        (billing, "M2M of another", m2m("mch_other").jwt(), SENDER),
        (billing, "M2M, opaque", m2m("mch_billing").opaque(), OPAQUE),
    ];
    assert_answers(&issuer, router, &table).await;
    assert_eq!(issuer.calls().total(), 1, "the key set alone is fetched");
}

/// An outer policy has verified the opaque token already.
#[tokio::test]
async fn opaque_token_is_rejected_behind_a_layer_that_verified_it() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().build().unwrap();
    let layer = ClerkLayer::new(clerk.clone(), ANY);
    let router = Router::new().route("/", get(jwt)).layer(layer).with_state(clerk);
    let app = Server::start(router).await;
    assert_eq!(app.get("/", &issuer.oauth("user_ada").jwt()).await.status, 200);
    assert_eq!(app.get("/", &issuer.oauth("user_ada").opaque()).await.status, 401);
    assert_eq!(app.get("/", &issuer.m2m("mch_billing").opaque()).await.status, 401);
}

/// Without a secret key, a route that accepts JWTs alone lacks nothing.
#[tokio::test]
async fn jwts_alone_need_no_secret_key() {
    let issuer = DevIssuer::start().await.unwrap();
    let builder = Clerk::builder().jwt_key(issuer.public_key_pem()).issuer(issuer.issuer());
    let clerk = builder.machine_id(issuer.machine_id()).build().unwrap();
    assert!(clerk.check(JwtPolicy::POLICY).is_ok());
    assert!(clerk.check(policy!(m2m_token(format = "jwt", from = "mch_a"))).is_ok());
    let lacks = clerk.check(policy!(oauth_token(format = "jwt"), m2m_token)).unwrap_err();
    assert_eq!(
        lacks.to_string(),
        "m2m_token: opaque M2M tokens are verified by Clerk; set CLERK_MACHINE_SECRET_KEY"
    );
    let lacks = clerk.check(policy!(accepts = "oauth_token")).unwrap_err();
    assert!(lacks.to_string().contains("CLERK_SECRET_KEY"), "{lacks}");
    let nothing = Clerk::builder().machine_secret_key("ak_x").build().unwrap();
    let lacks = nothing.check(policy!(oauth_token(format = "jwt"))).unwrap_err();
    assert!(lacks.to_string().contains("no key verifies JWTs"), "{lacks}");
    let app = Server::start(Router::new().route("/", get(jwt)).with_state(clerk)).await;
    assert_eq!(app.get("/", &issuer.oauth("user_ada").jwt()).await.status, 200);
    assert_eq!(app.get("/", "oat_0d9c8b7a").await.status, 401);
}

#[test]
fn each_word_is_in_the_table_of_routes() {
    let routes = Routes::<Clerk>::new();
    let (_, table) = routes.get("/invoices", own_admin).get("/start", onboarding).finish();
    let lines: Vec<String> = table.rows().map(clerk_auth::audit::Row::requirement).collect();
    assert_eq!(lines[0], "session_token with role org:admin and no impersonator");
    assert_eq!(lines[1], "session_token (active or pending), or api_key");
    let json: Value = serde_json::from_str(&table.to_json()).unwrap();
    let policy = |route: usize| &json["routes"][route]["guards"][0]["policy"];
    assert_eq!(
        policy(0)["session_token"],
        json!({ "all": [{ "role": "org:admin" }, "not_impersonated"] })
    );
    assert_eq!(policy(1)["allow_pending"], true);
    assert!(table.to_markdown().contains("active or pending"));
}

/// Clients read there which scopes they can ask for.
#[tokio::test]
async fn metadata_names_the_scope_of_the_organization() {
    let issuer = DevIssuer::start().await.unwrap();
    let clerk = issuer.clerk().resource("https://api.example.com/notes").build().unwrap();
    let metadata = clerk.resource_metadata([OrganizationAndScopePolicy::POLICY]).unwrap();
    let app = Server::start(metadata.into()).await;
    let path = "/.well-known/oauth-protected-resource/notes";
    let document: Value =
        serde_json::from_str(&app.send(Method::GET, path, &[]).await.body).unwrap();
    assert_eq!(document["scopes_supported"], json!(["user:org:read", "read:notes"]));
}

#[test]
fn each_word_is_in_the_line_of_the_policy() {
    let table = [
        (
            OrganizationPolicy::POLICY,
            "session_token with an organization, or oauth_token with an organization, or api_key \
             with an organization",
        ),
        (OwnAdminPolicy::POLICY, "session_token with role org:admin and no impersonator"),
        (OnboardingPolicy::POLICY, "session_token (active or pending), or api_key"),
        (JwtPolicy::POLICY, "oauth_token with JWT format, or m2m_token with JWT format"),
        (JwtOfBillingPolicy::POLICY, "m2m_token with machine mch_billing and JWT format"),
    ];
    for (policy, line) in table {
        assert_eq!(policy.to_string(), line);
        assert_eq!(serde_json::to_value(policy).unwrap(), line);
    }
}
