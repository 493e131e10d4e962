//! Any answer of Clerk about an opaque token: it lets the token in only if each member says so.

use clerk_auth::testing::Answer;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
};
use serde_json::{Value, json};

use super::{Inline, each, trees};
use crate::{
    app::NOW,
    opaque::Kind,
    oracle::{is_actor, is_readable},
};

const MEMBERS: [&str; 16] = [
    "object",
    "id",
    "subject",
    "scopes",
    "revoked",
    "expired",
    "expiration",
    "active",
    "cnf",
    "client_id",
    "aud",
    "claims",
    "name",
    "act",
    "org_id",
    "x",
];

impl Inline {
    /// The status for a token of this kind about which Clerk answers this.
    fn answered(&self, kind: Kind, body: Vec<u8>) -> u16 {
        self.issuer.answer_with(kind.endpoint(), Answer::body(200, "application/json", body));
        self.bearer(kind.route(), kind.token(&self.issuer).as_bytes()).unwrap()
    }
}

fn values() -> impl Strategy<Value = Option<Value>> {
    let texts = ["", "a", "user_a", "user_", "org_a", "mch_a", "a\n", "api_key", "false", "null"];
    let now = NOW.cast_signed();
    trees(prop_oneof![
        select(texts.to_vec()).prop_map(Value::from),
        (-2_i64..3).prop_map(move |hours| json!(now + hours * 3600)),
        (-2_i64..3).prop_map(move |hours| json!((now + hours * 3600) * 1000)),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ])
}

/// The rules once more, in the plainest words. `ours` is the ID of this machine.
fn approves(kind: Kind, answer: &Value, ours: &Value) -> bool {
    let text = |name: &str| {
        let text = answer[name].as_str().unwrap_or_default();
        (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
    };
    let texts =
        |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    let (object, unit, prefixes): (_, _, &[&str]) = match kind {
        Kind::OAuth => ("clerk_idp_oauth_access_token", 1.0, &["user_"]),
        Kind::M2m => ("machine_to_machine_token", 1000.0, &["mch_"]),
        Kind::ApiKey => ("api_key", 1000.0, &["user_", "org_", "mch_"]),
    };
    #[allow(clippy::cast_precision_loss, reason = "seconds of this era are exact in a double")]
    let now = NOW as f64 * unit;
    let ends = match &answer["expiration"] {
        Value::Null => answer.get("expiration").is_some(),
        end => end.as_f64().is_some_and(|end| end.trunc() > now),
    };
    let names = |value: &Value| match value {
        Value::Null => true,
        Value::String(name) => !name.is_empty(),
        list => texts(list) && list.as_array().is_some_and(|list| list.iter().all(|it| it != "")),
    };
    let subject = text("subject").unwrap_or_default();
    let has = |prefix: &&str| subject.strip_prefix(*prefix).is_some_and(|rest| !rest.is_empty());
    let scopes = answer.get("scopes").is_some_and(|scopes| scopes.is_null() || texts(scopes));
    let organization = match &answer["org_id"] {
        Value::Null => true,
        id => id == "org_a",
    };
    let own = match kind {
        Kind::OAuth => {
            scopes && text("client_id").is_some() && names(&answer["aud"]) && organization
        }
        Kind::M2m => scopes && answer["scopes"].as_array().is_some_and(|ids| ids.contains(ours)),
        Kind::ApiKey => scopes,
    };
    let active = answer.get("active").is_none_or(|active| *active == true);
    active
        && is_readable(answer)
        && is_actor(answer.get("act"))
        && answer.get("cnf").is_none()
        && answer["object"] == object
        && answer["revoked"] == false
        && answer["expired"] == false
        && ends
        && text("id").is_some()
        && prefixes.iter().any(has)
        && own
}

/// Whether a member that Clerk always sends is not there, or not of its type.
fn is_malformed(kind: Kind, answer: &Value) -> bool {
    let is_text = |name: &str| {
        let text = answer[name].as_str();
        text.is_some_and(|text| !text.is_empty() && !text.chars().any(char::is_control))
    };
    let end = answer.get("expiration");
    let scopes = match answer.get("scopes") {
        None => kind == Kind::M2m,
        Some(Value::Null) => true,
        Some(list) => list.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
    };
    !is_readable(answer)
        || answer["object"] != kind.approval()["object"]
        || !["id", "subject"].into_iter().all(is_text)
        || !["revoked", "expired"].iter().all(|name| answer[name].is_boolean())
        || answer.get("active").is_some_and(|active| !active.is_boolean())
        || !end.is_some_and(|end| end.is_null() || end.is_number())
        || !scopes
        || kind == Kind::OAuth && !is_text("client_id")
}

#[test]
fn an_answer_lets_in_only_if_each_member_says_so() {
    let app = Inline::start();
    let changes = vec((select(MEMBERS.to_vec()), values()), 0..3);
    let admitted = std::cell::Cell::new(0_u32);
    let ours = json!(app.issuer.machine_id());
    each(900, (select(Kind::ALL.to_vec()), changes), |(kind, changes)| {
        let mut answer = kind.approval();
        if kind == Kind::M2m {
            answer["scopes"] = json!(["mch_other", ours]);
        }
        for (name, value) in changes {
            match value {
                Some(value) => answer[name] = value,
                None => drop(answer.as_object_mut().unwrap().remove(name)),
            }
        }
        let status = app.answered(kind, answer.to_string().into_bytes());
        let is_about_it = answer["object"] == kind.approval()["object"]
            || kind == Kind::OAuth && answer.get("object").is_none() && answer["active"] == false;
        // One that says no can be malformed too.
        let says_no = is_about_it
            && (!is_malformed(kind, &answer)
                || answer["active"] == false
                || answer["revoked"] == true
                || answer["expired"] == true
                || answer.get("cnf").is_some()
                || !is_actor(answer.get("act")));
        let is_expected = match status {
            200 => approves(kind, &answer, &ours),
            401 => says_no && !approves(kind, &answer, &ours),
            _ => status == 503 && is_malformed(kind, &answer),
        };
        assert!(is_expected, "{status} {kind:?} {answer}");
        admitted.set(admitted.get() + u32::from(status == 200));
    });
    // Some of each, or it shows nothing.
    assert!((150..750).contains(&admitted.get()), "{admitted:?}");
}

#[test]
fn any_bytes_as_an_answer_let_nobody_in() {
    let app = Inline::start();
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..200),
        "[ {}\\[\\]\":,a-z0-9\\\\.eE+-]{0,80}".prop_map(String::into_bytes),
    ];
    each(600, (select(Kind::ALL.to_vec()), bytes), |(kind, bytes)| {
        // Not JSON at all is no word of Clerk about the token.
        assert!(matches!(app.answered(kind, bytes), 401 | 503));
    });
}
