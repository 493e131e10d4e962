//! An injected parameter and the token types that can enter in, the mistakes of its type out.

use proc_macro2::Ident;
use syn::{Type, spanned::Spanned};

use crate::{
    errors::Errors,
    handler::{
        claims::check_claims,
        injected::{Injected, InjectedValue, Presence},
        param_type::ParamType,
    },
    policy::accepts::Accepts,
    token_type::{TokenType, alternative_types, identity_parts, identity_type},
};

/// The types of identities in the runtime.
const IDENTITIES: [&str; 5] = ["SessionToken", "OAuthToken", "M2mToken", "ApiKey", "Identity"];

/// Reports a declared type that the value cannot have.
pub(crate) fn check_parameter(injected: &Injected, accepts: Option<&Accepts>, errors: &mut Errors) {
    let declared = injected.declared();
    if errors.step(|errors| check_mismatch(injected, accepts, errors)).is_none() {
        return;
    }
    if injected.value == InjectedValue::Guard {
        return check_guard(injected, &declared, errors);
    }
    if injected.is_decoded()
        && errors.step(|errors| check_claims(injected, &declared, errors)).is_none()
    {
        return;
    }
    let Some(accepts) = accepts else {
        return;
    };
    match (injected.value.presence_for(accepts), declared.option) {
        (Presence::Never, _) => never(injected, accepts, errors),
        (Presence::Always, Some(option)) => always(injected, option, accepts, errors),
        (Presence::Maybe, None) => maybe(injected, &declared, accepts, errors),
        _ if injected.value == InjectedValue::Identity => {
            check_identity(&declared, accepts, errors);
        }
        _ => {}
    }
}

/// The guard is written without its parameter, and never as an `Option`.
fn check_guard(injected: &Injected, declared: &ParamType<'_>, errors: &mut Errors) {
    let help = "write `guard: Guard`";
    if let Some(option) = declared.option {
        let message = "`guard` is always present, even with `optional`";
        return errors.push(option.span(), message, help);
    }
    let Some(name) = declared.name() else {
        let message = "`guard` is injected by `#[clerk_auth]`, so it cannot be of this type";
        let help = format!("{help}, or rename the parameter");
        return errors.push(declared.inner.span(), message, &help);
    };
    if name != "Guard" {
        return wrong_type(injected, name, None, errors);
    }
    if declared.has_arguments() {
        let message = "`guard` is the guard of this handler, so it takes no parameter";
        let help = format!("{help}; for the guard of another policy, rename the parameter");
        errors.push(name.span(), message, &help);
    }
}

/// Where the declared name is that of another identity, or of one of other types. Of parameters that
/// are not ours, rustc compares the types.
fn check_identity(declared: &ParamType<'_>, accepts: &Accepts, errors: &mut Errors) {
    let Some(name) = declared.name().filter(|name| is_identity(name)) else {
        return;
    };
    let expected = identity_type(&accepts.types);
    let is_same = match declared.argument_names() {
        Some(names) if name == "Identity" && accepts.types.len() > 1 => {
            let is_ours = |name: &String| name == "Never" || IDENTITIES.contains(&name.as_str());
            names == identity_parts(&accepts.types) || !names.iter().all(is_ours)
        }
        _ => name == expected.as_str(),
    };
    if is_same {
        return;
    }
    let accepted = alternative_types(&accepts.types);
    let message = format!("`{}` is not the identity of {accepted}", declared.text());
    let help = format!("write `identity: {}`", in_option(&expected, declared.option.is_some()));
    errors.push(name.span(), &message, &help);
}

fn is_identity(name: &Ident) -> bool {
    IDENTITIES.iter().any(|known| name == known)
}

fn in_option(name: &str, is_optional: bool) -> String {
    if is_optional { format!("Option<{name}>") } else { name.to_owned() }
}

fn always(injected: &Injected, option: &Ident, accepts: &Accepts, errors: &mut Errors) {
    let value = injected.value;
    let name = value.name();
    let why = match value {
        InjectedValue::Scopes => "every accepted token carries scopes",
        InjectedValue::Claims => "every accepted token carries claims",
        InjectedValue::Subject | InjectedValue::TokenType | InjectedValue::Identity => {
            "every token has one"
        }
        _ => "every accepted token has one",
    };
    let inner = injected.type_text(Some(accepts));
    let message = format!("`{name}` is always present: {why}");
    errors.push(option.span(), &message, &format!("write `{name}: {inner}`"));
}

fn never(injected: &Injected, accepts: &Accepts, errors: &mut Errors) {
    let name = injected.value.name();
    let having = |kind: &TokenType| injected.value.presence(*kind) != Presence::Never;
    let having: Vec<TokenType> = TokenType::ALL.into_iter().filter(having).collect();
    let without = alternative_types(&accepts.types);
    let message = format!("`{name}` is never present: {without} {}", has_none(injected.value));
    // Another type of token would be another policy.
    let help = format!("remove `{name}`; it belongs to {}", alternative_types(&having));
    errors.push(injected.parameter.pat.span(), &message, &help);
}

/// A type that is surely no `Option`, for a value that can be absent.
fn maybe(injected: &Injected, declared: &ParamType<'_>, accepts: &Accepts, errors: &mut Errors) {
    let value = injected.value;
    let is_certain = match value {
        InjectedValue::Claims => true,
        InjectedValue::Identity => declared.name().is_some_and(is_identity),
        _ => declared.is_named(value.type_name()),
    };
    if !is_certain {
        return;
    }
    let name = value.name();
    let types_with = |presence| -> Vec<TokenType> {
        let is = |kind: &TokenType| value.presence_of(*kind, accepts) == presence;
        accepts.types.iter().copied().filter(is).collect()
    };
    let (always, maybe) = (types_with(Presence::Always), types_with(Presence::Maybe));
    let never = types_with(Presence::Never);
    let because = match (never.as_slice(), maybe.as_slice()) {
        ([], []) => "with `optional`, a request can have no token".to_owned(),
        ([], maybe) => format!("{} can have none", alternative_types(maybe)),
        (never, _) => format!("{} {}", alternative_types(never), has_none(value)),
    };
    let option = format!("write `{name}: Option<{}>`", injected.type_text(Some(accepts)));
    let help = match (accepts.is_optional, always.as_slice()) {
        (true, always) if always.len() == accepts.types.len() => {
            format!("{option}, or remove `optional`")
        }
        (true, _) | (false, []) => option,
        (false, always) => {
            let what = match value {
                InjectedValue::Scopes | InjectedValue::Claims => name,
                _ => "one",
            };
            format!("{option}, or {}", accepts.only(always, what))
        }
    };
    let span = declared.name().map_or_else(|| declared.inner.span(), Ident::span);
    errors.push(span, &format!("`{name}` is not always present: {because}"), &help);
}

const fn has_none(value: InjectedValue) -> &'static str {
    match value {
        InjectedValue::Scopes | InjectedValue::Claims => "carries none",
        _ => "has none",
    }
}

/// Extractors that a pattern can take apart. None of them is the type of an injected value.
const WRAPPERS: [&str; 6] = ["Extension", "Form", "Json", "Path", "Query", "State"];

/// Reports a type that is one of these.
fn check_mismatch(injected: &Injected, accepts: Option<&Accepts>, errors: &mut Errors) {
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
        Type::Path(_) if declared.is_named("Option") && !declared.has_arguments() => {
            ("as a value, and `Option` does not name its type", declared.inner.span())
        }
        Type::ImplTrait(_) => ("as one type, so it cannot be `impl Trait`", declared.inner.span()),
        Type::Path(_) if declared.is_named("Option") => {
            ("in one `Option` at most", declared.inner.span())
        }
        _ => return,
    };
    errors.push(span, &format!("`{name}` is injected {message}"), &help(injected, accepts));
}

/// A type of someone else, such as an extractor.
fn wrong_type(injected: &Injected, found: &Ident, accepts: Option<&Accepts>, errors: &mut Errors) {
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
