//! What an operator does, as the database sees it: each act is one transaction together with its line in the
//! operator's log, so that nothing is done that the log does not tell.

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::ids::{AccountId, JobId, KeyId};
use crate::job::Job;
use crate::ledger::Transfer;
use crate::money::MicroUsd;
use crate::order::Mode;
use crate::rate::RateLimit;
use crate::scope::Scopes;
use crate::store::{AccountRow, Commit, Error, KeyRow};
use crate::time::Timestamp;

/// A line of the log that is about to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Who acts: a key's id, or `console` for whoever may open the data folder.
    pub actor: String,
    /// What is done, such as `key.create`.
    pub action: &'static str,
    /// To what, such as `account:7`. Left empty where the act itself makes it.
    pub subject: String,
    /// With which particulars; never a secret, a prompt or a signed address.
    pub detail: Map<String, Value>,
    /// When.
    pub at: Timestamp,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    /// Its number; later lines have higher ones.
    pub n: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// With which particulars.
    pub detail: Map<String, Value>,
}

/// What changes about an account. What is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// What the operator calls it.
    pub name: Option<String>,
    /// Where its owner is reached; the inner none takes it away.
    pub email: Option<Option<String>>,
}

/// What changes about a key. What is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// What the operator calls it.
    pub name: Option<String>,
    /// What it may do.
    pub scopes: Option<Scopes>,
    /// How many requests it may make; the inner none leaves that to the server's setting.
    pub rate: Option<Option<RateLimit>>,
}

/// What became of a decision about a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Durable.
    Done,
    /// The job is not what the decision was made about any more. Nothing was written.
    Lost,
    /// The provider's job belongs to this job's attempt already (U8). Nothing was written.
    Taken(JobId),
}

/// Which jobs an operator looks for, over all accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Only this account's.
    pub account: Option<AccountId>,
    /// Only of this mode.
    pub mode: Option<Mode>,
    /// Only in this phase, by its name. With `needs_operator` parts are listed too: they wait for themselves.
    pub phase: Option<String>,
    /// Only of this model, by its id.
    pub model: Option<String>,
    /// Only of this key.
    pub key: Option<KeyId>,
    /// Only with an attempt at this provider, a part's included.
    pub provider: Option<String>,
    /// Only admitted at this moment or later.
    pub from: Option<Timestamp>,
    /// Only admitted before this moment.
    pub until: Option<Timestamp>,
}

/// Which lines of the log are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Only this action, such as `key.create`, or all of a kind, such as `key`.
    pub action: Option<String>,
    /// Only about this subject, such as `account:7`, or all of a kind, such as `account`.
    pub subject: Option<String>,
    /// Only by this one.
    pub actor: Option<String>,
    /// Only of this moment or later.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}

/// A booked entry, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Its unique key.
    pub key: String,
    /// What it records.
    pub kind: String,
    /// The account of the books that lost the amount.
    pub from: String,
    /// The account that gained it.
    pub to: String,
    /// How much.
    pub amount: MicroUsd,
    /// When.
    pub at: Timestamp,
}

/// The operator's moments. Whatever takes a note writes it in the transaction of the act, and not at all where
/// nothing was done.
#[async_trait]
pub trait Operators: Send + Sync {
    /// Makes an account; the note's subject is filled in.
    async fn open_account(&self, name: &str, email: Option<&str>, note: Note) -> Result<AccountRow, Error>;

    /// Changes an account; none if there is no such account.
    async fn change_account(
        &self,
        account: AccountId,
        change: AccountChange,
        note: Note,
    ) -> Result<Option<AccountRow>, Error>;

    /// Accounts made before this one, newest first.
    async fn accounts_before(&self, before: Option<AccountId>, limit: u32) -> Result<Vec<AccountRow>, Error>;

    /// Books an entry that belongs to no open job; false if its key was booked before.
    async fn credit(&self, transfer: Transfer, note: Note) -> Result<bool, Error>;

    /// Keeps a new key's row.
    async fn issue_key(&self, key: KeyRow, note: Note) -> Result<(), Error>;

    /// Changes a key that is not revoked; none if there is no such key.
    async fn change_key(&self, key: &KeyId, change: KeyChange, note: Note) -> Result<Option<KeyRow>, Error>;

    /// Revokes a key; whether it was there and not yet revoked.
    async fn end_key(&self, key: &KeyId, at: Timestamp, note: Note) -> Result<bool, Error>;

    /// Keeps the successor of a key, which itself ends at `until` unless it ends earlier; false, and nothing is
    /// written, if the old one is not there or revoked.
    async fn replace_key(
        &self,
        old: &KeyId,
        until: Timestamp,
        new: KeyRow,
        note: Note,
    ) -> Result<bool, Error>;

    /// Keys made before this one, newest first, of one account or of all.
    async fn keys_before(
        &self,
        account: Option<AccountId>,
        before: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<KeyRow>, Error>;

    /// Writes a decision about a job that waits for the operator, without a lease, if the job's epoch still
    /// matches. A provider's job that the commit's attempt names must not belong to another one (U8).
    async fn decide(&self, commit: Commit, note: Note) -> Result<Decided, Error>;

    /// Notes the wish to cancel anybody's job, on its parts too, and makes it due now unless it is leased. A job
    /// that is over is returned unchanged, and nothing is noted.
    async fn cancel_any(&self, job: JobId, note: Note) -> Result<Option<Job>, Error>;

    /// Anybody's job.
    async fn any_job(&self, job: JobId) -> Result<Option<Job>, Error>;

    /// Jobs admitted before this one, newest first, over all accounts; parts left out unless they wait for the
    /// operator.
    async fn any_jobs(&self, filter: JobFilter, before: Option<JobId>, limit: u32)
    -> Result<Vec<Job>, Error>;

    /// A job's entries in the ledger, in the order of booking.
    async fn bookings(&self, job: JobId) -> Result<Vec<Booking>, Error>;

    /// Writes a line of its own, for looks that are to be told.
    async fn note(&self, note: Note) -> Result<(), Error>;

    /// Lines written before this one, newest first.
    async fn log_before(
        &self,
        filter: LogFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<LogRow>, Error>;
}
