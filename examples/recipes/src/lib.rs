//! Guards beside other crates. The guide `recipes` shows these files.

pub mod lambda;
pub mod other_framework;
pub mod rate_limit;
pub mod user_profile;
pub mod webhook;

#[cfg(test)]
mod tests;
