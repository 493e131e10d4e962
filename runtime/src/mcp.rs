//! Policies for each tool of an MCP server.

pub(crate) mod body;
pub(crate) mod fault;
pub(crate) mod fields;
pub(crate) mod folding;
pub(crate) mod message;
pub(crate) mod tool_policies;

pub use self::tool_policies::ToolPolicies;
