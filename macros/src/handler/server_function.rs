//! The attributes of a function in, the framework whose server function it is out.
//!
//! The parameters of a server function are its wire format, so no guard can stand among them: see
//! `expand::server_function` for where it stands instead.

use proc_macro2::TokenTree;
use syn::{Attribute, Path, ReturnType, Signature, Type};

use crate::{errors::Errors, handler::function::Body};

/// The attributes that Dioxus has beside `#[server]`.
const METHODS: [&str; 5] = ["delete", "get", "patch", "post", "put"];

/// What handlers of axum return, and functions of Dioxus do not: those return a `Result`.
const REPLIES: [&str; 7] =
    ["Html", "HttpResponse", "Json", "Redirect", "Response", "StatusCode", "String"];

/// The function that Leptos makes of the one below it carries this before its name.
const RENAMED: &str = "__server_";

/// The method by which Leptos's client calls the server.
const CLIENT_CALL: &str = "run_on_client";

/// Whose attribute stands below ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framework {
    Leptos,
    Dioxus,
}

impl Framework {
    /// Both have a `#[server]`: without a path it is that of Leptos. What is not recognised, such as
    /// an alias, is guarded as a handler, and no framework can send a guard over the wire.
    pub(crate) fn of(attributes: &[Attribute]) -> Option<Self> {
        attributes.iter().find_map(|attribute| Self::named_by(attribute.path()))
    }

    fn named_by(path: &Path) -> Option<Self> {
        let last = &path.segments.last()?.ident;
        let first = &path.segments.first()?.ident;
        let is_bare = path.segments.len() == 1;
        let is_dioxus = !is_bare && first.to_string().starts_with("dioxus");
        if last == "server" {
            return Some(if is_dioxus { Self::Dioxus } else { Self::Leptos });
        }
        let is_method = METHODS.iter().any(|method| last == method);
        (is_method && (is_bare || is_dioxus)).then_some(Self::Dioxus)
    }

    /// The feature of the application that builds the server. Dioxus asks for the name, and Leptos's
    /// templates have it.
    pub(crate) const fn server_feature(self) -> &'static str {
        match self {
            Self::Leptos => "ssr",
            Self::Dioxus => "server",
        }
    }
}

/// Reports and removes `#[get("/")]` where it is surely not that of Dioxus.
pub(crate) fn check_method(
    attributes: &mut Vec<Attribute>,
    output: &ReturnType,
    errors: &mut Errors,
) {
    if !is_reply(output) {
        return;
    }
    attributes.retain(|attribute| {
        let Some(name) = attribute.path().get_ident() else { return true };
        let is_method = METHODS.iter().any(|method| name == method);
        if is_method {
            let message =
                format!("`#[{name}]` is read as that of Dioxus, whose functions return a `Result`");
            let help = format!("remove `#[{name}(…)]`: a router of axum names method and path");
            errors.push(name.span(), &message, &help);
        }
        !is_method
    });
}

fn is_reply(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, returned) => match returned.as_ref() {
            Type::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|last| REPLIES.iter().any(|reply| last.ident == reply)),
            Type::ImplTrait(_) | Type::Reference(_) | Type::Tuple(_) => true,
            _ => false,
        },
    }
}

/// Reports what Leptos wrote: its attribute then stood above ours, and the arguments were decoded
/// before the guard. What Dioxus writes there looks like any function; rustc refuses it, because
/// Dioxus calls it without a guard.
pub(crate) fn check_server_order(signature: &Signature, body: &Body, errors: &mut Errors) {
    let name = signature.ident.to_string();
    let renamed = format!("{RENAMED}{name}");
    let is_call = |token: TokenTree| match token {
        TokenTree::Ident(called) => called == CLIENT_CALL || called == renamed.as_str(),
        _ => false,
    };
    let is_above = name.starts_with(RENAMED) || body.tokens.clone().into_iter().any(is_call);
    if is_above {
        let message = "`#[server]` stands above `#[clerk_auth]`, so it would not be guarded";
        errors.push(signature.ident.span(), message, "write `#[clerk_auth]` above `#[server]`");
    }
}
