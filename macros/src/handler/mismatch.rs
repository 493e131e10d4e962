//! The declared type of an injected value in, a type out that it surely cannot have. Types that
//! only rustc knows, such as aliases, are left to rustc.

use proc_macro2::Ident;
use syn::{Type, spanned::Spanned};

use crate::{
    errors::Errors,
    handler::injected::{Injected, InjectedValue, Presence},
    policy::accepts::Entry,
};

/// Extractors that a pattern can take apart. None of them is the type of an injected value.
const WRAPPERS: [&str; 6] = ["Extension", "Form", "Json", "Path", "Query", "State"];

/// Whether the type was one of these, which is then reported.
pub(crate) fn check(injected: &Injected, entry: Option<&Entry>, errors: &mut Errors) -> bool {
    let declared = injected.declared();
    let name = injected.value.name();
    if let Some(extractor) = declared.name().filter(|name| is_wrapper(name)) {
        wrong_type(injected, extractor, entry, errors);
        return true;
    }
    if injected.value == InjectedValue::Guard || injected.is_decoded() {
        return false;
    }
    let (message, span) = match declared.inner {
        Type::Reference(reference) => {
            ("by value, so it cannot be a reference", reference.and_token.span())
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
    let help = match injected.declared().option {
        _ if !is_wrapper(found) => help(injected, entry),
        Some(_) => "rename the parameter".to_owned(),
        None => format!("write the pattern `{found}({name})`, or rename the parameter"),
    };
    errors.push(found.span(), &message, &help);
}

fn is_wrapper(name: &Ident) -> bool {
    WRAPPERS.iter().any(|wrapper| name == wrapper)
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
