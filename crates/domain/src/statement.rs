//! What a customer reads of the ledger: the entries of one job, and the lines of an account. And what moves money
//! after a job's end: refunds.

use crate::ids::{AccountId, JobId};
use crate::ledger::Kind;
use crate::money::MicroUsd;
use crate::order::Mode;
use crate::time::Timestamp;

/// Part of a capture to give back (M6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Whose job.
    pub account: AccountId,
    /// Which books.
    pub mode: Mode,
    /// The job that was charged.
    pub job: JobId,
    /// How much; above zero.
    pub amount: MicroUsd,
    /// Why, for people.
    pub reason: String,
    /// The operator's own name for it: the same name for the same job is booked once.
    pub reference: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What became of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refunded {
    /// Booked.
    New {
        /// Its number among the refunds of the job, from 1.
        no: u32,
        /// What of the capture could still be refunded.
        left: MicroUsd,
    },
    /// The reference was booked before, with the same amount. Nothing was written.
    Known {
        /// The number it has.
        no: u32,
    },
    /// The reference was booked before with another amount. Nothing was written.
    Mismatch {
        /// The amount that was booked.
        booked: MicroUsd,
    },
    /// More than is left of the capture. Nothing was written.
    Exceeds {
        /// What could be refunded.
        left: MicroUsd,
    },
    /// The account has no such job. Nothing was written.
    NoJob,
}

/// One entry of a job's statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it records: never a cost, which is not the customer's.
    pub kind: Kind,
    /// How much moved.
    pub amount: MicroUsd,
    /// When.
    pub at: Timestamp,
    /// Of a refund: why, if it was told.
    pub reason: Option<String>,
}

/// One line of an account's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A job, at the moment of its hold.
    Job {
        /// The job.
        id: JobId,
        /// The model's id.
        model: String,
        /// What was held.
        held: MicroUsd,
        /// What was captured; none while it is open.
        captured: Option<MicroUsd>,
        /// When it was held.
        at: Timestamp,
        /// When the hold was resolved.
        ended_at: Option<Timestamp>,
    },
    /// Credit added, or given back: not by a job's own steps.
    Credit {
        /// The entry's key.
        key: String,
        /// A top-up or a refund.
        kind: Kind,
        /// The job of a refund.
        job: Option<JobId>,
        /// How much.
        amount: MicroUsd,
        /// When.
        at: Timestamp,
    },
}

/// Where a page of the ledger begins: after these lines of the page before. Jobs and credits are two lists, each with
/// an order of its own, that are merged by time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The last job.
    pub job: Option<JobId>,
    /// The last credit's moment and key.
    pub credit: Option<(Timestamp, String)>,
}
