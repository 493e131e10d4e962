//! Confusion of classes: each kind of token, dressed as each other, at each route.
//!
//! One instance key signs them all, so nothing but the class rules keeps them apart.

use clerk_auth::testing::{Calls, DevIssuer};
use serde_json::{Value, json};

use crate::{
    app::App,
    draft::{Class, Draft},
    oracle::way_in,
};

const SESSION: &str = "cl_B7d4PD111AAA";
const TEMPLATE: &str = "cl_B7d4PD222AAA";
const M2M: &str = "cl_B7d4PD333AAA";
const IGNORE: &str = "cl_I7d4PD111III";

/// The routes that accept one type alone, and that type has JWTs.
const JWT_ROUTES: [&str; 3] = ["/session", "/oauth", "/m2m"];

/// The routes that accept one type alone.
const SINGLE: [&str; 4] = ["/session", "/oauth", "/m2m", "/key"];

/// What Clerk signs: the three classes, and tokens of JWT templates.
fn signed(issuer: &DevIssuer) -> [(&'static str, Draft); 4] {
    let template = issuer.template("user_ada").claim("handshake", json!(["__session=x"]));
    [
        ("session", Class::Session.draft(issuer)),
        ("oauth", Class::OAuth.draft(issuer)),
        ("m2m", Class::M2m.draft(issuer)),
        ("template", Draft::of(&template.jwt())),
    ]
}

fn categories() -> [Option<Value>; 12] {
    [
        None,
        Some(json!(SESSION)),
        Some(json!(TEMPLATE)),
        Some(json!(M2M)),
        Some(json!(IGNORE)),
        Some(json!("")),
        Some(json!(null)),
        Some(json!([SESSION, M2M])),
        Some(json!(7)),
        Some(json!(SESSION.to_uppercase())),
        Some(json!(format!("{M2M} "))),
        Some(json!("cl_B7d4PD444AAA")),
    ]
}

fn types() -> [Option<Value>; 12] {
    [
        None,
        Some(json!("JWT")),
        Some(json!("at+jwt")),
        Some(json!("application/at+jwt")),
        Some(json!("jwt")),
        Some(json!(null)),
        Some(json!("")),
        Some(json!("AT+JWT")),
        Some(json!("at+jwt ")),
        Some(json!("at+jwt;v=1")),
        Some(json!(["JWT"])),
        Some(json!("JWS")),
    ]
}

#[tokio::test]
async fn each_token_enters_at_the_route_of_its_class_and_at_no_other() {
    let app = App::start().await.warm().await;
    let mut admitted = [0; 3];
    for (kind, draft) in signed(&app.issuer) {
        for subject in ["user_ada", "mch_caller"] {
            for category in categories() {
                for typ in types() {
                    let draft = draft.clone().claim("sub", Some(json!(subject)));
                    let draft = draft.header("cat", category.clone()).header("typ", typ.clone());
                    let way = way_in(&draft, &app.issuer);
                    let token = draft.sign(&app.issuer);
                    for (at, route) in JWT_ROUTES.into_iter().enumerate() {
                        let row = (kind, subject, &category, &typ, route);
                        app.decides(route, &token, way == Some(route), row).await;
                        admitted[at] += usize::from(way == Some(route));
                    }
                }
            }
        }
    }
    // Sessions by two types and three categories, OAuth by two types whatever the category, M2M
    // by two types and two categories, from one kind each.
    assert_eq!(admitted, [2 * 3, 2 * 12, 2 * 2]);
}

/// Names and values in escapes are the same names and values, so no class hides behind them.
#[tokio::test]
async fn escapes_change_no_class() {
    let app = App::start().await.warm().await;
    let escaped = |json: &str| {
        let words = ["sub", "typ", "cat", "mch_", "user_", "at+jwt", "JWT", "cl_", "sid", "iss"];
        words.into_iter().fold(json.to_owned(), |json, word| {
            let escape = format!(r"\u{:04x}", u32::from(word.chars().next().unwrap()));
            json.replace(&format!("\"{word}"), &format!("\"{escape}{}", &word[1..]))
        })
    };
    for class in Class::ALL {
        let draft = class.draft(&app.issuer);
        let (header, payload) = (escaped(&draft.header_json()), escaped(&draft.payload_json()));
        assert!(!header.contains("\"typ\"") && !payload.contains("\"sub\""));
        let token = app.issuer.sign_bytes(header.as_bytes(), payload.as_bytes());
        for route in SINGLE {
            app.decides(route, &token, route == class.route(), (class, route)).await;
        }
    }
}

/// Even with every claim of the three classes at once, one token is of one class.
#[tokio::test]
async fn token_with_the_claims_of_all_classes_is_still_of_one() {
    let app = App::start().await.warm().await;
    let mut all = Class::Session.draft(&app.issuer);
    for class in [Class::OAuth, Class::M2m] {
        let Draft { payload, .. } = class.draft(&app.issuer);
        all.payload.extend(payload);
    }
    for (subject, typ, category) in [
        ("user_ada", "JWT", SESSION),
        ("user_ada", "JWT", M2M),
        ("user_ada", "at+jwt", SESSION),
        ("user_ada", "at+jwt", M2M),
        ("mch_caller", "JWT", M2M),
        ("mch_caller", "JWT", SESSION),
        ("mch_caller", "at+jwt", M2M),
    ] {
        let draft = all.clone().claim("sub", Some(json!(subject)));
        let draft = draft.header("typ", Some(json!(typ))).header("cat", Some(json!(category)));
        let way = way_in(&draft, &app.issuer);
        let token = draft.sign(&app.issuer);
        for route in SINGLE {
            let row = (subject, typ, category, route);
            app.decides(route, &token, way == Some(route), row).await;
        }
    }
}

#[tokio::test]
async fn template_tokens_enter_nowhere() {
    let app = App::start().await.warm().await;
    let template = || app.issuer.template("user_ada");
    for token in [
        template().jwt(),
        template().claim("sid", "sess_a").jwt(),
        template().claim("sid", "sess_a").claim("sts", "active").claim("v", 2).jwt(),
        template().without_header("cat").jwt(),
        template().header("cat", SESSION).jwt(),
        template().header("cat", IGNORE).jwt(),
        template().header("typ", "at+jwt").jwt(),
        template().claim("sub", "mch_caller").jwt(),
        template().claim("aud", app.issuer.machine_id()).claim("sub", "mch_caller").jwt(),
    ] {
        for route in SINGLE.into_iter().chain(["/any", "/read"]) {
            app.rejects(route, &token, route).await;
        }
    }
}

/// A token of a class that the route does not accept is refused before anything is asked.
#[tokio::test]
async fn classes_that_are_not_accepted_cost_no_call() {
    let app = App::start().await;
    let issuer = &app.issuer;
    let tokens = [
        ("/session", Class::Session.token(issuer)),
        ("/oauth", Class::OAuth.token(issuer)),
        ("/oauth", issuer.oauth("user_ada").opaque()),
        ("/m2m", Class::M2m.token(issuer)),
        ("/m2m", issuer.m2m("mch_caller").opaque()),
        ("/key", issuer.api_key("user_ada").opaque()),
        ("/key", issuer.machine_secret_key().to_owned()),
    ];
    for (own, token) in &tokens {
        for route in SINGLE.into_iter().filter(|route| route != own) {
            app.rejects(route, token, (own, route)).await;
        }
    }
    assert_eq!(issuer.calls(), Calls::default());
    // Opaque sessions do not exist; a list of two accepts these two alone.
    for (own, token) in &tokens {
        if ["/session", "/m2m"].contains(own) {
            app.rejects("/read", token, own).await;
        }
    }
    assert_eq!(issuer.calls(), Calls::default());
}

/// The machine's own secret key begins as an API key does, and is none.
#[tokio::test]
async fn machine_secret_key_is_no_api_key() {
    let app = App::start().await;
    app.answers("/key", app.issuer.machine_secret_key(), 401, 1, "as a token").await;
    app.rejects("/any", app.issuer.secret_key(), "the instance's key").await;
}
