//! What must not compile, with the messages that users see, and what must.
//!
//! `fail` holds a few cases of each lesson, to see the messages as the compiler shows them. Every
//! message has a row in `macros/src/tests/messages`, where a row takes no build.

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

/// Without a target, nobody compiles a case; with a harness, nobody runs it.
#[test]
fn each_case_that_must_compile_is_a_target_in_both_editions() {
    const EDITION_2024: &str = include_str!("Cargo.toml");
    const EDITION_2021: &str = include_str!("../edition2021/Cargo.toml");
    assert!(EDITION_2024.contains("edition.workspace = true"));
    assert!(EDITION_2021.contains("edition = \"2021\""));
    for folder in names_in("pass") {
        for file in names_in(&format!("pass/{folder}")) {
            let case = file.strip_suffix(".rs").expect("a case ends in `.rs`");
            for (pass, manifest) in [("pass", EDITION_2024), ("../ui/pass", EDITION_2021)] {
                let target = format!(
                    "\n[[test]]\nname = \"{folder}_{case}\"\n\
                     path = \"{pass}/{folder}/{file}\"\nharness = false\n"
                );
                assert!(manifest.contains(&target), "missing:{target}");
            }
        }
    }
}

fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn compiler_is_pinned() -> bool {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let Ok(output) = Command::new(rustc).arg("--version").output() else { return false };
    let version = String::from_utf8_lossy(&output.stdout);
    let number = version.split_whitespace().nth(1);
    number.is_some_and(|number| PINNED.contains(&format!("channel = \"{number}\"")))
}
