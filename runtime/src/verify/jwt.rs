//! Verifies JWTs: cache, header, key set, signature, claims.

pub(crate) mod cache;
pub(crate) mod claims;
pub(crate) mod header;
pub(crate) mod key;
pub(crate) mod key_set;
