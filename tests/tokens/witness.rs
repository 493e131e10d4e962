//! A second opinion: whatever enters here, `jsonwebtoken` accepts too with the issuer's public
//! key, and it verifies what the issuer mints.
//!
//! It reads the time of the machine, so here the test clock shows that time.

use std::time::{SystemTime, UNIX_EPOCH};

use clerk_auth::testing::DevIssuer;
use jsonwebtoken::{AlgorithmFamily, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::{
    app::App,
    draft::{Class, Draft, parts},
    forgeries::{impostor, key_of},
};

/// The other verifier, for one issuer.
struct Witness {
    key: DecodingKey,
    validation: Validation,
}

impl Witness {
    async fn of(issuer: &DevIssuer) -> Self {
        let key = key_of(issuer).await;
        let number = |name: &str| key[name].as_str().unwrap().to_owned();
        let mut validation = Validation::new_for_family(AlgorithmFamily::Rsa);
        validation.leeway = 5;
        validation.validate_nbf = true;
        validation.validate_aud = false;
        validation.set_issuer(&[issuer.issuer()]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        let key = DecodingKey::from_rsa_components(&number("n"), &number("e")).unwrap();
        Self { key, validation }
    }

    fn accepts(&self, token: &str) -> bool {
        jsonwebtoken::decode::<Value>(token, &self.key, &self.validation).is_ok()
    }
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Everything that the issuer mints as good.
fn minted(issuer: &DevIssuer) -> Vec<String> {
    let session = || issuer.session("user_ada");
    let oauth = || issuer.oauth("user_ada");
    let machine = || issuer.m2m("mch_caller");
    vec![
        session().jwt(),
        session().version_1().jwt(),
        session().organization("org_a", "a", "editor").permissions(["org:a:read"]).jwt(),
        session().version_1().organization("org_a", "a", "editor").jwt(),
        session().factor_ages(0, 5).features("o:a,u:b").plans("u:free").jwt(),
        session().actor("user_eve").authorized_party("https://app.example.com").jwt(),
        session().claim("custom", json!({"deep": [1, null, {"ü": "\u{1f980}"}]})).jwt(),
        oauth().jwt(),
        oauth().scopes(["read:notes", "write:notes"]).client_id("app").jwt(),
        oauth().audience(["https://api.example.com"]).jwt(),
        machine().jwt(),
        machine().claim("region", "eu").jwt(),
        machine().recipients(["mch_other", issuer.machine_id()]).jwt(),
    ]
}

#[tokio::test]
async fn both_accept_what_the_issuer_mints() {
    let app = App::at(seconds(), |clerk| clerk).await.warm().await;
    let witness = Witness::of(&app.issuer).await;
    for token in minted(&app.issuer) {
        assert!(witness.accepts(&token), "{token}");
        app.accepts("/any", &token, &token).await;
    }
    // Templates are signed as well, and are no tokens of ours.
    let template = app.issuer.template("user_ada").jwt();
    assert!(witness.accepts(&template));
    app.rejects("/any", &template, "a template").await;
}

/// Changes to a header, and to a payload.
fn changes(now: u64) -> (Vec<Change>, Vec<Change>) {
    let header = [
        ("alg", [json!("RS384"), json!("RS512"), json!("none"), json!("HS256"), json!("PS256")]),
        ("alg", [json!("rs256"), json!(""), json!(null), json!(7), json!(["RS256"])]),
        ("typ", [json!("JWT"), json!("jwt"), json!("at+jwt"), json!(null), json!(7)]),
        ("kid", [json!("other"), json!(""), json!(null), json!(7), json!({})]),
        ("cat", [json!("x"), json!(""), json!(null), json!(7), json!("cl_I7d4PD111III")]),
        ("crit", [json!([]), json!(["exp"]), json!(null), json!("exp"), json!({})]),
        ("zip", [json!("DEF"), json!(null), json!(""), json!(7), json!([])]),
        ("x", [json!("x"), json!(null), json!(7), json!([]), json!({})]),
    ];
    let payload = [
        ("sub", [json!("user_b"), json!("mch_b"), json!(""), json!(null), json!(["user_b"])]),
        ("iss", [json!("https://x.example"), json!(""), json!(null), json!(7), json!([])]),
        ("exp", [json!(now + 30), json!(now - 30), json!(now.to_string()), json!(null), json!(0)]),
        ("exp", [json!(1e308), json!(-1), json!({}), json!(true), json!(now + 86_400)]),
        ("nbf", [json!(now - 30), json!(now + 30), json!(now.to_string()), json!(null), json!(0)]),
        ("nbf", [json!(1e308), json!([]), json!({}), json!(true), json!(now + 86_400)]),
        ("iat", [json!(now - 30), json!(now + 30), json!("now"), json!(null), json!(0)]),
        ("aud", [json!("x"), json!(["x", "y"]), json!(""), json!(null), json!(7)]),
        ("sid", [json!("sess_b"), json!(""), json!(null), json!(7), json!([])]),
        ("cnf", [json!({}), json!(null), json!("x"), json!(7), json!([])]),
    ];
    let flat = |(name, values): (&'static str, [Value; 5])| {
        let set = values.map(move |value| (name, Some(value)));
        set.into_iter().chain([(name, None)])
    };
    (header.into_iter().flat_map(flat).collect(), payload.into_iter().flat_map(flat).collect())
}

type Change = (&'static str, Option<Value>);

#[tokio::test]
async fn whatever_enters_here_the_witness_accepts() {
    let app = App::at(seconds(), |clerk| clerk).await.warm().await;
    let witness = Witness::of(&app.issuer).await;
    let impostor = impostor(&app).await;
    let (headers, payloads) = changes(seconds());
    let mut tokens = Vec::new();
    for good in Class::ALL.map(|class| class.token(&app.issuer)) {
        let draft = Draft::of(&good);
        for (name, value) in &headers {
            tokens.push(draft.clone().header(name, value.clone()).sign(&app.issuer));
        }
        for (name, value) in &payloads {
            tokens.push(draft.clone().claim(name, value.clone()).sign(&app.issuer));
        }
        let [header, payload, signature] = parts(&good);
        tokens.extend([
            draft.sign(&impostor),
            format!("{header}.{payload}."),
            format!("{header}.{payload}.{}", "A".repeat(342)),
            format!("{header}.{payload}.{}", &signature[..340]),
            format!("{good}="),
            format!("{header}=.{payload}.{signature}"),
            format!("{payload}.{header}.{signature}"),
            good,
        ]);
    }
    let (mut both, mut neither, mut stricter) = (0, 0, 0);
    for token in &tokens {
        let calls = app.issuer.calls().key_set;
        let status = app.server().get("/any", token).await.status;
        assert!(app.issuer.calls().key_set <= calls + 1);
        match (status, witness.accepts(token)) {
            (200, true) => both += 1,
            (401, false) => neither += 1,
            (401, true) => stricter += 1,
            other => panic!("{other:?}: {token}"),
        }
    }
    // The table has rows of each kind, or it shows nothing.
    assert!(both > 50 && neither > 50 && stricter > 50, "{both} {neither} {stricter}");
}

#[tokio::test]
async fn neither_accepts_what_another_key_signed() {
    let app = App::at(seconds(), |clerk| clerk).await.warm_for_forgers().await;
    let impostor = impostor(&app).await;
    let witness = Witness::of(&app.issuer).await;
    for class in Class::ALL {
        let forged = class.token(&impostor);
        assert!(!witness.accepts(&forged));
        app.rejects(class.route(), &forged, class).await;
        assert!(Witness::of(&impostor).await.accepts(&forged));
    }
}
