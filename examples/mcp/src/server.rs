//! The tools, a prompt and a resource. Each learns its caller from the request that the guard
//! admitted, and requires its policy once more.

use axum::http::request::Parts;
use clerk_auth::{Policy, Verified, verified};
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::{tool::Extension, wrapper::Parameters},
    model::{
        ListResourceTemplatesResult, PaginatedRequestParams, PromptMessage,
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ResourceContents,
        ResourceTemplate, Role, ServerCapabilities, ServerConfig,
    },
    prompt, prompt_handler, prompt_router, schemars,
    service::RequestContext,
    tool, tool_handler, tool_router,
};
use serde::Deserialize;

use crate::{ENTER, NOTE, Notes, READ, WRITE};

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

#[tool_router(vis = "pub(crate)")]
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

#[allow(missing_docs, reason = "`prompt` adds a public function")]
#[prompt_router(vis = "pub(crate)")]
impl NotesServer {
    /// Lets a model find notes to remove.
    #[prompt]
    async fn tidy_up(
        &self,
        Extension(parts): Extension<Parts>,
    ) -> Result<Vec<PromptMessage>, ErrorData> {
        let notes = self.notes.of(caller(&parts, WRITE)?.subject()).join("\n");
        let text = format!("Which of these notes can be removed?\n\n{notes}");
        Ok(vec![PromptMessage::new_text(Role::User, text)])
    }
}

#[tool_handler]
#[prompt_handler]
impl ServerHandler for NotesServer {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder();
        let capabilities = capabilities.enable_tools().enable_prompts().enable_resources();
        ServerConfig::new(capabilities.build())
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let note = ResourceTemplate::new(NOTE, "note").with_description("A note, by its number");
        Ok(ListResourceTemplatesResult::with_all_items(vec![note]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let parts = context.extensions.get::<Parts>();
        let parts = parts.ok_or_else(|| ErrorData::internal_error("no HTTP request", None))?;
        let notes = self.notes.of(caller(parts, READ)?.subject());
        let number = request.uri.strip_prefix("notes:///").and_then(|it| it.parse::<usize>().ok());
        let note = number.and_then(|number| notes.get(number));
        let note = note.ok_or_else(|| ErrorData::resource_not_found("no such note", None))?;
        let contents = ResourceContents::text(note.clone(), request.uri);
        Ok(ReadResourceResult::new(vec![contents]).into())
    }
}

/// Returns the caller. The layer required the policy already. If this server is mounted without the
/// layer, or an entry has another policy, the caller is still rejected.
fn caller(parts: &Parts, policy: Policy) -> Result<Verified, ErrorData> {
    let nobody = || ErrorData::invalid_request("no guard let this request in", None);
    let caller = verified(&parts.extensions).ok_or_else(nobody)?;
    caller.require(policy).map_err(|no| ErrorData::invalid_request(no.to_string(), None))?;
    Ok(caller)
}
