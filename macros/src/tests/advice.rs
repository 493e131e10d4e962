//! Advice never leads to a policy that admits callers whom the written one cannot mean.

use std::collections::BTreeSet;

use super::{messages, tokens};
use crate::{
    args::{
        Args,
        keyword::Position,
        tree::{Factor, GroupKind},
    },
    condition::{Condition, PRESETS},
    errors::Errors,
    policy::{
        Policy, format,
        requirement::{Requirement, Reverification},
    },
    token_type::TokenType,
};

/// A mistake; the same with `{}` in the place of the advice, or `None` where the help gives no
/// policy to paste; and the strictest policy that the mistake can mean. Where the help lets the
/// reader choose ("where one is enough"), the widest of the choice.
const MISTAKES: &[(&str, Option<&str>, &str)] = &[
    // Words about `optional`.
    ("required", Some("{}"), ""),
    ("required = true", Some("{}"), ""),
    ("mandatory", Some("{}"), ""),
    ("not_optional", Some("{}"), ""),
    ("non_optional, api_key", Some("{}api_key"), "api_key"),
    ("unoptional", Some("{}"), ""),
    ("optional = false", Some("{}"), ""),
    ("optional(false)", Some("{}"), ""),
    ("optional = \"false\"", Some("{}"), ""),
    ("anonymous = false", Some("{}"), ""),
    ("optionl = false", Some("{}"), ""),
    ("is_optional", Some("{}"), "optional"),
    ("shared_optional = NO", None, ""),
    ("optional_role = \"a\"", Some("{} = \"a\""), "role = \"a\""),
    ("optionl", Some("{}"), "optional"),
    ("anonymous", Some("{}"), "optional"),
    ("optional = true", Some("{}"), "optional"),
    ("optional()", Some("{}"), "optional"),
    ("anonymous(false)", Some("{}"), ""),
    ("optionl: false", Some("{}"), ""),
    ("optional: false", Some("{}"), ""),
    ("optional = \"\"", None, ""),
    ("optional(never)", None, ""),
    ("optional(0)", None, ""),
    ("optional(\"no\")", None, ""),
    ("optional = none", None, ""),
    ("disable_optional", None, ""),
    // Words that negate.
    ("ban_role = \"a\"", None, ""),
    ("bypass_permission = \"a:b\"", None, ""),
    ("plan_other_than = \"free\"", None, ""),
    ("role = \"not a\"", None, ""),
    ("role = \"a - b\"", None, ""),
    ("role = \"a ^ b\"", None, ""),
    ("role = \"> a\"", None, ""),
    ("plan = \"a, -b\"", None, ""),
    ("role > \"a\"", None, ""),
    ("plan > \"free\"", None, ""),
    ("plan < \"pro\"", None, ""),
    ("permission = \"a:b & c:d\"", None, ""),
    ("session_token(role = \"a\", api_key)", None, ""),
    ("not_role = \"a\"", None, "role = \"a\""),
    ("deny_scopes = \"a\", api_key", None, ""),
    ("role_except = \"a\"", None, ""),
    ("accepts = \"!api_key\"", None, ""),
    ("accepts = \"not oauth_token\"", None, ""),
    ("accepts = [\"session_token\", \"no_api_key\"]", None, ""),
    ("accepts = \"api_key\", scopes = not(\"a\")", None, ""),
    ("accepts = \"api_key\", scopes = none(\"a\", \"b\")", None, ""),
    ("accepts = \"api_key\", scopes != \"a\"", None, ""),
    ("oauth_token = false", None, ""),
    ("m2m_token(not_from = \"mch_a\")", None, ""),
    ("m2m_token(excluded = \"mch_a\")", None, ""),
    ("m2m_token(fromNot = \"mch_a\")", None, ""),
    ("oauth_token(block_client = \"a\")", None, ""),
    ("oauth_token(clientNot = \"a\")", None, ""),
    ("session_token(no_role = \"a\")", None, ""),
    ("rolesNot = \"a\"", None, ""),
    ("role = \"!a\"", None, ""),
    ("plan = \"-free\"", None, ""),
    ("feature = \"!a\"", None, ""),
    ("permission = \"org:a:!b\"", None, ""),
    ("accepts = \"api_key\", scopes = \"!a\"", None, ""),
    ("accepts = \"api_key\", scopes = \"a -b\"", None, ""),
    ("accepts = \"api_key\", scopes = any(\"!a\", \"b\")", None, ""),
    // Signs of templates, patterns and other lists.
    ("accepts = \"api_key\", scopes = \"[a, b]\"", None, ""),
    ("accepts = \"api_key\", scopes = \"anyOf(a,b)\"", None, ""),
    ("accepts = \"api_key\", scopes = \"['a','b']\"", None, ""),
    ("accepts = \"api_key\", scopes = \"a;b\"", None, ""),
    ("accepts = \"api_key\", scopes = \"a&b\"", None, ""),
    ("accepts = \"api_key\", scopes = \"${SCOPE}\"", None, ""),
    ("role = \"^admin$\"", None, ""),
    ("role = \"admin;member\"", None, ""),
    ("plan = \">=pro\"", None, ""),
    (
        "accepts = \"m2m_token\", from = \"mch_a,mch_b\"",
        Some("accepts = \"m2m_token\", from = {}"),
        "accepts = \"m2m_token\", from = [\"mch_a\", \"mch_b\"]",
    ),
    // Words without a value.
    ("organization = false", Some("{}"), ""),
    ("organization = true", Some("{}"), "organization"),
    ("organization()", Some("{}"), "organization"),
    ("organization = \"org_acme\"", None, ""),
    ("organization(\"org_acme\")", None, ""),
    ("organisation", Some("{}"), "organization"),
    ("tenant", Some("{}"), "organization"),
    ("role = \"a\", organization", Some("role = \"a\"{}"), "role = \"a\""),
    ("organization, permission = \"a:b\"", Some("permission = \"a:b\"{}"), "permission = \"a:b\""),
    (
        "accepts = \"any\", organization",
        Some("{}, organization"),
        "accepts = [\"session_token\", \"oauth_token\", \"api_key\"], organization",
    ),
    ("api_key, organization", Some("{}"), "api_key(organization)"),
    ("not_impersonated = false", Some("{}"), ""),
    ("not_impersonated = \"user_1\"", Some("{}"), "not_impersonated"),
    ("no_impersonation", Some("{}"), "not_impersonated"),
    ("deny_actor", Some("{}"), "not_impersonated"),
    ("no_impersonation = false", None, ""),
    ("impersonated", None, ""),
    ("allow_pending = false", Some("{}"), ""),
    ("allow_pending = \"tasks\"", None, ""),
    ("allow_pending(tasks)", None, ""),
    ("allow = \"api_key\"", Some("{} = \"api_key\""), "api_key"),
    ("pending", None, ""),
    ("accepts = \"api_key\", allow_pending", None, ""),
    (
        "accepts = \"oauth_token\", format = \"JWT\"",
        Some("accepts = \"oauth_token\", format = \"{}\""),
        "oauth_token(format = \"jwt\")",
    ),
    ("accepts = \"oauth_token\", format = \"opaque\"", None, ""),
    (
        "accepts = \"oauth_token\", format = \"\"",
        Some("accepts = \"oauth_token\", {}"),
        "oauth_token(format = \"jwt\")",
    ),
    // Conditions with an operator between them.
    ("role = \"a\" || permission = \"a:b\"", None, ""),
    ("role = \"a\" or plan = \"b\"", None, ""),
    ("role = \"a\" && plan = \"b\"", None, ""),
    (
        "accepts = \"oauth_token\", jwt",
        Some("accepts = \"oauth_token\", {} = \"jwt\""),
        "oauth_token(format = \"jwt\")",
    ),
    // Texts that Clerk never issues.
    ("role = \"a:b\"", Some("{}"), "permission = \"a:b\""),
    ("role = \"größe\"", None, ""),
    ("accepts = \"oauth_token\", client = [\"user_1\"]", None, ""),
    // Values of clauses.
    ("oauth_token = \"read:notes\"", Some("{}"), "oauth_token(scopes = \"read:notes\")"),
    ("api_key = \"a b\", m2m_token", Some("{}, m2m_token"), "api_key(scopes = \"a b\"), m2m_token"),
    ("m2m_token = \"mch_a\"", Some("{}"), "m2m_token(from = \"mch_a\")"),
    ("session_token = \"org:admin\"", None, ""),
    ("oauth_token = scope::READ", None, ""),
    ("oauth_token[scopes = \"a\"]", None, "oauth_token(scopes = \"a\")"),
    ("oauth_token = true", Some("{}"), "oauth_token"),
    // Conditions beside types that do not have them.
    (
        "accepts = \"any\", permission = \"org:a:b\"",
        Some("{}, permission = \"org:a:b\""),
        "permission = \"org:a:b\"",
    ),
    (
        "accepts = [\"api_key\", \"m2m_token\"], scopes = \"a\"",
        Some("{}, scopes = \"a\""),
        "api_key(scopes = \"a\")",
    ),
    (
        "accepts = [\"session_token\", \"api_key\"], role = \"a\", scopes = \"b\"",
        Some("{}"),
        "session_token(role = \"a\"), api_key(scopes = \"b\")",
    ),
    ("accepts = \"api_key\", role = \"a\"", None, ""),
    ("accepts = \"session_token\", scopes = \"a\"", None, ""),
    ("scopes = \"a\"", Some("{}, scopes = \"a\""), "oauth_token(scopes = \"a\")"),
    ("scopes = \"a\", role = \"b\"", None, ""),
    ("api_key, scopes = \"a\"", Some("{}"), "api_key(scopes = \"a\")"),
    ("api_key(scopes = \"a\"), scopes = \"b\"", None, ""),
    ("session_token(role = \"a\"), permission = \"a:b\"", None, ""),
    ("oauth_token(client = \"a\"), api_key, scopes = \"b\"", None, ""),
    ("from = \"mch_a\", audience = \"b\"", None, ""),
    ("api_key(role = \"a\")", None, ""),
    ("session_token, api_key, role = \"a\"", Some("{}"), "session_token(role = \"a\")"),
    ("session_token, m2m_token, scopes = \"a\"", None, ""),
    ("accepts = \"api_key\", session_token, api_key", None, "api_key"),
    ("accepts = \"any\", api_key", Some("{}api_key"), "api_key"),
    // Several values.
    ("role = all(\"a\", \"b\")", None, ""),
    ("role = \"a\", role = \"b\"", None, ""),
    ("role = \"a b\"", Some("role = {}"), "role = any(\"a\", \"b\")"),
    ("permission = \"a:b\", permission = \"c:d\"", None, ""),
    ("accepts = \"oauth_token\", audience = all(\"a\", \"b\")", None, ""),
    ("accepts = \"oauth_token\", audience = [\"a\", \"b\"]", None, ""),
    ("accepts = \"oauth_token\", audience(\"a\", \"b\")", None, ""),
    ("accepts = \"oauth_token\", client = all(\"a\", \"b\")", None, ""),
    ("accepts = \"oauth_token\", client = \"a\" & \"b\"", None, ""),
    ("accepts = \"m2m_token\", from = [\"mch_a\"], from = [\"mch_b\"]", None, ""),
    ("accepts = all(\"oauth_token\", \"api_key\")", None, ""),
    ("accepts = \"oauth_token\", accepts = \"any\"", None, ""),
    (
        "accepts = [\"oauth_token\", \"any\"]",
        Some("accepts = [\"oauth_token\", {}]"),
        "oauth_token",
    ),
    ("accepts = \"many\"", None, ""),
    ("accepts = Many", None, ""),
    // Parts of a list or of a group.
    (
        "api_key(scopes = [\"a\", [\"b\"]])",
        Some("api_key(scopes = [\"a\", {}])"),
        "api_key(scopes = \"a b\")",
    ),
    (
        "api_key(scopes = [\"a\", Scope::new(\"b\")])",
        Some("api_key(scopes = [\"a\", {}])"),
        "api_key(scopes = \"a b\")",
    ),
    (
        "api_key(scopes = all(\"a\", (\"b\", \"c\")))",
        Some("api_key(scopes = all(\"a\", {}))"),
        "api_key(scopes = \"a b c\")",
    ),
    (
        "api_key(scopes = any(\"a\", &[\"b\", \"c\"]))",
        Some("api_key(scopes = any(\"a\", {}))"),
        "api_key(scopes = any(\"a\", all(\"b\", \"c\")))",
    ),
    (
        "api_key(scopes = any(\"a\", any[\"b\", \"c\"]))",
        Some("api_key(scopes = any(\"a\", {}))"),
        "api_key(scopes = any(\"a\", \"b\", \"c\"))",
    ),
    (
        "api_key(scopes = any(\"a b\", \"c\"))",
        Some("api_key(scopes = any({}, \"c\"))"),
        "api_key(scopes = any(all(\"a\", \"b\"), \"c\"))",
    ),
    (
        "api_key(scopes = any(\"a,b\", \"c\"))",
        Some("api_key(scopes = any({}, \"c\"))"),
        "api_key(scopes = any(all(\"a\", \"b\"), \"c\"))",
    ),
    (
        "api_key(scopes = all(\"a b\", \"c\"))",
        Some("api_key(scopes = all({}, \"c\"))"),
        "api_key(scopes = \"a b c\")",
    ),
    ("api_key(scopes = any(\"a\", 1))", None, ""),
    ("api_key(scopes = any(\"a\" & \"b\", \"c\"))", None, ""),
    ("api_key(scopes = [\"a\" | \"b\"])", None, ""),
    // A group within a text.
    ("api_key(scopes = \"a | b\")", Some("api_key({})"), "api_key(scopes = any(\"a\", \"b\"))"),
    ("api_key(scopes = \"any(a, b)\")", Some("api_key({})"), "api_key(scopes = any(\"a\", \"b\"))"),
    ("api_key(scopes = \"a & b\")", Some("api_key({})"), "api_key(scopes = \"a b\")"),
    ("api_key(scopes = \"all(a, b)\")", Some("api_key({})"), "api_key(scopes = \"a b\")"),
    ("api_key(scopes = \"a | b c\")", None, ""),
    ("api_key(scopes = \"a,b | c\")", None, ""),
    ("api_key(scopes = \"any(a)\")", None, ""),
    ("api_key(scopes = concat!(\"a\", B))", None, ""),
    ("api_key(scopes = \"a | b & c\")", None, ""),
    ("api_key(scopes = \"any(a, all(b, c))\")", None, ""),
    ("api_key(scopes = \"any(a, b) c\")", None, ""),
    ("api_key(scopes = \"any(a b, c)\")", None, ""),
    ("api_key(scopes = \"a any(b, c)\")", None, ""),
    ("api_key(scopes = \"a\" | \"b\" & \"c\")", None, ""),
    // Nothing where something must stand.
    ("accepts = \"api_key\", scopes = \"\"", None, ""),
    ("accepts = \"api_key\", scopes = []", None, ""),
    ("accepts = \"api_key\", scopes = all()", None, ""),
    ("role = \"\"", None, ""),
    ("accepts = \"m2m_token\", from = []", None, ""),
    // What is not a literal.
    ("accepts = \"api_key\", scopes = const { READ }", None, ""),
    ("accepts = \"api_key\", scopes = { READ }", None, ""),
    ("accepts = \"api_key\", scopes = (READ)", None, ""),
    (
        "accepts = \"api_key\", scopes = &READ",
        Some("accepts = \"api_key\", {}"),
        "accepts = \"api_key\", scopes = READ",
    ),
    ("accepts = \"api_key\", scopes = read()", None, ""),
    // Words of other languages around arguments.
    ("any", Some("{}"), "accepts = \"any\""),
    ("any(session_token, api_key)", Some("{}"), "session_token, api_key"),
    ("has(permission = \"org:a:b\")", Some("{}"), "permission = \"org:a:b\""),
    ("any(role = \"a\", \"b\")", Some("{}"), "role = any(\"a\", \"b\")"),
    ("any(role = \"a\", plan = \"b\")", None, ""),
    ("any(not_role = \"a\")", None, ""),
    ("has(role = \"a\", \"b\")", None, ""),
    ("all(session_token, api_key)", None, ""),
    ("all_plans = [\"a\", \"b\"]", Some("{}"), "plan = all(\"a\", \"b\")"),
    ("any_not_role = [\"a\", \"b\"]", None, ""),
    ("TokenType::ApiKey", Some("{}"), "accepts = \"api_key\""),
    ("NoAdmins", None, ""),
    ("\"not_impersonated\"", Some("{}"), "not_impersonated"),
    ("accepts = \"api_key\", scopes = READ.as_str()", None, ""),
    ("accepts = \"api_key\", scopes = READ as Scope", None, ""),
    ("accepts = \"api_key\", scopes = if A { B } else { C }", None, ""),
    ("accepts = \"api_key\", scopes = 5", None, ""),
    ("permission = PERMISSION", None, ""),
    ("policy_name = ADMINS", None, ""),
    ("policy_name = policies::Admins", None, ""),
    // Reverification.
    (
        "reverification = second_factor(minutes = 5.5)",
        Some("reverification = {}"),
        "reverification = second_factor(minutes = 5)",
    ),
    (
        "reverification = second_factor(minutes = \"5\")",
        Some("reverification = {}"),
        "reverification = second_factor(minutes = 5)",
    ),
    (
        "reverification = second_factor(seconds = 90)",
        Some("reverification = {}"),
        "reverification = second_factor(minutes = 1)",
    ),
    ("reverification = second_factor(minutes = 5, hours = 1)", None, ""),
    ("reverification = second_factor(minutes = 60 / 2)", None, ""),
    ("reverification = second_factor(minutes = 60 - 30)", None, ""),
    ("reverification = second_factor(minutes = 60.min(5))", None, ""),
    ("reverification = second_factor(minutes = 60, minutes = 5)", None, ""),
    ("reverification = second_factor(minutes = 60 seconds)", None, ""),
    ("reverification = second_factor(minutes = 60s)", None, ""),
    ("reverification = second_factor(minutes = 5.5s)", None, ""),
    ("reverification = second_factor(seconds = 600 / 5)", None, ""),
    ("reverification = second_factor(hours = 1 / 2)", None, ""),
    ("reverification = second_factor(60 / 2)", None, ""),
    ("reverification = second_factor(60s)", None, ""),
    (
        "reverification = second_factor(minutes = 5_u8)",
        Some("reverification = {}"),
        "reverification = second_factor(minutes = 5)",
    ),
    (
        "reverification = multi_factor(hours = 2)",
        Some("reverification = {}"),
        "reverification = multi_factor(minutes = 120)",
    ),
    ("reverification = strict(minutes = 5)", None, ""),
    ("reverification = lax(minutes = 5)", None, ""),
    ("reverification = second_factor(milliseconds = 90000)", None, ""),
    ("reverification = second_factor(half_hours = 2)", None, ""),
    ("reverification = second_factor(minutes = 0.5)", None, ""),
    ("reverification = second_factor(seconds = 30)", None, ""),
    ("reverification = second_factor(minutes = MINUTES)", None, ""),
    ("reverification = second_factor(minutes = -5)", None, ""),
    ("reverification = second_factor", None, ""),
    ("reverification = any(\"strict\", \"lax\")", None, ""),
    ("reverification = second_factor(max_minutes = 5)", None, ""),
    ("reverification = [\"lax\", \"strict\"]", None, ""),
    ("reverification = \"lax\", reverification = \"strict\"", None, ""),
    (
        "reverification = \"strict_mf\"",
        Some("reverification = \"{}\""),
        "reverification = \"strict_mfa\"",
    ),
    ("reverification = third(minutes = 1)", None, ""),
    // Texts that Clerk does not compare as they are written.
    ("feature = \"org:reports:read\"", Some("{}"), "permission = \"org:reports:read\""),
    ("plan = \"org:pro:yearly\"", None, ""),
    ("permission = \"org:sys_memberships:manage\"", None, ""),
    ("permission = \"read\"", None, ""),
];

#[test]
fn advice_admits_no_caller_beyond_the_mistake() {
    let faults: Vec<String> = MISTAKES.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is wrong with the advice about one mistake.
fn fault((mistake, template, meant): &(&str, Option<&str>, &str)) -> Option<String> {
    let helps = messages::of(&format!("#[clerk_auth({mistake})] async fn notes() {{}}"));
    let advised: Vec<String> = helps.iter().flat_map(|help| advised(help)).collect();
    let Some(template) = template else {
        let is_silent = advised.is_empty() && !helps.is_empty();
        return (!is_silent).then(|| format!("{mistake}: {helps:?} has a policy to paste"));
    };
    let meant = policy(meant).unwrap_or_else(|| panic!("{mistake}: {meant}"));
    if advised.is_empty() {
        return Some(format!("{mistake}: {helps:?} has no policy to paste"));
    }
    advised.iter().find_map(|advice| {
        let instead = template.replace("{}", advice);
        let Some(advised) = policy(&instead) else {
            return Some(format!("{mistake}: `{instead}` is a mistake too"));
        };
        let is_wider = |caller: &Caller| admits(&advised, caller) && !admits(&meant, caller);
        let wider = callers(&[&advised, &meant]).into_iter().find(is_wider)?;
        Some(format!("{mistake}: `{instead}` admits {wider:?}"))
    })
}

/// Every message of the tables, so that a new one is held too.
#[test]
fn advice_repeats_only_values_that_were_written() {
    let names = TokenType::ALL.map(TokenType::name).into_iter().chain(["any"]);
    let names = names.chain(PRESETS.map(|(name, _)| name)).chain(["jwt"]);
    let known: Vec<&str> = names.collect();
    for (source, help) in messages::all() {
        let joined = source.replace("\", \"", "");
        for advice in advised(&help) {
            let mut literals = advice.split('"').skip(1).step_by(2).flat_map(str::split_whitespace);
            let foreign = literals.find(|word| {
                let is_written = source.contains(word) || joined.contains(word);
                !is_written && !known.contains(word)
            });
            assert_eq!(foreign, None, "{source}: {help}");
        }
    }
}

/// Minutes beside a mistake are an example: the shortest time, because the reader can mean less than
/// any other.
#[test]
fn example_of_minutes_is_the_shortest_time() {
    let examples: Vec<String> = messages::all()
        .into_iter()
        .map(|(_, help)| help)
        .filter(|help| help.contains("such as") && help.contains("(minutes = "))
        .collect();
    assert!(examples.len() > 5, "{examples:?}");
    assert!(examples.iter().all(|help| help.contains("(minutes = 1)")), "{examples:?}");
}

/// The code that a help says to write; nothing, where it says to remove what is there. Examples are
/// no advice, and neither is code with a gap.
pub(super) fn advised(help: &str) -> Vec<String> {
    const VERBS: [&str; 4] = ["write ", "add ", "did you mean ", "where one is enough, "];
    if help.starts_with("remove `") {
        return vec![String::new()];
    }
    let parts: Vec<&str> = help.split('`').collect();
    // The one name that could stand there.
    if let ["one of ", only, ""] = parts.as_slice() {
        return vec![(*only).to_owned()];
    }
    let code = parts.chunks_exact(2).filter(|pair| {
        let is_choice = help.starts_with("did you mean") && pair[0] == " or ";
        VERBS.iter().any(|verb| pair[0].ends_with(verb)) || is_choice
    });
    code.map(|pair| pair[1].to_owned()).filter(|code| !code.contains('…')).collect()
}

fn policy(args: &str) -> Option<Policy> {
    let mut errors = Errors::default();
    let args = Args::parse(tokens(args), Position::Attribute, &mut errors);
    let (_, policy) = Policy::check(args, &mut errors);
    policy.filter(|_| errors.is_empty())
}

/// A token with facts about it; an anonymous request is `None`.
type Caller = Option<(&'static str, BTreeSet<Fact>)>;

/// `(condition, value)`; of a factor, the minutes within which it was verified.
type Fact = (&'static str, String);

/// Every caller who differs in what the policies ask for.
fn callers(policies: &[&Policy]) -> Vec<Caller> {
    let requirements = policies.iter().flat_map(|policy| &policy.clauses);
    let mut facts = BTreeSet::new();
    requirements
        .flat_map(|clause| &clause.requirements)
        .for_each(|it| collect_facts(it, &mut facts));
    if policies.iter().flat_map(|policy| &policy.clauses).any(|clause| clause.allows_pending) {
        facts.insert(pending());
    }
    let facts: Vec<Fact> = facts.into_iter().collect();
    let mut callers = vec![None];
    for kind in TokenType::ALL {
        for bits in 0..1_u32 << facts.len() {
            let has = facts.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
            callers.push(Some((kind.name(), has.map(|(_, fact)| fact.clone()).collect())));
        }
    }
    callers
}

/// Of a session that is pending.
fn pending() -> Fact {
    (Condition::AllowPending.name(), String::new())
}

fn collect_facts(requirement: &Requirement, facts: &mut BTreeSet<Fact>) {
    match requirement {
        Requirement::Leaf(condition, leaf) => {
            let values = format::values(*condition, leaf).into_iter();
            facts.extend(values.map(|value| (condition.name(), value)));
        }
        Requirement::List(condition, texts) => {
            facts.extend(texts.iter().map(|text| (condition.name(), text.value())));
        }
        Requirement::Word(condition) => {
            facts.insert((condition.name(), String::new()));
        }
        Requirement::Reverification(needed) => {
            let (factors, minutes) = factors(needed);
            facts.extend(factors.iter().map(|factor| (*factor, minutes.to_string())));
        }
        Requirement::Group(_, parts) => parts.iter().for_each(|part| collect_facts(part, facts)),
    }
}

fn admits(policy: &Policy, caller: &Caller) -> bool {
    let Some((kind, facts)) = caller else {
        return policy.accepts.is_optional;
    };
    let clause = policy.clauses.iter().find(|clause| clause.kind.name() == *kind);
    let clause = clause.filter(|clause| clause.allows_pending || !facts.contains(&pending()));
    clause.is_some_and(|clause| clause.requirements.iter().all(|it| is_met(it, facts)))
}

fn is_met(requirement: &Requirement, facts: &BTreeSet<Fact>) -> bool {
    let has = |condition: Condition, value: String| facts.contains(&(condition.name(), value));
    match requirement {
        Requirement::Leaf(condition, leaf) => {
            format::values(*condition, leaf).into_iter().any(|value| has(*condition, value))
        }
        Requirement::List(condition, texts) => {
            texts.iter().any(|text| has(*condition, text.value()))
        }
        Requirement::Word(condition) => has(*condition, String::new()),
        Requirement::Reverification(needed) => {
            let (factors, minutes) = factors(needed);
            let is_recent = |factor: &&str| {
                let within = facts.iter().filter(|(name, _)| name == factor);
                within.filter_map(|(_, ago)| ago.parse().ok()).any(|ago: u32| ago <= minutes)
            };
            factors.iter().all(is_recent)
        }
        Requirement::Group(GroupKind::Any, parts) => parts.iter().any(|part| is_met(part, facts)),
        Requirement::Group(GroupKind::All, parts) => parts.iter().all(|part| is_met(part, facts)),
    }
}

fn factors(needed: &Reverification) -> (&'static [&'static str], u32) {
    let (level, minutes) = match needed {
        Reverification::Preset("STRICT_MFA") => ("multi_factor".to_owned(), 10),
        Reverification::Preset("STRICT") => ("second_factor".to_owned(), 10),
        Reverification::Preset("MODERATE") => ("second_factor".to_owned(), 60),
        Reverification::Preset(_) => ("second_factor".to_owned(), 1440),
        Reverification::Factor(Factor { level, minutes }) => (level.to_string(), *minutes),
    };
    match level.as_str() {
        "first_factor" => (&["first"], minutes),
        "second_factor" => (&["second"], minutes),
        _ => (&["first", "second"], minutes),
    }
}

/// A comma between members lets each be enough, or adds a token type.
#[test]
fn comma_is_no_advice_where_it_would_admit_more() {
    for mistake in [
        "accepts = \"oauth_token\", scopes = any(\"a\" and \"b\", \"c\")",
        "accepts = \"oauth_token\", scopes = any(\"a\" & \"b\", \"c\")",
        "accepts = \"oauth_token\", scopes = any(A - B, \"c\")",
        "accepts = \"oauth_token\", scopes = any(\"a\" not \"b\")",
        "accepts = \"oauth_token\", scopes = any(\"a\" except \"b\")",
        "accepts = [\"oauth_token\" - \"api_key\"]",
        "accepts = [\"oauth_token\" != \"api_key\"]",
        "session_token - api_key",
        "session_token ! api_key",
        "session_token without api_key",
        "role = any(\"a\" and \"b\", \"c\")",
    ] {
        let helps = messages::of(&format!("#[clerk_auth({mistake})] async fn notes() {{}}"));
        let says_comma = helps.iter().any(|help| help.contains("with `,`"));
        assert!(!helps.is_empty() && !says_comma, "{mistake}: {helps:?}");
    }
}
