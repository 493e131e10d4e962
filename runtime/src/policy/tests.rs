mod truth_table;

use super::*;

/// In a `const`, each of these stops the build.
#[test]
fn a_contradiction_is_no_policy() {
    const SCOPE: Requirement = Requirement::Scope("read:notes");
    const WRITE: Requirement = Requirement::Scope("write:notes");
    let contradictions: &[&'static [Clause]] = &[
        &[],
        &[Clause::SessionToken(SCOPE)],
        &[Clause::M2mToken(Requirement::All(&[SCOPE]))],
        &[Clause::ApiKey(Requirement::None), Clause::ApiKey(SCOPE)],
        &[Clause::ApiKey(Requirement::All(&[]))],
        &[Clause::ApiKey(Requirement::Any(&[SCOPE, Requirement::None]))],
        &[Clause::ApiKey(Requirement::Any(&[SCOPE, SCOPE]))],
        &[Clause::ApiKey(Requirement::Any(&[SCOPE, Requirement::All(&[SCOPE, WRITE])]))],
        &[Clause::OAuthToken(Requirement::Scope(""))],
        &[Clause::OAuthToken(Requirement::Scope("read:notes write:notes"))],
        &[Clause::OAuthToken(Requirement::Scope("read:\"notes\""))],
        &[Clause::M2mToken(Requirement::Organization)],
        &[Clause::M2mToken(Requirement::NotImpersonated)],
        &[Clause::ApiKey(Requirement::NotImpersonated)],
        &[Clause::SessionToken(Requirement::Jwt)],
        &[Clause::ApiKey(Requirement::Jwt)],
        &[Clause::SessionToken(Requirement::Role("ädmin"))],
        &[Clause::SessionToken(Requirement::Role("org:notes:read"))],
        &[Clause::SessionToken(Requirement::Role("notes:read"))],
        &[Clause::SessionToken(Requirement::Permission("org:notes:lösen"))],
        &[Clause::SessionToken(Requirement::All(&[
            Requirement::Permission("org:notes:read"),
            Requirement::Organization,
        ]))],
        &[Clause::SessionToken(Requirement::All(&[
            Requirement::Role("org:admin"),
            Requirement::Role("org:member"),
        ]))],
        &[Clause::M2mToken(Requirement::All(&[
            Requirement::Machine(&["mch_a"]),
            Requirement::Machine(&["mch_b"]),
        ]))],
        &[Clause::OAuthToken(Requirement::Client(&["client_cli", "user_ada"]))],
        &[Clause::OAuthToken(Requirement::Client(&["org_acme"]))],
        &[Clause::OAuthToken(Requirement::Client(&["sess_1"]))],
        &[Clause::OAuthToken(Requirement::Client(&["mch_billing"]))],
    ];
    for clauses in contradictions {
        let outcome = std::panic::catch_unwind(|| Policy::new(clauses));
        assert!(outcome.is_err(), "{clauses:?}");
    }
}

/// What stands beside the texts that Clerk never issues.
#[test]
fn role_permission_and_client_near_to_a_mistake_is_a_policy() {
    let table: &[&'static [Clause]] = &[
        &[Clause::SessionToken(Requirement::Role("org:org:admin"))],
        &[Clause::SessionToken(Requirement::Feature("größe"))],
        &[Clause::OAuthToken(Requirement::Client(&["user-app", "xuser_1", "org"]))],
    ];
    for clauses in table {
        assert_eq!(Policy::new(clauses).token_types().len(), 1);
    }
}

#[test]
fn pending_sessions_of_other_tokens_are_no_policy() {
    for policy in [Policy::DENY_ALL, Policy::new(&[Clause::ApiKey(Requirement::None)])] {
        assert!(std::panic::catch_unwind(|| policy.allow_pending()).is_err(), "{policy}");
    }
}

#[test]
fn the_policy_that_rejects_all_accepts_nothing() {
    assert_eq!(Policy::DENY_ALL.token_types().len(), 0);
    assert_eq!(Policy::DENY_ALL.to_string(), "no caller");
    let optional = Policy::DENY_ALL.optional().to_string();
    assert_eq!(optional, "a caller without a credential");
}

/// Two policies that decide differently print differently.
#[test]
fn groups_of_several_kinds_have_parentheses() {
    use Requirement::{All, Any, Plan, Role};
    let table = [
        (Any(&[Role("a"), All(&[Plan("x"), Role("e")])]), "role a or (plan x and role e)"),
        (All(&[Any(&[Role("a"), Plan("x")]), Role("e")]), "(role a or plan x) and role e"),
        (All(&[Any(&[Role("a"), Role("b")]), Plan("x")]), "(role a or b) and plan x"),
    ];
    for (requirement, line) in table {
        assert_eq!(requirement.to_string(), line);
    }
}

#[test]
fn a_challenge_names_an_alternative_that_asks_for_scopes_and_is_near() {
    use Requirement::{All, Any, Client, Scope};
    let named = |requirement: &Requirement, granted: &[&'static str]| {
        let caller = truth_table::caller(&granted.iter().copied().collect());
        requirement.nearest_scopes(Some(&caller), ScopeHierarchy::default()).to_string()
    };
    let mixed = Any(&[Client(&["cli"]), Scope("a")]);
    assert_eq!(named(&mixed, &[]), "a");
    // The caller is not of that client, so `a` alone would not help.
    let of_a_client = Any(&[All(&[Client(&["cli"]), Scope("a")]), Scope("b")]);
    assert_eq!(named(&of_a_client, &["a"]), "b");
    // Of 128 alternatives, the one that the caller nearly has.
    let pairs: &[Requirement] = &[
        Any(&[Scope("a1"), Scope("b1")]),
        Any(&[Scope("a2"), Scope("b2")]),
        Any(&[Scope("a3"), Scope("b3")]),
        Any(&[Scope("a4"), Scope("b4")]),
        Any(&[Scope("a5"), Scope("b5")]),
        Any(&[Scope("a6"), Scope("b6")]),
        Any(&[Scope("a7"), Scope("b7")]),
    ];
    let granted = ["b1", "b2", "b3", "b4", "b5", "b6"];
    assert_eq!(named(&All(pairs), &granted), "b1 b2 b3 b4 b5 b6 a7");
    let scopes =
        |leaf: &Requirement| Some(leaf.scope_of(TokenType::OAuthToken).into_iter().collect());
    let missing = |one: &RequiredScopes| one.0.iter().filter(|name| name.starts_with('a')).count();
    assert_eq!(All(pairs).alternatives(&scopes, &missing).len(), 64, "no more are looked at");
    // As many as may be looked at stay in source order.
    let kept = All(&pairs[..6]).alternatives(&scopes, &missing);
    assert_eq!(kept[0].to_string(), "a1 a2 a3 a4 a5 a6");
}

#[test]
fn condition_is_found_wherever_it_stands() {
    use Requirement::{All, Any, Client, Jwt, Role, Scope};
    let is_scope = |leaf: &Requirement| leaf.scope_of(TokenType::OAuthToken).is_some();
    let table = [
        (Requirement::None, false),
        (Role("a"), false),
        (Any(&[Client(&["cli"]), All(&[Jwt, Role("a")])]), false),
        (Scope("a"), true),
        (Requirement::Organization, true),
        (Any(&[Client(&["cli"]), All(&[Jwt, Scope("a")])]), true),
    ];
    for (requirement, expected) in table {
        assert_eq!(requirement.has(&is_scope), expected, "{requirement}");
    }
}
