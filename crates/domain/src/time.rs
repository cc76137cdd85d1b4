//! Wall time as a value. Safety never depends on it (O4); it serves due times, expiry and what people read.

use serde::{Deserialize, Serialize};

/// Milliseconds of Unix time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment plus some milliseconds; saturates at the end of time.
    pub fn after_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX)))
    }

    /// This moment minus some milliseconds; saturates at the beginning of time.
    pub fn before_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_sub(i64::try_from(ms).unwrap_or(i64::MAX)))
    }

    /// Milliseconds from `earlier` to this moment; zero if it is not earlier.
    pub fn since_ms(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    /// Whole seconds of Unix time.
    pub fn unix_s(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// The wall clock, handed to whoever needs the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}
