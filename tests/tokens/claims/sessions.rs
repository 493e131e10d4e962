//! What only sessions have: `sid`, `sts`, the organization, and that they are no ID tokens.

use serde_json::{Value, json};

use super::{decides, no_text};
use crate::{app::App, draft::Class};

#[tokio::test]
async fn session_without_an_id_is_rejected() {
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
        app.rejects("/any", &pending, "pending").await;
    }
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

#[tokio::test]
async fn organization_of_a_session_has_the_id_of_an_organization() {
    let app = App::start().await.warm().await;
    for (id, enters) in [
        ("org_b", true),
        ("org_", false),
        ("ORG_b", false),
        ("user_eve", false),
        ("mch_b", false),
        ("b", false),
        ("org_b\n", false),
    ] {
        for token in [
            app.issuer.session("user_ada").organization(id, "b", "editor").jwt(),
            app.issuer.session("user_ada").version_1().organization(id, "b", "editor").jwt(),
        ] {
            if enters {
                app.accepts("/session", &token, id).await;
            } else {
                app.rejects("/session", &token, id).await;
            }
        }
    }
}

/// Clerk's SDK raises an error: it serves nothing with such a token. Without an organization there
/// are no permissions to read.
#[tokio::test]
async fn feature_without_a_scope_rejects_a_session_of_an_organization() {
    let app = App::start().await.warm().await;
    let session = || app.issuer.session("user_ada");
    for (features, enters) in [
        ("o:notes,u:beta", true),
        ("o:", true),
        ("", true),
        ("notes", false),
        ("o:notes,beta", false),
        ("o:notes,", false),
    ] {
        let plain = session().claim("fea", features).jwt();
        app.accepts("/session", &plain, features).await;
        let member = session().organization("org_a", "a", "editor").claim("fea", features);
        app.decides("/session", &member.jwt(), enters, features).await;
        let version_1 = session().version_1().organization("org_a", "a", "editor");
        app.accepts("/session", &version_1.claim("fea", features).jwt(), features).await;
    }
}

/// An ID token has the shape of an old session, and the key of one.
#[tokio::test]
async fn id_token_is_rejected_as_a_session() {
    const SESSION: &str = "cl_B7d4PD111AAA";
    const IGNORE: &str = "cl_I7d4PD111III";
    let app = App::start().await;
    let mut sessions = Vec::new();
    for claim in ["nonce", "at_hash", "c_hash"] {
        for value in [json!("n-0S6_WzA2Mj"), json!(""), json!(null), json!(7)] {
            for category in [None, Some(json!(IGNORE)), Some(json!(SESSION))] {
                let is_session = category == Some(json!(SESSION));
                let draft = Class::Session.draft(&app.issuer).header("cat", category.clone());
                let token = draft.claim(claim, Some(value.clone())).sign(&app.issuer);
                if is_session {
                    sessions.push(token);
                    continue;
                }
                // No key is needed, so none is loaded.
                for route in ["/session", "/any"] {
                    app.rejects(route, &token, (claim, &value, &category)).await;
                }
            }
            // Other classes say what they are.
            for class in [Class::OAuth, Class::M2m] {
                let draft = class.draft(&app.issuer).header("cat", None);
                sessions.push(draft.claim(claim, Some(value.clone())).sign(&app.issuer));
            }
        }
    }
    let app = app.warm().await;
    for token in sessions {
        app.accepts("/any", &token, "not an ID token").await;
    }
}
