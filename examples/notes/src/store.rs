//! Notes in memory, each with its owner.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clerk_auth::Subject;
use serde::Serialize;

/// A note.
#[derive(Clone, Serialize)]
pub struct Note {
    id: u64,
    text: String,
}

/// All notes. Clones share them.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<Store>>);

#[derive(Default)]
struct Store {
    last_id: u64,
    notes: Vec<(Subject, Note)>,
}

impl Notes {
    /// The notes of one owner.
    #[must_use]
    pub fn of(&self, owner: &Subject) -> Vec<Note> {
        let store = self.store();
        let own = store.notes.iter().filter(|(subject, _)| subject == owner);
        own.map(|(_, note)| note.clone()).collect()
    }

    /// How many notes there are in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.store().notes.len()
    }

    /// Adds a note.
    #[must_use]
    pub fn add(&self, owner: &Subject, text: String) -> Note {
        let mut store = self.store();
        store.last_id += 1;
        let note = Note { id: store.last_id, text };
        store.notes.push((owner.clone(), note.clone()));
        note
    }

    /// Removes a note of this owner; tells whether there was one.
    #[must_use]
    pub fn remove(&self, owner: &Subject, id: u64) -> bool {
        let mut store = self.store();
        let before = store.notes.len();
        store.notes.retain(|(subject, note)| subject != owner || note.id != id);
        store.notes.len() < before
    }

    /// Removes all notes of one owner; tells how many there were.
    #[must_use]
    pub fn clear(&self, owner: &Subject) -> usize {
        let mut store = self.store();
        let before = store.notes.len();
        store.notes.retain(|(subject, _)| subject != owner);
        before - store.notes.len()
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
