//! One text of a condition in, whether a token can ever match it out. A mistake is reported only
//! where it is certain.

use std::collections::HashMap;

use syn::LitStr;

use crate::{
    args::tree::Leaf,
    condition::Condition,
    errors::Errors,
    policy::scope::visible,
    suggest::{alternatives, foreign, foreign_sign, near},
};

/// The words before the colon of a feature or a plan: whose it is.
const ORGANIZATION: [&str; 3] = ["o", "org", "organization"];
const USER: [&str; 2] = ["u", "user"];

/// Whether the text is well formed; if not, that is reported. Scopes are checked in `scope`.
pub(crate) fn check_text(condition: Condition, literal: &LitStr, errors: &mut Errors) -> bool {
    let text = literal.value();
    let mistake = empty(condition, &text)
        .or_else(|| letters(condition, &text))
        .or_else(|| sign(condition, &text))
        .or_else(|| other_letter(condition, &text))
        .or_else(|| shape(condition, &text));
    if let Some((message, help)) = &mistake {
        errors.push(literal.span(), message, help);
    }
    mistake.is_none()
}

/// Two leaves with the same normal form ask for the same.
pub(crate) fn normal(condition: Condition, leaf: &Leaf) -> String {
    values(condition, leaf).join(" ")
}

/// The values of which a token needs one. A feature or a plan without an owner can be that of the
/// organization or that of the user.
pub(crate) fn values(condition: Condition, leaf: &Leaf) -> Vec<String> {
    let Leaf::Text(literal) = leaf else {
        return vec![leaf.to_string()];
    };
    let text = literal.value();
    let values = match condition {
        Condition::Role | Condition::Permission => vec![key_of(&text).to_owned()],
        Condition::Feature | Condition::Plan => match text.split_once(':') {
            Some((owner, id)) if ORGANIZATION.contains(&owner) => vec![format!("o:{id}")],
            Some((owner, id)) if USER.contains(&owner) => vec![format!("u:{id}")],
            _ => vec![format!("o:{text}"), format!("u:{text}")],
        },
        _ => vec![text],
    };
    values.iter().map(|value| format!("{value:?}")).collect() // never equal to a path
}

/// The values of a feature or a plan of any owner, one of whose values this is.
pub(crate) fn of_any_owner(value: &str) -> Option<Vec<String>> {
    let (_, id) = value.split_once(':').filter(|(owner, _)| matches!(*owner, "\"o" | "\"u"))?;
    Some(vec![format!("\"o:{id}"), format!("\"u:{id}")])
}

type Mistake = (String, String);

fn empty(condition: Condition, text: &str) -> Option<Mistake> {
    if !text.trim().is_empty() {
        return None;
    }
    let noun = condition.noun();
    let example = condition.example().trim_matches(['[', ']']);
    let help = format!("name the {noun}, such as `{example}`");
    Some((format!("an empty string is not a valid {noun}"), help))
}

/// Clerk's keys of roles and permissions are ASCII.
fn other_letter(condition: Condition, text: &str) -> Option<Mistake> {
    let is_key = matches!(condition, Condition::Role | Condition::Permission);
    let letter = text.chars().find(|letter| is_key && !letter.is_ascii())?;
    let noun = condition.noun();
    let message =
        format!("the {noun} `{}` contains `{letter}`, which no {noun} has", visible(text));
    Some((message, format!("write the key of the {noun} from Clerk's dashboard: it is ASCII")))
}

/// What Clerk separates values by cannot be part of one.
fn letters(condition: Condition, text: &str) -> Option<Mistake> {
    let noun = condition.noun();
    let separates = |letter: char| {
        let is_sign =
            ",|".contains(letter) && (condition.form().group || condition == Condition::From);
        letter.is_whitespace() || letter.is_control() || is_sign
    };
    let wrong = text.chars().find(|letter| separates(*letter))?;
    let wrong = match wrong {
        ' ' => "a space".to_owned(),
        ',' => "a comma".to_owned(),
        other => format!("`{}`", visible(other.encode_utf8(&mut [0; 4]))),
    };
    let words: Vec<&str> = text.split(separates).filter(|word| !word.is_empty()).collect();
    let is = |names: &[&str]| {
        words.iter().any(|it| names.iter().any(|name| it.eq_ignore_ascii_case(name)))
    };
    let is_all = is(&["&", "&&", "+", "and"]);
    let is_any = is(&["|", "||", "or"]);
    // A word of signs can take callers away: `a - b`, `> a`.
    let is_plain = |word: &&str| word.starts_with(|it: char| it.is_ascii_alphanumeric());
    let is_list = !is_all && !is_any && !is(&["not", "no"]) && words.iter().all(is_plain);
    let message = format!("the {noun} `{}` contains {wrong}", visible(text));
    let quoted: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    let all = quoted.join(", ");
    let help = match quoted.as_slice() {
        [word] => format!("write `{word}`"),
        [_, _, ..] if is_list && condition == Condition::Role => {
            format!("write `any({all})` where one is enough")
        }
        [_, _, ..] if is_list && condition.form().group => {
            format!("write `any({all})` where one is enough, `all({all})` where each is needed")
        }
        [_, _, ..] if is_list && condition.form().list => format!("write `[{all}]`"),
        _ if condition == Condition::Audience => format!("write the one {noun} of the token"),
        _ => format!("write each {noun} in quotes of its own"),
    };
    Some((message, help))
}

/// Clerk has no such signs in these. An audience can be any text, and a client's ID a URL.
fn sign(condition: Condition, text: &str) -> Option<Mistake> {
    let sign = match condition {
        Condition::Audience => None,
        Condition::Client => text.contains('*').then_some('*'),
        _ => foreign_sign(text),
    }?;
    Some(foreign(sign, condition.noun(), &visible(text)))
}

fn shape(condition: Condition, text: &str) -> Option<Mistake> {
    match condition {
        Condition::Role => role(text),
        Condition::Permission => permission(text),
        Condition::Feature | Condition::Plan => owned(condition, text),
        Condition::From => machine(text),
        Condition::Client => client(text),
        _ => None,
    }
}

/// `org:admin` and `admin` are the same role; `org:org:admin` too.
fn role(text: &str) -> Option<Mistake> {
    let key = key_of(text);
    if key.is_empty() {
        let help = "write the role after `org:`, such as `\"org:admin\"`";
        return Some((format!("`{text}` names no role"), help.into()));
    }
    let is_permission = permission(text).is_none();
    let help = if is_permission {
        format!("write `permission = {text:?}`, or the role alone")
    } else {
        "write the role alone, such as `\"org:admin\"`".to_owned()
    };
    let form = if is_permission { "the form of a permission" } else { "a `:` in its name" };
    key.contains(':').then(|| (format!("the role `{text}` has {form}, which no role has"), help))
}

/// What other IDs of Clerk begin with.
const OTHER_IDS: [(&str, &str); 4] = [
    ("user_", "a user"),
    ("org_", "an organization"),
    ("sess_", "a session"),
    ("mch_", "a machine"),
];

fn client(text: &str) -> Option<Mistake> {
    let (_, owner) = OTHER_IDS.iter().find(|(prefix, _)| text.starts_with(prefix))?;
    let message = format!("`{}` is the ID of {owner}, not of an OAuth client", visible(text));
    Some((message, "write the client ID of the OAuth application".into()))
}

fn permission(text: &str) -> Option<Mistake> {
    let key = key_of(text);
    if key.starts_with("sys_") {
        let message =
            format!("`{text}` is a system permission, and Clerk puts none of these into tokens");
        return Some((message, "require a custom permission or a role".into()));
    }
    let is_whole = key
        .split_once(':')
        .is_some_and(|(feature, permission)| !feature.is_empty() && !permission.is_empty());
    if is_whole {
        return None;
    }
    let message = format!("`{text}` is not a permission: expected `org:feature:permission`");
    let word = key.trim_matches(':');
    let example = match word {
        "" => "org:notes:read".to_owned(),
        feature if key.ends_with(':') => format!("org:{feature}:read"),
        permission => format!("org:notes:{permission}"),
    };
    let help = format!("name the feature and the permission, such as `{example:?}`");
    Some((message, help))
}

/// `reports`, `org:reports` or `user:reports`.
fn owned(condition: Condition, text: &str) -> Option<Mistake> {
    let noun = condition.noun();
    let (owner, id) = text.split_once(':')?;
    if !ORGANIZATION.contains(&owner) && !USER.contains(&owner) {
        let message = format!("unknown prefix `{owner}:` of a {noun}");
        let help = match near(owner, ["org:", "user:", "organization:"]).as_slice() {
            [] => "one of `org:` (or `o:`, `organization:`) and `user:` (or `u:`)".to_owned(),
            near => format!("did you mean {}?", alternatives(near)),
        };
        return Some((message, help));
    }
    if id.is_empty() {
        let example = condition.example().trim_matches('"');
        let help = format!("write the {noun} after `{owner}:`, such as `\"{owner}:{example}\"`");
        return Some((format!("`{text}` names no {noun}"), help));
    }
    let (id, rest) = id.split_once(':')?;
    let message = format!("`:{rest}` is not compared: a {noun} ends at its second colon");
    let help = if condition == Condition::Feature && ORGANIZATION.contains(&owner) {
        format!("write `permission = \"org:{id}:{rest}\"` for a permission of the feature")
    } else {
        format!("name the {noun} by its owner and its name alone")
    };
    Some((message, help))
}

fn machine(text: &str) -> Option<Mistake> {
    let help = "write the id of the calling machine, which begins with `mch_`".to_owned();
    match text.strip_prefix("mch_") {
        Some("") => Some(("`mch_` names no machine".into(), help)),
        Some(_) => None,
        None => Some((format!("`{}` is not a machine ID", visible(text)), help)),
    }
}

/// Without the `org:` at the beginning, however often it stands there.
fn key_of(text: &str) -> &str {
    text.trim_start_matches("org:")
}

/// Reports each value that stood before. The one place that looks for repetition among values.
pub(crate) fn check_distinct(condition: Condition, leaves: &[Leaf], errors: &mut Errors) {
    let mut seen = HashMap::new();
    for leaf in leaves {
        match seen.get(&normal(condition, leaf)) {
            Some(first) => twice(condition, first, leaf, errors),
            None => {
                seen.insert(normal(condition, leaf), leaf.clone());
            }
        }
    }
}

/// `second` says what `first` said.
fn twice(condition: Condition, first: &Leaf, second: &Leaf, errors: &mut Errors) {
    let noun = condition.noun();
    let (first, text) = (plain(first), plain(second));
    if first == text {
        let message = format!("{noun} `{text}` is written twice");
        return errors.push(second.span(), &message, &format!("remove one `{text}`"));
    }
    let message = format!("{noun} `{text}` is written twice: `{first}` is the same {noun}");
    errors.push(second.span(), &message, &format!("remove `{text}`"));
}

fn plain(leaf: &Leaf) -> String {
    match leaf {
        Leaf::Text(literal) => literal.value(),
        Leaf::Path(_) => leaf.to_string(),
    }
}
