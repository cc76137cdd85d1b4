//! The sandbox's book: what it took and billed, in a small SQLite file of its own.
//!
//! It is kept apart from the gateway's database on purpose, also where that is Postgres: a provider's bill is worth
//! holding against our cost entries only if the two cannot be wrong together.
//!
//! `take` answers after a sync. Jobs that come at the same time share one: whoever gets the writer first writes
//! for all that wait.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use spool_domain::money::MicroUsd;
use spool_domain::resident::{Bill, Book, BookError, Entry};
use spool_domain::time::Timestamp;

/// The file's name in the data folder.
const FILE: &str = "sandbox.db";

/// How long a writer waits for another process that has the file, such as a backup.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// `billed` holds what is billed once the job is over; canceling sets it to zero. So the bill is a plain sum.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS job (
    id          TEXT    NOT NULL PRIMARY KEY,
    token       TEXT    NOT NULL UNIQUE,
    job_order   TEXT    NOT NULL,
    accepted_at INTEGER NOT NULL,
    done_at     INTEGER NOT NULL CHECK (done_at >= accepted_at),
    billed      INTEGER NOT NULL CHECK (billed >= 0),
    canceled    INTEGER NOT NULL CHECK (canceled IN (0, 1)),
    CHECK (canceled = 0 OR billed = 0)
) STRICT;
-- What is forgotten, added up in its one row.
CREATE TABLE IF NOT EXISTS past (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    jobs        INTEGER NOT NULL,
    billed_jobs INTEGER NOT NULL,
    billed      INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO past VALUES (1, 0, 0, 0);
";

/// Jobs looked at in one go, oldest first: some milliseconds of the writer's time.
const FORGET_MAX: i64 = 500;

const TAKE: &str = "
INSERT INTO job (id, token, job_order, accepted_at, done_at, billed, canceled)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (token) DO NOTHING";

const BY_ID: &str = "
SELECT id, token, job_order, accepted_at, done_at, billed, canceled FROM job WHERE id = ?1";

const BY_TOKEN: &str = "
SELECT id, token, job_order, accepted_at, done_at, billed, canceled FROM job WHERE token = ?1";

const CANCEL: &str = "
UPDATE job SET canceled = 1, billed = 0 WHERE id = ?1 AND canceled = 0 AND done_at > ?2";

/// Rows are numbered as they come, so the oldest lie together, and young ones behind them are not looked at.
const OLD: &str = "
SELECT n FROM (SELECT rowid AS n, done_at FROM job ORDER BY rowid LIMIT ?2) WHERE done_at < ?1";

const FORGET: &str = "DELETE FROM job WHERE rowid = ?1 RETURNING billed";

const REMEMBER: &str = "
UPDATE past SET jobs = jobs + ?1, billed_jobs = billed_jobs + ?2, billed = billed + ?3";

const BILL: &str = "
SELECT past.jobs + (SELECT count(*) FROM job),
    past.billed_jobs + (SELECT count(*) FROM job WHERE billed > 0),
    past.billed + (SELECT coalesce(sum(billed), 0) FROM job)
FROM past";

/// The book in a SQLite file.
pub struct SqliteBook {
    /// Jobs on their way into the book: one per caller that waits in `take`, so as many as there are threads.
    arriving: Mutex<Vec<Arc<Arrival>>>,
    writer: Mutex<Connection>,
    /// Apart from the writer, so that looking does not wait for a sync.
    reader: Mutex<Connection>,
}

/// One job on its way into the book.
struct Arrival {
    entry: Entry,
    /// What became of it, once somebody wrote it.
    taken: Mutex<Option<Result<bool, String>>>,
}

impl SqliteBook {
    /// Opens the book in this folder, or starts it. The folder must exist.
    pub fn open(dir: &Path) -> Result<Self, BookError> {
        let writer = connect(dir).map_err(failed)?;
        writer.execute_batch(SCHEMA).map_err(failed)?;
        let reader = connect(dir).map_err(failed)?;
        Ok(Self { arriving: Mutex::default(), writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    fn find(&self, query: &'static str, key: &str) -> Result<Option<Entry>, BookError> {
        let reader = self.reader.lock();
        let mut found = reader.prepare_cached(query).map_err(failed)?;
        found.query_row([key], entry).optional().map_err(failed)
    }
}

impl Book for SqliteBook {
    fn take(&self, entry: &Entry) -> Result<bool, BookError> {
        let mine = Arc::new(Arrival { entry: entry.clone(), taken: Mutex::new(None) });
        self.arriving.lock().push(Arc::clone(&mine));
        let mut writer = self.writer.lock();
        // Somebody who had the writer before may have written it already.
        if mine.taken.lock().is_none() {
            let batch = std::mem::take(&mut *self.arriving.lock());
            let written = write(&mut writer, &batch).map_err(|error| error.to_string());
            for (place, arrival) in batch.iter().enumerate() {
                *arrival.taken.lock() =
                    Some(written.as_ref().map(|taken| taken[place]).map_err(Clone::clone));
            }
        }
        drop(writer);
        let taken = mine.taken.lock().take();
        taken.unwrap_or_else(|| Err("the job was not written".to_owned())).map_err(BookError)
    }

    fn by_id(&self, id: &str) -> Result<Option<Entry>, BookError> {
        self.find(BY_ID, id)
    }

    fn by_token(&self, token: &str) -> Result<Option<Entry>, BookError> {
        self.find(BY_TOKEN, token)
    }

    fn cancel(&self, id: &str, now: Timestamp) -> Result<bool, BookError> {
        let writer = self.writer.lock();
        let changed = writer.prepare_cached(CANCEL).and_then(|mut cancel| cancel.execute(params![id, now.0]));
        Ok(changed.map_err(failed)? > 0)
    }

    fn forget(&self, ended_before: Timestamp) -> Result<u64, BookError> {
        let old = old(&self.reader.lock(), ended_before).map_err(failed)?;
        if old.is_empty() { Ok(0) } else { forget(&mut self.writer.lock(), &old).map_err(failed) }
    }

    fn bill(&self) -> Result<Bill, BookError> {
        let reader = self.reader.lock();
        let sums = reader.query_row(BILL, [], |row| {
            // A count is never negative.
            let count = |column| row.get(column).map(i64::unsigned_abs);
            Ok(Bill { jobs: count(0)?, billed_jobs: count(1)?, billed: MicroUsd(row.get(2)?) })
        });
        sums.map_err(failed)
    }
}

/// Writes all of them in one transaction; which of them were new, in order.
fn write(writer: &mut Connection, batch: &[Arc<Arrival>]) -> rusqlite::Result<Vec<bool>> {
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken = {
        let mut take = transaction.prepare_cached(TAKE)?;
        let written = batch.iter().map(|arrival| {
            let Entry { id, token, order, accepted_at, done_at, billed, canceled } = &arrival.entry;
            let rows =
                take.execute(params![id, token, order, accepted_at.0, done_at.0, billed.0, canceled])?;
            Ok(rows == 1)
        });
        written.collect::<rusqlite::Result<Vec<bool>>>()?
    };
    transaction.commit()?;
    Ok(taken)
}

/// The rows of the oldest jobs that were over before this moment.
fn old(reader: &Connection, ended_before: Timestamp) -> rusqlite::Result<Vec<i64>> {
    let mut old = reader.prepare_cached(OLD)?;
    old.query_map(params![ended_before.0, FORGET_MAX], |row| row.get(0))?.collect()
}

/// Removes these rows and adds them to what is past, in one transaction: the bill is the same before and after.
fn forget(writer: &mut Connection, rows: &[i64]) -> rusqlite::Result<u64> {
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut sums = Bill::default();
    {
        let mut forget = transaction.prepare_cached(FORGET)?;
        for row in rows {
            let billed: Option<i64> = forget.query_row([row], |row| row.get(0)).optional()?;
            let Some(billed) = billed else { continue };
            sums.jobs += 1;
            sums.billed_jobs += u64::from(billed > 0);
            sums.billed = MicroUsd(sums.billed.0.saturating_add(billed));
        }
        let sum = params![sums.jobs as i64, sums.billed_jobs as i64, sums.billed.0];
        transaction.prepare_cached(REMEMBER)?.execute(sum)?;
    }
    transaction.commit()?;
    Ok(sums.jobs)
}

fn connect(dir: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(dir.join(FILE))?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(connection)
}

fn entry(row: &Row) -> rusqlite::Result<Entry> {
    Ok(Entry {
        id: row.get(0)?,
        token: row.get(1)?,
        order: row.get(2)?,
        accepted_at: Timestamp(row.get(3)?),
        done_at: Timestamp(row.get(4)?),
        billed: MicroUsd(row.get(5)?),
        canceled: row.get(6)?,
    })
}

fn failed(error: rusqlite::Error) -> BookError {
    BookError(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(number: i64) -> Entry {
        Entry {
            id: format!("job{number}"),
            token: format!("token{number}"),
            order: "{}".to_owned(),
            accepted_at: Timestamp(1_000),
            done_at: Timestamp(2_000),
            billed: MicroUsd(10_000),
            canceled: false,
        }
    }

    fn fresh() -> (tempfile::TempDir, SqliteBook) {
        let dir = tempfile::tempdir().unwrap();
        let book = SqliteBook::open(dir.path()).unwrap();
        (dir, book)
    }

    #[test]
    fn what_was_taken_is_found_by_id_and_by_token_as_it_was() {
        let (_dir, book) = fresh();
        assert!(book.take(&job(1)).unwrap());
        assert_eq!(book.by_id("job1").unwrap(), Some(job(1)));
        assert_eq!(book.by_token("token1").unwrap(), Some(job(1)));
        assert_eq!(book.by_id("token1").unwrap(), None);
        assert_eq!(book.by_token("job1").unwrap(), None);
    }

    #[test]
    fn a_token_is_taken_once() {
        let (_dir, book) = fresh();
        assert!(book.take(&job(1)).unwrap());
        let twin = Entry { id: "other".to_owned(), ..job(1) };
        assert!(!book.take(&twin).unwrap());
        assert_eq!(book.by_id("other").unwrap(), None);
        assert_eq!(book.by_token("token1").unwrap(), Some(job(1)));
    }

    #[test]
    fn a_second_job_with_the_same_id_is_an_error_and_not_a_known_token() {
        let (_dir, book) = fresh();
        assert!(book.take(&job(1)).unwrap());
        assert!(book.take(&Entry { token: "token2".to_owned(), ..job(1) }).is_err());
        assert!(book.take(&job(3)).unwrap(), "the book goes on");
    }

    #[test]
    fn a_job_is_canceled_once_and_only_before_its_end() {
        let (_dir, book) = fresh();
        book.take(&job(1)).unwrap();
        assert!(!book.cancel("none", Timestamp(1_500)).unwrap());
        assert!(!book.cancel("job1", Timestamp(2_000)).unwrap(), "it is over");
        assert!(book.cancel("job1", Timestamp(1_999)).unwrap());
        assert!(!book.cancel("job1", Timestamp(1_999)).unwrap());
        assert_eq!(
            book.by_id("job1").unwrap(),
            Some(Entry { canceled: true, billed: MicroUsd::ZERO, ..job(1) })
        );
    }

    #[test]
    fn the_bill_adds_up_what_is_billed() {
        let (_dir, book) = fresh();
        assert_eq!(book.bill().unwrap(), Bill::default());
        for number in 1..=3 {
            book.take(&job(number)).unwrap();
        }
        book.take(&Entry { billed: MicroUsd::ZERO, ..job(4) }).unwrap();
        book.cancel("job2", Timestamp(1_500)).unwrap();
        assert_eq!(book.bill().unwrap(), Bill { jobs: 4, billed_jobs: 2, billed: MicroUsd(20_000) });
    }

    #[test]
    fn the_book_is_still_there_when_it_is_opened_again_while_the_first_one_was_never_closed() {
        let (dir, book) = fresh();
        book.take(&job(1)).unwrap();
        book.take(&job(2)).unwrap();
        book.cancel("job2", Timestamp(1_500)).unwrap();
        let again = SqliteBook::open(dir.path()).unwrap();
        assert_eq!(again.by_id("job1").unwrap(), Some(job(1)));
        assert_eq!(again.bill().unwrap(), book.bill().unwrap());
        drop(book);
        assert!(!again.take(&job(1)).unwrap());
    }

    #[test]
    fn the_bill_is_the_same_before_and_after_old_jobs_are_forgotten() {
        let (dir, book) = fresh();
        for number in 0..1_200 {
            // Every third costs nothing, and the last 100 are young.
            let done_at = Timestamp(if number < 1_100 { 2_000 } else { 9_000 });
            let billed = MicroUsd(if number % 3 == 0 { 0 } else { 10_000 });
            book.take(&Entry { done_at, billed, ..job(number) }).unwrap();
        }
        let bill = book.bill().unwrap();
        assert_eq!(book.forget(Timestamp(2_000)).unwrap(), 0, "over at that moment and not before");
        let mut rounds = Vec::new();
        loop {
            match book.forget(Timestamp(2_001)).unwrap() {
                0 => break,
                some => rounds.push(some),
            }
            assert_eq!(book.bill().unwrap(), bill);
        }
        assert_eq!(rounds, [500, 500, 100], "a bounded number at a time");
        assert_eq!((book.by_id("job0").unwrap(), book.by_token("token1099").unwrap()), (None, None));
        assert!(book.by_id("job1100").unwrap().is_some());
        drop(book);
        assert_eq!(SqliteBook::open(dir.path()).unwrap().bill().unwrap(), bill);
    }

    #[test]
    fn it_syncs_every_commit() {
        let (_dir, book) = fresh();
        let writer = book.writer.lock();
        let mode: String = writer.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        let synchronous: i64 = writer.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
    }

    #[test]
    fn jobs_that_come_at_once_are_all_written_and_of_twins_only_one() {
        let (_dir, book) = fresh();
        let taken: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|worker| {
                    let book = &book;
                    scope.spawn(move || {
                        let mine = |number| Entry { id: format!("{worker}-{number}"), ..job(number) };
                        (0..20).filter(|&number| book.take(&mine(number)).unwrap()).count()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert_eq!(taken, 20, "each token was taken by exactly one of eight");
        assert_eq!(book.bill().unwrap().jobs, 20);
    }
}
