//! How many requests a key may make.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// An allowance of requests that refills evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateLimit {
    /// How fast the allowance comes back, requests per second.
    pub per_second: NonZeroU32,
    /// How many requests a key that was quiet may make at once.
    pub burst: NonZeroU32,
}

impl Default for RateLimit {
    /// 200 a second with bursts of 400: far above a person or one application, far below what makes others wait.
    fn default() -> Self {
        Self { per_second: NonZeroU32::MIN.saturating_add(199), burst: NonZeroU32::MIN.saturating_add(399) }
    }
}
