//! Without the feature `metrics`, nobody counts.

use std::time::Duration;

use super::{Lookup, ThrottleCause};
use crate::{clock::UnixMillis, token::TokenType};

pub(crate) fn describe() {}

pub(crate) fn entered(_: Option<TokenType>) {}

pub(crate) fn refused(_: Option<TokenType>, _refusal: &'static str, _reason: &'static str) {}

pub(crate) fn looked_up(_: Lookup) {}

pub(crate) fn throttled(_: ThrottleCause) {}

pub(crate) fn keys_loaded(_: UnixMillis) {}

pub(super) fn called(_endpoint: &'static str, _outcome: &'static str, _: Duration) {}
