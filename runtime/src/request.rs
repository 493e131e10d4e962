//! Reads the credential that a request presents: the `Authorization` field or the session cookie.

pub(crate) mod authorization;
pub(crate) mod cookie;
pub(crate) mod field;
pub(crate) mod sensitive;
pub(crate) mod subprotocol;
