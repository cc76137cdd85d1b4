//! How many requests may be on their way into the engine at the same time (O2). Whoever comes when the house is
//! full hears so before the body is read: a body that waits for its turn is memory that a flood could fill.

use spool_domain::fault::{Fault, Kind};
use tokio::sync::SemaphorePermit;

use crate::Api;

/// Enough to fill several group commits of the database, and at the largest body some hundreds of megabytes.
pub(crate) const PLACES: usize = 1_024;

impl Api {
    /// A place for one request, from before its body is read until it is admitted.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, Fault> {
        self.places.try_acquire().map_err(|_| Fault::of(Kind::Overloaded).after_s(1))
    }
}
