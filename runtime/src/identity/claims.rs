//! The claims of a verified token.

use std::{fmt, sync::Arc};

use serde::de::DeserializeOwned;

/// The claims of a verified token, as JSON.
///
/// `Debug` does not show them.
#[derive(Clone)]
pub struct Claims(Arc<str>);

impl Claims {
    pub(crate) fn new(json: &str) -> Self {
        Self(json.into())
    }

    /// Decodes all claims into your own type.
    ///
    /// # Errors
    /// Returns an error if the claims do not fit the type. The error can contain the value: keep it
    /// out of responses.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }

    /// Returns the claims as JSON.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Claims(..)")
    }
}
