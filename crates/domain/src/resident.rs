//! Ports for a provider that lives in this process: the sandbox. It answers calls as a server would, and keeps
//! its own book of what it took and billed, apart from our database, so that the two can be held against each other.

use bytes::Bytes;

use crate::adapter::{Call, Reply};
use crate::ids::AssetId;
use crate::money::MicroUsd;
use crate::time::Timestamp;

/// The scheme of base and result URLs that are served in-process.
pub const SCHEME: &str = "sandbox:";

/// How an in-process provider answers one call.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// With a reply.
    Reply(Reply),
    /// The call was received whole, and the answer never arrives, as when a connection breaks.
    Lost,
}

/// A provider that lives in this process.
pub trait Resident: Send + Sync {
    /// Answers one call. May take the time that rendering takes: call it where blocking is allowed.
    fn answer(&self, call: &Call) -> Answer;

    /// Forgets some of the jobs that ended before this moment, without changing what it billed; how many. Nothing
    /// left to forget is 0. One that remembers nothing has nothing to do.
    fn forget(&self, _ended_before: Timestamp) -> Result<u64, BookError> {
        Ok(0)
    }
}

/// The files that callers may name, as a resident provider reads them. Who may name which file was settled when the
/// job was ordered.
pub trait Shelf: Send + Sync {
    /// A whole file of at most this many bytes. Takes the time that a disk takes: call it where blocking is allowed.
    fn read(&self, file: AssetId, bytes_max: u64) -> Result<Bytes, Unread>;
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// There is none.
    #[error("there is no such file any more")]
    Missing,
    /// It is larger than was asked for.
    #[error("the file is too large")]
    TooLarge,
    /// The disk failed.
    #[error("shelf: {0}")]
    Broken(String),
}

/// One job in a resident provider's book.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The provider's job id.
    pub id: String,
    /// The caller's token; unique: the provider takes a token once.
    pub token: String,
    /// The order, as the provider understood it (JSON).
    pub order: String,
    /// From this moment on the job exists for lookups and polls.
    pub accepted_at: Timestamp,
    /// From this moment on it is over.
    pub done_at: Timestamp,
    /// What is billed once it is over; zero where it fails.
    pub billed: MicroUsd,
    /// Whether it was canceled before it was over; then nothing is billed.
    pub canceled: bool,
}

/// What the book adds up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// Jobs taken.
    pub jobs: u64,
    /// Jobs billed above zero.
    pub billed_jobs: u64,
    /// Sum of what was billed.
    pub billed: MicroUsd,
}

/// The book could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("sandbox book: {0}")]
pub struct BookError(pub String);

/// A resident provider's durable book.
pub trait Book: Send + Sync {
    /// Writes a job durably; false if the token is known already (then nothing is written).
    fn take(&self, entry: &Entry) -> Result<bool, BookError>;

    /// The job with this id.
    fn by_id(&self, id: &str) -> Result<Option<Entry>, BookError>;

    /// The job with this token.
    fn by_token(&self, token: &str) -> Result<Option<Entry>, BookError>;

    /// Marks a job canceled and unbilled if it is not over at `now`; whether it did.
    fn cancel(&self, id: &str, now: Timestamp) -> Result<bool, BookError>;

    /// Forgets a bounded number of the oldest jobs that were over before this moment; how many. The bill stays.
    fn forget(&self, ended_before: Timestamp) -> Result<u64, BookError>;

    /// Adds up, what is forgotten included.
    fn bill(&self) -> Result<Bill, BookError>;
}
