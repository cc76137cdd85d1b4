//! How many requests a key may make within a second before it is shut out for a while: the manner of the tasks
//! dialect. Stricter than a bucket, which only ever asks for a moment's patience.

use std::collections::HashMap;
use std::num::NonZeroU32;

use http::Method;
use parking_lot::Mutex;
use spool_domain::ids::KeyId;
use spool_domain::time::Timestamp;

use crate::limits::Rate;

/// The window in which requests are counted, milliseconds.
const WINDOW_MS: u64 = 1_000;

/// Keys that were quiet are forgotten once in so many requests, so that keys long gone take no memory.
const TIDY_EVERY: u32 = 1 << 12;

/// How many requests a key may make, and what happens to one that makes more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BanRule {
    /// Requests of one kind within any one second.
    pub per_second: NonZeroU32,
    /// How long a key that made more is shut out from calls of that kind, seconds.
    pub ban_s: NonZeroU32,
}

impl Default for BanRule {
    /// 10 a second, and 60 seconds of ban: what the tasks dialect promises.
    fn default() -> Self {
        Self { per_second: NonZeroU32::MIN.saturating_add(9), ban_s: NonZeroU32::MIN.saturating_add(59) }
    }
}

/// The kinds of request, each with a count and a ban of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// Whatever looks.
    Read,
    /// Whatever makes, and what only prices it.
    Create,
}

impl Side {
    /// What a call with this method does.
    pub(crate) fn of(method: &Method) -> Self {
        if matches!(*method, Method::GET | Method::HEAD) { Self::Read } else { Self::Create }
    }
}

/// The counts. As many as there are keys that were seen lately, since only authenticated requests have one of
/// their own; each keeps at most `per_second` moments.
pub(crate) struct Bans {
    rule: BanRule,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    keys: HashMap<(KeyId, Side), Record>,
    checks: u32,
}

#[derive(Default)]
struct Record {
    /// The requests within the last second, oldest first.
    recent: Vec<Timestamp>,
    banned_until: Option<Timestamp>,
}

impl Bans {
    pub(crate) fn new(rule: BanRule) -> Self {
        Self { rule, seen: Mutex::default() }
    }

    /// What it was made with.
    pub(crate) fn rule(&self) -> BanRule {
        self.rule
    }

    /// Counts one request of a key. The one too many begins the ban; those within it change nothing.
    pub(crate) fn check(&self, key: &KeyId, side: Side, now: Timestamp) -> Rate {
        let limit = self.rule.per_second.get();
        let ban_ms = u64::from(self.rule.ban_s.get()) * 1_000;
        let mut seen = self.seen.lock();
        seen.checks = seen.checks.wrapping_add(1);
        if seen.checks.is_multiple_of(TIDY_EVERY) {
            seen.keys.retain(|_, record| {
                record.refresh(now, ban_ms);
                record.banned_until.is_some() || !record.recent.is_empty()
            });
        }
        let record = seen.keys.entry((key.clone(), side)).or_default();
        record.refresh(now, ban_ms);
        if record.banned_until.is_none() && record.recent.len() >= limit as usize {
            record.recent.clear();
            record.banned_until = Some(now.after_ms(ban_ms));
        }
        if let Some(until) = record.banned_until {
            let left_s = until.since_ms(now).div_ceil(1_000);
            let retry_after_s = Some(u32::try_from(left_s).unwrap_or(u32::MAX));
            return Rate { limit, remaining: 0, reset_unix_s: started_s(until), retry_after_s };
        }
        record.recent.push(now);
        // No more than `limit` are kept, so the count fits its type.
        let remaining = limit.saturating_sub(record.recent.len() as u32);
        Rate { limit, remaining, reset_unix_s: started_s(now.after_ms(WINDOW_MS)), retry_after_s: None }
    }
}

impl Record {
    /// Forgets what is over. So it does what lies in the future: then the wall clock was set back, and nobody
    /// should be shut out for longer than the rule says because of that.
    fn refresh(&mut self, now: Timestamp, ban_ms: u64) {
        self.recent.retain(|at| *at <= now && now.since_ms(*at) < WINDOW_MS);
        self.banned_until = self.banned_until.filter(|until| (1..=ban_ms).contains(&until.since_ms(now)));
    }
}

/// The first whole Unix second at or after a moment.
fn started_s(at: Timestamp) -> i64 {
    at.after_ms(999).unix_s()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bans(per_second: u32, ban_s: u32) -> Bans {
        let number = |n: u32| NonZeroU32::new(n).unwrap();
        Bans::new(BanRule { per_second: number(per_second), ban_s: number(ban_s) })
    }

    fn key(name: &str) -> KeyId {
        KeyId(name.to_owned())
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp(1_000_000 + ms)
    }

    #[test]
    fn ten_a_second_and_a_minute_are_the_default() {
        let rule = BanRule::default();
        assert_eq!((rule.per_second.get(), rule.ban_s.get()), (10, 60));
    }

    #[test]
    fn the_request_too_many_begins_the_ban_and_those_within_it_do_not_lengthen_it() {
        let bans = bans(10, 60);
        let check = |ms| bans.check(&key("a"), Side::Read, at(ms));
        for n in 0..10 {
            let rate = check(n);
            assert_eq!((rate.limit, rate.remaining, rate.retry_after_s), (10, 9 - n as u32, None));
            assert_eq!(rate.reset_unix_s, 1_001 + i64::from(n > 0));
        }
        for (ms, left) in [(10, 60), (11, 60), (1_010, 59), (30_000, 31), (59_999, 1), (60_009, 1)] {
            let rate = check(ms);
            assert_eq!((rate.remaining, rate.retry_after_s), (0, Some(left)), "{ms}");
            assert_eq!(rate.reset_unix_s, 1_061, "{ms}");
        }
        let rate = check(60_010);
        assert_eq!((rate.remaining, rate.retry_after_s), (9, None));
    }

    #[test]
    fn ten_within_any_second_are_fine_for_ever() {
        let bans = bans(10, 60);
        for n in 0..1_000 {
            let rate = bans.check(&key("a"), Side::Create, at(n * 100));
            assert_eq!(rate.retry_after_s, None, "{n}");
        }
        // The eleventh within the last second, though the second that the clock shows has just begun.
        assert_eq!(bans.check(&key("a"), Side::Create, at(99_950)).retry_after_s, Some(60));
    }

    #[test]
    fn keys_and_kinds_are_counted_apart() {
        let bans = bans(1, 5);
        bans.check(&key("a"), Side::Read, at(0));
        assert_eq!(bans.check(&key("a"), Side::Read, at(0)).retry_after_s, Some(5));
        assert_eq!(bans.check(&key("a"), Side::Create, at(0)).retry_after_s, None);
        assert_eq!(bans.check(&key("b"), Side::Read, at(0)).retry_after_s, None);
    }

    #[test]
    fn a_clock_that_is_set_back_lengthens_no_ban() {
        let bans = bans(1, 5);
        bans.check(&key("a"), Side::Read, at(0));
        assert_eq!(bans.check(&key("a"), Side::Read, at(0)).retry_after_s, Some(5));
        assert_eq!(bans.check(&key("a"), Side::Read, at(-10_000)).retry_after_s, None);
    }

    #[test]
    fn quiet_keys_are_forgotten() {
        let bans = bans(1, 5);
        for n in 0..100 {
            bans.check(&key(&n.to_string()), Side::Read, at(0));
        }
        for n in 0..i64::from(TIDY_EVERY) {
            bans.check(&key("busy"), Side::Read, at(10_000 + n * 1_000));
        }
        assert!(bans.seen.lock().keys.len() <= 2);
    }
}
