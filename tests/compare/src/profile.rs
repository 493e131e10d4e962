//! Where the instructions of one guard go, counted by callgrind and added up by what they are for.

use std::{collections::BTreeMap, fs, hint::black_box, path::Path, process::Command};

use axum::extract::FromRequestParts;
use clerk_auth::{Clerk, Guard};
use http::request::Parts;
use tokio::runtime::Runtime;

use crate::{
    rounds::ready,
    verifying::head,
    world::{GuardedPolicy, World},
};

const CALLS: usize = 1000;

/// Instructions of one call, by part, the most first.
pub type Breakdown = Vec<(&'static str, f64)>;

/// The parts, each with what its files or functions have in their names; the first that fits counts.
const PARTS: [(&str, &[&str]); 12] = [
    ("SHA-256", &["sha256", "SHA256", "/sha/", "digest"]),
    ("RSA", &["/bn/", "bn_", "BN_", "/rsa/", "RSA_", "rsa_", "EVP", "/evp", "/aws-lc/"]),
    ("base64", &["base64"]),
    ("JSON", &["serde_json", "serde_core", "json", "smallsort", "sort", "from_utf8"]),
    ("heap", &["malloc", "alloc::alloc", "__rust_alloc", "__rust_dealloc"]),
    ("memory: copy, compare, search", &["memcpy", "memmove", "memset", "memcmp", "memchr"]),
    ("clock", &["clock", "/time", "vdso"]),
    ("cache lookup", &["quick_cache", "seen.rs", "hashbrown", "arc_swap", "recall"]),
    ("header field", &["credential.rs", "slice/ascii", "/http-"]),
    ("claims", &["oauth", "rules", "subject", "scope", "header.rs", "token.rs"]),
    ("policy", &["policy", "permit"]),
    ("the guard itself", &[""]),
];

/// Runs under callgrind: what is between the calls of `counted` counts.
pub fn run(runtime: &Runtime, world: &World, what: &str) {
    let _inside = runtime.enter();
    let clerk = runtime.block_on(world.clerk(|clerk| match what {
        "seen-before" => clerk,
        "first-seen" => clerk.jwt_cache_bytes(0),
        _ => panic!("`seen-before` or `first-seen`"),
    }));
    // The first fills the memory.
    for calls in [1, CALLS] {
        let mut heads: Vec<Parts> = (0..calls).map(|_| head(&world.token)).collect();
        if calls == 1 {
            guards(&clerk, &mut heads);
        } else {
            counted(&clerk, &mut heads);
        }
    }
}

#[inline(never)]
fn counted(clerk: &Clerk, heads: &mut [Parts]) {
    guards(clerk, heads);
}

fn guards(clerk: &Clerk, heads: &mut [Parts]) {
    for parts in heads {
        let guard = ready(Guard::<GuardedPolicy>::from_request_parts(parts, clerk)).unwrap();
        black_box((guard.subject().clone(), guard.scopes().clone()));
    }
}

/// Starts this program again, under callgrind.
pub fn measure(what: &str) -> Breakdown {
    let directory = std::env::temp_dir().join(format!("clerk-auth-compare-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let file = directory.join(what);
    let status = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind", "--collect-atstart=no"])
        .arg("--toggle-collect=*profile::counted*")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(std::env::current_exe().unwrap())
        .args(["profile", what])
        .status()
        .expect("`valgrind` is needed");
    assert!(status.success());
    let breakdown = read(&file);
    fs::remove_dir_all(directory).unwrap();
    breakdown
}

/// The file of callgrind: names are written once and then by number; a line of cost that follows a call is
/// the cost of the called, which stands elsewhere too.
fn read(path: &Path) -> Breakdown {
    let text = fs::read_to_string(path).unwrap();
    let mut names = BTreeMap::new();
    let (mut file, mut function, mut is_call) = (String::new(), String::new(), false);
    let mut parts: BTreeMap<&str, f64> = BTreeMap::new();
    for line in text.lines() {
        match line.split_once('=') {
            Some(("fl" | "fi" | "fe", name)) => file = full(&mut names, 'f', name),
            Some(("fn", name)) => function = full(&mut names, 'n', name),
            Some(("cfi" | "cfl", name)) => drop(full(&mut names, 'f', name)),
            Some(("cfn", name)) => drop(full(&mut names, 'n', name)),
            Some(("calls", _)) => is_call = true,
            _ if line.starts_with(|it: char| it.is_ascii_digit() || "+-*".contains(it)) => {
                if !std::mem::take(&mut is_call) {
                    let cost = line.split(' ').nth(1).map_or(0.0, |it| it.parse().unwrap());
                    *parts.entry(part(&file, &function)).or_default() += cost / CALLS as f64;
                }
            }
            _ => {}
        }
    }
    let mut parts: Breakdown = parts.into_iter().collect();
    parts.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    parts
}

/// `(7) name` introduces a name, `(7)` repeats it.
fn full(names: &mut BTreeMap<(char, String), String>, kind: char, name: &str) -> String {
    let (number, text) = name.split_once(' ').unwrap_or((name, ""));
    let known = names.entry((kind, number.to_owned())).or_default();
    if !text.is_empty() {
        text.clone_into(known);
    }
    known.clone()
}

fn part(file: &str, function: &str) -> &'static str {
    let fits = |mark: &&str| file.contains(mark) || function.contains(mark);
    PARTS.iter().find(|(_, marks)| marks.iter().any(fits)).map_or("", |(part, _)| part)
}
