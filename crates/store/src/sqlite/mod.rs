//! The embedded store: one SQLite file in the data folder, one thread that writes, a few connections that read.

mod accounts;
mod audit;
mod audit_money;
mod budget;
mod claim;
mod commit;
mod control;
mod credential;
mod failure;
mod files;
mod folder;
mod ledger;
mod library;
mod migrate;
mod moments;
mod operator;
mod operator_log;
mod outbox;
#[cfg(test)]
mod plans;
mod prune;
mod read;
mod readers;
mod refund;
mod report;
mod rows;
mod statement;
mod submit;
mod usage;
mod writer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use spool_domain::time::{Clock, Timestamp};

use failure::Failure;
use readers::Readers;
use writer::Writer;

/// The database's file in the data folder.
pub const DATABASE: &str = "spool.db";

/// Statements kept prepared per connection: a little more than there are.
const STATEMENTS_MAX: usize = 176;

/// The writer's page cache, KiB: the upper levels of every index of a few million jobs.
const WRITER_CACHE_KIB: i64 = 8 * 1024;

/// A reader's page cache, KiB. The operating system caches the same pages again.
const READER_CACHE_KIB: i64 = 1024;

/// Pages in the log before it is copied into the database: 8 MiB, some tens of milliseconds of copying.
const CHECKPOINT_PAGES: i64 = 2_000;

/// The store on an embedded SQLite database. Dropping it writes what was accepted, then gives the folder free.
pub struct Sqlite {
    // In this order: the writer's connection closes last and folds the log into the database file.
    readers: Arc<Readers>,
    writer: Writer,
    clock: Arc<dyn Clock>,
    _lock: folder::Lock,
}

/// The data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it (D4).
    #[error("another server or command is running on the data folder {}; stop it first", .0.display())]
    InUse(PathBuf),
    /// It lies on a network file system, whose syncs cannot be trusted (D4).
    #[error("the data folder {} lies on a network file system ({kind}); use a local disk", .folder.display())]
    Network {
        /// The folder.
        folder: PathBuf,
        /// The file system.
        kind: String,
    },
    /// There is nothing to audit.
    #[error("there is no database in {}", .0.display())]
    Missing(PathBuf),
    /// A later release wrote it.
    #[error(
        "the database has schema version {found}, this program knows up to {known}; run the newer program"
    )]
    Newer {
        /// The database's version.
        found: u32,
        /// The last version this program knows.
        known: u32,
    },
    /// The folder cannot be read or written.
    #[error("the data folder {}: {error}", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
    /// SQLite refused.
    #[error("the database: {0}")]
    Database(#[from] rusqlite::Error),
}

impl Sqlite {
    /// Opens the database of a data folder, and makes both where they are missing. Leases and due times are
    /// compared with `clock`: the database is in this process, so its time is ours.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let lock = folder::take(dir)?;
        let path = dir.join(DATABASE);
        let mut connection = Connection::open(&path)?;
        prepare_writer(&connection)?;
        migrate::migrate(&mut connection)?;
        let readers = Arc::new(Readers::open(|| open_reader(&path))?);
        let writer =
            Writer::start(connection).map_err(|error| OpenError::Folder { folder: dir.to_owned(), error })?;
        Ok(Self { readers, writer, clock, _lock: lock })
    }

    /// Opens a database that must exist already, under the same lock: for commands beside the server.
    pub fn open_for_audit(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        if !dir.join(DATABASE).is_file() {
            return Err(OpenError::Missing(dir.to_owned()));
        }
        Self::open(dir, clock)
    }

    /// Writes what was accepted so far and stops the writer; later writes fail. Blocks for one commit at most.
    pub fn close(&self) {
        self.writer.stop();
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, spool_domain::store::Error> {
        self.writer.write(work).await.map_err(Into::into)
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, spool_domain::store::Error> {
        self.readers.read(work).await.map_err(Into::into)
    }
}

fn prepare_writer(connection: &Connection) -> rusqlite::Result<()> {
    // Somebody with a database shell may hold the file for a moment.
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    // After a burst the log shrinks to this again.
    connection.pragma_update(None, "journal_size_limit", 4 * CHECKPOINT_PAGES * 4096)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(())
}

fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}
