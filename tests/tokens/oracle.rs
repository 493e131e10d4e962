//! The rules once more, in the plainest words: a JWT that the right key signed in, the one route
//! that lets it in out. It shares nothing with the library, so that the two can disagree.

use clerk_auth::testing::DevIssuer;
use serde_json::{Map, Value};

use crate::draft::{Class, Draft};

/// The time at which each test starts, in seconds.
const NOW: f64 = 1_800_000_000.0;

/// The route that accepts this token with the settings of `issuer.clerk()`, if any does.
pub(crate) fn way_in(draft: &Draft, issuer: &DevIssuer) -> Option<&'static str> {
    let Draft { header, payload } = draft;
    let class = class(header, payload);
    let good = header.values().chain(payload.values()).all(is_readable)
        && is_for_the_key(header, issuer)
        && is_of_class(header, class)
        && !payload.contains_key("cnf")
        && is_no_id_token(header, payload, class)
        && is_actor(payload.get("act"))
        && text(payload, "iss") == Some(issuer.issuer())
        && is_in_time(payload)
        && match class {
            Class::Session => is_session(payload),
            Class::OAuth => is_oauth(payload),
            Class::M2m => is_for_machine(payload, issuer.machine_id()),
        };
    good.then_some(class.route())
}

fn class(header: &Map<String, Value>, payload: &Map<String, Value>) -> Class {
    let subject = payload.get("sub").and_then(Value::as_str).unwrap_or_default();
    let typ = header.get("typ").and_then(Value::as_str).unwrap_or_default();
    match typ {
        _ if subject.starts_with("mch_") => Class::M2m,
        "at+jwt" | "application/at+jwt" => Class::OAuth,
        _ => Class::Session,
    }
}

fn is_for_the_key(header: &Map<String, Value>, issuer: &DevIssuer) -> bool {
    let key = issuer.key_id();
    text(header, "alg") == Some("RS256")
        && text(header, "kid") == Some(key.as_str())
        && !["crit", "b64", "zip"].iter().any(|name| header.contains_key(*name))
}

fn is_of_class(header: &Map<String, Value>, class: Class) -> bool {
    const SESSIONS: [&str; 2] = ["cl_B7d4PD111AAA", "cl_I7d4PD111III"];
    let typ = !header.contains_key("typ") || text(header, "typ") == Some("JWT");
    let category = header.get("cat").map(|value| value.as_str().unwrap_or_default());
    match class {
        Class::Session => typ && category.is_none_or(|name| SESSIONS.contains(&name)),
        Class::OAuth => true,
        Class::M2m => typ && category.is_none_or(|name| name == "cl_B7d4PD333AAA"),
    }
}

/// Each number in it is at most 1e308.
pub(crate) fn is_readable(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|number| number.abs() <= 1e308),
        Value::Array(values) => values.iter().all(is_readable),
        Value::Object(members) => members.values().all(is_readable),
        _ => true,
    }
}

fn is_no_id_token(header: &Map<String, Value>, payload: &Map<String, Value>, class: Class) -> bool {
    let is_session = header.get("cat").is_some_and(|name| name == "cl_B7d4PD111AAA");
    let is_marked = ["nonce", "at_hash", "c_hash"].iter().any(|name| payload.contains_key(*name));
    class != Class::Session || is_session || !is_marked
}

pub(crate) fn is_actor(act: Option<&Value>) -> bool {
    match act {
        None | Some(Value::Null) => true,
        Some(Value::Object(act)) => {
            let issuer = act.get("iss");
            let issuer =
                issuer.is_none_or(|it| it.is_null() || it == "" || text(act, "iss").is_some());
            text(act, "sub").is_some() && issuer && is_actor(act.get("act"))
        }
        Some(_) => false,
    }
}

fn is_in_time(payload: &Map<String, Value>) -> bool {
    let second = |name| payload.get(name).map(|value| value.as_f64().map(f64::trunc));
    let is_date = |second: f64| second.abs() <= 8.64e12;
    let started = |name| match second(name) {
        None => true,
        Some(None) => false,
        Some(Some(second)) => is_date(second) && second <= NOW + 5.0,
    };
    let ends = matches!(second("exp"), Some(Some(second)) if is_date(second) && second > NOW - 5.0);
    ends && started("nbf") && started("iat")
}

fn is_session(payload: &Map<String, Value>) -> bool {
    let active = !payload.contains_key("sts") || text(payload, "sts") == Some("active");
    let has_session = text(payload, "sid").is_some() && has_subject(payload, "user_");
    active && has_session && audience(payload).is_some()
}

fn is_oauth(payload: &Map<String, Value>) -> bool {
    let scp = payload.get("scp").is_none_or(|scp| scp.is_null() || is_list_of_texts(scp));
    let scope = payload.get("scope").is_none_or(|scope| scope.is_null() || scope.is_string());
    let client = text(payload, "client_id").is_some();
    let organization = payload.get("org_id").is_none_or(|id| {
        let rest = text(payload, "org_id").and_then(|id| id.strip_prefix("org_"));
        id.is_null() || rest.is_some_and(|rest| !rest.is_empty())
    });
    let readable = scp && scope && audience(payload).is_some();
    readable && client && organization && has_subject(payload, "user_")
}

fn is_for_machine(payload: &Map<String, Value>, ours: &str) -> bool {
    let recipients = match payload.get("scopes") {
        None => audience(payload).unwrap_or_default(),
        Some(Value::String(ids)) => ids.split(' ').collect(),
        Some(_) => Vec::new(),
    };
    let named = recipients.contains(&ours) && audience(payload).is_some();
    named && has_subject(payload, "mch_")
}

fn has_subject(payload: &Map<String, Value>, prefix: &str) -> bool {
    let rest = text(payload, "sub").and_then(|subject| subject.strip_prefix(prefix));
    rest.is_some_and(|rest| !rest.is_empty())
}

/// The names in `aud`; `None` where it cannot be read.
fn audience(payload: &Map<String, Value>) -> Option<Vec<&str>> {
    let names: Vec<&str> = match payload.get("aud") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().map(Value::as_str).collect::<Option<_>>()?,
        Some(_) => return None,
    };
    names.iter().all(|name| !name.is_empty()).then_some(names)
}

fn is_list_of_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|list| list.iter().all(Value::is_string))
}

/// A string with something in it and no control character.
fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    let text = members.get(name)?.as_str()?;
    (!text.is_empty() && !text.chars().any(char::is_control)).then_some(text)
}
