//! Conditions on sessions.

pub(crate) mod organization;
pub(crate) mod reverification;
