//! Reads the facts of a token from its signed payload.

pub(crate) mod m2m;
pub(crate) mod oauth;
pub(crate) mod permissions;
pub(crate) mod session;
