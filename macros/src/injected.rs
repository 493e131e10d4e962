//! A parameter in, the value that the guard gives it out, if its name is one the guard knows.

use proc_macro2::Ident;
use syn::{FnArg, GenericArgument, Pat, PatType, PathArguments, PathSegment, Type};

use crate::{
    errors::Errors,
    policy::Policy,
    token_type::{accepts_with_scopes, alternative_types},
};

/// Extractors that a pattern can take apart. None of them is the type of an injected value.
const WRAPPERS: [&str; 6] = ["Extension", "Form", "Json", "Path", "Query", "State"];

/// Other extractors that are commonly given a plain name.
const OTHER_EXTRACTORS: [&str; 13] = [
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
    "String",
    "Uri",
    "WebSocketUpgrade",
];

/// A value of the verified token that a handler can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum InjectedValue {
    Subject,
    Scopes,
    TokenType,
}

/// A parameter that the guard fills.
pub(crate) struct Injected {
    pub(crate) value: InjectedValue,
    pub(crate) parameter: PatType,
}

impl InjectedValue {
    const ALL: [Self; 3] = [Self::Subject, Self::Scopes, Self::TokenType];

    /// The value a parameter asks for by its plain name. `Path(subject)` is a pattern, and so are
    /// `ref subject` and `subject @ _`: ordinary extractors.
    pub(crate) fn of(parameter: &FnArg) -> Option<(Self, &PatType)> {
        let FnArg::Typed(parameter) = parameter else {
            return None;
        };
        let Pat::Ident(pattern) = &*parameter.pat else {
            return None;
        };
        if pattern.by_ref.is_some() || pattern.subpat.is_some() {
            return None;
        }
        let value = Self::ALL.into_iter().find(|value| pattern.ident == value.name())?;
        Some((value, parameter))
    }

    /// The name of the parameter.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Scopes => "scopes",
            Self::TokenType => "token_type",
        }
    }

    /// The name of its type in the runtime.
    const fn type_name(self) -> &'static str {
        match self {
            Self::Subject => "Subject",
            Self::Scopes => "Scopes",
            Self::TokenType => "TokenType",
        }
    }
}

impl Injected {
    /// Reports a declared type that the value cannot have. Types that only rustc knows, such as
    /// aliases, are left to rustc.
    pub(crate) fn check(&self, policy: Option<&Policy>, errors: &mut Errors) {
        let Some(outer) = last_segment(&self.parameter.ty) else {
            return;
        };
        let option = (outer.ident == "Option").then_some(&outer.ident);
        let inner = option.and_then(|_| type_argument(outer)).unwrap_or(outer);
        if is_extractor(&inner.ident) {
            return self.extractor(&inner.ident, option.is_some(), errors);
        }
        let always = match self.value {
            InjectedValue::Subject | InjectedValue::TokenType => true,
            InjectedValue::Scopes => match policy {
                Some(policy) => policy.always_has_scopes(),
                None => return,
            },
        };
        match (option, always) {
            (Some(option), true) => self.always_there(option, errors),
            (None, false) if outer.ident == self.value.type_name() => {
                self.not_always_there(&outer.ident, policy, errors);
            }
            _ => {}
        }
    }

    fn extractor(&self, extractor: &Ident, is_optional: bool, errors: &mut Errors) {
        let name = self.value.name();
        let message =
            format!("`{name}` is injected by `#[clerk_auth]`, so it cannot be `{extractor}`");
        let is_wrapper = WRAPPERS.iter().any(|wrapper| extractor == wrapper);
        let help = if is_wrapper && !is_optional {
            format!("write the pattern `{extractor}({name})`, or rename the parameter")
        } else {
            "rename the parameter".to_owned()
        };
        errors.push(extractor.span(), &message, &help);
    }

    fn always_there(&self, option: &Ident, errors: &mut Errors) {
        let name = self.value.name();
        let message = match self.value {
            InjectedValue::Subject | InjectedValue::TokenType => {
                format!("`{name}` is always there: every token has one")
            }
            InjectedValue::Scopes => {
                format!("`{name}` is always there: every accepted token carries scopes")
            }
        };
        let help = format!("write `{name}: {}`", self.value.type_name());
        errors.push(option.span(), &message, &help);
    }

    fn not_always_there(&self, declared: &Ident, policy: Option<&Policy>, errors: &mut Errors) {
        let types = policy.map_or(&[] as &[_], |policy| &policy.accepts);
        let (carrying, without): (Vec<_>, Vec<_>) =
            types.iter().copied().partition(|kind| kind.carries_scopes());
        let name = self.value.name();
        let without = alternative_types(&without);
        let accepts = accepts_with_scopes(&carrying);
        let (message, help) = if carrying.is_empty() {
            (
                format!("`{name}` is never there: {without} carries none"),
                format!("accept a token with scopes: `{accepts}`, or remove `{name}`"),
            )
        } else {
            (
                format!("`{name}` is not always there: {without} carries none"),
                format!(
                    "write `{name}: Option<{declared}>`, or accept only tokens with scopes: \
                     `{accepts}`"
                ),
            )
        };
        errors.push(declared.span(), &message, &help);
    }
}

fn is_extractor(name: &Ident) -> bool {
    WRAPPERS.iter().chain(&OTHER_EXTRACTORS).any(|known| name == known)
}

/// `clerk_auth::Scopes` → `Scopes`
fn last_segment(declared: &Type) -> Option<&PathSegment> {
    match declared {
        Type::Path(path) => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// `Option<clerk_auth::Scopes>` → `Scopes`
fn type_argument(segment: &PathSegment) -> Option<&PathSegment> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(declared) => last_segment(declared),
        _ => None,
    })
}
