//! Notes in memory, by user.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The notes of all users. Clones are the same ones.
#[derive(Clone, Debug, Default)]
pub struct Notes(Arc<Mutex<HashMap<String, Vec<String>>>>);

impl Notes {
    pub(crate) fn of(&self, user: &str) -> Vec<String> {
        let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.get(user).cloned().unwrap_or_default()
    }

    pub(crate) fn add(&self, user: &str, text: String) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.entry(user.to_owned()).or_default().push(text);
    }
}
