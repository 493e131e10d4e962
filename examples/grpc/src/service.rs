//! The methods. Each reads the caller that the layer verified.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use clerk_auth::verified;
use futures_util::{Stream, StreamExt, future::ready};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tonic::{Request, Response, Status, Streaming};

use crate::proto::{
    ClearRequest, ClearResponse, ImportResponse, ListRequest, ListResponse, Note, WatchRequest,
    notes_server,
};

type NoteStream = Pin<Box<dyn Stream<Item = Result<Note, Status>> + Send>>;

/// Notes by subject, in memory.
#[derive(Clone, Debug)]
pub struct Notes {
    notes: Arc<Mutex<HashMap<String, Vec<Note>>>>,
    added: broadcast::Sender<(String, Note)>,
}

impl Default for Notes {
    fn default() -> Self {
        Self { notes: Arc::default(), added: broadcast::channel(16).0 }
    }
}

impl Notes {
    fn add(&self, owner: &str, note: Note) {
        self.lock().entry(owner.to_owned()).or_default().push(note.clone());
        // Fails without a watcher.
        let _ = self.added.send((owner.to_owned(), note));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Note>>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The subject of the verified caller.
fn caller<T>(request: &Request<T>) -> Result<String, Status> {
    let caller = verified(request.extensions());
    caller.map(|it| it.subject().to_string()).ok_or_else(|| Status::internal("no guard ran"))
}

#[tonic::async_trait]
impl notes_server::Notes for Notes {
    type WatchStream = NoteStream;
    type EditStream = NoteStream;

    async fn list(&self, request: Request<ListRequest>) -> Result<Response<ListResponse>, Status> {
        let owner = caller(&request)?;
        let notes = self.lock().get(&owner).cloned().unwrap_or_default();
        Ok(Response::new(ListResponse { notes }))
    }

    async fn import(
        &self,
        request: Request<Streaming<Note>>,
    ) -> Result<Response<ImportResponse>, Status> {
        let owner = caller(&request)?;
        let mut notes = request.into_inner();
        let mut count = 0;
        while let Some(note) = notes.message().await? {
            self.add(&owner, note);
            count += 1;
        }
        Ok(Response::new(ImportResponse { count }))
    }

    async fn watch(&self, request: Request<WatchRequest>) -> Result<Response<NoteStream>, Status> {
        let owner = caller(&request)?;
        let added = BroadcastStream::new(self.added.subscribe());
        let own = added.filter_map(move |added| {
            ready(added.ok().filter(|(of, _)| *of == owner).map(|(_, note)| Ok(note)))
        });
        Ok(Response::new(Box::pin(own)))
    }

    async fn edit(
        &self,
        request: Request<Streaming<Note>>,
    ) -> Result<Response<NoteStream>, Status> {
        let (owner, notes) = (caller(&request)?, self.clone());
        let stored = request
            .into_inner()
            .map(move |note| note.inspect(|note| notes.add(&owner, note.clone())));
        Ok(Response::new(Box::pin(stored)))
    }

    async fn clear(&self, _: Request<ClearRequest>) -> Result<Response<ClearResponse>, Status> {
        self.lock().clear();
        Ok(Response::new(ClearResponse {}))
    }
}
