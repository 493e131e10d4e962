//! The name of an argument in, a keyword out, if the name is one that may stand there.

use crate::{
    camel_case::camel_case,
    condition::{Condition, Form},
    suggest::{NOTHING_NEGATED, alternatives, is_negated, near},
    token_type::{TokenType, alternative_types},
};

/// The name of an argument.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Accepts,
    Optional,
    /// `crate = path`: where the generated code finds the runtime.
    Crate,
    /// `policy = ReadNotes`: a shared policy.
    Policy,
    /// `policy_name = Name`: what the policy type is called.
    PolicyName,
    Clause(TokenType),
    Condition(Condition),
}

/// Where an argument stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    /// `#[clerk_auth(…)]`
    Attribute,
    /// `policy!(…)`
    Macro,
    /// `oauth_token(…)`
    Clause(TokenType),
}

impl Keyword {
    /// The keyword; else the message and the help about a name that cannot stand there.
    /// `is_off`: what stands behind it says that it does not hold, such as `= false`.
    pub(crate) fn from_name(
        name: &str,
        position: Position,
        is_off: bool,
    ) -> Result<Self, (String, String)> {
        let known = Self::all().find(|keyword| keyword.name() == name);
        match (known, position) {
            (Some(Self::PolicyName), Position::Macro) => Err((
                "`policy_name` names the policy type of a handler, and here is none".into(),
                "remove `policy_name`; name the `const` that holds the policy".into(),
            )),
            (Some(keyword), Position::Attribute | Position::Macro) => Ok(keyword),
            (Some(Self::Condition(condition)), Position::Clause(kind)) if condition.fits(kind) => {
                Ok(Self::Condition(condition))
            }
            (Some(keyword), Position::Clause(kind)) => Err(wrong_clause(keyword, kind)),
            (None, Position::Clause(kind)) => {
                let known = Condition::names_for(kind);
                let message = format!("unknown condition `{name}`");
                if let Some(meant) = rejects_actors(name).filter(|meant| known.contains(meant)) {
                    return Err((message, format!("did you mean `{meant}`?")));
                }
                if is_negated(name) {
                    return Err((message, NOTHING_NEGATED.into()));
                }
                Err((message, did_you_mean(name, &known, is_off)))
            }
            (None, _) => Err(unknown(name, position, is_off)),
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Accepts => "accepts",
            Self::Optional => "optional",
            Self::Crate => "crate",
            Self::Policy => "policy",
            Self::PolicyName => "policy_name",
            Self::Clause(kind) => kind.name(),
            Self::Condition(condition) => condition.name(),
        }
    }

    /// What may stand after `=`, for keys with values of text.
    pub(crate) const fn form(self) -> Form {
        match self {
            Self::Accepts => Form { list: true, ..Form::TEXT },
            Self::Condition(condition) => condition.form(),
            Self::Optional | Self::Crate | Self::Policy | Self::PolicyName | Self::Clause(_) => {
                Form::TEXT
            }
        }
    }

    /// The argument with a value, to paste.
    pub(crate) fn example(self) -> String {
        match self {
            Self::Accepts => "accepts = \"oauth_token\"".into(),
            Self::Optional => "optional".into(),
            Self::Crate => "crate = my_crate::auth".into(),
            Self::Policy => "policy = ReadNotes".into(),
            Self::PolicyName => "policy_name = ListNotes".into(),
            Self::Clause(kind) => kind.name().into(),
            Self::Condition(condition) if condition.is_bare() => condition.name().into(),
            Self::Condition(condition) => {
                format!("{} = {}", condition.name(), condition.example())
            }
        }
    }

    /// The members of a group to paste, for a condition that takes one.
    pub(crate) const fn members(self) -> &'static str {
        match self {
            Self::Condition(condition) => condition.members(),
            _ => "",
        }
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let clauses = TokenType::ALL.into_iter().map(Self::Clause);
        let conditions = Condition::ALL.into_iter().map(Self::Condition);
        let others = [Self::Optional, Self::Crate, Self::Policy, Self::PolicyName];
        [Self::Accepts].into_iter().chain(conditions).chain(others).chain(clauses)
    }
}

/// Whether a name looks like that of a constant: `ADMINS`.
pub(crate) fn is_constant(name: &str) -> bool {
    name.chars().any(char::is_uppercase) && !name.contains(char::is_lowercase)
}

/// How to share a policy that a constant holds. `READ_NOTES` → `struct ReadNotes;`
pub(crate) fn declaration(constant: &str) -> String {
    let name = camel_case(&constant.to_lowercase());
    format!("declare a policy type, `#[clerk_auth(…)] struct {name};`, and write `policy = {name}`")
}

/// What other frameworks call an argument: the words that are not near to ours.
const OTHER_WORDS: [(&str, &[&str]); 9] = [
    (
        "accepts",
        &["allow", "kind", "token", "token_type", "token_types", "tokens", "type", "types"],
    ),
    ("scopes", &["scp"]),
    ("permission", &["perms"]),
    ("reverification", &["mfa", "reverify", "step_up"]),
    ("from", &["caller", "machine", "machine_id", "machines"]),
    ("audience", &["resource"]),
    ("optional", &["anonymous"]),
    ("organization", &["tenant"]),
    ("format", &["form", "jwt"]),
];

/// Words that ask for what holds without them.
const REQUIRED: [&str; 4] = ["authenticated", "mandatory", "required", "strict"];

/// A known name that cannot stand in the clause of this type.
fn wrong_clause(keyword: Keyword, kind: TokenType) -> (String, String) {
    let (name, clause) = (keyword.name(), kind.name());
    let known = alternatives(&Condition::names_for(kind));
    let Keyword::Condition(condition) = keyword else {
        let message = format!("`{name}` cannot stand in a clause");
        let help = match keyword {
            // Beside this clause, it would accept every token of its type.
            Keyword::Clause(_) => format!("`{clause}` can have {known}"),
            _ => format!("write it beside `{clause}(…)`, separated by `,`"),
        };
        return (message, help);
    };
    let types = condition.fitting_types();
    let owners = alternative_types(&types);
    let message = match (condition, kind) {
        (Condition::Scopes, TokenType::M2m) => {
            "`scopes` cannot be required: those of an `m2m_token` are machine IDs".into()
        }
        (Condition::Scopes, _) => format!("`scopes` cannot be required: `{clause}` has none"),
        _ => format!("`{name}` is a condition of {owners}, not of `{clause}`"),
    };
    let help = format!("`{clause}` can have {known}; `{name}` stands in a clause of {owners}");
    (message, help)
}

fn unknown(name: &str, position: Position, is_off: bool) -> (String, String) {
    let message = format!("unknown argument `{name}`");
    if matches!(name, "all" | "any" | "has" | "require" | "requires") {
        let help = "write the types of token side by side, such as `oauth_token(…), api_key`";
        return (message, format!("{help}; or a condition, such as `scopes = any(…)`"));
    }
    if REQUIRED.contains(&name) || is_negated(name) && name.ends_with("optional") {
        return (message, without(name));
    }
    if let Some(meant) = rejects_actors(name).filter(|_| !is_off) {
        return (message, format!("did you mean `{meant}`?"));
    }
    if is_negated(name) {
        return (message, NOTHING_NEGATED.into());
    }
    if is_constant(name) && position == Position::Attribute {
        return (message, declaration(name));
    }
    let here =
        |keyword: &Keyword| *keyword != Keyword::PolicyName || position == Position::Attribute;
    let known: Vec<&str> = Keyword::all().filter(here).map(Keyword::name).collect();
    (message, did_you_mean(name, &known, is_off))
}

/// `no_impersonation` and `deny_actor` negate, and mean the condition that does.
fn rejects_actors(name: &str) -> Option<&'static str> {
    let names_actor = ["imperson", "actor"].iter().any(|word| name.contains(word));
    (is_negated(name) && names_actor).then_some(Condition::NotImpersonated.name())
}

fn without(name: &str) -> String {
    format!("remove `{name}`: without `optional`, every caller needs a credential")
}

fn did_you_mean(name: &str, known: &[&str], is_off: bool) -> String {
    let mut near = near(name, known.iter().copied());
    if near.is_empty() {
        let meant = OTHER_WORDS.iter().filter(|(_, words)| words.contains(&name));
        near = meant.map(|(known, _)| *known).filter(|meant| known.contains(meant)).collect();
    }
    if near.is_empty() {
        return format!("one of {}", alternatives(known));
    }
    if is_off && near.contains(&"optional") {
        return without(name);
    }
    format!("did you mean {}?", alternatives(&near))
}
