//! The port to the database: the moments of a job's life, each one transaction. A store keeps what it is told
//! and refuses what would break an invariant; it decides nothing.

use std::sync::Arc;

use async_trait::async_trait;

use crate::adapter::Token;
use crate::budget::{Budget, BudgetState, OverBudget};
use crate::credential::Credentials;
use crate::file::Files;
use crate::ids::{AccountId, AssetId, AttemptNo, JobId, KeyId, NodeId};
use crate::job::{Asset, Attempt, Event, Job};
use crate::ledger::Transfer;
use crate::library::Library;
use crate::money::MicroUsd;
use crate::operator::Operators;
use crate::order::{Idempotency, Mode};
use crate::outbox::{Announcement, Outbox};
use crate::rate::RateLimit;
use crate::report::Reports;
use crate::scope::Scopes;
use crate::statement::{self, Refund, Refunded};
use crate::time::Timestamp;
use crate::usage;

/// The database failed. Callers cannot mend it; they answer 500 and log the text, which holds no row data.
#[derive(Debug, thiserror::Error)]
#[error("store: {0}")]
pub struct Error(pub String);

/// A job to admit: everything here is written in one transaction or not at all (M3).
#[derive(Clone, Debug)]
pub struct NewJob {
    /// The job. Phase `Queued`, or `Submitting` with an attempt and `claim` (birth claim), or `Running(Parts)`.
    pub job: Job,
    /// The hold.
    pub hold: Transfer,
    /// The first events, numbered from 1.
    pub events: Vec<Event>,
    /// Who works on it from the start, and for how long without a sign of life, milliseconds.
    pub claim: Option<(NodeId, u64)>,
    /// The caller's idempotency key.
    pub idempotency: Option<Idempotency>,
    /// The parts of a fanned-out job, each with its first event; they have no hold of their own.
    pub parts: Vec<(Job, Event)>,
    /// How many jobs an account may have open in one mode where its row does not say; 0: any number.
    pub open_jobs_max: u32,
    /// What is told of its beginning.
    pub announcement: Option<Announcement>,
}

/// What became of `submit`.
#[derive(Debug)]
pub enum Submitted {
    /// Admitted, durable.
    New,
    /// The idempotency key has this job already, made by the same request.
    Existing(Box<Job>),
    /// The idempotency key belongs to another request (K3). Nothing was written.
    Mismatch,
    /// The hold would overdraw the account (M2). Nothing was written.
    Overdrawn {
        /// What is available.
        available: MicroUsd,
    },
    /// The hold would cross the key's budget. Nothing was written.
    OverBudget(OverBudget),
    /// The account has as many jobs open as it may have (O2). Nothing was written.
    TooMany {
        /// How many.
        open: u64,
        /// How many are allowed.
        max: u64,
    },
}

/// What a claim found.
#[derive(Debug, Default)]
pub struct Claims {
    /// Due jobs, now leased to this node with a grown epoch, most overdue first. Each with its last attempt.
    pub jobs: Vec<Job>,
    /// When the next job that was not claimed is due, if any; jobs of excepted accounts do not count.
    pub next_due: Option<Timestamp>,
}

/// A step to write: phase, attempt, money, events and assets together, if the epoch still matches.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The job after the step. Its `epoch` is the one it was claimed with; `attempt`, when present, is written too.
    pub job: Arc<Job>,
    /// Whether this node keeps working on it; otherwise the lease ends with this commit.
    pub keep: bool,
    /// New events, numbered on.
    pub events: Vec<Event>,
    /// Entries to book.
    pub transfers: Vec<Transfer>,
    /// Files that became the job's results.
    pub assets: Vec<Asset>,
    /// What is told of the step.
    pub announcement: Option<Announcement>,
}

/// What became of `commit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// Durable. `cancel_asked` is the row's present value.
    Done {
        /// Whether somebody asked to cancel meanwhile.
        cancel_asked: bool,
    },
    /// Another worker holds the job, or it is over: stop at once (J5). Nothing was written.
    Lost,
}

/// What became of `prune`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// Records that were removed.
    pub removed: u64,
    /// The `from` of the next page; none at the end.
    pub next: Option<[u8; 32]>,
}

/// An account's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its number.
    pub id: AccountId,
    /// What the operator calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many jobs it may have open in one mode, where that is not the server's usual number; 0: any number.
    pub open_jobs_max: Option<u32>,
    /// Where its owner is reached.
    pub email: Option<String>,
}

/// Balances of one account in one mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Free to spend.
    pub available: MicroUsd,
    /// Held for open jobs.
    pub held: MicroUsd,
}

/// An API key's row; never the key itself (S6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The public part.
    pub id: KeyId,
    /// Whose.
    pub account: AccountId,
    /// What it reaches.
    pub mode: Mode,
    /// What the operator calls it.
    pub name: String,
    /// SHA-256 of the whole key.
    pub sha256: [u8; 32],
    /// The last four characters, for people.
    pub last4: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// What it may do.
    pub scopes: Scopes,
    /// How many requests it may make, where that is not left to the server's setting.
    pub rate: Option<RateLimit>,
}

/// One page of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// At most this many rows; stores cap it at 100.
    pub limit: u32,
    /// Only jobs born before this one, newest first.
    pub before: Option<JobId>,
}

/// What the ledger's checker found (M1, M9, M10, M12, J3). All empty means sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Sentences, one for each broken rule with its number and the row at fault; at most 100.
    pub broken: Vec<String>,
    /// Entries looked at.
    pub entries: u64,
    /// Jobs that are not over.
    pub open_jobs: u64,
    /// Jobs in all, parts included.
    pub jobs: u64,
    /// Sum of cost entries per provider and mode: `(provider, mode, amount, entries above zero)`.
    pub costs: Vec<(String, Mode, MicroUsd, u64)>,
}

/// The database, as about twenty moments. All writes are durable when they return (D1).
#[async_trait]
pub trait Store: Credentials + Files + Library + Operators + Outbox + Reports + Send + Sync {
    /// Admits a job (M2, M3, K1-K3).
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error>;

    /// Leases due jobs to a node for `lease_ms` (J8): phases that are not done, due, and not under a live lease; none
    /// of the accounts in `except`, whose share of the node is used up (O3).
    async fn claim(
        &self,
        node: NodeId,
        limit: u32,
        lease_ms: u64,
        except: &[AccountId],
    ) -> Result<Claims, Error>;

    /// Writes a step (J5, J6, M4, M7). When a part ends, its parent becomes due once no part is open.
    async fn commit(&self, commit: Commit) -> Result<Committed, Error>;

    /// Lengthens all of the node's leases; how many there are.
    async fn renew(&self, node: NodeId, lease_ms: u64) -> Result<u64, Error>;

    /// Ends foreign leases that cannot be alive any more, and makes their jobs due now: all of them where the
    /// store is exclusive to this process (SQLite), the lapsed ones elsewhere. How many there were.
    async fn take_over(&self, node: NodeId) -> Result<u64, Error>;

    /// Notes the wish to cancel, on its parts too, and makes it due now unless it is leased. The job, if it is
    /// the account's; a job that is over is returned unchanged.
    async fn ask_cancel(&self, account: AccountId, mode: Mode, job: JobId) -> Result<Option<Job>, Error>;

    /// Makes a job due now that is running or reconciling under this attempt, because its provider called back; whether
    /// there is one.
    async fn hint(&self, job: JobId, attempt: AttemptNo) -> Result<bool, Error>;

    /// The live jobs that are, or may be, open at a provider, with provider and credential.
    async fn open_attempts(&self) -> Result<Vec<(JobId, String, String)>, Error>;

    /// Whether any attempt has this job of a provider (U13).
    async fn knows(&self, provider: &str, credential: &str, provider_job: &str) -> Result<bool, Error>;

    /// The open job whose current attempt has this token at this provider.
    async fn open_by_token(&self, provider: &str, token: &Token)
    -> Result<Option<(JobId, AttemptNo)>, Error>;

    /// One job of one account.
    async fn job(&self, account: AccountId, mode: Mode, job: JobId) -> Result<Option<Job>, Error>;

    /// An account's jobs, newest first, parts left out.
    async fn jobs(&self, account: AccountId, mode: Mode, page: Page) -> Result<Vec<Job>, Error>;

    /// The parts of a fanned-out job, in order.
    async fn parts(&self, parent: JobId) -> Result<Vec<Job>, Error>;

    /// A job's history after event `after`.
    async fn events(&self, job: JobId, after: u32) -> Result<Vec<Event>, Error>;

    /// A job's attempts, in order.
    async fn attempts(&self, job: JobId) -> Result<Vec<Attempt>, Error>;

    /// One stored file's row. Not by account: the signature in the URL is the right to read it (S11).
    async fn asset(&self, asset: AssetId) -> Result<Option<Asset>, Error>;

    /// Forgets a stored file (S12); whether it was there and the account's.
    async fn delete_asset(&self, account: AccountId, asset: AssetId) -> Result<bool, Error>;

    /// Makes an account.
    async fn create_account(&self, name: &str, at: Timestamp) -> Result<AccountRow, Error>;

    /// One account.
    async fn account(&self, account: AccountId) -> Result<Option<AccountRow>, Error>;

    /// All accounts, by number.
    async fn accounts(&self) -> Result<Vec<AccountRow>, Error>;

    /// Balances of an account.
    async fn balance(&self, account: AccountId, mode: Mode) -> Result<Balance, Error>;

    /// Books one entry that belongs to no open job, such as a top-up or refund; false if its key was booked before.
    async fn book(&self, transfer: Transfer) -> Result<bool, Error>;

    /// Keeps a new key's row.
    async fn create_key(&self, key: KeyRow) -> Result<(), Error>;

    /// One key's row.
    async fn key(&self, key: &KeyId) -> Result<Option<KeyRow>, Error>;

    /// All keys of an account, or of all accounts.
    async fn keys(&self, account: Option<AccountId>) -> Result<Vec<KeyRow>, Error>;

    /// The keys of an account that reach one mode, newest first, at most `limit`.
    async fn keys_of_mode(&self, account: AccountId, mode: Mode, limit: u32) -> Result<Vec<KeyRow>, Error>;

    /// Revokes a key; whether it was there and not yet revoked.
    async fn revoke_key(&self, key: &KeyId, at: Timestamp) -> Result<bool, Error>;

    /// Sets, changes or (an empty one) removes a key's budget; whether there is such a key. What its open jobs hold
    /// and what it ever spent count from the first moment.
    async fn set_budget(&self, key: &KeyId, budget: Budget) -> Result<bool, Error>;

    /// A key's budget and how it stands now, if it has one.
    async fn budget(&self, key: &KeyId) -> Result<Option<BudgetState>, Error>;

    /// Sets how many jobs an account may have open in one mode, or leaves it to the server; whether there is such an
    /// account.
    async fn set_open_jobs_max(&self, account: AccountId, max: Option<u32>) -> Result<bool, Error>;

    /// An account's usage, in order of day, key and model.
    async fn usage(
        &self,
        account: AccountId,
        mode: Mode,
        query: usage::Query,
    ) -> Result<Vec<usage::Row>, Error>;

    /// The customer's entries of one job, in the order in which they were booked.
    async fn entries(&self, job: JobId) -> Result<Vec<statement::Entry>, Error>;

    /// Gives back part of what a job was charged (M6), and takes it off the day's usage.
    async fn refund(&self, refund: Refund) -> Result<Refunded, Error>;

    /// The lines of an account's ledger, newest first: at most `limit`, capped at 100.
    async fn ledger(
        &self,
        account: AccountId,
        mode: Mode,
        before: statement::Before,
        limit: u32,
    ) -> Result<Vec<statement::Line>, Error>;
    /// Forgets idempotency records of jobs that were made and ended before this moment (K5): looks at one page of
    /// records, those behind `from`, and must not keep orders waiting for long. A forgotten key is free for another
    /// request; the same request under it still finds its job while that is there, because its id follows from both.
    async fn prune(&self, ended_before: Timestamp, from: Option<[u8; 32]>) -> Result<Pruned, Error>;

    /// Recomputes every balance and checks the books against the jobs (M9).
    async fn audit(&self) -> Result<Audit, Error>;

    /// Answers if the database does: for readiness.
    async fn ping(&self) -> Result<(), Error>;
}

/// A blob could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("blobs: {0}")]
pub struct BlobError(pub String);

/// The port to files. Keys are asset ids; content never changes once written.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Stores a file durably (synced) before returning.
    async fn put(&self, asset: AssetId, content: bytes::Bytes) -> Result<(), BlobError>;

    /// Starts a file that is written in pieces; nothing can be read until `finish`.
    async fn begin(&self, asset: AssetId) -> Result<Box<dyn BlobWriter>, BlobError>;

    /// A range of a file: `start..end` in bytes. Streams.
    async fn get(&self, asset: AssetId, range: std::ops::Range<u64>) -> Result<BlobStream, BlobError>;

    /// Removes a file; removing what is not there is fine.
    async fn delete(&self, asset: AssetId) -> Result<(), BlobError>;
}

/// A file being written.
#[async_trait]
pub trait BlobWriter: Send {
    /// Appends.
    async fn write(&mut self, piece: bytes::Bytes) -> Result<(), BlobError>;

    /// Makes it durable and readable.
    async fn finish(self: Box<Self>) -> Result<(), BlobError>;

    /// Throws it away.
    async fn abort(self: Box<Self>) -> Result<(), BlobError>;
}

/// Pieces of a file.
pub type BlobStream =
    std::pin::Pin<Box<dyn futures_core::Stream<Item = Result<bytes::Bytes, BlobError>> + Send>>;
