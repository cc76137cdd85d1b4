//! How the last jobs of each provider went, from real traffic. Forgotten at a restart.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use spool_domain::adapter::{Trouble, TroubleClass};
use spool_domain::lifecycle::Event;
use spool_domain::time::Timestamp;

use crate::gate::Breaker;

/// So many of a provider's last outcomes are remembered.
const REMEMBERED: usize = 50;

/// How a provider's last jobs went on this server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// How many of its last outcomes are counted here, at most 50.
    pub attempts: usize,
    /// How many of them were the provider's failures: down, busy, out of time, or refusing our credential.
    pub failures: usize,
    /// The short code of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
    /// When it was, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<i64>,
    /// How long the middle one of its last successes took from our call to its result, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typical_ms: Option<u64>,
    /// Whether it is asked at the moment.
    pub breaker: Breaker,
    /// How many of this server's jobs are open there.
    pub open_jobs: usize,
}

/// The records of all providers.
#[derive(Default)]
pub(crate) struct Records(Mutex<HashMap<String, Record>>);

#[derive(Default)]
struct Record {
    /// The oldest first; whether it went well.
    outcomes: VecDeque<bool>,
    last_failure: Option<(String, Timestamp)>,
    /// How long the last successes took, milliseconds, the oldest first.
    took_ms: VecDeque<u64>,
}

impl Record {
    fn typical_ms(&self) -> Option<u64> {
        let mut sorted: Vec<_> = self.took_ms.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

impl Records {
    /// Takes note of what an event says of its provider; most say nothing.
    /// `took_ms` is how long the attempt has been going on.
    pub(crate) fn note(&self, provider: &str, event: &Event, at: Timestamp, took_ms: u64) {
        let trouble = match event {
            Event::Finished(_) | Event::Stored(_) => None,
            Event::Rejected(t) | Event::NotSent(t) | Event::Lost(t) | Event::Failed(t) if blames(t) => {
                Some(t)
            }
            _ => return,
        };
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let record = records.entry(provider.to_owned()).or_default();
        if record.outcomes.len() == REMEMBERED {
            record.outcomes.pop_front();
        }
        record.outcomes.push_back(trouble.is_none());
        if trouble.is_none() {
            if record.took_ms.len() == REMEMBERED {
                record.took_ms.pop_front();
            }
            record.took_ms.push_back(took_ms);
        }
        if let Some(trouble) = trouble {
            record.last_failure = Some((crate::attempt::code_of(trouble), at));
        }
    }

    /// How long the middle one of a provider's last successes took, milliseconds.
    pub(crate) fn typical_ms(&self, provider: &str) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(provider)?.typical_ms()
    }

    /// How a provider does; nothing before its first outcome. `gate` is where its breaker stands, and how many jobs are
    /// open there.
    pub(crate) fn of(&self, provider: &str, gate: (Breaker, usize)) -> Option<Health> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let record = records.get(provider)?;
        let failures = record.outcomes.iter().filter(|well| !**well).count();
        let (last_failure, last_failure_at) =
            record.last_failure.clone().map(|(code, at)| (code, at.unix_s())).unzip();
        Some(Health {
            attempts: record.outcomes.len(),
            failures,
            last_failure,
            last_failure_at,
            typical_ms: record.typical_ms(),
            breaker: gate.0,
            open_jobs: gate.1,
        })
    }
}

/// Whether a trouble is the provider's own. What the caller asked for says nothing about it.
fn blames(trouble: &Trouble) -> bool {
    !matches!(trouble.class, TroubleClass::Caller | TroubleClass::ContentPolicy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_outcomes_count_and_the_callers_faults_do_not() {
        let records = Records::default();
        assert_eq!(records.of("fal", (Breaker::Closed, 0)), None);
        let failed = |class| Event::Failed(Trouble::of(class, "code"));
        let at = Timestamp(1_700_000_000_000);
        records.note("fal", &failed(TroubleClass::Caller), at, 7);
        records.note("fal", &Event::Pending(None, 1), at, 7);
        assert_eq!(records.of("fal", (Breaker::Closed, 0)), None);
        for _ in 0..REMEMBERED {
            records.note("fal", &failed(TroubleClass::Unavailable), at, 7);
        }
        records.note("fal", &Event::Finished(Vec::new()), at, 7);
        let health = records.of("fal", (Breaker::Closed, 0)).unwrap();
        assert_eq!((health.attempts, health.failures), (50, 49));
        assert_eq!(
            (health.last_failure.as_deref(), health.last_failure_at),
            (Some("code"), Some(1_700_000_000))
        );
        assert_eq!(records.of("openai", (Breaker::Closed, 0)), None);
    }
}
