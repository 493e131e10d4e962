//! Turns a rejection into one HTTP response, one log event and one metric.

pub(crate) mod kind;
pub(crate) mod reason;
pub(crate) mod recovery;
pub(crate) mod rejection;
pub(crate) mod report;
pub(crate) mod resource;
