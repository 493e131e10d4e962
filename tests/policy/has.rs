//! What a handler asks of the session that was injected: the answers of Clerk's `has()`.

use axum::Json;
use clerk_auth::{SessionToken, clerk_auth, policy::Reverification, testing::Caller};

/// One answer for each thing to ask for.
#[clerk_auth]
async fn asked(identity: SessionToken) -> Json<[bool; 5]> {
    Json([
        identity.has_role("org:admin"),
        identity.has_permission("org:notes:read"),
        identity.has_feature("o:reports"),
        identity.has_plan("u:pro"),
        identity.has_reverification(Reverification::STRICT),
    ])
}

#[tokio::test]
async fn a_handler_asks_its_session_what_a_policy_would_ask() {
    let ada = || Caller::session("user_ada");
    let member = |role| ada().organization("org_acme", role, ["org:notes:read"]);
    let rows = [
        (ada(), [false; 5]),
        (member("org:admin"), [true, true, false, false, false]),
        (member("admin"), [true, true, false, false, false]),
        (member("org:editor"), [false, true, false, false, false]),
        (ada().organization("org_acme", "x", ["notes:read"]), [false; 5]),
        (ada().features("u:beta,ou:reports"), [false, false, true, false, false]),
        (ada().features("u:reports"), [false; 5]),
        (ada().plans("u:pro"), [false, false, false, true, false]),
        (ada().plans("o:pro"), [false; 5]),
        (ada().factor_ages(20, 9), [false, false, false, false, true]),
        (ada().factor_ages(20, 10), [false; 5]),
        (ada().factor_ages(9, -1), [false, false, false, false, true]),
    ];
    for (at, (caller, answers)) in rows.into_iter().enumerate() {
        assert_eq!(asked(caller.guard().unwrap()).await.0, answers, "row {at}");
    }
}

/// A name that an application forgot to fill in must open no door.
#[clerk_auth]
async fn nameless(identity: SessionToken) {
    for name in ["", "org:", "org:org:", "o:", "u:", "user:", ":"] {
        assert!(!identity.has_role(name), "role {name:?}");
        assert!(!identity.has_permission(name), "permission {name:?}");
        assert!(!identity.has_feature(name), "feature {name:?}");
        assert!(!identity.has_plan(name), "plan {name:?}");
    }
}

#[tokio::test]
async fn nobody_has_what_has_no_name() {
    let caller = Caller::session("user_ada").organization("org_acme", "org:", ["org:", ""]);
    nameless(caller.features("o:,u:,ou:").plans("o:,u:").guard().unwrap()).await;
}
