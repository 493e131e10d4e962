//! What is done to the response of an MCP server.

use std::sync::Arc;

use axum_core::response::Response;

use crate::{
    identity::Identity,
    mcp::{lists::ListFilter, session::SessionKey},
};

#[derive(Default)]
pub(super) struct Outgoing {
    pub(super) lists: Option<ListFilter>,
    /// Binds a session that the response opens to the caller.
    pub(super) session: Option<(Arc<SessionKey>, Option<Identity>)>,
}

impl Outgoing {
    pub(super) async fn apply(self, mut response: Response) -> Response {
        if let Some((key, caller)) = self.session {
            key.bind(caller.as_ref(), response.headers_mut());
        }
        match self.lists {
            Some(lists) => lists.apply(response).await,
            None => response,
        }
    }
}
