//! What the params of a message name, for policies.

use std::borrow::Cow;

use super::{folding::is_ambiguous, message::MessageError};
use crate::token::json::{Member, Object};

/// What decides about a message beside its method.
#[derive(Debug, PartialEq)]
pub(crate) enum Carried<'j> {
    /// MCP defines the method, and it names nothing that has a policy.
    Nothing,
    Tool(Cow<'j, str>),
    Prompt(Cow<'j, str>),
    Resource(Cow<'j, str>),
    /// A URI, or the template of one.
    Reference(Cow<'j, str>),
    Subscriptions {
        uris: Vec<Cow<'j, str>>,
        /// Whether it asks for more than MCP 2026-07-28 defines, such as tasks.
        asks_for_more: bool,
    },
    /// A task, or a method of an extension.
    Other,
    /// The params do not name what the method needs.
    Malformed,
}

/// The methods that name a tool, prompt or resource.
const NAMING: [&str; 7] = [
    "tools/call",
    "prompts/get",
    "resources/read",
    "resources/subscribe",
    "resources/unsubscribe",
    "completion/complete",
    "subscriptions/listen",
];

/// The methods that clients send, and that name nothing.
const NAMELESS: [&str; 12] = [
    "initialize",
    "ping",
    "server/discover",
    "logging/setLevel",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/roots/list_changed",
];

/// The methods that name a task, in the revisions 2025-11-25 to 2026-07-28.
const TASKS: [&str; 6] = [
    "tasks/get",
    "tasks/update",
    "tasks/cancel",
    "tasks/result",
    "tasks/list",
    "notifications/tasks/status",
];

const REFERENCE: [&str; 4] = ["type", "name", "title", "uri"];
const ARGUMENT: [&str; 2] = ["name", "value"];
const FILTER: [&str; 4] =
    ["toolsListChanged", "promptsListChanged", "resourcesListChanged", "resourceSubscriptions"];

/// The methods of MCP that a policy can depend on.
pub(crate) fn known_methods() -> impl Iterator<Item = &'static str> {
    NAMING.into_iter().chain(NAMELESS).chain(TASKS)
}

/// Fails if another reader could see other members in the params.
pub(crate) fn read<'j>(
    method: &str,
    params: Option<&Object<'j>>,
) -> Result<Carried<'j>, MessageError> {
    let named = |member, carried: fn(Cow<'j, str>) -> Carried<'j>| {
        params.and_then(|it| text(it, member)).map_or(Carried::Malformed, carried)
    };
    Ok(match method {
        "tools/call" => named("name", Carried::Tool),
        "prompts/get" => named("name", Carried::Prompt),
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" => {
            named("uri", Carried::Resource)
        }
        "completion/complete" => reference(params)?,
        "subscriptions/listen" => subscriptions(params)?,
        _ if NAMELESS.contains(&method) => Carried::Nothing,
        _ => Carried::Other,
    })
}

fn reference<'j>(params: Option<&Object<'j>>) -> Result<Carried<'j>, MessageError> {
    let argument = params.map_or(Member::Absent, |params| params.object("argument"));
    if matches!(&argument, Member::Is(argument) if is_ambiguous(argument, &ARGUMENT)) {
        return Err(MessageError);
    }
    let Some(Member::Is(reference)) = params.map(|params| params.object("ref")) else {
        return Ok(Carried::Malformed);
    };
    if is_ambiguous(&reference, &REFERENCE) {
        return Err(MessageError);
    }
    // A reader may choose by the member that is there, and not by `type`.
    let carried = match text(&reference, "type").as_deref() {
        Some("ref/prompt") if !reference.has("uri") => {
            text(&reference, "name").map(Carried::Prompt)
        }
        Some("ref/resource") if !reference.has("name") => {
            text(&reference, "uri").map(Carried::Reference)
        }
        _ => None,
    };
    Ok(carried.unwrap_or(Carried::Malformed))
}

fn subscriptions<'j>(params: Option<&Object<'j>>) -> Result<Carried<'j>, MessageError> {
    let Some(Member::Is(filter)) = params.map(|params| params.object("notifications")) else {
        return Ok(Carried::Malformed);
    };
    if is_ambiguous(&filter, &FILTER) {
        return Err(MessageError);
    }
    let asks_for_more = filter.names().any(|name| !FILTER.contains(&name));
    Ok(match filter.texts("resourceSubscriptions") {
        Member::Is(uris) => Carried::Subscriptions { uris, asks_for_more },
        Member::Absent | Member::Null => Carried::Subscriptions { uris: vec![], asks_for_more },
        Member::Mistyped => Carried::Malformed,
    })
}

pub(crate) fn text<'j>(object: &Object<'j>, name: &str) -> Option<Cow<'j, str>> {
    if let Member::Is(text) = object.text(name) { Some(text) } else { None }
}
