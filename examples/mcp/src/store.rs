//! Notes in memory, each with its owner.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clerk_auth::Subject;

/// All notes. Clones share them.
#[derive(Clone, Default)]
pub struct Notes(Arc<Mutex<Vec<(Subject, String)>>>);

impl Notes {
    /// The notes of one owner.
    #[must_use]
    pub fn of(&self, owner: &Subject) -> Vec<String> {
        let notes = self.notes();
        let own = notes.iter().filter(|(subject, _)| subject == owner);
        own.map(|(_, text)| text.clone()).collect()
    }

    /// Adds a note.
    pub fn add(&self, owner: &Subject, text: String) {
        self.notes().push((owner.clone(), text));
    }

    fn notes(&self) -> MutexGuard<'_, Vec<(Subject, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
