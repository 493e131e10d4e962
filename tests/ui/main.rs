//! What must not compile, with the messages that users see, and what must.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::{fs, process::Command};

/// The version that `rust-toolchain.toml` pins.
const PINNED: &str = include_str!("../../rust-toolchain.toml");

#[test]
fn misuse_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("fail/**/*.rs");
    // In these the compiler speaks, and each version of it in its own words.
    if compiler_is_pinned() {
        cases.compile_fail("fail_rustc/**/*.rs");
    }
}

/// These are targets of two packages, so that each edition compiles them.
#[test]
fn each_case_that_must_compile_is_a_target_in_both_editions() {
    let manifests =
        [("", include_str!("Cargo.toml")), ("../ui/", include_str!("../edition2021/Cargo.toml"))];
    for folder in fs::read_dir("pass").unwrap() {
        for case in fs::read_dir(folder.unwrap().path()).unwrap() {
            let case = case.unwrap().path();
            for (prefix, manifest) in manifests {
                let path = format!("path = \"{prefix}{}\"", case.display());
                assert!(manifest.contains(&path), "no target has {path}");
            }
        }
    }
}

fn compiler_is_pinned() -> bool {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let Ok(output) = Command::new(rustc).arg("--version").output() else { return false };
    let version = String::from_utf8_lossy(&output.stdout);
    let number = version.split_whitespace().nth(1);
    number.is_some_and(|number| PINNED.contains(&format!("channel = \"{number}\"")))
}
