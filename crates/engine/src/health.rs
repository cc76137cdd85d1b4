//! How the last jobs of each provider went, from real traffic. Forgotten at a restart.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use spool_domain::adapter::{Trouble, TroubleClass};
use spool_domain::lifecycle::Event;
use spool_domain::time::Timestamp;

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
}

/// The records of all providers.
#[derive(Default)]
pub(crate) struct Records(Mutex<HashMap<String, Record>>);

#[derive(Default)]
struct Record {
    /// The oldest first; whether it went well.
    outcomes: VecDeque<bool>,
    last_failure: Option<(String, Timestamp)>,
}

impl Records {
    /// Takes note of what an event says of its provider; most say nothing.
    pub(crate) fn note(&self, provider: &str, event: &Event, at: Timestamp) {
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
        if let Some(trouble) = trouble {
            record.last_failure = Some((crate::attempt::code_of(trouble), at));
        }
    }

    /// How a provider does; nothing before its first outcome.
    pub(crate) fn of(&self, provider: &str) -> Option<Health> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let record = records.get(provider)?;
        let failures = record.outcomes.iter().filter(|well| !**well).count();
        let (last_failure, last_failure_at) =
            record.last_failure.clone().map(|(code, at)| (code, at.unix_s())).unzip();
        Some(Health { attempts: record.outcomes.len(), failures, last_failure, last_failure_at })
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
        assert_eq!(records.of("fal"), None);
        let failed = |class| Event::Failed(Trouble::of(class, "code"));
        let at = Timestamp(1_700_000_000_000);
        records.note("fal", &failed(TroubleClass::Caller), at);
        records.note("fal", &Event::Pending(None, 1), at);
        assert_eq!(records.of("fal"), None);
        for _ in 0..REMEMBERED {
            records.note("fal", &failed(TroubleClass::Unavailable), at);
        }
        records.note("fal", &Event::Finished(Vec::new()), at);
        let health = records.of("fal").unwrap();
        assert_eq!((health.attempts, health.failures), (50, 49));
        assert_eq!(
            (health.last_failure.as_deref(), health.last_failure_at),
            (Some("code"), Some(1_700_000_000))
        );
        assert_eq!(records.of("openai"), None);
    }
}
