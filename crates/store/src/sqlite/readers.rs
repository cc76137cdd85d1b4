//! Connections that only read. Each read sees one state of the database, and never waits for the writer.

use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::failure::Failure;

/// Reads at the same time; more wait their turn. Reads are answered from memory, so a few keep up with many callers.
const READERS: usize = 4;

/// The pool.
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    /// Opens all connections.
    pub(super) fn open(connect: impl Fn() -> rusqlite::Result<Connection>) -> rusqlite::Result<Self> {
        let idle = (0..READERS).map(|_| connect()).collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(Self { idle: Mutex::new(idle), turns: Arc::new(Semaphore::new(READERS)) })
    }

    /// Runs a read on a thread where blocking is allowed, within one read transaction.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let unfinished = || Failure::new("a read did not finish");
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| unfinished())?;
        let pool = self.clone();
        let read = move || {
            let result = pool.with_connection(work);
            // The turn ends on this thread, after the connection is back: a caller that goes away does not end it.
            drop(turn);
            result
        };
        tokio::task::spawn_blocking(read).await.map_err(|_| unfinished())?
    }

    fn with_connection<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut lent = Lent { pool: self, connection: None };
        let connection =
            lent.connection.insert(self.idle.lock().pop().ok_or_else(|| Failure::new("no reader is free"))?);
        let transaction = connection.unchecked_transaction()?;
        let result = work(&transaction)?;
        transaction.finish()?;
        Ok(result)
    }
}

/// Brings the connection back, also when the read panics.
struct Lent<'a> {
    pool: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.pool.idle.lock().extend(self.connection.take());
    }
}
