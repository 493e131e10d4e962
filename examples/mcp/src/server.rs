//! The tools. Each learns its caller from the request that the guard let in, and asks once more.

use axum::http::request::Parts;
use clerk_auth::{Policy, Verified, verified};
use rmcp::{
    ErrorData,
    handler::server::{tool::Extension, wrapper::Parameters},
    schemars, tool, tool_router,
};
use serde::Deserialize;

use crate::{ENTER, Notes, READ, WRITE};

/// The MCP server behind the guard.
#[derive(Clone)]
pub struct NotesServer {
    notes: Notes,
}

/// The arguments of `add_note`.
#[derive(Deserialize, schemars::JsonSchema)]
struct NewNote {
    /// What the note says.
    text: String,
}

#[tool_router(server_handler, vis = "pub(crate)")]
impl NotesServer {
    /// A server over these notes.
    #[must_use]
    pub fn new(notes: Notes) -> Self {
        Self { notes }
    }

    /// Tells who you are.
    #[tool]
    async fn whoami(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        Ok(caller(&parts, ENTER)?.subject().to_string())
    }

    /// Lists the user's notes, one a line.
    #[tool]
    async fn list_notes(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let caller = caller(&parts, READ)?;
        Ok(self.notes.of(caller.subject()).join("\n"))
    }

    /// Adds a note.
    #[tool]
    async fn add_note(
        &self,
        Extension(parts): Extension<Parts>,
        Parameters(new): Parameters<NewNote>,
    ) -> Result<String, ErrorData> {
        let caller = caller(&parts, WRITE)?;
        self.notes.add(caller.subject(), new.text);
        Ok("added".to_owned())
    }
}

/// Who calls. The layer asked for the tool's policy already; should somebody mount this server
/// without it, or list the tool with another policy, the tool still refuses.
fn caller(parts: &Parts, policy: Policy) -> Result<Verified, ErrorData> {
    let nobody = || ErrorData::invalid_request("no guard let this request in", None);
    let caller = verified(&parts.extensions).ok_or_else(nobody)?;
    caller.require(policy).map_err(|no| ErrorData::invalid_request(no.to_string(), None))?;
    Ok(caller)
}
