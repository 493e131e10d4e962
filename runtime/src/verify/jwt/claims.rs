//! Checks the claims of a signed token and reads its identity from them.

pub(crate) mod checks;
pub(crate) mod m2m;
pub(crate) mod oauth;
pub(crate) mod permissions;
pub(crate) mod session;
