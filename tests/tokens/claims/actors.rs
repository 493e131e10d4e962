//! `act`: the party that really acts. One that cannot be read must not look as if there was none.

use clerk_auth::testing::Answer;
use serde_json::{Value, json};

use super::decides;
use crate::{app::App, draft::Class, opaque::Kind};

/// Values of `act`, and whether they can be read at each level (RFC 8693 §4.1).
fn rows() -> Vec<(Value, bool)> {
    let deep = |innermost: Value| (0..30).fold(innermost, |act, _| json!({"sub": "a", "act": act}));
    vec![
        (json!(null), true),
        (json!({"sub": "user_eve"}), true),
        (json!({"sub": "https://service.example", "iss": "x", "sid": "sess_e"}), true),
        (json!({"sub": "user_eve", "type": "agent", "act": null}), true),
        (json!({"sub": "user_eve", "act": {"sub": "service"}}), true),
        (deep(json!({"sub": "service"})), true),
        (json!({}), false),
        (json!({"iss": "x"}), false),
        (json!({"sub": ""}), false),
        (json!({"sub": null}), false),
        (json!({"sub": 7}), false),
        (json!({"sub": ["user_eve"]}), false),
        (json!({"sub": "user_eve\n"}), false),
        (json!({"Sub": "user_eve"}), false),
        (json!({"sub": "user_eve", "iss": 7}), false),
        (json!({"sub": "user_eve", "act": "service"}), false),
        (json!({"sub": "user_eve", "act": {}}), false),
        (json!({"sub": "user_eve", "act": [{"sub": "service"}]}), false),
        (deep(json!({"sub": 7})), false),
        (json!("user_eve"), false),
        (json!(""), false),
        (json!([]), false),
        (json!([{"sub": "user_eve"}]), false),
        (json!(false), false),
        (json!(7), false),
    ]
}

#[tokio::test]
async fn malformed_actor_of_a_jwt_is_rejected() {
    let app = App::start().await.warm().await;
    for (value, enters) in rows() {
        for class in Class::ALL {
            decides(&app, class, "act", Some(value.clone()), enters).await;
        }
    }
}

#[tokio::test]
async fn malformed_actor_of_an_answer_is_rejected() {
    let app = App::with(clerk_auth::ClerkBuilder::any_machine).await;
    for (value, enters) in rows() {
        let status = if enters { 200 } else { 401 };
        for kind in Kind::ALL {
            let mut answer = kind.approval();
            answer["act"] = value.clone();
            let answer = Answer::body(200, "application/json", answer.to_string());
            app.issuer.answer_once(kind.endpoint(), answer);
            let token = kind.token(&app.issuer);
            app.answers(kind.route(), &token, status, 1, (kind, &value)).await;
        }
        // What is a claim of an M2M JWT stands in `claims` of an opaque token.
        let token = app.issuer.m2m("mch_caller").claim("act", value.clone()).opaque();
        app.answers("/m2m", &token, status, 1, ("claims", value)).await;
    }
}

#[tokio::test]
async fn actor_of_sessions_and_oauth_tokens_is_told_with_its_chain() {
    let app = App::start().await.warm().await;
    let sent = json!({
        "sub": "user_eve", "iss": "https://clerk.example.com", "sid": "sess_e",
        "act": { "sub": "service", "scope": "x", "act": { "sub": "first" } },
    });
    let told = json!({
        "sub": "user_eve", "iss": "https://clerk.example.com",
        "act": { "sub": "service", "act": { "sub": "first" } },
    });
    let oauth = || app.issuer.oauth("user_ada").claim("act", sent.clone());
    for (route, token, calls) in [
        ("/session", app.issuer.session("user_ada").claim("act", sent.clone()).jwt(), 0),
        ("/oauth", oauth().jwt(), 0),
        ("/oauth", oauth().opaque(), 1),
    ] {
        let reply = app.answers(route, &token, 200, calls, route).await;
        let caller: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(caller["details"]["actor"], told, "{route}");
        assert_eq!(caller["subject"], "user_ada", "{route}");
    }
    for (route, token, calls) in [
        ("/session", app.issuer.session("user_ada").jwt(), 0),
        ("/oauth", app.issuer.oauth("user_ada").jwt(), 0),
        ("/oauth", app.issuer.oauth("user_ada").opaque(), 1),
    ] {
        let reply = app.answers(route, &token, 200, calls, route).await;
        let caller: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!(caller["details"]["actor"], json!(null), "{route}");
    }
}
