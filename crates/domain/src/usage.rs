//! The roll-up of what was made and charged: rows that are summed, so that no report reads jobs.

use crate::day::Day;
use crate::ids::KeyId;
use crate::money::MicroUsd;

/// Sums over whole jobs by the day they ended on; parts count with their costs only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Jobs that ended.
    pub jobs: u64,
    /// Those with a result.
    pub succeeded: u64,
    /// Those without.
    pub failed: u64,
    /// Those that the caller ended.
    pub canceled: u64,
    /// Captures minus refunds, each on the day it was booked; below zero where more was refunded.
    pub charged: MicroUsd,
    /// What providers cost us: the operator's own number.
    pub cost: MicroUsd,
}

impl Sums {
    /// Adds others; saturates, as sums of rows that are bounded do.
    pub fn add(&mut self, more: &Self) {
        self.jobs = self.jobs.saturating_add(more.jobs);
        self.succeeded = self.succeeded.saturating_add(more.succeeded);
        self.failed = self.failed.saturating_add(more.failed);
        self.canceled = self.canceled.saturating_add(more.canceled);
        self.charged = MicroUsd(self.charged.0.saturating_add(more.charged.0));
        self.cost = MicroUsd(self.cost.0.saturating_add(more.cost.0));
    }
}

/// What usage is told apart by; what is not told apart is summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// By the day.
    pub day: bool,
    /// By the key.
    pub key: bool,
    /// By the model.
    pub model: bool,
}

/// Which usage is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// Only of this key.
    pub key: Option<KeyId>,
    /// Only of this model, by its id.
    pub model: Option<String>,
    /// What to tell apart.
    pub groups: Groups,
    /// At most this many rows; one more is given where there are more, so that the caller sees it.
    pub limit: usize,
}

/// One row of an answer, in order of day, key and model; what is not told apart is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The day.
    pub day: Option<Day>,
    /// The key.
    pub key: Option<KeyId>,
    /// The model's id.
    pub model: Option<String>,
    /// The sums.
    pub sums: Sums,
}
