//! A parameter with the type of an injected value and another name in, the mistake out: no
//! extractor gives a `Subject`, and rustc says that only where the handler is used.

use syn::{FnArg, Pat, PatType, Path, Type};

use crate::{
    errors::Errors,
    handler::{
        injected::{Injected, InjectedValue, plain_name},
        param_type::ParamType,
    },
};

/// Types that are commonly extractors of an application too. They are ours for sure only where
/// they are written `clerk_auth::Claims`.
const COMMON: [&str; 3] = ["ApiKey", "Claims", "Identity"];

/// The parameter, if it is one that nothing can fill, which is then reported.
pub(crate) fn check_misnamed<'a>(
    parameter: &'a FnArg,
    injected: &[Injected],
    errors: &mut Errors,
) -> Option<&'a PatType> {
    let FnArg::Typed(parameter) = parameter else {
        return None;
    };
    let name = plain_name(parameter);
    if name.is_none() && !matches!(&*parameter.pat, Pat::Wild(_)) {
        return None;
    }
    let declared = ParamType::of(&parameter.ty);
    let found = declared.name()?;
    let value = InjectedValue::with_type(found)?;
    let is_ours = match declared.inner {
        Type::Path(path) if path.qself.is_none() => is_ours(&path.path)?,
        _ => return None,
    };
    if declared.has_arguments() {
        return None;
    }

    let known = value.name();
    let is_there = injected.iter().any(|injected| injected.value == value);
    let is_unused = name.is_none_or(|name| name.to_string().starts_with('_'));
    let option =
        if declared.option.is_some() { format!("Option<{found}>") } else { found.to_string() };
    let cure = match name {
        Some(name) if is_there => format!("remove `{name}`, and use `{known}`"),
        None if is_there => "remove it".to_owned(),
        _ if is_unused => format!("remove it, or write `{known}: {option}`"),
        _ => format!("write `{known}: {option}`"),
    };
    let help = if is_ours {
        cure
    } else {
        format!("{cure}; for an extractor of your own, write its path: `self::{found}`")
    };
    let message = format!("`{found}` is injected only under the name `{known}`");
    errors.push(found.span(), &message, &help);
    Some(parameter)
}

/// Whether the type is this crate's: for sure, or probably. `None` for what can be another's.
fn is_ours(path: &Path) -> Option<bool> {
    let mut segments = path.segments.iter();
    match (segments.next(), segments.next(), segments.next()) {
        (Some(root), Some(_), None) if root.ident == "clerk_auth" => Some(true),
        (Some(name), None, _) if path.leading_colon.is_none() => {
            (!COMMON.iter().any(|common| name.ident == common)).then_some(false)
        }
        _ => None,
    }
}
