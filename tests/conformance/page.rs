//! Writes the page of the documentation from `stricter.toml`.

use std::{env, fs, path::PathBuf};

use crate::{
    differences::{Allowed, Entry, Uncompared, What},
    pages::{self, PageEntry},
    vectors::Vectors,
};

const TITLE: &str = "\
The differences of a guard to Clerk's SDK for JavaScript, with reasons: a reference for security reviews.";

const METHOD: &str = "\
requests ran through the published package `@clerk/backend` 3.25.0, with test keys and a fixed clock. `cargo test` runs
the same requests through this crate. It compares the decision, the identity, the conditions that it meets, and the
reason code of a rejection. All are equal except for the rules below. The test fails for a difference without a rule,
and for a rule without a difference.

No rule accepts a caller whom the SDK rejects, except in four sections: rules that an RFC requires, rules of pages,
rules that these requests do not cover, and approvals that are cached for one second.

The requests are those of a well-behaved issuer, client or browser. Requests that only an attacker would send are not
compared: the [`rules`](crate::guide::rules) of this crate decide them, and each has tests of attacks. Known differences
have tables below. This crate cannot choose an organization by URL.
";

/// How pages are compared.
const PAGES: &str = "\
requests for [pages](crate::pages) ran through the package too. They open, frame, fetch and post to nine sites: in
production and in development, behind a proxy, and as satellite and primary domain. Each request runs here behind a guard
that requires a session and behind one that is `optional`. The test compares the state, the status, the reason code of a
rejection, `Location` with each parameter, each cookie, and `Cache-Control`. Decisions that the SDK leaves to a framework
follow Clerk's frameworks: 307 to the sign-in page for a navigation that is signed out, otherwise 401.
";

/// Titles of the rules of pages: those that admit only callers whom the SDK admits, and the others.
const OF_PAGES: [(&str, bool); 2] =
    [("Pages, other decisions", false), ("Pages, accepted here", true)];

/// Titles of the rules that no vector shows: those that reject, and those that accept.
const UNCOMPARED: [(&str, bool); 2] = [
    ("Rejected here, not among the compared requests", false),
    ("Accepted or reported here, not among the compared requests", true),
];

/// The difference that no request with a fixed clock can show.
const REUSED: &str = "
# Accepted here for one second longer

The approval of an opaque token is cached for one second, from the start of the call. A token that is revoked meanwhile
is accepted until that second has passed, with its old scopes and claims. Concurrent requests with the same token share
one call. If the call takes longer, that time is longer, at most `attempt_timeout`. The SDK calls Clerk for each
request, so one token can use up the rate limit of the whole instance.

With `opaque_cache(token_type, Duration::ZERO)`, only requests that arrive during a call share its response. At most
300 seconds can be set. An invalid token is rejected for ten seconds without another call: see `negative_cache_ttl`.
";

const TABLE: &str = "\
| rule | reason | source | how to relax it |
|---|---|---|---|
";

const UNRELAXED: &str = "\
| rule | reason | source |
|---|---|---|
";

/// The tables of the page: a title, what stands below it, and whose rules they are.
type Section = (&'static str, &'static str, fn(&Entry) -> bool);

const SECTIONS: [Section; 4] = [
    (
        "Rejected here",
        "A token that breaks one of these rules is rejected, even if its signature is valid.",
        |entry| entry.what == What::Decision && entry.laxer.is_none(),
    ),
    (
        "Accepted here, because an RFC requires it",
        "Both concern the syntax of the `Authorization` field. The token in it is verified like any other.",
        |entry| entry.laxer.is_some(),
    ),
    ("Reported differently", "The same caller is accepted, and a guard reports less.", |entry| {
        matches!(entry.what, What::Identity | What::Has)
    }),
    (
        "Rejected with another code",
        "Both reject the caller. The log, and with `reveal_reasons` the response, name another reason.",
        |entry| entry.what == What::Reason,
    ),
];

/// The page has each rule once, in the first table that has it.
fn page(allowed: &Allowed, requests: usize) -> String {
    let mut page = format!("{TITLE}\n\n{requests} {METHOD}");
    let mut rules: Vec<&str> = Vec::new();
    for (title, words, belongs) in SECTIONS {
        page.extend(["\n# ", title, "\n\n", words, "\n\n", TABLE]);
        for entry in allowed.entries.iter().filter(|entry| belongs(entry)) {
            if !rules.contains(&entry.rule.as_str()) {
                rules.push(&entry.rule);
                page += &row(entry);
            }
        }
    }
    let accepts = |rule: &str| allowed.pages.iter().any(|it| it.is_accepted && it.rule == rule);
    for (title, is_accepted) in OF_PAGES {
        page.extend(["\n# ", title, "\n\n"]);
        if !is_accepted {
            page.extend([&pages::count().to_string(), " ", PAGES, "\n"]);
        }
        page += UNRELAXED;
        for PageEntry { rule, why, source, .. } in &allowed.pages {
            if accepts(rule) == is_accepted && !rules.contains(&rule.as_str()) {
                rules.push(rule);
                page.extend(["| ", rule, " | ", why, " | ", source, " |\n"]);
            }
        }
    }
    for (title, is_accepted) in UNCOMPARED {
        page.extend(["\n# ", title, "\n\n", UNRELAXED]);
        for entry in allowed.uncompared.iter().filter(|it| it.is_accepted == is_accepted) {
            let Uncompared { rule, why, source, .. } = entry;
            page.extend(["| ", rule, " | ", why, " | ", source, " |\n"]);
        }
    }
    page + REUSED
}

fn row(entry: &Entry) -> String {
    let Entry { rule, why, source, relax, .. } = entry;
    format!("| {rule} | {why} | {source} | {relax} |\n")
}

/// `UPDATE_EXPECT=1` writes the page anew.
#[test]
fn the_page_of_the_documentation_says_the_same() {
    let page = page(&Allowed::read(), Vectors::read().requests.len());
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "runtime", "docs", "stricter.md"].iter().collect();
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), page, "run it with UPDATE_EXPECT=1");
}

#[test]
fn uncompared_rule_is_held_by_tests_that_exist() {
    for entry in Allowed::read().uncompared {
        assert!(!entry.tests.is_empty(), "{}", entry.rule);
        for test in entry.tests {
            let (file, name) = test.split_once(": ").unwrap();
            let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", file].iter().collect();
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(&format!("fn {name}()")), "{test}");
        }
    }
}
