//! How work on the database fails. The text never holds row data.

use spool_domain::store;

/// A failed or refused piece of work; its transaction leaves no trace.
#[derive(Clone, Debug)]
pub(super) struct Failure(String);

impl Failure {
    /// Refuses what would break an invariant, or names a row that cannot be.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<Failure> for store::Error {
    fn from(failure: Failure) -> Self {
        Self(failure.0)
    }
}
