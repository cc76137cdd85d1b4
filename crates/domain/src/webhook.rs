//! Webhooks: what is told, to whom, and when it is tried again (INVARIANTS, section 5). Rules without I/O; the
//! store's side is `outbox`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::job::{Outcome, Phase};
use crate::order::Manner;
use crate::time::Timestamp;

macro_rules! news {
    ($($(#[$doc:meta])* $name:ident, $word:literal;)*) => {
        /// Something that is told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum News { $($(#[$doc])* #[serde(rename = $word)] $name,)* }

        impl News {
            /// All of them, in the order of the table.
            pub const ALL: &[News] = &[$(News::$name,)*];

            /// The word in requests, messages and the database.
            pub fn word(self) -> &'static str { match self { $(News::$name => $word,)* } }
        }
    };
}

news! {
    /// Work on a job has begun.
    Started, "job.started";
    /// A job has its results.
    Succeeded, "job.succeeded";
    /// A job ended without.
    Failed, "job.failed";
    /// A job ended by its caller's wish.
    Canceled, "job.canceled";
    /// Somebody wants to see whether an endpoint hears.
    Test, "webhook.test";
}

impl News {
    /// What the end of a job is told as; nothing for a job that goes on.
    pub fn of_end(phase: &Phase) -> Option<Self> {
        match phase {
            Phase::Done(Outcome::Succeeded(_)) => Some(Self::Succeeded),
            Phase::Done(Outcome::Failed(_)) => Some(Self::Failed),
            Phase::Done(Outcome::Canceled) => Some(Self::Canceled),
            Phase::Queued
            | Phase::Submitting
            | Phase::Running(_)
            | Phase::Storing(_)
            | Phase::Reconciling { .. }
            | Phase::NeedsOperator => None,
        }
    }
}

/// There is no such word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no event `{0}`; there are job.started, job.succeeded, job.failed and job.canceled")]
pub struct UnknownNews(pub String);

impl FromStr for News {
    type Err = UnknownNews;
    fn from_str(word: &str) -> Result<Self, UnknownNews> {
        let found = Self::ALL.iter().copied().find(|news| news.word() == word);
        found.ok_or_else(|| UnknownNews(word.chars().take(40).collect()))
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Manner {
    /// Whether a callback of this manner hears such news.
    pub fn hears(self, news: News) -> bool {
        match (self, news) {
            (_, News::Succeeded | News::Failed) | (Self::End | Self::Every, News::Canceled) => true,
            (Self::Every, News::Started) => true,
            (Self::Once, News::Canceled) | (Self::Once | Self::End, News::Started) | (_, News::Test) => false,
        }
    }
}

/// How hard a delivery is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan<'a> {
    /// To a registered endpoint: the pauses before each of its tries, milliseconds (W3).
    Ladder(&'a [u64]),
    /// To a job's own callback: as its dialect's contract says.
    Callback(Manner),
}

/// The usual pauses before the tries at a registered endpoint, milliseconds: three days and more in all (W3).
pub const LADDER_MS: [u64; 10] = {
    const MIN: u64 = 60_000;
    const HOUR: u64 = 60 * MIN;
    [0, 5_000, 5 * MIN, 30 * MIN, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
};
/// The same for callbacks of two dialects.
const CALLBACK_MS: [u64; 3] = [0, 2_000, 10_000];
const ONCE_MS: [u64; 1] = [0];

/// `Retry-After` is honoured up to a day.
const RETRY_AFTER_MAX_S: u32 = 24 * 3_600;

impl<'a> Plan<'a> {
    fn pauses_ms(self) -> &'a [u64] {
        match self {
            Self::Ladder(pauses_ms) => pauses_ms,
            Self::Callback(Manner::End | Manner::Every) => &CALLBACK_MS,
            Self::Callback(Manner::Once) => &ONCE_MS,
        }
    }

    /// How long a receiver may take to answer, milliseconds.
    pub fn answer_within_ms(self) -> u64 {
        match self {
            Self::Ladder(_) => 15_000,
            Self::Callback(_) => 10_000,
        }
    }

    /// The pause before the next try after `tries` failed ones; none when it was the last. `swing` from -1 to 1
    /// spreads the ladder's by a tenth.
    pub fn pause_ms(self, tries: u32, swing: f64) -> Option<u64> {
        let pause_ms = *self.pauses_ms().get(tries as usize)?;
        match self {
            Self::Ladder(_) => Some((pause_ms as f64 * (1.0 + swing.clamp(-1.0, 1.0) / 10.0)) as u64),
            Self::Callback(_) => Some(pause_ms),
        }
    }
}

/// What a receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An HTTP status, with its `Retry-After` in seconds, if any.
    Status(u16, Option<u32>),
    /// Nothing; a short word for why.
    Nothing(&'static str),
}

impl Heard {
    /// Whether the message arrived.
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Status(200..=299, _))
    }
}

/// How an endpoint has been doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Failures since the last success.
    pub failures: u32,
    /// When the clock of W4 started: the third failure in a row within a day; before that, the first of the row.
    pub failing_since: Option<Timestamp>,
}

/// What follows from one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of the delivery.
    pub next: Next,
    /// How the endpoint is doing now.
    pub health: Health,
    /// How long nothing at all is sent to the endpoint, milliseconds (W6).
    pub pause_ms: u64,
    /// Why the endpoint is switched off, if it is (W3, W4).
    pub disable: Option<&'static str>,
}

/// What becomes of a delivery after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It arrived.
    Delivered,
    /// It is tried again after this many milliseconds.
    Again(u64),
    /// It is given up.
    Failed,
}

/// From so many failures in a row on, an endpoint rests between tries: its breaker is open.
const BREAKER_FROM: u32 = 5;
const BREAKER_FIRST_MS: u64 = 5_000;
const BREAKER_MAX_MS: u64 = 300_000;

/// An endpoint that says it is overloaded rests at least so long.
const SLOW_DOWN_MS: u64 = 10_000;

/// The clock of W4 starts with the third failure in a row, if they came within a day.
const CLOCK_FROM: u32 = 3;
const CLOCK_WITHIN_MS: u64 = 24 * 3_600_000;

/// After so long without one success a registered endpoint is switched off (W4).
pub const DISABLE_AFTER_MS: u64 = 5 * 24 * 3_600_000;

/// What follows from a try. `tries` counts this one; `swing` from -1 to 1 is chance.
pub fn judge(plan: Plan, tries: u32, heard: &Heard, before: Health, now: Timestamp, swing: f64) -> Verdict {
    if heard.is_well() {
        return Verdict { next: Next::Delivered, health: Health::default(), pause_ms: 0, disable: None };
    }
    let health = worse(before, now);
    let asked_ms = match heard {
        Heard::Status(_, Some(seconds)) => u64::from((*seconds).min(RETRY_AFTER_MAX_S)) * 1_000,
        Heard::Status(_, None) | Heard::Nothing(_) => 0,
    };
    let overloaded = matches!(heard, Heard::Status(429 | 502 | 504, _));
    let rest_ms = match health.failures.checked_sub(BREAKER_FROM) {
        None => 0,
        Some(more) => BREAKER_FIRST_MS.saturating_mul(1 << more.min(16)).min(BREAKER_MAX_MS),
    };
    let pause_ms = if overloaded { rest_ms.max(asked_ms).max(SLOW_DOWN_MS) } else { rest_ms };
    let over = |since: Timestamp| health.failures > CLOCK_FROM && now.since_ms(since) >= DISABLE_AFTER_MS;
    let disable = match plan {
        Plan::Callback(_) => None,
        Plan::Ladder(_) if matches!(heard, Heard::Status(410, _)) => Some("it answered 410 Gone"),
        Plan::Ladder(_) => health.failing_since.is_some_and(over).then_some("it failed for five days"),
    };
    let next = match plan.pause_ms(tries, swing) {
        Some(pause_ms) if disable.is_none() => Next::Again(pause_ms.max(asked_ms)),
        _ => Next::Failed,
    };
    Verdict { next, health, pause_ms, disable }
}

fn worse(before: Health, now: Timestamp) -> Health {
    let failures = before.failures.saturating_add(1);
    let first = before.failing_since.unwrap_or(now);
    match failures {
        1 => Health { failures, failing_since: Some(now) },
        CLOCK_FROM if now.since_ms(first) > CLOCK_WITHIN_MS => {
            Health { failures: 1, failing_since: Some(now) }
        }
        CLOCK_FROM => Health { failures, failing_since: Some(now) },
        _ => Health { failures, failing_since: Some(first) },
    }
}

/// The id of a message, the same at every try (W2): no dot, and no secret in it.
pub fn message_id(job: crate::ids::JobId, news: News) -> String {
    let word = news.word().rsplit('.').next().unwrap_or_default();
    format!("msg_{job}_{word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Heard = Heard::Status(500, None);
    const HOUR_MS: i64 = 3_600_000;
    const LADDER: Plan = Plan::Ladder(&LADDER_MS);

    fn at(ms: i64) -> Timestamp {
        Timestamp(1_750_000_000_000 + ms)
    }

    fn after(plan: Plan, tries: u32, heard: &Heard) -> Verdict {
        judge(plan, tries, heard, Health::default(), at(0), 0.0)
    }

    #[test]
    fn each_manner_hears_what_its_contract_says() {
        use News::{Canceled, Failed, Started, Succeeded, Test};
        for (manner, heard) in [
            (Manner::Once, vec![Succeeded, Failed]),
            (Manner::End, vec![Succeeded, Failed, Canceled]),
            (Manner::Every, vec![Started, Succeeded, Failed, Canceled]),
        ] {
            let hears: Vec<News> = News::ALL.iter().copied().filter(|news| manner.hears(*news)).collect();
            assert_eq!(hears, heard, "{manner:?}");
            assert!(!manner.hears(Test));
        }
    }

    #[test]
    fn w3_the_ladder_has_ten_tries_and_a_tenth_of_swing() {
        let seconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]
            .map(|pause_s: u64| pause_s * 1_000);
        for (tries, pause_ms) in (1..).zip(seconds) {
            assert_eq!(after(LADDER, tries, &FAILED).next, Next::Again(pause_ms));
            for (swing, tenths) in [(-1.0, 9), (1.0, 11), (7.0, 11)] {
                let swung = LADDER.pause_ms(tries, swing).unwrap();
                assert!(swung.abs_diff(pause_ms * tenths / 10) <= 1, "{tries} {swing}");
            }
        }
        assert_eq!(after(LADDER, 10, &FAILED).next, Next::Failed);
    }

    #[test]
    fn callbacks_are_tried_as_their_contracts_say() {
        for manner in [Manner::End, Manner::Every] {
            let plan = Plan::Callback(manner);
            let next = [1, 2, 3].map(|tries| after(plan, tries, &FAILED).next);
            assert_eq!(next, [Next::Again(2_000), Next::Again(10_000), Next::Failed]);
            assert_eq!(plan.answer_within_ms(), 10_000);
        }
        assert_eq!(after(Plan::Callback(Manner::Once), 1, &FAILED).next, Next::Failed);
    }

    #[test]
    fn w3_only_2xx_is_well_and_a_redirect_is_a_failure() {
        for status in [200, 201, 204, 299] {
            let verdict = judge(
                LADDER,
                3,
                &Heard::Status(status, None),
                Health { failures: 9, failing_since: Some(at(-1)) },
                at(0),
                0.0,
            );
            assert_eq!((verdict.next, verdict.health), (Next::Delivered, Health::default()));
        }
        for status in [199, 301, 302, 307, 400, 404, 500] {
            assert_eq!(after(LADDER, 1, &Heard::Status(status, None)).next, Next::Again(5_000), "{status}");
        }
        assert_eq!(after(LADDER, 1, &Heard::Nothing("timeout")).next, Next::Again(5_000));
    }

    #[test]
    fn w3_retry_after_is_honoured_up_to_a_day() {
        let next = |seconds| after(LADDER, 1, &Heard::Status(503, Some(seconds))).next;
        assert_eq!(next(1), Next::Again(5_000));
        assert_eq!(next(60), Next::Again(60_000));
        assert_eq!(next(1_000_000), Next::Again(86_400_000));
    }

    #[test]
    fn w3_gone_switches_an_endpoint_off_and_overload_slows_it_down() {
        let gone = after(LADDER, 1, &Heard::Status(410, None));
        assert_eq!((gone.next, gone.disable.is_some()), (Next::Failed, true));
        let callback = after(Plan::Callback(Manner::End), 1, &Heard::Status(410, None));
        assert_eq!((callback.next, callback.disable), (Next::Again(2_000), None));
        for status in [429, 502, 504] {
            assert_eq!(after(LADDER, 1, &Heard::Status(status, None)).pause_ms, 10_000);
            assert_eq!(after(LADDER, 1, &Heard::Status(status, Some(77))).pause_ms, 77_000);
        }
        assert_eq!(after(LADDER, 1, &FAILED).pause_ms, 0);
    }

    #[test]
    fn w6_the_breaker_opens_with_the_fifth_failure_and_its_rest_grows_to_five_minutes() {
        let mut health = Health::default();
        let mut rests = Vec::new();
        for n in 0..14 {
            let verdict = judge(LADDER, 1, &FAILED, health, at(n), 0.0);
            health = verdict.health;
            rests.push(verdict.pause_ms / 1_000);
        }
        assert_eq!(rests, [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300, 300]);
    }

    #[test]
    fn w4_five_days_of_failures_switch_an_endpoint_off() {
        let fail = |health, hours: i64| judge(LADDER, 1, &FAILED, health, at(hours * HOUR_MS), 0.0);
        let mut health = Health::default();
        for hours in [0, 1, 2] {
            health = fail(health, hours).health;
        }
        // The clock started with the third.
        assert_eq!(fail(health, 2 + 119).disable, None);
        assert!(fail(health, 2 + 120).disable.is_some());
        // One success in between starts it anew.
        let well = judge(LADDER, 1, &Heard::Status(200, None), health, at(50 * HOUR_MS), 0.0).health;
        assert_eq!(fail(well, 200).disable, None);
    }

    #[test]
    fn w4_three_failures_spread_over_more_than_a_day_do_not_start_the_clock() {
        let mut health = Health::default();
        for hours in [0, 20, 40] {
            health = judge(LADDER, 1, &FAILED, health, at(hours * HOUR_MS), 0.0).health;
        }
        assert_eq!(health, Health { failures: 1, failing_since: Some(at(40 * HOUR_MS)) });
    }

    #[test]
    fn w2_a_message_id_has_no_dot_and_is_the_jobs_and_the_newss_own() {
        let job = crate::ids::JobId([7; 20]);
        let ids: Vec<String> = News::ALL.iter().map(|news| message_id(job, *news)).collect();
        assert!(ids.iter().all(|id| !id.contains('.')));
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
    }
}
