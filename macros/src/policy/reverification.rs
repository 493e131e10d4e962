//! The text of `reverification` in, how recently the user must have proved who they are out.

use syn::{LitStr, parse::ParseStream};

use crate::{
    args::{factor::factor, tree::Factor},
    condition::{LEVELS, PRESETS},
    errors::Errors,
    suggest::{alternatives, near},
};

#[derive(Clone)]
pub(crate) enum Reverification {
    /// The name of the runtime's constant.
    Preset(&'static str),
    Factor(Factor),
}

impl Reverification {
    /// `"strict"`
    pub(crate) fn preset(literal: &LitStr, errors: &mut Errors) -> Option<Self> {
        let text = literal.value();
        if let Some((_, constant)) = PRESETS.into_iter().find(|(name, _)| *name == text) {
            return Some(Self::Preset(constant));
        }
        let message = format!("unknown reverification `{}`", text.escape_debug());
        // Only what the compiler can read: of anything else it would complain a second time.
        let is_code = text.chars().all(|it| it.is_ascii_alphanumeric() || "_ =()".contains(it));
        let read = |input: ParseStream<'_>| factor(input, &mut Errors::default());
        if is_code && let Ok(Some(factor)) = literal.parse_with(read) {
            errors.push(literal.span(), &message, &format!("write `reverification = {factor}`"));
            return None;
        }
        let level = near(&text, LEVELS).into_iter().next();
        let presets = PRESETS.map(|(name, _)| name);
        let help = match (near(&text, presets).as_slice(), level) {
            ([], Some(level)) => {
                format!("write how many minutes, such as `reverification = {level}(minutes = 10)`")
            }
            ([], None) => {
                format!(
                    "one of {}; or a factor, such as `second_factor(minutes = 5)`",
                    alternatives(&presets)
                )
            }
            // The first of them asks for the most.
            ([near, ..], _) => format!("did you mean `{near}`?"),
        };
        errors.push(literal.span(), &message, &help);
        None
    }
}
