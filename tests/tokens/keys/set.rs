//! A key set: its members are read one by one, and what cannot be used is skipped.

use std::time::Duration;

use clerk_auth::{
    Clerk,
    testing::{Answer, DevIssuer, Endpoint},
};
use serde_json::{Value, json};

use super::samples::{FORGED_FOR_EXPONENT_1, MODULUS_1024};
use crate::{
    app::App,
    draft::Class,
    forgeries::{impostor, key_of},
};

/// Lets the app's keys run out, and the issuer show this set.
fn shows(app: &App, set: String) {
    app.clock.advance(Duration::from_secs(300));
    app.issuer.answer_with(Endpoint::KeySet, Answer::body(200, "application/json", set));
}

/// Members that are no RSA public key for signatures, all under the id of the good one.
fn unusable(good: &Value) -> Vec<(&'static str, Value)> {
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key[name] = value;
        key
    };
    let without = |name: &str| {
        let mut key = good.clone();
        key.as_object_mut().unwrap().remove(name);
        key
    };
    let (kid, n) = (&good["kid"], good["n"].as_str().unwrap());
    let point = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    vec![
        ("EC", json!({"kty": "EC", "kid": kid, "crv": "P-256", "x": point, "y": point})),
        ("OKP", json!({"kty": "OKP", "kid": kid, "crv": "Ed25519", "x": point})),
        ("oct", json!({"kty": "oct", "kid": kid, "k": n, "alg": "HS256"})),
        ("EC with an RSA modulus", with("kty", json!("EC"))),
        ("kty in lower case", with("kty", json!("rsa"))),
        ("no kty", without("kty")),
        ("private", with("d", json!(n))),
        ("private factor", with("p", json!(n))),
        ("for encryption", with("use", json!("enc"))),
        ("for nothing", with("use", json!(""))),
        ("use is null", with("use", json!(null))),
        ("operations are null", with("key_ops", json!(null))),
        ("no operation", with("key_ops", json!([]))),
        ("to encrypt", with("key_ops", json!(["encrypt"]))),
        ("to sign", with("key_ops", json!(["sign"]))),
        ("to verify, twice", with("key_ops", json!(["verify", "verify"]))),
        ("operation is no list", with("key_ops", json!("verify"))),
        ("alg is null", with("alg", json!(null))),
        ("another algorithm", with("alg", json!("RSA-OAEP"))),
        ("PS256", with("alg", json!("PS256"))),
        ("alg is no string", with("alg", json!(["RS256"]))),
        ("1024 bits", with("n", json!(MODULUS_1024))),
        ("16384 bits", with("n", json!(n.repeat(8)))),
        ("no modulus", without("n")),
        ("empty modulus", with("n", json!(""))),
        ("modulus is no base64url", with("n", json!(format!("{n}+/")))),
        ("modulus with padding", with("n", json!(format!("{n}==")))),
        ("modulus is no string", with("n", json!(7))),
        ("no exponent", without("e")),
        ("exponent 0", with("e", json!("AA"))),
        ("empty id", with("kid", json!(""))),
        ("no id", without("kid")),
        ("id is no string", with("kid", json!(7))),
        ("null", json!(null)),
        ("text", json!("RSA")),
        ("number", json!(7)),
        ("list", json!([good])),
        ("nothing", json!({})),
    ]
}

#[tokio::test]
async fn unusable_members_do_not_spoil_the_good_one() {
    let app = App::start().await;
    let good = key_of(&app.issuer).await;
    let unusable = unusable(&good);
    for (row, member) in &unusable {
        for keys in [json!([member, good]), json!([good, member])] {
            shows(&app, json!({ "keys": keys }).to_string());
            let token = Class::Session.token(&app.issuer);
            app.answers("/session", &token, 200, 1, row).await;
        }
    }
    let all: Vec<&Value> = unusable.iter().map(|(_, member)| member).chain([&good]).collect();
    shows(&app, json!({ "keys": all, "unknown": 7 }).to_string());
    app.answers("/session", &Class::Session.token(&app.issuer), 200, 1, "all at once").await;
}

/// Without a usable key nobody can say that the caller is to blame.
#[tokio::test]
async fn set_without_a_usable_key_is_an_outage() {
    let app = App::start().await;
    let good = key_of(&app.issuer).await;
    let mut sets: Vec<(&str, String)> = vec![
        ("empty list", json!({"keys": []}).to_string()),
        ("no list", json!({}).to_string()),
        ("null", json!({"keys": null}).to_string()),
        ("an object", json!({"keys": {"0": good}}).to_string()),
        ("the bare list", json!([good]).to_string()),
        ("the bare list in a list", json!([[good]]).to_string()),
        ("the bare key", good.to_string()),
        ("two lists", format!(r#"{{"keys":[{good}],"keys":[{good}]}}"#)),
        ("cut", format!(r#"{{"keys":[{good}]"#)),
        ("something behind", format!(r#"{{"keys":[{good}]}}x"#)),
        ("HTML", "<html></html>".to_owned()),
        ("nothing", String::new()),
        ("an error", json!({"errors": [{"code": "resource_not_found"}]}).to_string()),
    ];
    for (row, member) in unusable(&good) {
        sets.push((row, json!({ "keys": [member] }).to_string()));
    }
    for (row, set) in sets {
        shows(&app, set);
        let token = Class::Session.token(&app.issuer);
        app.answers("/session", &token, 503, 1, row).await;
    }
    shows(&app, format!(r#"{{"keys":[{good}]{}}}"#, " ".repeat(300 * 1024)));
    app.answers("/session", &Class::Session.token(&app.issuer), 503, 1, "too long").await;

    app.issuer.answer_normally();
    app.clock.advance(Duration::from_secs(1));
    app.answers("/session", &Class::Session.token(&app.issuer), 200, 1, "again").await;
}

#[tokio::test]
async fn one_of_several_keys_is_chosen_by_its_id() {
    let app = App::start().await;
    let (good, forged) = (key_of(&app.issuer).await, key_of(&impostor(&app).await).await);
    let mut other = forged.clone();
    other["kid"] = json!("other");
    for keys in [json!([other, good]), json!([good, other]), json!([good, forged])] {
        shows(&app, json!({ "keys": keys }).to_string());
        let token = Class::Session.token(&app.issuer);
        app.answers("/session", &token, 200, 1, "named by its id").await;
        // Signed with one key and named by the ID of another, or of none: that causes one load.
        let draft = Class::Session.draft(&app.issuer).header("kid", Some(json!("other")));
        let token = draft.sign(&app.issuer);
        app.answers("/session", &token, 401, 1, "named by another").await;
    }
}

/// Around a rotation two keys can have one ID, which is that of the instance.
#[tokio::test]
async fn each_key_of_an_id_is_tried_but_four_at_most() {
    let app = App::start().await;
    let mut issuers = vec![app.issuer.clone()];
    for _ in 0..4 {
        issuers.push(impostor(&app).await);
    }
    let mut keys = Vec::new();
    for issuer in &issuers {
        keys.push(key_of(issuer).await);
    }
    let mut another_id = keys[0].clone();
    another_id["kid"] = json!("other");
    keys.insert(0, another_id);
    shows(&app, json!({ "keys": keys }).to_string());
    for class in Class::ALL {
        for (number, issuer) in issuers.iter().enumerate() {
            let first = usize::from(class == Class::Session && number == 0);
            let token = class.token(issuer);
            if number < 4 {
                app.answers(class.route(), &token, 200, first, (class, number)).await;
            } else {
                // It causes one load.
                let looks = usize::from(class == Class::Session);
                app.answers(class.route(), &token, 401, looks, (class, number)).await;
            }
        }
    }
}

/// Each key of an ID is for the algorithm that it fixes, and for no other.
#[tokio::test]
async fn keys_of_an_id_are_tried_with_their_own_algorithm() {
    let app = App::start().await;
    let second = impostor(&app).await;
    let (mut of_384, of_256) = (key_of(&app.issuer).await, key_of(&second).await);
    of_384["alg"] = json!("RS384");
    for keys in [json!([of_384, of_256]), json!([of_256, of_384])] {
        shows(&app, json!({ "keys": keys }).to_string());
        let rs384 = |issuer: &DevIssuer| {
            let draft = Class::Session.draft(issuer).header("alg", Some(json!("RS384")));
            draft.sign(issuer)
        };
        app.answers("/session", &rs384(&app.issuer), 200, 1, "RS384 with its key").await;
        app.answers("/session", &Class::Session.token(&second), 200, 0, "RS256").await;
        app.answers("/session", &rs384(&second), 401, 1, "RS384 with the key for RS256").await;
        app.answers("/session", &Class::Session.token(&app.issuer), 401, 0, "RS256").await;
    }
}

/// With the exponent 1 a signature is its own message: everybody could make one.
#[tokio::test]
async fn signature_under_exponent_1_never_enters() {
    let app = App::start().await;
    let clerk = Clerk::builder().secret_key(app.issuer.secret_key()).api_url(app.issuer.url());
    let app = app.only(clerk).await;
    let mut weak = key_of(&app.issuer).await;
    weak["kid"] = json!("ins_test");
    weak["e"] = json!("AQ");
    let set = json!({ "keys": [weak] }).to_string();
    app.issuer.answer_with(Endpoint::KeySet, Answer::body(200, "application/json", set));
    app.answers("/session", FORGED_FOR_EXPONENT_1, 503, 1, "no usable key").await;
}
