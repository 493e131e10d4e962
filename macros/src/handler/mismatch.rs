//! The declared type of an injected value in, a type out that it surely cannot have. Types that
//! only rustc knows, such as aliases, are left to rustc.

use proc_macro2::Ident;
use syn::{Type, spanned::Spanned};

use crate::{
    errors::Errors,
    handler::injected::{Injected, InjectedValue, Presence},
    policy::accepts::Accepts,
};

/// Extractors that a pattern can take apart. None of them is the type of an injected value.
const WRAPPERS: [&str; 6] = ["Extension", "Form", "Json", "Path", "Query", "State"];

/// Reports a type that is one of these.
pub(crate) fn check_mismatch(injected: &Injected, accepts: Option<&Accepts>, errors: &mut Errors) {
    let declared = injected.declared();
    let name = injected.value.name();
    if let Some(extractor) = declared.name().filter(|name| is_wrapper(name)) {
        return wrong_type(injected, extractor, accepts, errors);
    }
    if injected.value == InjectedValue::Guard || injected.is_decoded() {
        return;
    }
    let (message, span) = match declared.inner {
        Type::Reference(reference) => {
            ("by value, so it cannot be a reference", reference.and_token.span())
        }
        Type::Path(_) if declared.is_named("Option") => {
            ("in one `Option` at most", declared.inner.span())
        }
        _ => return,
    };
    errors.push(span, &format!("`{name}` is injected {message}"), &help(injected, accepts));
}

/// A type of someone else, such as an extractor.
pub(crate) fn wrong_type(
    injected: &Injected,
    found: &Ident,
    accepts: Option<&Accepts>,
    errors: &mut Errors,
) {
    let name = injected.value.name();
    let message = format!("`{name}` is injected by `#[clerk_auth]`, so it cannot be `{found}`");
    let help = match injected.declared().option {
        _ if !is_wrapper(found) => help(injected, accepts),
        Some(_) => "rename the parameter".to_owned(),
        None => format!("write the pattern `{found}({name})`, or rename the parameter"),
    };
    errors.push(found.span(), &message, &help);
}

fn is_wrapper(name: &Ident) -> bool {
    WRAPPERS.iter().any(|wrapper| name == wrapper)
}

/// The value as it can be declared.
fn help(injected: &Injected, accepts: Option<&Accepts>) -> String {
    let value = injected.value;
    let is_optional = match accepts.map(|accepts| value.presence_for(accepts)) {
        Some(Presence::Never) => return "rename the parameter".into(),
        Some(presence) => presence == Presence::Maybe,
        None => injected.declared().option.is_some(),
    };
    let inner = injected.type_text(accepts);
    let declared = if is_optional { format!("Option<{inner}>") } else { inner };
    format!("write `{}: {declared}`, or rename the parameter", value.name())
}
