//! Policies for the tools, prompts, resources and other methods of an MCP server.

pub(crate) mod body;
pub(crate) mod carried;
pub(crate) mod decision;
pub(crate) mod fault;
pub(crate) mod fields;
pub(crate) mod folding;
pub(crate) mod lists;
pub(crate) mod message;
pub(crate) mod policies;
pub(crate) mod session;
pub(crate) mod template;

pub use self::policies::{Policies, PolicyTarget};
