//! What an operator asks over all accounts: usage, also by provider, and how providers and models did.

use async_trait::async_trait;

use crate::day::Day;
use crate::ids::{AccountId, KeyId};
use crate::order::Mode;
use crate::store::Error;
use crate::usage::Sums;

/// What usage is told apart by; what is not told apart is summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// By the day.
    pub day: bool,
    /// By the account.
    pub account: bool,
    /// By the key.
    pub key: bool,
    /// By the model.
    pub model: bool,
    /// By the provider; then the sums come from jobs, attempts and entries, since usage does not know providers.
    pub provider: bool,
}

/// Which usage is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    /// Which books.
    pub mode: Mode,
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Only of this key, which must be the account's: one is named with the other.
    pub key: Option<KeyId>,
    /// Only of this model, by its id.
    pub model: Option<String>,
    /// What to tell apart.
    pub groups: Groups,
    /// At most this many rows of an answer.
    pub rows_max: usize,
    /// At most so much is read for it: rows of usage, or jobs.
    pub read_max: usize,
}

/// One row of an answer, in order of day, account, key, model and provider; what is not told apart is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// The day.
    pub day: Option<Day>,
    /// The account and what the operator calls it.
    pub account: Option<(AccountId, String)>,
    /// The key and its name.
    pub key: Option<(KeyId, String)>,
    /// The model's id.
    pub model: Option<String>,
    /// The provider; the inner none is for jobs that were at none.
    pub provider: Option<Option<String>>,
    /// The sums.
    pub sums: Sums,
}

/// What became of a report that is bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// All of it.
    Whole(Vec<UsageRow>),
    /// It would have more rows than it may.
    TooLong,
    /// More would have to be read for it than may be.
    TooMuch,
}

/// What attempts are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The provider.
    Provider,
    /// The model.
    Model,
}

/// Which attempts are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerformanceQuery {
    /// Of which jobs.
    pub mode: Mode,
    /// The first day on which an attempt may have ended.
    pub from: Day,
    /// The last one.
    pub to: Day,
    /// By what.
    pub by: By,
    /// At most so many are read, those of the newest jobs.
    pub attempts_max: usize,
    /// At most so many jobs are looked at.
    pub jobs_max: usize,
}

/// How attempts ended and how long they took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Performance {
    /// With a result.
    pub succeeded: u64,
    /// By the provider's failure, or ours.
    pub failed: u64,
    /// For what the caller asked: a wrong input, a content policy.
    pub refused: u64,
    /// By the caller's wish.
    pub canceled: u64,
    /// How long those with a result took, milliseconds, the shortest first.
    pub took_ms: Vec<u64>,
}

impl Performance {
    /// How many there are.
    pub fn attempts(&self) -> u64 {
        self.succeeded + self.failed + self.refused + self.canceled
    }

    /// What this share of those with a result, in percent, took at most: the nearest rank, which is one of them.
    pub fn percentile_ms(&self, percent: usize) -> Option<u64> {
        let rank = (self.took_ms.len() * percent).div_ceil(100);
        self.took_ms.get(rank.max(1) - 1).copied()
    }
}

/// How the attempts of a query did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Performances {
    /// By name.
    pub rows: Vec<(String, Performance)>,
    /// Whether there are more than were read.
    pub sample: bool,
}

/// The reports' moments. All of them are bounded: none may hold up a server that has many jobs.
#[async_trait]
pub trait Reports: Send + Sync {
    /// What was made, charged and spent.
    async fn all_usage(&self, query: UsageQuery) -> Result<Report, Error>;

    /// How attempts ended, and how long they took.
    async fn performance(&self, query: PerformanceQuery) -> Result<Performances, Error>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let of = |took_ms: &[u64]| Performance { took_ms: took_ms.to_vec(), ..Performance::default() };
        assert_eq!(of(&[]).percentile_ms(50), None);
        for percent in [1, 50, 99] {
            assert_eq!(of(&[7]).percentile_ms(percent), Some(7));
        }
        let ten: Vec<u64> = (1..=10).collect();
        assert_eq!([50, 90, 99].map(|percent| of(&ten).percentile_ms(percent)), [5, 9, 10].map(Some));
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!([50, 90, 99].map(|percent| of(&hundred).percentile_ms(percent)), [50, 90, 99].map(Some));
        assert_eq!(of(&[1, 2, 3]).percentile_ms(50), Some(2));
    }
}
