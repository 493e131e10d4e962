//! A small notes API: one route for each way to accept a Clerk token.
//!
//! It shows guards on handlers, injected values, and a state that holds the verifier. It leaves
//! out a database: notes live in memory and are gone when it stops.

pub mod playground;
mod store;
#[cfg(test)]
mod tests;

use axum::{
    Json, Router,
    extract::{FromRef, Path, State},
    http::StatusCode,
};
use clerk_auth::{
    Clerk, Scopes, Subject, TokenType,
    audit::{Routes, Table},
    clerk_auth,
};
use serde::{Deserialize, Serialize};

pub use store::{Note, Notes};

/// What every handler can ask for.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The verifier: without it in the state, a guarded route does not compile.
    pub clerk: Clerk,
    /// The notes.
    pub notes: Notes,
}

/// The whole API, and a table of its routes with the policy of each. A handler without a guard
/// would not compile here.
pub fn routes() -> (Router<AppState>, Table) {
    Routes::new()
        .get("/notes", list_notes)
        .post("/notes", create_note)
        .delete("/notes/{id}", delete_note)
        .delete("/notes", clear_notes)
        .get("/export", export_notes)
        .post("/digest", count_notes)
        .get("/whoami", whoami)
        .finish()
}

/// An application lists a user's notes for them.
#[clerk_auth(accepts = "oauth_token", scopes = "read:notes")]
async fn list_notes(State(notes): State<Notes>, subject: Subject) -> Json<Vec<Note>> {
    Json(notes.of(&subject))
}

/// The body of a request to create a note.
#[derive(Deserialize)]
struct NewNote {
    text: String,
}

/// An application or a key writes a note. The body is read only after the token was verified.
#[clerk_auth(accepts = ["oauth_token", "api_key"], scopes = "write:notes")]
async fn create_note(
    State(notes): State<Notes>,
    subject: Subject,
    Json(new): Json<NewNote>,
) -> (StatusCode, Json<Note>) {
    (StatusCode::CREATED, Json(notes.add(&subject, new.text)))
}

/// A signed-in user deletes a note of theirs.
#[clerk_auth]
async fn delete_note(
    State(notes): State<Notes>,
    Path(id): Path<u64>,
    subject: Subject,
) -> StatusCode {
    if notes.remove(&subject, id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

/// An editor deletes all notes of theirs. That cannot be undone, so the user must have verified lately.
#[clerk_auth(role = "org:editor", permission = "org:notes:delete", reverification = "strict")]
async fn clear_notes(State(notes): State<Notes>, subject: Subject) -> Json<usize> {
    Json(notes.clear(&subject))
}

/// A script with a key reads all notes of the key's owner.
#[clerk_auth(accepts = "api_key", scopes = "read:notes")]
async fn export_notes(State(notes): State<Notes>, subject: Subject) -> Json<Vec<Note>> {
    Json(notes.of(&subject))
}

/// Another machine of ours asks how many notes there are.
#[clerk_auth(accepts = "m2m_token")]
async fn count_notes(State(notes): State<Notes>) -> Json<usize> {
    Json(notes.count())
}

/// The answer of `GET /whoami`.
#[derive(Serialize)]
struct Caller {
    subject: Subject,
    token_type: TokenType,
    scopes: Option<Scopes>,
}

/// Anybody with a token learns what it says.
#[clerk_auth(accepts = "any")]
async fn whoami(subject: Subject, token_type: TokenType, scopes: Option<Scopes>) -> Json<Caller> {
    Json(Caller { subject, token_type, scopes })
}
