//! The value of `reverification` in, how recently the user must have proved who they are out.

use proc_macro2::{Ident, Span};
use syn::{Lit, LitInt, Token, ext::IdentExt, parenthesized, parse::ParseStream};

use crate::{
    args::{comma::skip_all, describe::found, tree::Factor},
    condition::{LEVELS, PRESETS},
    errors::Errors,
    suggest::{alternatives, near},
};

/// The most minutes that Clerk takes.
const MOST_MINUTES: u32 = 99_999;

/// `second_factor(minutes = 5)`; `None` where an error was reported.
pub(crate) fn factor(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Factor>> {
    let name = input.call(Ident::parse_any)?;
    let content;
    let paren = parenthesized!(content in input);
    let factor = level(&name, errors).and_then(|level| {
        let minutes = minutes(&name, paren.span.join(), &content, errors)?;
        Some(Factor { level, minutes })
    });
    skip_all(&content);
    Ok(factor)
}

/// Whether a factor is named, with minutes or without.
pub(crate) fn is_level(name: &Ident) -> bool {
    LEVELS.iter().any(|level| name == level)
}

fn level(name: &Ident, errors: &mut Errors) -> Option<Ident> {
    let text = name.to_string();
    if is_level(name) {
        return Some(name.clone());
    }
    let (message, help) = if PRESETS.iter().any(|(preset, _)| *preset == text) {
        // The preset alone can mean more minutes than are written.
        let help = "a preset stands alone, in quotes; minutes follow a factor, such as \
                    `second_factor(minutes = 1)`";
        (format!("`{name}` takes no minutes"), help.to_owned())
    } else {
        let near = near(&text, LEVELS);
        let message = match text.as_str() {
            "any" | "all" => "`reverification` takes no group".to_owned(),
            _ => format!("unknown factor `{name}`"),
        };
        let help = match near.as_slice() {
            _ if matches!(text.as_str(), "any" | "all") => {
                "write the one reverification that a caller must meet".to_owned()
            }
            [] => format!("one of {}", alternatives(&LEVELS)),
            near => format!("did you mean {}?", alternatives(near)),
        };
        (message, help)
    };
    errors.push(name.span(), &message, &help);
    None
}

/// `minutes = 5`
fn minutes(level: &Ident, whole: Span, input: ParseStream<'_>, errors: &mut Errors) -> Option<u32> {
    // The shortest: an example that is longer than what was meant would accept a factor that is older.
    let help = format!("write whole minutes, such as `{level}(minutes = 1)`");
    if input.is_empty() {
        errors.push(whole, "expected how many minutes ago is recent enough", &help);
        return None;
    }
    let unit = input.fork().call(Ident::parse_any).ok();
    if unit.as_ref().is_none_or(|unit| unit != "minutes") {
        let instead = match lone_number(&input.fork()) {
            Some(minutes) => in_range(level, minutes),
            None => in_minutes(level, input),
        };
        let help = instead.unwrap_or(help);
        errors.push(input.span(), &format!("expected `minutes`, found {}", found(input)), &help);
        return None;
    }
    let unit = input.call(Ident::parse_any).ok()?;
    if input.parse::<Token![=]>().is_err() || input.is_empty() {
        errors.push(unit.span(), "expected `=` and a number after `minutes`", &help);
        return None;
    }
    let (span, written) = (input.span(), found(input));
    let digits = input.fork().parse::<Lit>().ok().and_then(|literal| match literal {
        Lit::Str(text) => whole_minutes(&text.value()),
        Lit::Int(number) if has_type(number.suffix()) => number.base10_parse().ok(),
        Lit::Float(number) if has_type(number.suffix()) => whole_minutes(number.base10_digits()),
        _ => None,
    });
    let minutes = input.parse::<LitInt>().ok().filter(|number| number.suffix().is_empty());
    let Some(number) = minutes else {
        let help = digits.and_then(|digits| in_range(level, digits)).unwrap_or(help);
        errors.push(span, &format!("expected a whole number, found {written}"), &help);
        return None;
    };
    let minutes = number.base10_parse().ok().filter(|minutes| (1..=MOST_MINUTES).contains(minutes));
    if minutes.is_none() {
        let message = format!("`{number}` minutes are out of range");
        errors.push(span, &message, &format!("write a number from 1 to {MOST_MINUTES}"));
        return None;
    }
    input.parse::<Option<Token![,]>>().ok();
    if !input.is_empty() {
        // What follows can make the time shorter: `60 / 2`.
        let message = format!("expected only `minutes`, found {}", found(input));
        errors.push(input.span(), &message, "write one whole number of minutes, and nothing else");
        return None;
    }
    minutes
}

/// `hours = 2` → "write `second_factor(minutes = 120)`"
fn in_minutes(level: &Ident, input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    let unit = ahead.call(Ident::parse_any).ok()?.to_string();
    ahead.parse::<Token![=]>().ok()?;
    let number = lone_number(&ahead)?;
    let unit = unit.trim_start_matches("after_").trim_end_matches('s');
    match unit {
        "second" => in_range(level, number / 60),
        "minute" => in_range(level, number),
        "hour" => in_range(level, number.checked_mul(60)?),
        "day" => in_range(level, number.checked_mul(24 * 60)?),
        _ => None,
    }
}

/// A number with nothing behind it that could make it smaller: `60 / 2`, `60s`.
fn lone_number(input: ParseStream<'_>) -> Option<u32> {
    let number = input.parse::<LitInt>().ok().filter(|number| has_type(number.suffix()))?;
    input.parse::<Option<Token![,]>>().ok();
    number.base10_parse().ok().filter(|_| input.is_empty())
}

/// Whether a suffix is that of a Rust type, or empty: others can be units, such as `60s`.
fn has_type(suffix: &str) -> bool {
    let bits = suffix.strip_prefix(['i', 'u', 'f']).unwrap_or(suffix);
    suffix.is_empty() || bits != suffix && matches!(bits, "8" | "16" | "32" | "64" | "128" | "size")
}

/// `5.5` → 5, and not more: more would accept a factor that is older.
fn whole_minutes(text: &str) -> Option<u32> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_number = rest.bytes().all(|digit| digit.is_ascii_digit());
    whole.parse().ok().filter(|_| is_number)
}

fn in_range(level: &Ident, minutes: u32) -> Option<String> {
    (1..=MOST_MINUTES).contains(&minutes).then(|| format!("write `{level}(minutes = {minutes})`"))
}
