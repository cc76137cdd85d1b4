//! The real clock and the real source of random bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use rand::Rng;
use spool_domain::ids::Entropy;
use spool_domain::time::{Clock, Timestamp};

/// The machine's wall clock.
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A generator that the operating system seeds.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
