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
/// A savepoint around each piece costs the writer a fifth more time (measured), and failures are rare: refusals
/// that callers cause are found by reading before anything is written. So the batch runs without savepoints, and when a
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

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Command;

    use super::*;

    const CHILD: &str = "SPOOL_COMMIT_FAILS";

    #[tokio::test]
    async fn d2_a_failed_commit_ends_the_process() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "sqlite::writer::tests::writes_what_cannot_be_committed"])
            .env(CHILD, "yes")
            .output()
            .unwrap();
        assert_eq!(child.status.signal(), Some(6), "it ends by SIGABRT: {child:?}");
    }

    #[tokio::test]
    #[ignore = "ends its process; another test starts it in one of its own"]
    async fn writes_what_cannot_be_committed() {
        assert_eq!(std::env::var(CHILD).as_deref(), Ok("yes"));
        let connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "foreign_keys", true).unwrap();
        connection.execute_batch("CREATE TABLE owner (n INTEGER PRIMARY KEY)").unwrap();
        connection
            .execute_batch("CREATE TABLE owned (n REFERENCES owner DEFERRABLE INITIALLY DEFERRED)")
            .unwrap();
        let writer = Writer::start(connection).unwrap();
        // The statement succeeds; the commit does not.
        let _ = writer.write(|db| Ok(db.execute("INSERT INTO owned VALUES (7)", [])?)).await;
    }

    #[tokio::test]
    async fn a_failed_piece_leaves_no_trace_and_others_go_on() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE piece (n INTEGER PRIMARY KEY)").unwrap();
        let writer = Writer::start(connection).unwrap();
        let piece = |n: i64| {
            writer.write(move |db| {
                db.execute("INSERT INTO piece VALUES (?1)", [n])?;
                if n % 3 == 0 { Err(Failure::new("by threes")) } else { Ok(n) }
            })
        };
        let outcomes = futures::future::join_all((0..100).map(piece)).await;
        assert!(outcomes.iter().enumerate().all(|(n, outcome)| outcome.is_ok() == (n % 3 != 0)));
        let kept = writer
            .write(|db| {
                Ok(db.query_row("SELECT count(*), sum(n % 3 = 0) FROM piece", [], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
                })?)
            })
            .await;
        assert_eq!(kept.unwrap(), (66, 0));
    }
}
