//! `stricter.toml` in, the page of the documentation out.

use std::{env, fs, path::PathBuf};

use crate::differences::{Allowed, Entry};

const HEAD: &str = "\
What a guard decides otherwise than Clerk's own SDK for JavaScript, and why.

Some 1,950 requests were given to the published package `@clerk/backend` 3.25.0 with a clock that stands
still, and its decisions are replayed against this crate by `cargo test`: who enters, what they are, which
conditions they meet, and the code of a refusal. All are the same but for the rules below. A difference that
is not listed fails the test, and so does a listed one that is gone.

A rule refuses more than the SDK, or says it in another code. Where it lets in more, an RFC demands it, and
the table says so.

Not compared, because a guard has no part in them: handshakes, redirects, satellite domains, refreshing, and
the switching of organizations by URL.

| our rule | where it comes from | how to relax it |
|---|---|---|
";

/// The page has each rule once.
fn page(allowed: &Allowed) -> String {
    let mut page = HEAD.to_owned();
    let mut rules: Vec<&str> = Vec::new();
    for entry in &allowed.entries {
        if !rules.contains(&entry.rule.as_str()) {
            rules.push(&entry.rule);
            page += &row(entry);
        }
    }
    page
}

fn row(entry: &Entry) -> String {
    let demanded = if entry.laxer.is_some() { "; it lets in more" } else { "" };
    format!("| {} | {}{demanded} | {} |\n", entry.rule, entry.source, entry.relax)
}

/// `UPDATE_EXPECT=1` writes the page anew.
#[test]
fn the_page_of_the_documentation_says_the_same() {
    let page = page(&Allowed::read());
    let path: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "..", "runtime", "docs", "stricter.md"].iter().collect();
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), page, "run it with UPDATE_EXPECT=1");
}
