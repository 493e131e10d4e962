//! Without the feature `metrics`, nothing is counted.

use std::time::Duration;

use super::{FleetLookup, Lookup, ThrottleCause};
use crate::{clock::UnixMillis, token::TokenType};

pub(crate) fn describe() {}

pub(crate) fn admitted(_: Option<TokenType>) {}

pub(crate) fn rejected(_: Option<TokenType>, _rejection: &'static str, _reason: &'static str) {}

pub(crate) fn looked_up(_: Lookup) {}

pub(crate) fn throttled(_: ThrottleCause) {}

pub(crate) fn key_set_fetched(_: UnixMillis) {}

pub(super) fn called(_endpoint: &'static str, _outcome: &'static str, _: Duration) {}

pub(crate) fn fleet_looked_up(_: FleetLookup) {}

pub(crate) fn fleet_is_up(_is_up: bool) {}

pub(super) fn fleet_called(_command: &'static str, _outcome: &'static str, _: Duration) {}
