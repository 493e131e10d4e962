//! Nothing: the callers are tests.
