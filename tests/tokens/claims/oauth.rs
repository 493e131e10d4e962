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
        // `null` is an empty list, which grants nothing.
        (some(json!(null)), None, Some(&[])),
        (some(json!(null)), some(json!("a")), Some(&[])),
        (some(json!(null)), some(json!(null)), Some(&[])),
        (some(json!(["a"])), some(json!(null)), Some(&["a"])),
        (None, some(json!(null)), Some(&[])),
        // Only the space divides, and only in `scope`.
        (None, some(json!("a,b\tc")), Some(&["a,b\tc"])),
        (some(json!(["a b"])), None, Some(&["a b"])),
        // The wrong JSON type refuses, wherever it stands.
        (some(json!("a")), None, None),
        (some(json!("a b")), some(json!("a b")), None),
        (some(json!(["a", 7])), None, None),
        (some(json!(["a", null])), None, None),
        (some(json!([["a"]])), None, None),
        (some(json!({"0": "a"})), None, None),
        (some(json!(7)), some(json!("a")), None),
        (some(json!(true)), None, None),
        (some(json!(null)), some(json!(["a"])), None),
        (some(json!(["a"])), some(json!(["a"])), None),
        (some(json!(["a"])), some(json!(7)), None),
        (None, some(json!(["a"])), None),
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
            None => app.rejects("/oauth", &token, row).await,
        }
    }
}

/// What looks like a space or an end, and is another character: it belongs to the name.
const SMUGGLED: [char; 13] = [
    '\t', '\n', '\r', '\u{b}', '\u{c}', '\0', '\u{a0}', '\u{200b}', '\u{2003}', '\u{feff}', ',',
    ';', '+',
];

/// Only the space of ASCII divides, and nothing is trimmed, so what is wanted is not granted.
#[tokio::test]
async fn scope_cannot_be_smuggled_beside_another_character() {
    let app = App::start().await.warm().await;
    let rejected = async |name: &str, value: Value| {
        let draft = Class::OAuth.draft(&app.issuer).claim("scp", None).claim("scope", None);
        let token = draft.claim(name, Some(value.clone())).sign(&app.issuer);
        app.answers("/read", &token, 403, 0, (name, value)).await;
    };
    for odd in SMUGGLED {
        for text in [
            format!("read:notes{odd}"),
            format!("{odd}read:notes"),
            format!("write:notes{odd}read:notes"),
            format!("read:{odd}notes"),
        ] {
            rejected("scope", json!(text)).await;
            rejected("scp", json!([text])).await;
        }
    }
    for other in [
        "Read:notes",
        "read:Notes",
        "re\u{430}d:notes",
        "read\u{ff1a}notes",
        "read:notes:",
        ":read:notes",
        "read%3Anotes",
        "read:note",
        "ead:notes",
        "read:notes*",
        "read:.*",
        "\"read:notes\"",
        "-read:notes",
    ] {
        rejected("scope", json!(other)).await;
        rejected("scp", json!([other, "write:notes"])).await;
    }
    // An escape in JSON is the same character.
    let draft = Class::OAuth.draft(&app.issuer).claim("scp", None);
    let escaped = r#""write:notes\u0020re\u0061d:notes""#;
    let token = draft.sign_with_raw(&app.issuer, "scope", escaped);
    app.answers("/read", &token, 200, 0, "escaped").await;
}

/// A token with so many is too long to be read; how many there are never matters.
#[tokio::test]
async fn ten_thousand_scopes_are_too_many_for_a_jwt() {
    let app = App::start().await;
    for wanted in ["read:notes", "a"] {
        let scopes = vec![wanted; 10_000];
        let oauth = || app.issuer.oauth("user_ada");
        app.rejects("/read", &oauth().scopes(scopes.clone()).jwt(), wanted).await;
        let text = oauth().without_claim("scp").claim("scope", scopes.join(" ")).jwt();
        app.rejects("/read", &text, wanted).await;
    }
    let app = app.warm().await;
    let most = "a ".repeat(5000);
    for (scope, status) in [(format!("{most}read:notes"), 200), (most.clone(), 403)] {
        let token = app.issuer.oauth("user_ada").without_claim("scp").claim("scope", scope).jwt();
        assert!(token.len() < 16 * 1024, "{}", token.len());
        app.answers("/read", &token, status, 0, status).await;
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
        (Some(json!(null)), Some(json!("read:notes")), 403),
        (Some(json!("read:notes")), None, 401),
    ] {
        let draft = Class::OAuth.draft(&app.issuer).claim("scp", scp.clone());
        let token = draft.claim("scope", scope.clone()).sign(&app.issuer);
        app.answers("/read", &token, status, 0, (scp, scope)).await;
    }
}

/// Values of `org_id`, and the organization that they tell; `None` if the token is rejected.
#[tokio::test]
async fn organization_of_an_oauth_token_is_an_id_or_nothing() {
    let app = App::start().await.warm().await;
    for (value, told) in [
        (None, Some(json!(null))),
        (Some(json!(null)), Some(json!(null))),
        (Some(json!("org_a")), Some(json!("org_a"))),
        (Some(json!("")), None),
        (Some(json!("org_")), None),
        (Some(json!("a")), None),
        (Some(json!("ORG_a")), None),
        (Some(json!(" org_a")), None),
        (Some(json!("org_a\n")), None),
        (Some(json!("user_ada")), None),
        (Some(json!(["org_a"])), None),
        (Some(json!({"id": "org_a"})), None),
        (Some(json!(7)), None),
    ] {
        let token = || match &value {
            Some(value) => app.issuer.oauth("user_ada").claim("org_id", value.clone()),
            None => app.issuer.oauth("user_ada"),
        };
        let status = if told.is_some() { 200 } else { 401 };
        for (token, calls) in [(token().jwt(), 0), (token().opaque(), 1)] {
            let reply = app.answers("/oauth", &token, status, calls, &value).await;
            if let Some(told) = &told {
                let caller: Value = serde_json::from_str(&reply.body).unwrap();
                assert_eq!(caller["details"]["organization"], *told, "{value:?}");
            }
        }
    }
}
