//! The one thread that writes. It takes what waits in its queue, writes it in one transaction, syncs once, and
//! only then answers everybody (D1): under load many commits share one sync.

use std::io;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;

/// Pieces of work that may wait for the writer; more make their callers wait. Some batches' worth.
const QUEUE_MAX: usize = 2_048;

/// Pieces of work in one transaction: bounds how long the first one waits for the last.
const BATCH_MAX: usize = 512;

/// The handle to the thread.
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Command>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread with the connection it owns from now on.
    pub(super) fn start(connection: Connection) -> io::Result<Self> {
        let (queue, inbox) = mpsc::channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&connection, inbox))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    /// Does a piece of work inside a transaction; returns when it is durable. The work may be done more than
    /// once, each time from the same state of the database, so it must depend on nothing else.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let stopped = || Failure::new("the writer has stopped");
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.lock().clone().ok_or_else(stopped)?;
        queue.send(Box::new(Pending { work, outcome: None, reply })).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    /// Lets the thread finish what is in the queue, and waits for it.
    pub(super) fn stop(&self) {
        self.queue.lock().take();
        if let Some(thread) = self.thread.lock().take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer thread panicked");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A piece of work whose result type is forgotten.
trait Command: Send {
    /// Does it and keeps the outcome; whether it succeeded.
    fn run(&mut self, connection: &Connection) -> bool;

    /// Replaces the outcome.
    fn fail(&mut self, failure: Failure);

    /// Hands the outcome to the caller.
    fn answer(self: Box<Self>);
}

struct Pending<T, W> {
    work: W,
    outcome: Option<Result<T, Failure>>,
    reply: oneshot::Sender<Result<T, Failure>>,
}

impl<T, W> Command for Pending<T, W>
where
    T: Send,
    W: FnMut(&Connection) -> Result<T, Failure> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let outcome = (self.work)(connection);
        let succeeded = outcome.is_ok();
        self.outcome = Some(outcome);
        succeeded
    }

    fn fail(&mut self, failure: Failure) {
        self.outcome = Some(Err(failure));
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // A caller that went away does not undo what is written.
            let _ = self.reply.send(outcome);
        }
    }
}

fn run(connection: &Connection, mut inbox: mpsc::Receiver<Box<dyn Command>>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    // Waits for one, then takes whatever else is there.
    while inbox.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        write_batch(connection, &mut batch);
        batch.drain(..).for_each(Command::answer);
    }
}

/// Writes a batch in one transaction. A failed piece leaves no trace and does not hold up the others.
///
/// A savepoint around each piece would cost a fifth of the writer's time, and failures are rare: refusals that
/// callers cause are found by reading before anything is written. So the batch runs without savepoints, and when a
/// piece fails after all, everything is rolled back and done again with them.
fn write_batch(connection: &Connection, batch: &mut [Box<dyn Command>]) {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        return fail_all(batch, &error);
    }
    if batch.iter_mut().all(|command| command.run(connection)) {
        return commit_or_die(connection);
    }
    if let Err(error) = roll_back(connection).and_then(|()| connection.execute_batch("BEGIN IMMEDIATE")) {
        return fail_all(batch, &error);
    }
    for n in 0..batch.len() {
        if let Err(error) = in_savepoint(connection, &mut batch[n]) {
            // The transaction is gone or cannot be trusted, so nothing of it was written.
            if roll_back(connection).is_err() {
                die("a failed transaction cannot be rolled back", &error);
            }
            return fail_all(batch, &error);
        }
    }
    commit_or_die(connection);
}

fn in_savepoint(connection: &Connection, command: &mut Box<dyn Command>) -> rusqlite::Result<()> {
    connection.prepare_cached("SAVEPOINT piece")?.execute([])?;
    if !command.run(connection) {
        connection.prepare_cached("ROLLBACK TO piece")?.execute([])?;
    }
    connection.prepare_cached("RELEASE piece")?.execute([])?;
    Ok(())
}

/// Some failures (a full disk) end the transaction by themselves.
fn roll_back(connection: &Connection) -> rusqlite::Result<()> {
    if connection.is_autocommit() { Ok(()) } else { connection.execute_batch("ROLLBACK") }
}

fn fail_all(batch: &mut [Box<dyn Command>], error: &rusqlite::Error) {
    batch.iter_mut().for_each(|command| command.fail(Failure::new(error.to_string())));
}

fn commit_or_die(connection: &Connection) {
    if let Err(error) = connection.execute_batch("COMMIT") {
        die("a commit could not be made durable", &error);
    }
}

/// After a failed sync nobody knows what is on the disk, and a second sync may lie. Starting anew reads the truth (D2).
fn die(what: &str, error: &rusqlite::Error) -> ! {
    tracing::error!(%error, "{what}; the process ends");
    std::process::abort()
}
