//! How many requests a key may make: GCRA, which is a bucket that refills evenly.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use http::{HeaderMap, HeaderName, HeaderValue};
use parking_lot::Mutex;
use spool_domain::ids::KeyId;
pub use spool_domain::rate::RateLimit;
use spool_domain::time::Timestamp;

use crate::bans::Side;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// At most so many different limits of single keys are kept apart.
const OWN_MAX: usize = 1_000;

/// Full buckets are forgotten once in so many requests, so that keys long gone take no memory.
const TIDY_EVERY: u32 = 1 << 16;

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

/// The buckets of all keys, one for looking and one for making, so that whoever polls a lot can still order: those that go by the server's setting together, and those that have a limit of their
/// own by that limit, since a set of buckets fills at one pace.
pub(crate) struct Limits<C: Clock = DefaultClock> {
    limit: Option<RateLimit>,
    usual: Option<Sides<C>>,
    own: Mutex<HashMap<RateLimit, Arc<Sides<C>>>>,
    clock: C,
}

impl Limits {
    /// With the server's setting; without one, only keys with a limit of their own are counted.
    pub(crate) fn new(usual: Option<RateLimit>) -> Self {
        Self::with_clock(usual, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limits<C> {
    fn with_clock(usual: Option<RateLimit>, clock: C) -> Self {
        let limit = usual;
        let usual = limit.map(|limit| sides(limit, &clock));
        Self { limit, usual, own: Mutex::default(), clock }
    }

    /// The server's setting.
    pub(crate) fn usual(&self) -> Option<RateLimit> {
        self.limit
    }

    /// Counts a request of this kind; nothing where nobody limits it. `now` only dates the headers.
    pub(crate) fn check(
        &self,
        key: &KeyId,
        side: Side,
        own: Option<RateLimit>,
        now: Timestamp,
    ) -> Option<Rate> {
        match own {
            None => Some(self.usual.as_ref()?[side as usize].check(key, now)),
            Some(limit) => Some(self.own(limit)[side as usize].check(key, now)),
        }
    }

    fn own(&self, limit: RateLimit) -> Arc<Sides<C>> {
        let mut own = self.own.lock();
        if own.len() >= OWN_MAX && !own.contains_key(&limit) {
            // Some keys get their allowance anew; that does no harm once in a while.
            own.clear();
        }
        Arc::clone(own.entry(limit).or_insert_with(|| Arc::new(sides(limit, &self.clock))))
    }
}

/// The buckets for looking and those for making, by `Side`.
type Sides<C> = [Buckets<C>; 2];

fn sides<C: Clock + Clone>(limit: RateLimit, clock: &C) -> Sides<C> {
    [(); 2].map(|()| Buckets::new(limit, clock.clone()))
}

/// The buckets that fill at one pace, one for each key that was seen lately. As many as there are keys, since only
/// authenticated requests have one of their own.
struct Buckets<C: Clock> {
    buckets: RateLimiter<KeyId, DashMapStateStore<KeyId>, C, StateInformationMiddleware>,
    checks: AtomicU32,
}

impl<C: Clock> Buckets<C> {
    fn new(limit: RateLimit, clock: C) -> Self {
        let quota = Quota::per_second(limit.per_second).allow_burst(limit.burst);
        let buckets = RateLimiter::new(quota, DashMapStateStore::default(), clock);
        Self { buckets, checks: AtomicU32::new(0) }
    }

    /// Counts one request of a key.
    fn check(&self, key: &KeyId, now: Timestamp) -> Rate {
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
        (Limits::with_clock(Some(limit), clock.clone()), clock)
    }

    fn key(name: &str) -> KeyId {
        KeyId(name.to_owned())
    }

    #[test]
    fn a_key_may_burst_then_waits_and_gets_its_allowance_back() {
        let (limits, clock) = limits(1, 3);
        let now = Timestamp(1_000_000);
        for left in [2, 1, 0] {
            let rate = limits.check(&key("a"), Side::Read, None, now).unwrap();
            assert_eq!((rate.limit, rate.remaining, rate.retry_after_s), (3, left, None));
            assert_eq!(rate.reset_unix_s, 1_000 + i64::from(3 - left));
        }
        assert_eq!(limits.check(&key("a"), Side::Read, None, now).unwrap().retry_after_s, Some(1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(limits.check(&key("a"), Side::Read, None, now).unwrap().retry_after_s, None);
        assert_eq!(limits.check(&key("a"), Side::Read, None, now).unwrap().retry_after_s, Some(1));
    }

    #[test]
    fn looking_and_making_are_counted_apart() {
        let (limits, _) = limits(1, 1);
        let check = |side| limits.check(&key("a"), side, None, Timestamp(0)).unwrap().retry_after_s;
        assert_eq!((check(Side::Read), check(Side::Create)), (None, None));
        assert_eq!((check(Side::Read), check(Side::Create)), (Some(1), Some(1)));
    }

    #[test]
    fn o3_one_keys_flood_takes_nothing_from_another() {
        let (limits, _) = limits(1, 2);
        for _ in 0..10 {
            limits.check(&key("noisy"), Side::Read, None, Timestamp(0));
        }
        assert_eq!(limits.check(&key("noisy"), Side::Read, None, Timestamp(0)).unwrap().remaining, 0);
        assert_eq!(limits.check(&key("quiet"), Side::Read, None, Timestamp(0)).unwrap().remaining, 1);
    }

    #[test]
    fn a_key_with_a_limit_of_its_own_goes_by_that_alone() {
        let own = |per_second, burst| limits(per_second, burst).0;
        let narrow = RateLimit { per_second: 1.try_into().unwrap(), burst: 2.try_into().unwrap() };
        for limits in [own(1, 9), Limits::with_clock(None, FakeRelativeClock::default())] {
            for left in [1, 0] {
                let rate = limits.check(&key("a"), Side::Read, Some(narrow), Timestamp(0)).unwrap();
                assert_eq!((rate.limit, rate.remaining), (2, left));
            }
            assert!(
                limits
                    .check(&key("a"), Side::Read, Some(narrow), Timestamp(0))
                    .unwrap()
                    .retry_after_s
                    .is_some()
            );
            let other = limits.check(&key("b"), Side::Read, Some(narrow), Timestamp(0)).unwrap();
            assert_eq!(other.remaining, 1, "keys with the same limit do not share it");
        }
        assert!(own(1, 9).check(&key("b"), Side::Read, None, Timestamp(0)).is_some());
        let none = Limits::with_clock(None, FakeRelativeClock::default());
        assert!(none.check(&key("b"), Side::Read, None, Timestamp(0)).is_none());
    }
}
