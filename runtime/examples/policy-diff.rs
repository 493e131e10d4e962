//! Compares two files of routes, as `clerk_auth::audit::assert_unchanged` writes them, and prints
//! Markdown for a pull request. Exits with 1 if a route was weakened, and with 2 if a file cannot be
//! read.
//!
//! ```sh
//! git show main:routes.json > old.json
//! cargo run --example policy-diff old.json routes.json
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command prints its answer")]

use std::{env, fs, process::ExitCode};

use clerk_auth::audit::{Changes, Snapshot};

fn main() -> ExitCode {
    let files: Vec<String> = env::args().skip(1).collect();
    let changes = match files.as_slice() {
        [old, new] => changes(old, new),
        _ => Err("usage: policy-diff OLD NEW".to_owned()),
    };
    match changes {
        Ok(changes) => {
            print!("{}", changes.to_markdown());
            if changes.is_weakened() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn changes(old: &str, new: &str) -> Result<Changes, String> {
    Ok(snapshot(old)?.changes(&snapshot(new)?))
}

fn snapshot(file: &str) -> Result<Snapshot, String> {
    let json = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    Snapshot::from_json(&json).map_err(|error| format!("{file}: {error}"))
}
