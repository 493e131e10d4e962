//! What only OAuth tokens have: `client_id`, and the scopes in two claims.

use serde_json::{Value, json};

use super::{decides, no_text};
use crate::{app::App, draft::Class};

#[tokio::test]
async fn oauth_token_names_its_client() {
    let app = App::start().await.warm().await;
    for value in no_text() {
        decides(&app, Class::OAuth, "client_id", value, false).await;
    }
    decides(&app, Class::OAuth, "client_id", Some(json!("app\u{0}")), false).await;
    let token = app.issuer.oauth("user_ada").client_id("app").jwt();
    let caller = app.accepts("/oauth", &token, "with a client").await;
    assert_eq!(caller["details"]["client"], "app");
}

/// `scp`, `scope`, and the scopes that they grant; `None` where the token is refused.
type Row = (Option<Value>, Option<Value>, Option<&'static [&'static str]>);

fn rows() -> Vec<Row> {
    let some = Some::<Value>;
    vec![
        (None, None, Some(&[])),
        (some(json!(["a"])), None, Some(&["a"])),
        (None, some(json!("a b")), Some(&["a", "b"])),
        // `scp` wins, even where it is empty; the two are never united.
        (some(json!(["a"])), some(json!("b")), Some(&["a"])),
        (some(json!([])), some(json!("b")), Some(&[])),
        (some(json!(["a"])), some(json!("")), Some(&["a"])),
        // Empty members grant nothing.
        (some(json!(["a", ""])), None, Some(&["a"])),
        (some(json!([""])), some(json!("b")), Some(&[])),
        (None, some(json!("")), Some(&[])),
        (None, some(json!("  a  b ")), Some(&["a", "b"])),
        // Only the space divides, and only in `scope`.
        (None, some(json!("a,b\tc")), Some(&["a,b\tc"])),
        (some(json!(["a b"])), None, Some(&["a b"])),
        // The wrong JSON type refuses, wherever it stands.
        (some(json!(null)), some(json!("a")), None),
        (some(json!("a")), None, None),
        (some(json!("a b")), some(json!("a b")), None),
        (some(json!(["a", 7])), None, None),
        (some(json!(["a", null])), None, None),
        (some(json!([["a"]])), None, None),
        (some(json!({"0": "a"})), None, None),
        (some(json!(7)), some(json!("a")), None),
        (some(json!(true)), None, None),
        (some(json!(["a"])), some(json!(null)), None),
        (some(json!(["a"])), some(json!(["a"])), None),
        (some(json!(["a"])), some(json!(7)), None),
        (None, some(json!(["a"])), None),
        (None, some(json!(null)), None),
        (None, some(json!(7)), None),
        (None, some(json!({})), None),
    ]
}

#[tokio::test]
async fn scopes_come_from_one_claim_of_the_right_type() {
    let app = App::start().await.warm().await;
    for (scp, scope, granted) in rows() {
        let draft = Class::OAuth.draft(&app.issuer).claim("scp", scp.clone());
        let token = draft.claim("scope", scope.clone()).sign(&app.issuer);
        let row = (scp, scope);
        match granted {
            Some(scopes) => {
                let caller = app.accepts("/oauth", &token, &row).await;
                assert_eq!(caller["scopes"], json!(scopes), "{row:?}");
            }
            None => app.refuses("/oauth", &token, row).await,
        }
    }
}

/// 403 where the scope is missing, for whichever reason; 401 where nobody can say.
#[tokio::test]
async fn scope_that_is_not_granted_does_not_enter() {
    let app = App::start().await.warm().await;
    for (scp, scope, status) in [
        (Some(json!(["read:notes"])), None, 200),
        (None, Some(json!("write:notes read:notes")), 200),
        (Some(json!([])), Some(json!("read:notes")), 403),
        (Some(json!(["write:notes"])), Some(json!("read:notes")), 403),
        (Some(json!(["READ:NOTES"])), None, 403),
        (Some(json!(["read"])), None, 403),
        (Some(json!(["read:notes:all"])), None, 403),
        (Some(json!(["read:*", "*"])), None, 403),
        (Some(json!([" read:notes"])), None, 403),
        (Some(json!(["write:notes read:notes"])), None, 403),
        (None, Some(json!("write:notes,read:notes")), 403),
        (None, Some(json!("write:notes\tread:notes")), 403),
        (None, None, 403),
        (Some(json!("read:notes")), None, 401),
    ] {
        let draft = Class::OAuth.draft(&app.issuer).claim("scp", scp.clone());
        let token = draft.claim("scope", scope.clone()).sign(&app.issuer);
        app.answers("/read", &token, status, 0, (scp, scope)).await;
    }
}
