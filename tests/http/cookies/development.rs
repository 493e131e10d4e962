//! A verifier of the test kit decides about cookies as a development instance does.

use axum::{Router, routing::get};
use clerk_auth::{Clerk, ClerkBuilder, Guard, Guarded, Rejection, testing::Caller};
use clerk_auth_tests::{Server, captured_log};
use http::Method;

use super::session;
use crate::issuer;

#[tokio::test]
async fn kit_accepts_complete_cookies_only() {
    captured_log::start();
    let issuer = issuer().await;
    let router = Router::new().route("/session", get(session));
    let server = Server::start(router.with_state(issuer.clerk().build().unwrap())).await;
    let token = issuer.session("user_ada").jwt();
    let all = issuer.cookies(&token);
    let (suffixed, plain): (Vec<&str>, Vec<&str>) = all.split("; ").partition(|pair| {
        let name = pair.split('=').next().unwrap();
        !["__session", "__client_uat", "__clerk_db_jwt"].contains(&name)
    });
    let without = |cookies: &[&str], name: &str| {
        let kept: Vec<&str> =
            cookies.iter().copied().filter(|pair| !pair.starts_with(name)).collect();
        kept.join("; ")
    };
    let table = [
        ("all", all.clone(), ""),
        ("suffixed", suffixed.join("; "), ""),
        ("plain", plain.join("; "), ""),
        ("plain, no browser token", without(&plain, "__clerk_db_jwt"), "dev-browser-missing"),
        ("suffixed, no browser token", without(&suffixed, "__clerk_db"), "dev-browser-missing"),
        ("plain, no mark", without(&plain, "__client_uat"), "session-token-but-no-client-uat"),
        ("plain, no session", without(&plain, "__session"), "client-uat-but-no-session-token"),
        // The suffixed set is chosen then, and says nothing.
        (
            "plain, of another instance",
            plain.join("; ").replace(
                &token,
                &issuer.session("user_ada").claim("iss", "https://clerk.example.com").jwt(),
            ),
            "session-token-and-uat-missing",
        ),
    ];
    for (name, cookies, reason) in table {
        captured_log::take();
        let reply = server.send(Method::GET, "/session", &[("cookie", &cookies)]).await;
        let status = if reason.is_empty() { 200 } else { 401 };
        assert_eq!(reply.status, status, "{name}: {cookies}");
        let told =
            captured_log::take().iter().any(|line| line.contains(&format!("reason=\"{reason}\"")));
        assert_eq!(told, status == 401, "{name}");
    }
}

enum Sessions {}

impl Guarded for Sessions {
    const POLICY: clerk_auth::Policy = clerk_auth::policy!(accepts = "session_token");
    type Identity = clerk_auth::SessionToken;
    type Organization = Option<clerk_auth::OrgId>;
}

async fn debugged(guard: Result<Guard<Sessions>, Rejection>) -> String {
    guard.map_or_else(|rejection| format!("{rejection:?}"), |_| "in".to_owned())
}

#[tokio::test]
async fn rejection_shows_its_reason_in_debug_for_the_kit_only() {
    let issuer = issuer().await;
    let text = async |clerk: ClerkBuilder, token: String| {
        let router: Router<Clerk> = Router::new().route("/", get(debugged));
        let server = Server::start(router.with_state(clerk.build().unwrap())).await;
        server.get("/", &token).await.body
    };
    let expired = || issuer.session("user_ada").expired().jwt();
    let own = Clerk::builder().jwt_key(issuer.public_key_pem());
    assert_eq!(
        text(issuer.clerk(), expired()).await,
        r#"Rejection(InvalidToken, "session-token-expired")"#
    );
    assert_eq!(text(own, expired()).await, "Rejection(InvalidToken)");
    let own = Clerk::builder().secret_key("sk_test_x").reveal_reasons();
    assert_eq!(text(own, "null".to_owned()).await, "Rejection(InvalidToken)");
    let described = Caller::oauth("user_ada").guard::<Sessions>().unwrap_err();
    assert_eq!(format!("{described:?}"), r#"Rejection(InvalidToken, "token-type-mismatch")"#);
}
