//! The table of policies of an MCP server.

use std::fmt;

use super::template;
use crate::policy::{Policy, is_same_text};

/// As much as MCP servers usually read of one message.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The policies of an MCP server, for [`ClerkLayer::mcp`].
///
/// A tool, a prompt, a resource, a task or another method that is not listed is rejected, so that a
/// new one is not open by mistake. Messages that carry none of them, such as `tools/list`, need only
/// the policy of the layer.
///
/// ```
/// use clerk_auth::{Clerk, ClerkLayer, Policy, mcp::Policies, policy};
///
/// const READ: Policy = policy!(accepts = "oauth_token", scopes = "read:notes");
/// const WRITE: Policy = policy!(accepts = "oauth_token", scopes = "write:notes");
///
/// const POLICIES: Policies = Policies::new()
///     .tools(&[("list_notes", READ), ("add_note", WRITE)])
///     .prompts(&[("summary", READ)])
///     .resources(&[("notes:///{note}", READ)])
///     .methods(&[("tasks/get", READ), ("tasks/cancel", WRITE)]);
///
/// fn guard(clerk: Clerk) -> ClerkLayer {
///     ClerkLayer::new(clerk, READ).mcp(&POLICIES)
/// }
/// ```
///
/// Each method can be called once. Write the table in a `const`: a mistake then does not compile.
///
/// [`ClerkLayer::mcp`]: crate::ClerkLayer::mcp
#[derive(Clone, Copy, Debug)]
pub struct Policies {
    pub(crate) tools: Entries,
    pub(crate) prompts: Entries,
    pub(crate) resources: Entries,
    pub(crate) methods: Entries,
    pub(crate) unlisted_by_layer: &'static [&'static str],
    pub(crate) filters_lists: bool,
    pub(crate) most_bytes: usize,
}

type Entries = &'static [(&'static str, Policy)];

/// What a policy in [`Policies`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyTarget {
    /// The tool with this name.
    Tool(&'static str),
    /// The prompt with this name.
    Prompt(&'static str),
    /// The resources with this URI, or with a URI that this template matches.
    Resource(&'static str),
    /// Each message with this method.
    Method(&'static str),
}

impl fmt::Display for PolicyTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self {
            Self::Tool(name) => ("tool", name),
            Self::Prompt(name) => ("prompt", name),
            Self::Resource(name) => ("resource", name),
            Self::Method(name) => ("method", name),
        };
        write!(formatter, "{kind} {name}")
    }
}

impl Policies {
    /// Lists nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            tools: &[],
            prompts: &[],
            resources: &[],
            methods: &[],
            unlisted_by_layer: &[],
            filters_lists: false,
            most_bytes: MOST_BYTES,
        }
    }

    /// Takes the name and the policy of each tool. Names are compared as bytes.
    ///
    /// # Panics
    /// Panics if it is not evaluated at compile time, and a tool is listed twice.
    #[must_use]
    #[track_caller]
    pub const fn tools(self, tools: &'static [(&'static str, Policy)]) -> Self {
        check_entries(self.tools, tools);
        Self { tools, ..self }
    }

    /// Takes the name and the policy of each prompt, for `prompts/get` and for the completion of its
    /// arguments. Names are compared as bytes.
    ///
    /// # Panics
    /// Panics if it is not evaluated at compile time, and a prompt is listed twice.
    #[must_use]
    #[track_caller]
    pub const fn prompts(self, prompts: &'static [(&'static str, Policy)]) -> Self {
        check_entries(self.prompts, prompts);
        Self { prompts, ..self }
    }

    /// Takes the URI or the URI template, and the policy, of each resource: for reading, for
    /// subscriptions, and for the completion of the variables of a template.
    ///
    /// URIs are compared as bytes. A variable, such as `{note}`, matches one segment: letters,
    /// digits, `-`, `.`, `_` and `~`, but not `.` or `..`. It stands for a whole segment, and other
    /// expressions of RFC 6570 do not compile. If a URI matches several entries, each policy must
    /// pass.
    ///
    /// # Panics
    /// Panics if it is not evaluated at compile time, and a template is listed twice or no URI can
    /// match it.
    #[must_use]
    #[track_caller]
    pub const fn resources(self, resources: &'static [(&'static str, Policy)]) -> Self {
        check_entries(self.resources, resources);
        let mut rest = resources;
        while let [(template, _), tail @ ..] = rest {
            template::check(template);
            rest = tail;
        }
        Self { resources, ..self }
    }

    /// Takes the name and the policy of each method.
    ///
    /// The policy must pass beside that of the tool, prompt or resource: an entry of
    /// `resources/subscribe` does not list a resource. A method that carries none of them, and that
    /// is not in the table below, needs an entry here: `tasks/…` and those of extensions.
    ///
    /// | methods that need no entry | what decides |
    /// |---|---|
    /// | `tools/call` | the entry of the tool |
    /// | `prompts/get` | the entry of the prompt |
    /// | `resources/read`, `resources/subscribe`, `resources/unsubscribe` | the entries of the URI |
    /// | `subscriptions/listen` | the entries of each URI in `resourceSubscriptions`; with a filter that MCP 2026-07-28 does not define, it needs an entry too |
    /// | `completion/complete` | the entry of the prompt or the resource that `ref` names |
    /// | `initialize`, `ping`, `server/discover`, `logging/setLevel`, `tools/list`, `prompts/list`, `resources/list`, `resources/templates/list`, `notifications/initialized`, `notifications/cancelled`, `notifications/progress`, `notifications/roots/list_changed` | the policy of the layer |
    ///
    /// # Panics
    /// Panics if it is not evaluated at compile time, and a method is listed twice.
    #[must_use]
    #[track_caller]
    pub const fn methods(self, methods: &'static [(&'static str, Policy)]) -> Self {
        check_entries(self.methods, methods);
        Self { methods, ..self }
    }

    /// Admits what is not listed by the policy of the layer alone, for these methods. Without it,
    /// what is not listed is rejected.
    ///
    /// A malformed URI is rejected nevertheless, and so is a name that some reader takes for a
    /// listed one.
    ///
    /// # Panics
    /// Panics if it is called twice and not evaluated at compile time.
    #[must_use]
    #[track_caller]
    pub const fn unlisted_by_layer(self, methods: &'static [&'static str]) -> Self {
        assert!(
            self.unlisted_by_layer.is_empty(),
            "`unlisted_by_layer` is called twice; name all methods in one call"
        );
        Self { unlisted_by_layer: methods, ..self }
    }

    /// Removes what the caller cannot use from the responses to `tools/list`, `prompts/list`,
    /// `resources/list` and `resources/templates/list`.
    ///
    /// What has no entry is removed, and what the caller cannot use even with more scopes or a
    /// reverification. A resource template stays only if its text is an entry. An anonymous caller
    /// sees each entry. The policies of `tools/call`, `prompts/get` and `resources/read` in
    /// [`methods`](Self::methods) count too. `cacheScope` becomes `private`.
    ///
    /// A list is read from a JSON response or from the events of a response that streams, of at most
    /// [`message_limit`](Self::message_limit) bytes. If it cannot be read, the caller gets the
    /// JSON-RPC error −32603 in its place, with status 500 or as an event. What a hidden name
    /// requires is decided at each call nevertheless. A stream that is resumed by `Last-Event-ID` is
    /// not filtered.
    #[must_use]
    pub const fn filter_lists(self) -> Self {
        Self { filters_lists: true, ..self }
    }

    /// Sets how many bytes a message can have. Defaults to 4 MiB. A longer one is rejected with
    /// 413. A message is held in memory while it is decided.
    #[must_use]
    pub const fn message_limit(self, bytes: usize) -> Self {
        Self { most_bytes: bytes, ..self }
    }

    /// Returns each entry with its policy, in the order tools, prompts, resources, methods: to check
    /// them at start, and to print them.
    pub fn iter(&self) -> impl Iterator<Item = (PolicyTarget, Policy)> {
        self.into_entries()
    }

    pub(crate) fn into_entries(self) -> impl Iterator<Item = (PolicyTarget, Policy)> {
        let tools = targets(self.tools, PolicyTarget::Tool)
            .chain(targets(self.prompts, PolicyTarget::Prompt));
        let resources = targets(self.resources, PolicyTarget::Resource);
        tools.chain(resources).chain(targets(self.methods, PolicyTarget::Method))
    }
}

impl Default for Policies {
    fn default() -> Self {
        Self::new()
    }
}

fn targets(
    entries: Entries,
    target: fn(&'static str) -> PolicyTarget,
) -> impl Iterator<Item = (PolicyTarget, Policy)> {
    entries.iter().map(move |(name, policy)| (target(name), *policy))
}

#[track_caller]
const fn check_entries(before: Entries, entries: Entries) {
    assert!(before.is_empty(), "a table is given twice; write all entries in one call");
    let mut rest = entries;
    while let [(name, _), tail @ ..] = rest {
        let mut others = tail;
        while let [(other, _), tail @ ..] = others {
            assert!(!is_same_text(name, other), "an entry is listed twice; remove one");
            others = tail;
        }
        rest = tail;
    }
}
