//! What only sessions have: `sid`, `sts`, and the actor.

use serde_json::{Value, json};

use super::{decides, no_text};
use crate::{app::App, draft::Class};

#[tokio::test]
async fn session_without_an_id_is_refused() {
    let app = App::start().await.warm().await;
    for value in no_text() {
        decides(&app, Class::Session, "sid", value, false).await;
    }
    for value in ["sess_a\n", "sess_\u{0}", "\u{1b}[2J"] {
        decides(&app, Class::Session, "sid", Some(value.into()), false).await;
    }
    let token = app.issuer.session("user_ada").session_id("sess_a").jwt();
    let caller = app.accepts("/session", &token, "with an id").await;
    assert_eq!(caller["details"]["session"], "sess_a");
}

#[tokio::test]
async fn session_is_active_or_does_not_say() {
    let app = App::start().await.warm().await;
    let rows: [(Option<Value>, bool); 11] = [
        (None, true),
        (Some(json!("active")), true),
        (Some(json!("pending")), false),
        (Some(json!("revoked")), false),
        (Some(json!("ACTIVE")), false),
        (Some(json!("active ")), false),
        (Some(json!("")), false),
        (Some(json!(null)), false),
        (Some(json!(true)), false),
        (Some(json!(1)), false),
        (Some(json!(["active"])), false),
    ];
    for (value, enters) in rows {
        decides(&app, Class::Session, "sts", value.clone(), enters).await;
        // Machines have no session that could be pending.
        decides(&app, Class::OAuth, "sts", value.clone(), true).await;
        decides(&app, Class::M2m, "sts", value, true).await;
    }
    for pending in [
        app.issuer.session("user_ada").pending().jwt(),
        app.issuer.session("user_ada").version_1().pending().jwt(),
    ] {
        app.refuses("/any", &pending, "pending").await;
    }
}

/// An impersonation that cannot be read must not look as if nobody impersonated.
#[tokio::test]
async fn actor_is_readable_or_the_session_is_refused() {
    let app = App::start().await.warm().await;
    for (value, enters) in [
        (json!({"sub": "user_eve"}), true),
        (json!({"sub": "user_eve", "iss": "x", "sid": "sess_e"}), true),
        (json!({}), false),
        (json!({"sub": ""}), false),
        (json!({"sub": 7}), false),
        (json!({"sub": "user_eve\n"}), false),
        (json!("user_eve"), false),
        (json!([{"sub": "user_eve"}]), false),
        (json!(7), false),
    ] {
        decides(&app, Class::Session, "act", Some(value), enters).await;
    }
    let token = app.issuer.session("user_ada").actor("user_eve").jwt();
    let caller = app.accepts("/session", &token, "impersonated").await;
    assert_eq!(caller["details"]["actor"], "user_eve");
    assert_eq!(caller["subject"], "user_ada");
}

#[tokio::test]
async fn both_versions_enter_with_and_without_an_organization() {
    let app = App::start().await.warm().await;
    let session = || app.issuer.session("user_ada");
    let member = || session().organization("org_a", "a", "editor").permissions(["org:a:read"]);
    for token in
        [session().jwt(), session().version_1().jwt(), member().jwt(), member().version_1().jwt()]
    {
        app.accepts("/session", &token, "a good session").await;
    }
    for (name, value) in [("o", json!("org_a")), ("o", json!({})), ("o", json!({"id": 7}))] {
        decides(&app, Class::Session, name, Some(value), false).await;
    }
}
