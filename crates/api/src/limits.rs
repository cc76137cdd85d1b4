//! How many requests a key may make: GCRA, which is a bucket that refills evenly.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue};
use spool_domain::ids::KeyId;
use spool_domain::time::Timestamp;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Full buckets are forgotten once in so many requests, so that keys long gone take no memory.
const TIDY_EVERY: u32 = 1 << 16;

/// How many requests each key may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// What one request found: the numbers for its answer's headers, and whether it may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// When the whole allowance is back, Unix seconds.
    pub(crate) reset_unix_s: i64,
    /// Seconds to wait, for a request that is too much.
    pub(crate) retry_after_s: Option<u32>,
}

impl Rate {
    /// Writes `X-RateLimit-*`.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        headers.insert(LIMIT, HeaderValue::from(self.limit));
        headers.insert(REMAINING, HeaderValue::from(self.remaining));
        headers.insert(RESET, HeaderValue::from(self.reset_unix_s));
    }
}

/// The buckets, one for each key that was seen lately. As many as there are keys, since only authenticated
/// requests have one of their own.
pub(crate) struct Limits<C: Clock = DefaultClock> {
    buckets: RateLimiter<KeyId, DashMapStateStore<KeyId>, C, StateInformationMiddleware>,
    checks: AtomicU32,
}

impl Limits {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self::with_clock(limit, DefaultClock::default())
    }
}

impl<C: Clock> Limits<C> {
    fn with_clock(limit: RateLimit, clock: C) -> Self {
        let quota = Quota::per_second(limit.per_second).allow_burst(limit.burst);
        let buckets = RateLimiter::new(quota, DashMapStateStore::default(), clock);
        Self { buckets, checks: AtomicU32::new(0) }
    }

    /// Counts one request of a key.
    pub(crate) fn check(&self, key: &KeyId, now: Timestamp) -> Rate {
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.buckets.retain_recent();
        }
        let (quota, remaining, retry_after_s) = match self.buckets.check_key(key) {
            Ok(state) => (state.quota(), state.remaining_burst_capacity(), None),
            Err(until) => {
                let wait = until.wait_time_from(self.buckets.clock().now());
                (until.quota(), 0, Some(whole_seconds(wait).max(1)))
            }
        };
        let limit = quota.burst_size().get();
        let full_in = quota.replenish_interval().saturating_mul(limit.saturating_sub(remaining));
        let reset_unix_s = now.unix_s().saturating_add(i64::from(whole_seconds(full_in)));
        Rate { limit, remaining, reset_unix_s, retry_after_s }
    }
}

fn whole_seconds(time: Duration) -> u32 {
    let started = u64::from(time.subsec_nanos() > 0);
    u32::try_from(time.as_secs().saturating_add(started)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn limits(per_second: u32, burst: u32) -> (Limits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let limit =
            RateLimit { per_second: per_second.try_into().unwrap(), burst: burst.try_into().unwrap() };
        (Limits::with_clock(limit, clock.clone()), clock)
    }

    fn key(name: &str) -> KeyId {
        KeyId(name.to_owned())
    }

    #[test]
    fn a_key_may_burst_then_waits_and_gets_its_allowance_back() {
        let (limits, clock) = limits(1, 3);
        let now = Timestamp(1_000_000);
        for left in [2, 1, 0] {
            let rate = limits.check(&key("a"), now);
            assert_eq!((rate.limit, rate.remaining, rate.retry_after_s), (3, left, None));
            assert_eq!(rate.reset_unix_s, 1_000 + i64::from(3 - left));
        }
        assert_eq!(limits.check(&key("a"), now).retry_after_s, Some(1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(limits.check(&key("a"), now).retry_after_s, None);
        assert_eq!(limits.check(&key("a"), now).retry_after_s, Some(1));
    }

    #[test]
    fn o3_one_keys_flood_takes_nothing_from_another() {
        let (limits, _) = limits(1, 2);
        for _ in 0..10 {
            limits.check(&key("noisy"), Timestamp(0));
        }
        assert_eq!(limits.check(&key("noisy"), Timestamp(0)).remaining, 0);
        assert_eq!(limits.check(&key("quiet"), Timestamp(0)).remaining, 1);
    }
}
