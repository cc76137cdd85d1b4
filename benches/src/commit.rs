//! The barest group commit: one thread that takes what waits, inserts a row for each, syncs once and answers all.

use std::path::Path;

use bytes::Bytes;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::Result;

/// Rows that may wait, and rows in one transaction: the numbers of Spool's own writer, so that they decide nothing.
const QUEUE_MAX: usize = 2_048;
const BATCH_MAX: usize = 512;

type Row = (Bytes, oneshot::Sender<()>);

/// The handle to the thread; clones share it.
#[derive(Clone)]
pub(crate) struct Commits {
    queue: mpsc::Sender<Row>,
}

impl Commits {
    /// Makes a database in `dir` and starts the thread. Synchronous as Spool's: write-ahead log, full sync.
    pub(crate) fn start(dir: &Path) -> Result<Self> {
        let connection = Connection::open(dir.join("floor.db"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch("CREATE TABLE piece (n INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")?;
        let (queue, inbox) = mpsc::channel(QUEUE_MAX);
        std::thread::Builder::new().name("floor-writer".to_owned()).spawn(move || {
            if let Err(error) = write(&connection, inbox) {
                eprintln!("the floor's writer: {error}");
                std::process::exit(1);
            }
        })?;
        Ok(Self { queue })
    }

    /// Writes one row; durable when it returns.
    pub(crate) async fn row(&self, body: Bytes) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        self.queue.send((body, reply)).await?;
        Ok(answer.await?)
    }
}

fn write(connection: &Connection, mut inbox: mpsc::Receiver<Row>) -> rusqlite::Result<()> {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while inbox.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        {
            let mut insert = connection.prepare_cached("INSERT INTO piece (body) VALUES (?1)")?;
            for (body, _) in &batch {
                insert.execute([&body[..]])?;
            }
        }
        connection.execute_batch("COMMIT")?;
        for (_, reply) in batch.drain(..) {
            // Who went away does not want to know.
            let _ = reply.send(());
        }
    }
    Ok(())
}
