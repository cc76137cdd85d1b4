//! Files that callers bring: uploads, and the contents of `data:` URIs. They are served like result files, and can
//! be deleted by their owner.

use async_trait::async_trait;

use crate::catalogue::Media;
use crate::ids::{AccountId, AssetId};
use crate::order::Mode;
use crate::store::Error;
use crate::time::Timestamp;

/// A brought file's row.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// The file; also its blob's key.
    pub id: AssetId,
    /// Its owner.
    pub account: AccountId,
    /// Which world it lives in.
    pub mode: Mode,
    /// What its owner calls it, if they said.
    pub name: Option<String>,
    /// The kind of media, by content.
    pub kind: Media,
    /// Media type by content.
    pub content_type: String,
    /// Short format name such as `png`; also the extension in URLs.
    pub format: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Milliseconds.
    pub duration_ms: Option<u64>,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it goes by itself; none for uploads, which stay until they are deleted.
    pub lapses_at: Option<Timestamp>,
}

/// What became of `add_file`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is durable.
    Done,
    /// The account's files would take more than they may. Nothing was written.
    Full {
        /// What they take now, bytes.
        stored_bytes: u64,
    },
}

/// The moments of brought files; part of the port to the database. All writes are durable when they return.
#[async_trait]
pub trait Files: Send + Sync {
    /// Keeps a file's row, unless the account's files would then take more than `stored_bytes_max` (0: no bound).
    async fn add_file(&self, file: File, stored_bytes_max: u64) -> Result<Added, Error>;

    /// One file of one account.
    async fn file(&self, account: AccountId, mode: Mode, file: AssetId) -> Result<Option<File>, Error>;

    /// One file, not by account: the signature in the URL is the right to read it (S11).
    async fn served_file(&self, file: AssetId) -> Result<Option<File>, Error>;

    /// A file of the account with this content, if there is one; where it goes by itself, not before `until`.
    async fn file_again(
        &self,
        account: AccountId,
        mode: Mode,
        sha256: [u8; 32],
        until: Timestamp,
    ) -> Result<Option<File>, Error>;

    /// An account's files, newest first, at most 100; after a page, those before its last.
    async fn files(
        &self,
        account: AccountId,
        mode: Mode,
        limit: u32,
        before: Option<AssetId>,
    ) -> Result<Vec<File>, Error>;

    /// Forgets a file (S12); whether it was there and the account's.
    async fn delete_file(&self, account: AccountId, mode: Mode, file: AssetId) -> Result<bool, Error>;

    /// What the account's files take, bytes, in both modes.
    async fn stored_bytes(&self, account: AccountId) -> Result<u64, Error>;

    /// Forgets at most `limit` files whose time is over; which they were.
    async fn forget_lapsed_files(&self, now: Timestamp, limit: u32) -> Result<Vec<AssetId>, Error>;
}
