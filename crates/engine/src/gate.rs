//! Whether a provider may be asked now. Its breaker, the pause that it asked for, and how many jobs it takes at a time.
//!
//! All of it is in memory: after a restart every breaker is shut again only by new failures, while the jobs that are open
//! at a provider are counted anew from the database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::Serialize;
use spool_domain::adapter::{Trouble, TroubleClass};
use spool_domain::ids::JobId;
use spool_domain::lifecycle::Event;

/// So many failures in a row, and a provider is left alone for a while.
const FAILURES_MAX: u32 = 5;
/// For how long at first, milliseconds; doubled with each trial that fails.
const SHUT_MS: u64 = 10_000;
/// For how long at most, milliseconds.
const SHUT_MAX_MS: u64 = 300_000;
/// While one job tries whether a provider is back, others wait this long, milliseconds.
const TRIAL_PACE_MS: u64 = 1_000;
/// The longest pause that a provider's `Retry-After` may ask of all jobs, milliseconds.
const PAUSE_MAX_MS: u64 = 60_000;
/// How long a job waits for a free place at a provider: so much for each job that waits there, milliseconds, within
/// bounds. Whoever looks first when a place becomes free has it, so the more there are the less often each need look.
const PLACE_PACE_MS: u64 = 10;
const PLACE_WAIT_MS: std::ops::RangeInclusive<u64> = 250..=10_000;

/// Where a provider's breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Breaker {
    /// It is asked.
    Closed,
    /// It failed so often that it is left alone for now.
    Open,
    /// One job tries whether it is back.
    HalfOpen,
}

/// Whether a provider may be asked at a moment, and who is there or waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where its breaker stands.
    pub breaker: Breaker,
    /// How much longer it is left alone, milliseconds, where it is.
    pub shut_ms: Option<u64>,
    /// How much longer the patience lasts that it asked for, milliseconds, where it did.
    pub paused_ms: Option<u64>,
    /// How many of this server's jobs are open there.
    pub open_jobs: usize,
    /// How many wait for a place.
    pub waiting_jobs: usize,
}

/// The gates of all providers.
#[derive(Default)]
pub(crate) struct Gates(Mutex<HashMap<String, Gate>>);

#[derive(Default)]
struct Gate {
    /// Failures in a row.
    failures: u32,
    /// On the clock that counts sleep, milliseconds: nobody asks before.
    shut_until_ms: u64,
    /// For how long it was shut the last time, milliseconds.
    shut_for_ms: u64,
    /// On the same clock: the provider asked for patience until then.
    paused_until_ms: u64,
    /// The job that tries whether it is back.
    trial: Option<JobId>,
    /// The jobs that are open there, by credential.
    open: HashMap<String, HashSet<JobId>>,
    /// The jobs that wait for a place.
    waiting: HashSet<JobId>,
}

impl Gate {
    fn breaker(&self, now_ms: u64) -> Breaker {
        match () {
            () if self.failures < FAILURES_MAX => Breaker::Closed,
            () if now_ms < self.shut_until_ms => Breaker::Open,
            () => Breaker::HalfOpen,
        }
    }
}

impl Gates {
    /// Whether a job may ask a provider now under a credential of which `places` jobs may be open, 0 for any number; then
    /// the place is its own from this moment. If not, how long it should wait, milliseconds.
    pub(crate) fn pass(
        self: &Arc<Self>,
        provider: &str,
        credential: &str,
        places: u32,
        job: JobId,
        now_ms: u64,
    ) -> Result<Seat, u64> {
        let mut gates = self.0.lock();
        let gate = gates.entry(provider.to_owned()).or_default();
        if now_ms < gate.paused_until_ms {
            return Err(gate.paused_until_ms - now_ms);
        }
        match gate.breaker(now_ms) {
            Breaker::Closed => {}
            Breaker::Open => return Err(gate.shut_until_ms - now_ms),
            Breaker::HalfOpen => match gate.trial {
                Some(other) if other != job => return Err(TRIAL_PACE_MS),
                _ => {}
            },
        }
        let open = gate.open.get(credential).map_or(0, |jobs| jobs.len() - usize::from(jobs.contains(&job)));
        if places > 0 && open >= places as usize {
            gate.waiting.insert(job);
            let wait_ms = gate.waiting.len() as u64 * PLACE_PACE_MS;
            return Err(wait_ms.clamp(*PLACE_WAIT_MS.start(), *PLACE_WAIT_MS.end()));
        }
        if gate.breaker(now_ms) == Breaker::HalfOpen {
            gate.trial = Some(job);
        }
        let taken = gate.open.entry(credential.to_owned()).or_default().insert(job);
        gate.waiting.remove(&job);
        Ok(Seat { gates: Arc::clone(self), provider: provider.to_owned(), job, kept: !taken })
    }

    /// A job is at a provider.
    pub(crate) fn enter(&self, provider: &str, credential: &str, job: JobId, now_ms: u64) {
        let mut gates = self.0.lock();
        let gate = gates.entry(provider.to_owned()).or_default();
        gate.waiting.remove(&job);
        if gate.breaker(now_ms) == Breaker::HalfOpen {
            gate.trial = Some(job);
        }
        gate.open.entry(credential.to_owned()).or_default().insert(job);
    }

    /// A job's attempt at a provider is over.
    pub(crate) fn leave(&self, provider: &str, job: JobId) {
        if let Some(gate) = self.0.lock().get_mut(provider) {
            gate.open.values_mut().for_each(|jobs| {
                jobs.remove(&job);
            });
            gate.waiting.remove(&job);
            if gate.trial == Some(job) {
                gate.trial = None;
            }
        }
    }

    /// Takes note of what an event says of its provider.
    pub(crate) fn note(&self, provider: &str, event: &Event, now_ms: u64) {
        let trouble = match event {
            Event::Accepted(..) | Event::Finished(_) | Event::Stored(_) => None,
            Event::Rejected(t) | Event::NotSent(t) | Event::Lost(t) | Event::Failed(t) => Some(t),
            _ => return,
        };
        let mut gates = self.0.lock();
        let gate = gates.entry(provider.to_owned()).or_default();
        match trouble {
            Some(Trouble { class: TroubleClass::Busy, retry_after_s: Some(seconds), .. }) => {
                let pause_ms = (u64::from(*seconds) * 1_000).min(PAUSE_MAX_MS);
                gate.paused_until_ms = gate.paused_until_ms.max(now_ms + pause_ms);
            }
            Some(trouble) if fails(trouble) => {
                gate.failures += 1;
                gate.trial = None;
                if gate.failures >= FAILURES_MAX {
                    gate.shut_for_ms = (gate.shut_for_ms * 2).clamp(SHUT_MS, SHUT_MAX_MS);
                    gate.shut_until_ms = now_ms + gate.shut_for_ms;
                    if gate.failures == FAILURES_MAX {
                        let code = crate::attempt::code_of(trouble);
                        tracing::warn!(
                            provider,
                            code,
                            "{provider} failed {FAILURES_MAX} times in a row and is left alone for a while"
                        );
                    }
                }
            }
            // An answer, whatever it says of the caller's wish, shows that the provider is there.
            _ => {
                gate.failures = 0;
                gate.shut_for_ms = 0;
                gate.trial = None;
            }
        }
    }

    /// How a provider's gate stands.
    pub(crate) fn standing(&self, provider: &str, now_ms: u64) -> Standing {
        let gates = self.0.lock();
        let none = Gate::default();
        let gate = gates.get(provider).unwrap_or(&none);
        let breaker = gate.breaker(now_ms);
        let left_ms = |until_ms: u64| until_ms.checked_sub(now_ms).filter(|left_ms| *left_ms > 0);
        Standing {
            breaker,
            shut_ms: left_ms(gate.shut_until_ms).filter(|_| breaker == Breaker::Open),
            paused_ms: left_ms(gate.paused_until_ms),
            open_jobs: gate.open.values().map(HashSet::len).sum(),
            waiting_jobs: gate.waiting.len(),
        }
    }

    /// Where a provider's breaker stands, and how many jobs are open there.
    pub(crate) fn of(&self, provider: &str, now_ms: u64) -> (Breaker, usize) {
        let standing = self.standing(provider, now_ms);
        (standing.breaker, standing.open_jobs)
    }
}

/// A job's place at a provider until its attempt has begun. Given back when it is dropped, unless it is kept.
pub(crate) struct Seat {
    gates: Arc<Gates>,
    provider: String,
    job: JobId,
    kept: bool,
}

impl Seat {
    /// The attempt has begun: the place is its own until it ends.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if !self.kept {
            self.gates.leave(&self.provider, self.job);
        }
    }
}

/// Whether a trouble is a reason to leave a provider alone: it is down, lost an answer, or does not let us in.
fn fails(trouble: &Trouble) -> bool {
    match trouble.class {
        TroubleClass::Unavailable
        | TroubleClass::Timeout
        | TroubleClass::Unknown
        | TroubleClass::Credential
        | TroubleClass::Quota => true,
        TroubleClass::Caller | TroubleClass::ContentPolicy | TroubleClass::Busy | TroubleClass::Gone => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: JobId = JobId([1; 20]);
    const OTHER: JobId = JobId([2; 20]);

    fn failed(class: TroubleClass) -> Event {
        Event::Rejected(Trouble::of(class, "code"))
    }

    #[test]
    fn five_failures_in_a_row_shut_a_provider_and_one_job_tries_whether_it_is_back() {
        let gates = Arc::new(Gates::default());
        for _ in 0..4 {
            gates.note("fal", &failed(TroubleClass::Unavailable), 0);
        }
        gates.note("fal", &failed(TroubleClass::Caller), 0);
        for n in 0..5 {
            assert_eq!(gates.pass("fal", "a", 0, JOB, 0).map(drop), Ok(()), "{n}");
            gates.note("fal", &failed(TroubleClass::Timeout), 0);
        }
        assert_eq!(gates.pass("fal", "a", 0, JOB, 1_000).map(drop), Err(9_000));
        assert_eq!(gates.of("fal", 1_000), (Breaker::Open, 0));
        assert_eq!(gates.standing("fal", 1_000).shut_ms, Some(9_000));
        assert_eq!(gates.standing("fal", 10_000).shut_ms, None, "then one job tries");
        assert_eq!(gates.pass("other", "a", 0, JOB, 1_000).map(drop), Ok(()));
        assert_eq!(gates.pass("fal", "a", 0, JOB, 10_000).map(drop), Ok(()));
        gates.enter("fal", "a", JOB, 10_000);
        assert_eq!(gates.pass("fal", "a", 0, OTHER, 10_000).map(drop), Err(TRIAL_PACE_MS));
        assert_eq!(gates.of("fal", 10_000), (Breaker::HalfOpen, 1));
        gates.note("fal", &failed(TroubleClass::Unavailable), 10_000);
        assert_eq!(gates.pass("fal", "a", 0, OTHER, 10_000).map(drop), Err(20_000), "twice as long");
        assert_eq!(gates.pass("fal", "a", 0, OTHER, 30_000).map(drop), Ok(()));
        gates.note("fal", &Event::Stored(Vec::new()), 30_000);
        assert_eq!(gates.of("fal", 30_000).0, Breaker::Closed);
    }

    #[test]
    fn a_trial_that_goes_away_without_a_word_leaves_its_place_to_another() {
        let gates = Arc::new(Gates::default());
        for _ in 0..5 {
            gates.note("fal", &failed(TroubleClass::Credential), 0);
        }
        gates.enter("fal", "a", JOB, 10_000);
        gates.leave("fal", JOB);
        assert_eq!(gates.pass("fal", "a", 0, OTHER, 10_000).map(drop), Ok(()));
    }

    #[test]
    fn a_busy_provider_is_left_alone_as_long_as_it_asks() {
        let gates = Arc::new(Gates::default());
        let busy = |seconds| Event::Rejected(Trouble::of(TroubleClass::Busy, "b").after_s(seconds));
        gates.note("fal", &busy(None), 0);
        assert_eq!(gates.pass("fal", "a", 0, JOB, 0).map(drop), Ok(()));
        gates.note("fal", &busy(Some(7)), 0);
        assert_eq!(gates.pass("fal", "a", 0, JOB, 1_000).map(drop), Err(6_000));
        assert_eq!(gates.standing("fal", 1_000).paused_ms, Some(6_000));
        gates.note("fal", &busy(Some(9_999)), 1_000);
        assert_eq!(gates.pass("fal", "a", 0, JOB, 1_000).map(drop), Err(PAUSE_MAX_MS), "within reason");
    }

    #[test]
    fn only_so_many_jobs_are_open_at_a_time_under_one_credential() {
        let gates = Arc::new(Gates::default());
        gates.enter("fal", "a", JOB, 0);
        assert_eq!(gates.pass("fal", "a", 1, OTHER, 0).map(drop), Err(250));
        let standing = gates.standing("fal", 0);
        assert_eq!((standing.open_jobs, standing.waiting_jobs), (1, 1));
        assert_eq!(
            gates.pass("fal", "b", 1, OTHER, 0).map(drop),
            Ok(()),
            "another account there has places of its own"
        );
        assert_eq!(gates.pass("fal", "a", 1, JOB, 0).map(drop), Ok(()), "its own place is no obstacle");
        assert_eq!(gates.pass("fal", "a", 0, OTHER, 0).map(drop), Ok(()), "0 is any number");
        gates.leave("fal", JOB);
        assert_eq!(gates.pass("fal", "a", 1, OTHER, 0).map(drop), Ok(()));
    }

    #[test]
    fn a_place_is_taken_with_the_pass_and_given_back_unless_the_attempt_begins() {
        let gates = Arc::new(Gates::default());
        let seat = gates.pass("fal", "a", 1, JOB, 0).ok().unwrap();
        assert_eq!(
            gates.pass("fal", "a", 1, OTHER, 0).map(drop),
            Err(250),
            "two that ask at once share no place"
        );
        drop(seat);
        gates.pass("fal", "a", 1, OTHER, 0).ok().unwrap().keep();
        assert_eq!(gates.pass("fal", "a", 1, JOB, 0).map(drop), Err(250));
        gates.leave("fal", OTHER);
        assert_eq!(gates.pass("fal", "a", 1, JOB, 0).map(drop), Ok(()));
    }
}
