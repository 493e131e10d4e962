//! A test that fails if routes differ from those that were reviewed.

use std::{env, fs, path::Path};

use super::{Snapshot, Table};

/// Asserts that every route admits the same callers as in the file of reviewed routes. Call it in a
/// test, and commit the file.
///
/// Fails with one line for each caller who is newly admitted or rejected, and for each new or removed
/// route. Other words for the same policy do not fail. With `UPDATE_ROUTES=1` in the environment, it
/// writes the file instead. `cargo test` finds a relative path from the folder of the package.
///
/// ```no_run
/// # use clerk_auth::{Clerk, audit::Routes};
/// # fn routes() -> Routes<Clerk> { Routes::new() }
/// #[test]
/// fn routes_are_as_reviewed() {
///     let (_, table) = routes().finish();
///     clerk_auth::audit::assert_unchanged("routes.json", &table);
/// }
/// ```
///
/// ```text
/// the routes are not as reviewed in routes.json:
/// `DELETE /notes/{id}`: newly admits `api_key` with scope `write:notes`
/// to accept them, run the test with UPDATE_ROUTES=1 and commit the file
/// ```
///
/// # Panics
/// If a route differs, or the file cannot be read or written.
#[track_caller]
pub fn assert_unchanged(file: impl AsRef<Path>, table: &Table) {
    let file = file.as_ref();
    let updates = env::var_os("UPDATE_ROUTES").is_some_and(|value| value == "1");
    let fault = if updates { write(file, table) } else { compare(file, table) }.err();
    assert!(fault.is_none(), "{}", fault.unwrap_or_default());
}

fn write(file: &Path, table: &Table) -> Result<(), String> {
    let written = fs::write(file, table.to_json());
    written.map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

fn compare(file: &Path, table: &Table) -> Result<(), String> {
    const ACCEPT: &str = "run the test with UPDATE_ROUTES=1 and commit the file";

    let name = file.display();
    let json = fs::read_to_string(file)
        .map_err(|error| format!("{name} cannot be read: {error}; to write it, {ACCEPT}"))?;
    let reviewed = Snapshot::from_json(&json)
        .map_err(|error| format!("{name}: {error}; to write it anew, {ACCEPT}"))?;
    let changes = reviewed.changes(&Snapshot::from(table));
    if changes.is_empty() {
        return Ok(());
    }
    Err(format!("the routes are not as reviewed in {name}:\n{changes}to accept them, {ACCEPT}"))
}
