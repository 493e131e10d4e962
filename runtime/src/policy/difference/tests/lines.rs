//! The lines that a reviewer reads.

use crate::policy::{
    Clause, Difference, Policy, PolicyRecord,
    Requirement::{
        self, All, Any, Audience, Client, Feature, Jwt, Machine, NotImpersonated, Organization,
        Role, Scope,
    },
    Reverification, ScopeHierarchy, ScopeImplications,
    difference::{code_span, formula::Guards},
};

fn key(tree: Requirement) -> Policy {
    of(Clause::ApiKey(tree))
}

fn of(clause: Clause) -> Policy {
    Policy::new(vec![clause].leak())
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn changed_policy_is_told_in_readable_lines() {
    use Clause::{M2mToken, OAuthToken, SessionToken};
    const STRICT: Requirement = Requirement::Reverification(Reverification::STRICT);
    const MODERATE: Requirement = Requirement::Reverification(Reverification::MODERATE);
    let (read, write) = (Scope("read"), Scope("write"));
    let table = [
        (Policy::DENY_ALL, key(write), "newly admits `api_key` with scope `write`"),
        (key(write), Policy::DENY_ALL, "newly rejects `api_key` with scope `write`"),
        (key(read), key(Requirement::None), "newly admits `api_key` without scope `read`"),
        (key(Requirement::None), key(read), "newly rejects `api_key` without scope `read`"),
        (
            key(All(&[Scope("read"), Scope("write")])),
            key(read),
            "newly admits `api_key` with scope `read` without scope `write`",
        ),
        (
            key(read),
            key(Any(&[Scope("read"), Scope("write")])),
            "newly admits `api_key` with scope `write` without scope `read`",
        ),
        (
            key(read),
            key(write),
            "newly admits `api_key` with scope `write` without scope `read`\n\
             newly rejects `api_key` with scope `read` without scope `write`",
        ),
        (
            key(Any(&[Scope("a"), All(&[Scope("b"), Scope("c")])])),
            key(Requirement::None),
            "newly admits `api_key` without scope `a` or (scope `b` and scope `c`)",
        ),
        (
            key(Any(&[Scope("a"), Scope("b"), Scope("c"), Scope("d")])),
            key(Scope("e")),
            "newly admits `api_key` with scope `e` and nothing more\n\
             newly rejects `api_key` with scope `a` without scope `e`\n\
             newly rejects `api_key` with scope `b` without scope `e`\n\
             newly rejects `api_key` with scope `c` without scope `e`\n\
             newly rejects `api_key` with scope `d` without scope `e`",
        ),
        (
            key(Any(&[Scope("a"), Scope("b"), Scope("c"), Scope("d")])),
            key(Requirement::None),
            "newly admits `api_key` with nothing more",
        ),
        // A caller has one role, so no other is of use.
        (
            of(SessionToken(Role("admin"))),
            of(SessionToken(Role("org:editor"))),
            "newly admits `session_token` with role `org:editor`\n\
             newly rejects `session_token` with role `org:admin`",
        ),
        (
            of(SessionToken(STRICT)),
            of(SessionToken(MODERATE)),
            "newly admits `session_token` with a second factor verified within 60 minutes without \
             a second factor verified within 10 minutes\n\
             newly admits `session_token` with a first factor verified within 60 minutes and no \
             second factor without a first factor verified within 10 minutes",
        ),
        (
            of(SessionToken(Feature("f"))),
            of(SessionToken(Feature("u:f"))),
            "newly rejects `session_token` with feature `o:f` without feature `u:f`",
        ),
        (
            of(OAuthToken(All(&[Client(&["one"]), Audience("u")]))),
            of(OAuthToken(All(&[Client(&["one", "two"]), Audience("u")]))),
            "newly admits `oauth_token` with client `two` and audience `u`",
        ),
        (
            of(M2mToken(Machine(&["mch_a"]))),
            of(M2mToken(Requirement::None)),
            "newly admits `m2m_token` without machine `mch_a`",
        ),
        (
            of(SessionToken(Role("a"))),
            of(SessionToken(Organization)),
            "newly admits `session_token` with an organization without role `org:a`",
        ),
        (
            of(SessionToken(Organization)),
            of(SessionToken(Role("a"))),
            "newly rejects `session_token` with an organization without role `org:a`",
        ),
        (
            of(SessionToken(All(&[NotImpersonated, Role("a")]))),
            of(SessionToken(Role("a"))),
            "newly admits `session_token` with role `org:a` and an impersonator",
        ),
        (
            of(M2mToken(Jwt)),
            of(M2mToken(Requirement::None)),
            "newly admits `m2m_token` without JWT format",
        ),
        (
            of(SessionToken(Role("a"))),
            of(SessionToken(Role("a"))).allow_pending(),
            "newly admits `session_token` with role `org:a` without status active",
        ),
        (key(read), key(read).optional(), "newly admits anonymous requests"),
        (key(read).optional(), key(read), "newly rejects anonymous requests"),
    ];
    for (old, new, lines) in table {
        let difference = old.difference(new);
        assert_eq!(difference.to_string(), lines, "{old} → {new}");
        assert_eq!(difference.is_weakened(), lines.contains("admits"), "{old} → {new}");
        assert!(!difference.is_empty());
    }
}

#[test]
fn other_words_for_the_same_callers_are_not_a_difference() {
    use Clause::SessionToken;
    let table = [
        (of(SessionToken(Role("org:a"))), of(SessionToken(Role("a")))),
        (of(SessionToken(Feature("org:f"))), of(SessionToken(Feature("o:f")))),
        (
            key(All(&[Scope("a"), Any(&[Scope("b"), Scope("c")])])),
            key(Any(&[All(&[Scope("c"), Scope("a")]), All(&[Scope("a"), Scope("b")])])),
        ),
        (
            of(SessionToken(Requirement::Reverification(Reverification::STRICT))),
            of(SessionToken(Requirement::Reverification(Reverification::second_factor(10)))),
        ),
    ];
    for (old, new) in table {
        assert!(old.difference(new).is_empty(), "{old} → {new}");
    }
}

#[test]
fn changed_hierarchy_is_a_difference() {
    let policies = [&PolicyRecord::from(key(Scope("read")))];
    let none = ScopeImplications::default();
    let some = ScopeHierarchy::new(&[("admin", &["write"]), ("write", &["read"])]).into();
    let [old, new] = [&none, &some].map(|hierarchy| Guards { policies: &policies, hierarchy });
    assert_eq!(
        Difference::between(old, new).to_string(),
        "newly admits `api_key` with scope `admin` without scope `read`\n\
         newly admits `api_key` with scope `write` without scope `read`"
    );
    assert_eq!(
        Difference::between(new, old).to_string(),
        "newly rejects `api_key` with scope `admin` without scope `read`\n\
         newly rejects `api_key` with scope `write` without scope `read`"
    );
    assert!(Difference::between(new, new).is_empty());
}

/// Without an order, what many alternatives admit is not told, and is not taken for equal.
#[test]
fn too_many_alternatives_are_undecided_and_count_as_weakened() {
    let pairs = |last: &'static str| {
        let names = (0..13).map(|it| format!("{it}")).chain([last.to_owned()]);
        let any = names.map(|name| {
            let scope = |text: String| Scope(text.leak());
            Any(vec![scope(format!("{name}a")), scope(format!("{name}b"))].leak())
        });
        key(All(any.collect::<Vec<_>>().leak()))
    };
    let (old, new) = (pairs("x"), pairs("y"));
    let difference = old.difference(new);
    assert!(difference.is_weakened());
    assert_eq!(
        difference.to_string(),
        "may newly admit `api_key`: the policies have too many alternatives to compare\n\
         may newly reject `api_key`: the policies have too many alternatives to compare"
    );
    assert!(old.difference(pairs("x")).is_empty());

    let many: Vec<Requirement> = (0..129).map(|it| Scope(format!("{it}").leak())).collect();
    let many: &'static [Requirement] = many.leak();
    assert!(key(Any(many)).difference(key(Any(&many[1..]))).is_weakened(), "129 facts");
    assert!(!key(Any(&many[1..])).difference(key(Any(&many[2..]))).is_weakened(), "128 facts");
}

#[test]
fn line_of_a_strange_name_stays_one_line() {
    assert_eq!(code_span("a`b"), "`` a`b ``");
    assert_eq!(code_span("a\nb\u{202e}"), "`a\\nb\\u{202e}`");
    assert_eq!(code_span("größe's \"x\""), "`größe's \"x\"`");
}
