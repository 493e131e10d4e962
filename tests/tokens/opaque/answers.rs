//! Answers with status 200: only an approval in every member lets the token in.

use clerk_auth::testing::{Answer, Calls, DevIssuer};
use serde_json::{Value, json};

use super::Kind;
use crate::app::{App, NOW};

const JSON: &str = "application/json";

/// Asserts what becomes of a request for which Clerk answers this.
async fn answered(app: &App, kind: Kind, answer: Answer, status: u16, row: &str) {
    app.issuer.answer_once(kind.endpoint(), answer);
    let token = kind.token(&app.issuer);
    app.answers(kind.route(), &token, status, 1, (kind, row)).await;
}

/// A good answer with one member changed, or taken away.
fn changed(kind: Kind, name: &str, value: Option<Value>) -> Answer {
    let mut answer = kind.approval();
    match value {
        Some(value) => answer[name] = value,
        None => drop(answer.as_object_mut().unwrap().remove(name)),
    }
    Answer::body(200, JSON, answer.to_string())
}

async fn app() -> App {
    App::with(clerk_auth::ClerkBuilder::any_machine).await
}

#[tokio::test]
async fn good_answer_lets_the_token_in() {
    let app = app().await;
    for kind in Kind::ALL {
        let good = kind.approval().to_string();
        for content_type in [
            JSON,
            "application/json; charset=utf-8",
            "application/json;charset=UTF-8",
            "Application/JSON ; charset=\"utf-8\"",
        ] {
            let answer = Answer::body(200, content_type, good.clone());
            answered(&app, kind, answer, 200, content_type).await;
        }
        let spaced = format!("\r\n {good}\n\t");
        answered(&app, kind, Answer::body(200, JSON, spaced), 200, "spaces").await;
        for (name, value) in [
            ("active", Some(json!(true))),
            ("expiration", Some(json!(null))),
            ("revocation_reason", None),
            ("unknown", Some(json!({"revoked": true}))),
        ] {
            answered(&app, kind, changed(kind, name, value), 200, name).await;
        }
    }
}

#[tokio::test]
async fn answer_that_says_no_is_401() {
    let app = app().await;
    let rows: Vec<(&str, Vec<Value>)> = vec![
        ("subject", vec![json!("ada"), json!("user_"), json!("org_"), json!("mch_")]),
        ("revoked", vec![json!(true)]),
        ("expired", vec![json!(true)]),
        ("active", vec![json!(false)]),
        ("cnf", vec![json!({"jkt": "x"}), json!({}), json!(null)]),
        ("expiration", vec![json!(0), json!(-1), json!(-1e308)]),
    ];
    for kind in Kind::ALL {
        for (name, values) in &rows {
            for value in values {
                let row = format!("{name} {value}");
                answered(&app, kind, changed(kind, name, Some(value.clone())), 401, &row).await;
            }
        }
        // Only the endpoint of OAuth tokens answers so.
        let inactive = Answer::body(200, JSON, r#"{"active":false}"#);
        let status = if kind == Kind::OAuth { 401 } else { 503 };
        answered(&app, kind, inactive, status, "only inactive").await;
    }
}

/// Clerk always sends these members, and of one type. So the answer is not Clerk's: the next request
/// calls again, and no client throws a good token away.
#[tokio::test]
async fn answer_that_clerk_would_not_send_is_503() {
    let app = app().await;
    let milliseconds = NOW * 1000;
    let text = || vec![Some(json!(null)), Some(json!("")), Some(json!(7)), Some(json!({}))];
    let rows: Vec<(&str, Vec<Option<Value>>)> = vec![
        ("id", vec![None, Some(json!("a\nb"))]),
        ("id", text()),
        ("subject", vec![None, Some(json!(["user_ada"])), Some(json!("user_a\u{0}"))]),
        ("subject", text()),
        ("revoked", vec![None, Some(json!("false")), Some(json!([])), Some(json!(0))]),
        ("revoked", text()),
        ("expired", vec![None, Some(json!("false")), Some(json!([])), Some(json!(0))]),
        ("expired", text()),
        ("active", vec![Some(json!("true")), Some(json!(1)), Some(json!([true]))]),
        ("active", text()),
        ("expiration", vec![None, Some(json!("")), Some(json!("never")), Some(json!(true))]),
        ("expiration", vec![Some(json!([milliseconds + 1])), Some(json!({}))]),
        ("scopes", vec![Some(json!("read:notes")), Some(json!([7])), Some(json!({}))]),
    ];
    for kind in Kind::ALL {
        for (name, values) in &rows {
            for value in values {
                let row = format!("{name} {value:?}");
                answered(&app, kind, changed(kind, name, value.clone()), 503, &row).await;
            }
        }
    }
    answered(&app, Kind::OAuth, changed(Kind::OAuth, "client_id", None), 503, "no client").await;
    for value in text() {
        let row = format!("client {value:?}");
        answered(&app, Kind::OAuth, changed(Kind::OAuth, "client_id", value), 503, &row).await;
    }
    // Without scopes the answer does not say what was granted. M2M tokens have recipients instead.
    for kind in [Kind::OAuth, Kind::ApiKey] {
        answered(&app, kind, changed(kind, "scopes", None), 503, "no scopes").await;
    }
}

/// What the answer is about must be of the class that was asked about.
#[tokio::test]
async fn subject_of_an_answer_is_of_its_class() {
    let app = app().await;
    for kind in Kind::ALL {
        for subject in
            ["user_ada", "org_a", "mch_caller", "client_a", "sess_a", "USER_ADA", " user_a"]
        {
            let enters = match kind {
                Kind::OAuth => subject == "user_ada",
                Kind::M2m => subject == "mch_caller",
                Kind::ApiKey => ["user_ada", "org_a", "mch_caller"].contains(&subject),
            };
            let status = if enters { 200 } else { 401 };
            let answer = changed(kind, "subject", Some(json!(subject)));
            answered(&app, kind, answer, status, subject).await;
        }
    }
}

/// Without the right `object`, it is not the answer of the endpoint, so it says nothing about the token.
#[tokio::test]
async fn answer_with_another_object_is_503() {
    let app = app().await;
    for kind in Kind::ALL {
        for object in [None, Some(json!(null)), Some(json!("")), Some(json!("token"))] {
            answered(&app, kind, changed(kind, "object", object), 503, "another object").await;
        }
        for object in [json!("API_KEY"), json!(["api_key"]), json!(7), json!({})] {
            answered(&app, kind, changed(kind, "object", Some(object)), 503, "odd object").await;
        }
    }
}

/// The answer of one endpoint approves nothing at another.
#[tokio::test]
async fn answer_about_another_class_is_no_approval() {
    let app = app().await;
    for asked in Kind::ALL {
        for told in Kind::ALL {
            let status = if asked == told { 200 } else { 503 };
            let answer = Answer::body(200, JSON, told.approval().to_string());
            answered(&app, asked, answer, status, &format!("{told:?}")).await;
        }
    }
}

/// Seconds for OAuth and milliseconds for the others, without skew: Clerk has said it is good.
#[tokio::test]
async fn expiration_is_read_in_the_unit_of_its_endpoint() {
    let app = app().await;
    for kind in Kind::ALL {
        let now = if kind == Kind::OAuth { NOW } else { NOW * 1000 };
        for (time, status) in [
            (json!(now + 1), 200),
            (json!(now), 401),
            (json!(now - 1), 401),
            (json!(u64::MAX), 200),
            (json!(1e308), 200),
        ] {
            let row = format!("{time}");
            answered(&app, kind, changed(kind, "expiration", Some(time)), status, &row).await;
        }
    }
    // Seconds where milliseconds belong are long past.
    for kind in [Kind::M2m, Kind::ApiKey] {
        let seconds = Some(json!(NOW + 3600));
        answered(&app, kind, changed(kind, "expiration", seconds), 401, "seconds").await;
    }
}

/// What is not the endpoint's object did not come from it, so the fault is not the caller's. Nor does
/// an object count that two readers could read in two ways.
#[tokio::test]
async fn hostile_bodies_approve_nothing() {
    let app = app().await;
    for kind in Kind::ALL {
        let good = kind.approval().to_string();
        let repeated = |member: &str| format!("{{{member},{}", &good[1..]);
        for body in [
            "[]".to_owned(),
            "null".to_owned(),
            "true".to_owned(),
            "\"text\"".to_owned(),
            "7".to_owned(),
            "{}".to_owned(),
            format!("[{good}]"),
            format!(r#"{{"data":{good}}}"#),
            r#"{"errors":[{"code":"resource_not_found"}]}"#.to_owned(),
            repeated(r#""revoked":true"#),
            repeated(r#""revoked":false"#),
            repeated(r#""r\u0065voked":true"#),
            repeated(r#""subject":"user_eve""#),
            repeated(r#""x":{"a":1,"a":2}"#),
            format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
            repeated(&format!(r#""x":{}{}"#, "[".repeat(1000), "]".repeat(1000))),
        ] {
            let row: String = body.chars().take(99).collect();
            answered(&app, kind, Answer::body(200, JSON, body), 503, &row).await;
        }
        let inactive = Answer::body(200, JSON, repeated(r#""\u0061ctive":false"#));
        answered(&app, kind, inactive, 401, "not active, written with an escape").await;
        let long = format!("{{\"x\":\"{}\",{}", "x".repeat(300 * 1024), &good[1..]);
        for (row, bytes) in [
            ("nothing", Vec::new()),
            ("HTML", b"<!doctype html><title>Sign in</title>".to_vec()),
            ("cut", good.as_bytes()[..good.len() - 1].to_vec()),
            ("cut in the middle", good.as_bytes()[..good.len() / 2].to_vec()),
            ("two objects", format!("{good}{good}").into_bytes()),
            ("300 KiB", long.into_bytes()),
            ("300 KiB of spaces", vec![b' '; 300 * 1024]),
            ("NUL behind", format!("{good}\0").into_bytes()),
            ("byte order mark", format!("\u{feff}{good}").into_bytes()),
            ("UTF-16", good.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("not UTF-8", [&good.as_bytes()[..good.len() - 1], b",\"x\":\"\xFF\"}"].concat()),
            ("NaN", good.replacen("false", "NaN", 1).into_bytes()),
            ("open depth", "[".repeat(100_000).into_bytes()),
            ("32 MiB", vec![b'{'; 32 * 1024 * 1024]),
        ] {
            answered(&app, kind, Answer::body(200, JSON, bytes), 503, row).await;
        }
        for status in [201, 202, 203, 206, 226, 299] {
            let other = Answer::body(status, JSON, good.clone());
            answered(&app, kind, other, 503, &format!("approval with {status}")).await;
        }
        let html = Answer::body(200, "text/html", "<html></html>");
        answered(&app, kind, html, 503, "HTML that says so").await;
        answered(&app, kind, Answer::body(204, JSON, ""), 503, "no content").await;
    }
}

#[tokio::test]
async fn content_type_of_an_answer_decides_nothing() {
    let app = app().await;
    for kind in Kind::ALL {
        for content_type in ["text/html", "text/plain; charset=utf-16", "application/problem+json"]
        {
            let good = Answer::body(200, content_type, kind.approval().to_string());
            answered(&app, kind, good, 200, content_type).await;
            let bad = Answer::body(200, content_type, "<html></html>");
            answered(&app, kind, bad, 503, content_type).await;
        }
    }
}

/// What Clerk grants is a list of names: each is compared whole, however many there are.
#[tokio::test]
async fn scopes_of_an_answer_are_compared_whole() {
    let app = app().await;
    let many = |last: &str| {
        let numbered = (0..10_000).map(|number| json!(format!("scope:{number}")));
        numbered.chain([json!(last)]).collect::<Vec<Value>>()
    };
    for (row, scopes, status) in [
        ("ten thousand, and the one", many("read:notes"), 200),
        ("ten thousand others", many("write:notes"), 403),
        ("the one, ten thousand times", vec![json!("read:notes"); 10_000], 200),
        ("none", vec![], 403),
        ("empty names", vec![json!(""), json!(" ")], 403),
        ("two in one", vec![json!("write:notes read:notes")], 403),
        ("comma", vec![json!("write:notes,read:notes")], 403),
        ("tab", vec![json!("write:notes\tread:notes")], 403),
        ("no-break space", vec![json!("read:notes\u{a0}")], 403),
        ("space behind", vec![json!("read:notes ")], 403),
        ("another case", vec![json!("READ:NOTES")], 403),
        ("a part", vec![json!("read")], 403),
        ("longer", vec![json!("read:notes:all")], 403),
        ("everything", vec![json!("*")], 403),
    ] {
        for kind in [Kind::OAuth, Kind::ApiKey] {
            let answer = changed(kind, "scopes", Some(json!(scopes)));
            app.issuer.answer_once(kind.endpoint(), answer);
            let token = kind.token(&app.issuer);
            app.answers("/read", &token, status, 1, (kind, row)).await;
        }
    }
    // `null` is an empty list.
    for kind in [Kind::OAuth, Kind::ApiKey] {
        for (route, status) in [(kind.route(), 200), ("/read", 403)] {
            app.issuer.answer_once(kind.endpoint(), changed(kind, "scopes", Some(json!(null))));
            app.answers(route, &kind.token(&app.issuer), status, 1, (kind, "null")).await;
        }
    }
}

/// A redirect leads to an issuer that would approve; it is never asked.
#[tokio::test]
async fn redirects_are_not_followed() {
    let app = app().await;
    let decoy = DevIssuer::start().await.unwrap();
    for kind in Kind::ALL {
        let approval = Answer::body(200, JSON, kind.approval().to_string());
        decoy.answer_with(kind.endpoint(), approval);
        let path = match kind {
            Kind::OAuth => "oauth_applications/access_tokens/verify",
            Kind::M2m => "m2m_tokens/verify",
            Kind::ApiKey => "api_keys/verify",
        };
        let elsewhere = Answer::redirect(format!("{}/{path}", decoy.url()));
        answered(&app, kind, elsewhere, 503, "elsewhere").await;
        let itself = Answer::redirect(format!("{}/{path}", app.issuer.url()));
        answered(&app, kind, itself, 503, "to itself").await;
    }
    assert_eq!(decoy.calls(), Calls::default());
}
