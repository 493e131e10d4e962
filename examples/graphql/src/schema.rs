//! The schema. Each field that holds data has a policy.

use std::sync::{Mutex, PoisonError};

use async_graphql::{Context, Object, Result, Schema, SimpleObject, Subscription};
use clerk_auth::{Verified, clerk_auth};
use futures_util::{Stream, StreamExt, future::ready};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

use crate::policy_guard::PolicyGuard;

/// Users of the front end, and applications that act for them.
#[clerk_auth(session_token, oauth_token(scopes = "read:notes"))]
pub struct ReadNotes;

#[clerk_auth(policy = ReadNotes, oauth_token(scopes = "write:notes"))]
pub struct WriteNotes;

pub type Notes = Schema<Query, Mutation, Updates>;

/// The deepest nesting and the most fields of one request.
const MAX_DEPTH: usize = 8;
const MAX_FIELDS: usize = 100;

#[derive(Clone, SimpleObject)]
pub struct Note {
    owner: String,
    text: String,
}

/// Notes in memory.
pub struct Store {
    notes: Mutex<Vec<Note>>,
    added: broadcast::Sender<Note>,
}

/// Makes the schema, with an empty store.
pub fn schema() -> Notes {
    let store = Store { notes: Mutex::default(), added: broadcast::channel(16).0 };
    Schema::build(Query, Mutation, Updates)
        .data(store)
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_FIELDS)
        .finish()
}

fn caller(context: &Context<'_>) -> Result<String> {
    Ok(context.data::<Verified>()?.subject().to_string())
}

pub struct Query;

#[Object]
impl Query {
    /// The notes of the caller.
    #[graphql(guard = "PolicyGuard(ReadNotes::POLICY)")]
    async fn notes(&self, context: &Context<'_>) -> Result<Vec<Note>> {
        let owner = caller(context)?;
        let store = context.data::<Store>()?;
        let notes = store.notes.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(notes.iter().filter(|note| note.owner == owner).cloned().collect())
    }

    /// Public.
    async fn version(&self) -> &str {
        "1"
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    #[graphql(guard = "PolicyGuard(WriteNotes::POLICY)")]
    async fn add_note(&self, context: &Context<'_>, text: String) -> Result<Note> {
        let note = Note { owner: caller(context)?, text };
        let store = context.data::<Store>()?;
        store.notes.lock().unwrap_or_else(PoisonError::into_inner).push(note.clone());
        // Fails without a subscriber.
        let _ = store.added.send(note.clone());
        Ok(note)
    }
}

pub struct Updates;

#[Subscription]
impl Updates {
    /// Each note that the caller adds from now on.
    #[graphql(guard = "PolicyGuard(ReadNotes::POLICY)")]
    async fn note_added(&self, context: &Context<'_>) -> Result<impl Stream<Item = Note> + use<>> {
        let owner = caller(context)?;
        let added = BroadcastStream::new(context.data::<Store>()?.added.subscribe());
        Ok(added.filter_map(move |note| ready(note.ok().filter(|note| note.owner == owner))))
    }
}
