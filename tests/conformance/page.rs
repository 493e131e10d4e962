//! `stricter.toml` in, the page of the documentation out.

use std::{env, fs, path::PathBuf};

use crate::{
    differences::{Allowed, Entry, Uncompared, What},
    pages::{self, PageEntry},
    vectors::Vectors,
};

const TITLE: &str = "\
What a guard decides otherwise than Clerk's own SDK for JavaScript, and why: a statement for security reviews.";

const METHOD: &str = "\
requests were given to the published package `@clerk/backend` 3.25.0, with keys of our own and a clock that
stands still. `cargo test` gives the same requests to this crate and compares who enters, what they are, which
conditions they meet, and the code of a refusal. They are the same but for the rules below. A difference that
no rule names fails the test, and so does a rule that makes no difference any more.

No rule accepts a caller whom the SDK rejects, except those of four tables: rules that an RFC demands, rules of pages,
rules that no request of these shows, and approvals that are reused for one second.

The requests are those that an issuer, a client or a browser could send in good faith. What only an attacker
would write is not compared: there the rules of this crate count alone. They stand in [`rules`](crate::guide::rules),
each has its tests of attacks, and the known differences have tables below. The choice of an organization by URL is not
there at all.
";

/// How pages are compared.
const PAGES: &str = "\
requests for [pages](crate::pages) were given to the package too. Nine sites, in production and in development, behind a
proxy, as satellite and as primary domain, are opened, framed, fetched and posted. Each request is repeated here behind
a guard that needs a session and behind one that is `optional`. Compared are the state, the status, the code of a
rejection, `Location` with each parameter, each cookie, and `Cache-Control`. What the SDK leaves to a framework is
decided as Clerk's frameworks do: 307 to the sign-in page for a navigation that is signed out, else 401.
";

/// Titles of the rules of pages: those that admit only callers whom the SDK admits, and the others.
const OF_PAGES: [(&str, bool); 2] =
    [("Pages, decided otherwise", false), ("Pages, let in here", true)];

/// Titles of the rules that no vector shows: those that reject, and those that accept.
const UNCOMPARED: [(&str, bool); 2] = [
    ("Rejected here, and not among the compared requests", false),
    ("Accepted or told here, and not among the compared requests", true),
];

/// What no request at a clock that stands still can show.
const REUSED: &str = "
# Accepted here for a moment longer

A call's approval of an opaque token is reused for one second, counted from the start of the call. A token that is
revoked meanwhile is accepted until that second has passed, with the scopes and claims that it had. Requests with the
same token that come while a call runs share its response: so that time is longer if the call takes longer, at most
`attempt_timeout`. The SDK calls Clerk for each request, so one token can use up the rate limit of the whole instance.
To relax it: with `opaque_cache(token_type, Duration::ZERO)` only requests that come while a call runs share its
response; at most 300 seconds can be set. An invalid token is rejected for ten seconds without another call, see
`negative_cache_ttl`.
";

const TABLE: &str = "\
| rule | why | where it comes from | how to relax it |
|---|---|---|---|
";

const UNRELAXED: &str = "\
| rule | why | where it comes from |
|---|---|---|
";

/// The tables of the page: a title, what stands below it, and whose rules they are.
type Section = (&'static str, &'static str, fn(&Entry) -> bool);

const SECTIONS: [Section; 4] = [
    (
        "Refused here",
        "A token that breaks one of these rules lets nobody in, though its signature may be good.",
        |entry| entry.what == What::Decision && entry.laxer.is_none(),
    ),
    (
        "Let in here, because an RFC demands it",
        "Both are about how the `Authorization` field is written. The token in it is verified like any other.",
        |entry| entry.laxer.is_some(),
    ),
    ("Described otherwise", "The same caller enters, and a guard tells less of them.", |entry| {
        matches!(entry.what, What::Identity | What::Has)
    }),
    (
        "Refused with another code",
        "The caller is refused by both. The log, and with `reveal_reasons` the answer, name another reason.",
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
