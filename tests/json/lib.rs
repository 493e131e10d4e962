//! The unit tests of `runtime/src/token/json.rs`, with features of serde_json that change how numbers,
//! objects and depth are read. Features are shared by all crates of a program, so any dependency of
//! an application can turn them on.

#[cfg(test)]
#[allow(dead_code, clippy::unwrap_used, reason = "the library uses what its tests do not")]
#[path = "../../runtime/src/token/json.rs"]
mod json;
