//! How many requests may be on their way into the engine at the same time (O2). Whoever comes when the house is
//! full hears so before the body is read: a body that waits for its turn is memory that a flood could fill.

use spool_domain::fault::{Fault, Kind};
use tokio::sync::SemaphorePermit;

use crate::Api;

/// Enough to fill several group commits of the database, and at the largest body some hundreds of megabytes.
pub(crate) const PLACES: usize = 1_024;

/// How many bodies may be large at the same time: at the usual bound half a gibibyte, and some copies of it.
pub(crate) const LARGE_PLACES: usize = 16;

/// How many files may be on their way in at the same time. Each takes about a megabyte of memory and a temporary
/// file.
pub(crate) const UPLOAD_PLACES: usize = 64;

impl Api {
    /// A place for a body that is larger than most, until its order is admitted.
    pub(crate) fn large_place(&self) -> Result<SemaphorePermit<'_>, Fault> {
        self.large_places.try_acquire().map_err(|_| Fault::of(Kind::Overloaded).after_s(1))
    }

    /// A place for one upload, from before its body is read until the file is kept.
    pub(crate) fn upload_place(&self) -> Result<SemaphorePermit<'_>, Fault> {
        self.upload_places.try_acquire().map_err(|_| Fault::of(Kind::Overloaded).after_s(5))
    }

    /// A place for one request, from before its body is read until it is admitted.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, Fault> {
        self.places.try_acquire().map_err(|_| Fault::of(Kind::Overloaded).after_s(1))
    }
}
