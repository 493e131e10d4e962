//! The declared type of an injected value in, a type out that it surely cannot have. Types that
//! only rustc knows, such as aliases, are left to rustc.

use proc_macro2::Ident;
use syn::{Type, spanned::Spanned};

use crate::{
    entry::Entry,
    errors::Errors,
    injected::{Injected, InjectedValue, Presence},
};

/// Extractors that a pattern can take apart. None of them is the type of an injected value.
const WRAPPERS: [&str; 6] = ["Extension", "Form", "Json", "Path", "Query", "State"];

/// Other extractors that are commonly given a plain name.
const OTHER_EXTRACTORS: [&str; 12] = [
    "Body",
    "Bytes",
    "ConnectInfo",
    "HeaderMap",
    "MatchedPath",
    "Method",
    "Multipart",
    "OriginalUri",
    "RawQuery",
    "Request",
    "Uri",
    "WebSocketUpgrade",
];

/// What other frameworks inject, or a value is made into.
const OTHER_TYPES: [&str; 19] = [
    "Arc", "BTreeSet", "Box", "Cow", "HashMap", "HashSet", "Result", "String", "Uuid", "Value",
    "Vec", "bool", "i32", "i64", "u16", "u32", "u64", "u8", "usize",
];

/// Whether the type was one of these, which is then reported.
pub(crate) fn check(injected: &Injected, entry: Option<&Entry>, errors: &mut Errors) -> bool {
    let (value, declared) = (injected.value, injected.declared());
    let name = value.name();
    if let Some(extractor) = declared.name().filter(|name| is_extractor(name)) {
        wrong_type(injected, extractor, entry, errors);
        return true;
    }
    if value == InjectedValue::Guard || injected.is_decoded() {
        return false;
    }
    if let Some(found) = declared.name().filter(|found| is_other(value, found)) {
        wrong_type(injected, found, entry, errors);
        return true;
    }
    let (message, span) = match declared.inner {
        Type::Reference(reference) => {
            ("by value, so it cannot be a reference", reference.and_token.span())
        }
        Type::Array(_) | Type::ImplTrait(_) | Type::Slice(_) | Type::Tuple(_) => {
            ("by `#[clerk_auth]`, so it cannot be of this type", declared.inner.span())
        }
        Type::Path(_) if declared.is_named("Option") => {
            ("in one `Option` at most", declared.inner.span())
        }
        _ => return false,
    };
    errors.push(span, &format!("`{name}` is injected {message}"), &help(injected, entry));
    true
}

/// A type of someone else, such as an extractor.
pub(crate) fn wrong_type(
    injected: &Injected,
    found: &Ident,
    entry: Option<&Entry>,
    errors: &mut Errors,
) {
    let name = injected.value.name();
    let message = format!("`{name}` is injected by `#[clerk_auth]`, so it cannot be `{found}`");
    let is_wrapper = WRAPPERS.iter().any(|wrapper| found == wrapper);
    let help = match injected.value {
        _ if is_wrapper && injected.declared().option.is_none() => {
            format!("write the pattern `{found}({name})`, or rename the parameter")
        }
        _ if is_extractor(found) => "rename the parameter".to_owned(),
        _ => help(injected, entry),
    };
    errors.push(found.span(), &message, &help);
}

fn is_extractor(name: &Ident) -> bool {
    WRAPPERS.iter().chain(&OTHER_EXTRACTORS).any(|known| name == known)
}

/// A type that is well known, or that of another injected value.
fn is_other(value: InjectedValue, found: &Ident) -> bool {
    let is_injected = || InjectedValue::with_type(found).is_some_and(|other| other != value);
    OTHER_TYPES.iter().any(|known| found == known) || is_injected()
}

/// The value as it can be declared.
fn help(injected: &Injected, entry: Option<&Entry>) -> String {
    let value = injected.value;
    let is_optional = match entry.map(|entry| value.presence_for(entry)) {
        Some(Presence::Never) => return "rename the parameter".into(),
        Some(presence) => presence == Presence::Maybe,
        None => injected.declared().option.is_some(),
    };
    let inner = injected.type_text(entry);
    let declared = if is_optional { format!("Option<{inner}>") } else { inner };
    format!("write `{}: {declared}`, or rename the parameter", value.name())
}
