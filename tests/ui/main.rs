//! What must not compile, with the messages that users see, and what must.

use std::process::Command;

/// The version that `rust-toolchain.toml` pins.
const PINNED: &str = include_str!("../../rust-toolchain.toml");

#[test]
fn misuse_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/**/*.rs");
    // In these the compiler speaks, and each version of it in its own words.
    if compiler_is_pinned() {
        cases.compile_fail("ui/fail_rustc/**/*.rs");
    }
}

/// Apart from the others: without cases that pass, all the others are checked in one run.
#[test]
fn use_compiles() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/**/*.rs");
}

fn compiler_is_pinned() -> bool {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let Ok(output) = Command::new(rustc).arg("--version").output() else { return false };
    let version = String::from_utf8_lossy(&output.stdout);
    let number = version.split_whitespace().nth(1);
    number.is_some_and(|number| PINNED.contains(&format!("channel = \"{number}\"")))
}
