//! Guides, one documentation page in each module. They hold no code.

#[doc = include_str!("../docs/quick-start.md")]
pub mod quick_start {}

#[doc = include_str!("../docs/token-types.md")]
pub mod token_types {}

#[doc = include_str!("../docs/sessions.md")]
pub mod sessions {}

#[doc = include_str!("../docs/machines.md")]
pub mod machines {}

#[doc = include_str!("../docs/recipes.md")]
pub mod recipes {}

#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[doc = include_str!("../docs/settings.md")]
pub mod settings {}

#[doc = include_str!("../docs/production.md")]
pub mod production {}

#[doc = include_str!("../docs/when-it-does-not-compile.md")]
pub mod when_it_does_not_compile {}

#[doc = include_str!("../docs/migrating.md")]
pub mod migrating {}

// Only for the documentation: a command writes it, and a new figure builds nothing anew.
#[cfg(doc)]
#[doc = include_str!("../docs/performance.md")]
///
/// # As a picture
///
#[doc = include_str!("../docs/performance.svg")]
pub mod performance {}

#[doc = include_str!("../docs/rules.md")]
pub mod rules {}

#[doc = include_str!("../docs/reasons.md")]
pub mod reasons {}

#[doc = include_str!("../docs/openapi.md")]
pub mod openapi {}

#[doc = include_str!("../docs/reliability.md")]
pub mod reliability {}

#[cfg(feature = "redis")]
#[doc = include_str!("../docs/scaling.md")]
///
/// # As a picture
///
#[cfg_attr(doc, doc = include_str!("../docs/scaling.svg"))]
pub mod scaling {}

#[doc = include_str!("../docs/operations.md")]
pub mod operations {}

#[doc = include_str!("../docs/containers.md")]
pub mod containers {}

#[doc = include_str!("../docs/mcp.md")]
pub mod mcp {}

#[doc = include_str!("../docs/mcp-policies.md")]
pub mod mcp_policies {}

#[doc = include_str!("../docs/grpc.md")]
pub mod grpc {}

#[doc = include_str!("../docs/graphql.md")]
pub mod graphql {}

#[doc = include_str!("../docs/routers.md")]
pub mod routers {}

#[doc = include_str!("../docs/long-lived-connections.md")]
pub mod long_lived_connections {}

#[doc = include_str!("../docs/sockets.md")]
pub mod sockets {}

#[doc = include_str!("../docs/jobs.md")]
pub mod jobs {}

#[doc = include_str!("../docs/resource-metadata.md")]
pub mod resource_metadata {}

#[doc = include_str!("../docs/pages.md")]
pub mod pages {}

#[doc = include_str!("../docs/server-functions.md")]
pub mod server_functions {}

#[doc = include_str!("../docs/stricter.md")]
pub mod stricter {}

#[doc = include_str!("../docs/features.md")]
pub mod features {}
