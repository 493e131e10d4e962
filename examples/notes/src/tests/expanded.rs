//! The same API once more, without the attribute: `expanded/` holds what it writes for each handler.

#![allow(clippy::unused_async, reason = "a handler is async, whether it waits or not")]
#![allow(unused_braces, reason = "a body keeps its braces, however short it is")]
#![allow(unreachable_pub, reason = "a policy is public for as far as its handler is")]

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{delete, get, post},
};
use clerk_auth::{Scopes, Subject, TokenType};

use crate::{AppState, Caller, NewNote, Note, Notes};

include!("../../expanded/list_notes.rs");
include!("../../expanded/create_note.rs");
include!("../../expanded/delete_note.rs");
include!("../../expanded/clear_notes.rs");
include!("../../expanded/export_notes.rs");
include!("../../expanded/count_notes.rs");
include!("../../expanded/whoami.rs");

pub(super) fn router(state: AppState) -> Router {
    Router::new()
        .route("/notes", get(list_notes).post(create_note).delete(clear_notes))
        .route("/notes/{id}", delete(delete_note))
        .route("/export", get(export_notes))
        .route("/digest", post(count_notes))
        .route("/whoami", get(whoami))
        .with_state(state)
}
