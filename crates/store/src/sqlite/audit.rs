//! The checker: recomputes every balance from the entries, and holds the books against the jobs (M9).

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, Row};
use spool_domain::ids::{AccountId, JobId};
use spool_domain::ledger::{Account, Kind};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::Audit;

use super::failure::Failure;
use super::{audit_money, rows};

/// At most this many sentences: whoever reads them mends the first ones first.
const BROKEN_MAX: usize = 100;

/// The moment `audit`. Reads one state of the database; memory grows with accounts, not with jobs or entries.
pub(super) fn audit(connection: &Connection) -> Result<Audit, Failure> {
    let mut audit = Audit::default();
    let books = read_books(connection)?;
    check_books(connection, &books, &mut audit)?;
    let jobs = check_jobs(connection, &books, &mut audit)?;
    audit_money::check(connection, &jobs, &mut audit)?;
    check_costs(connection, &mut audit)?;
    Ok(audit)
}

pub(super) fn broken(audit: &mut Audit, sentence: impl FnOnce() -> String) {
    if audit.broken.len() < BROKEN_MAX {
        audit.broken.push(sentence());
    }
}

struct Book {
    name: String,
    bounded: bool,
    amount: i64,
    holds: u64,
}

fn holds(row: &Row, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

fn read_books(connection: &Connection) -> Result<HashMap<i64, Book>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/audit_books.sql"))?;
    let books = statement.query_map([], |row| {
        Ok((
            row.get(0)?,
            Book { name: row.get(1)?, bounded: row.get(2)?, amount: row.get(3)?, holds: holds(row, 4)? },
        ))
    })?;
    Ok(books.collect::<rusqlite::Result<_>>()?)
}

/// M1, M2, M9, and the providers' bills.
fn check_books(
    connection: &Connection,
    books: &HashMap<i64, Book>,
    audit: &mut Audit,
) -> Result<(), Failure> {
    let mut recomputed: HashMap<i64, i128> = HashMap::new();
    let mut bills: HashMap<i64, (i128, u64)> = HashMap::new();
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/audit_entries.sql"))?;
    let mut entries = statement.query([])?;
    while let Some(row) = entries.next()? {
        let (debit, credit, amount): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        audit.entries += 1;
        *recomputed.entry(debit).or_default() -= i128::from(amount);
        *recomputed.entry(credit).or_default() += i128::from(amount);
        if row.get(3)? {
            let bill = bills.entry(debit).or_default();
            bill.0 += i128::from(amount);
            bill.1 += u64::from(amount > 0);
        }
    }

    for (n, Book { name, bounded, amount, .. }) in books {
        let sum = recomputed.remove(n).unwrap_or(0);
        if sum != i128::from(*amount) {
            broken(audit, || format!("M9: the balance of {name} is {amount}, its entries add up to {sum}"));
        }
        if *bounded && *amount < 0 {
            broken(audit, || format!("M2: the balance of {name} is {amount}, below zero"));
        }
    }
    for n in recomputed.keys() {
        broken(audit, || format!("M1: entries name the account {n}, which does not exist"));
    }
    for mode in [Mode::Live, Mode::Test] {
        let of_mode = books.values().filter(|book| book.name.ends_with(&format!(":{}", mode.as_str())));
        let sum: i128 = of_mode.map(|book| i128::from(book.amount)).sum();
        if sum != 0 {
            broken(audit, || format!("M1: all {} accounts together hold {sum}, not zero", mode.as_str()));
        }
    }
    audit.costs = costs(books, &bills);
    Ok(())
}

/// The bills by provider and mode, read from names like `payable:fal:live`; in order.
fn costs(
    books: &HashMap<i64, Book>,
    bills: &HashMap<i64, (i128, u64)>,
) -> Vec<(String, Mode, MicroUsd, u64)> {
    let mut costs: Vec<_> = bills
        .iter()
        .filter_map(|(n, (sum, above_zero))| {
            let (rest, mode) = books.get(n)?.name.rsplit_once(':')?;
            let mode = if mode == Mode::Live.as_str() { Mode::Live } else { Mode::Test };
            let sum = i64::try_from(*sum).unwrap_or(i64::MAX);
            Some((rest.strip_prefix("payable:")?.to_owned(), mode, MicroUsd(sum), *above_zero))
        })
        .collect();
    costs.sort_by(|a, b| (&a.0, a.1.as_str()).cmp(&(&b.0, b.1.as_str())));
    costs
}

/// What the checker looks at in a job and the rows that belong to it.
struct Look {
    id: JobId,
    is_part: bool,
    is_over: bool,
    needs_operator: bool,
    wake: Option<i64>,
    events: u32,
    account: AccountId,
    mode: Mode,
    price: i64,
    holds: u32,
    resolutions: u32,
    event_rows: u32,
    last_event: u32,
    key: String,
}

impl Look {
    fn read(row: &Row) -> rusqlite::Result<Self> {
        Ok(Self {
            id: JobId(row.get(0)?),
            is_part: row.get(1)?,
            is_over: row.get(2)?,
            needs_operator: row.get(3)?,
            wake: row.get(4)?,
            events: row.get(5)?,
            account: AccountId(row.get(6)?),
            mode: rows::mode(row, 7)?,
            price: row.get(8)?,
            holds: row.get(9)?,
            resolutions: row.get(10)?,
            event_rows: row.get(11)?,
            last_event: row.get(12)?,
            key: row.get(13)?,
        })
    }
}

/// What the jobs add up to. As large as there are accounts, and keys with open jobs.
#[derive(Default)]
pub(super) struct Jobs {
    /// By the book that holds for them: how many are open, and what they cost.
    open: BTreeMap<String, (u64, i128)>,
    /// What is held for the open ones of a key.
    pub(super) held: HashMap<String, i128>,
    /// How many are over.
    pub(super) over: HashMap<(i64, &'static str), i64>,
}

impl Jobs {
    /// Parts are counted with their whole.
    fn add(&mut self, job: &Look) {
        if job.is_part {
            return;
        }
        if job.is_over {
            *self.over.entry((job.account.0, job.mode.as_str())).or_default() += 1;
            return;
        }
        let open = self.open.entry(Account::Held(job.account, job.mode).to_string()).or_default();
        open.0 += 1;
        open.1 += i128::from(job.price);
        *self.held.entry(job.key.clone()).or_default() += i128::from(job.price);
    }
}

/// M10, J3, J6.
fn check_jobs(
    connection: &Connection,
    books: &HashMap<i64, Book>,
    audit: &mut Audit,
) -> Result<Jobs, Failure> {
    let mut all = Jobs::default();
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/audit_jobs.sql"))?;
    let mut jobs = statement.query([])?;
    while let Some(row) = jobs.next()? {
        let job = Look::read(row)?;
        let id = job.id;
        audit.jobs += 1;
        audit.open_jobs += u64::from(!job.is_over);
        let expected = if job.is_part { (0, 0) } else { (1, u32::from(job.is_over)) };
        if (job.holds, job.resolutions) != expected {
            broken(audit, || {
                let (held, resolved) = (job.holds, job.resolutions);
                let kind = if job.is_part { "part" } else { "job" };
                let state = if job.is_over { "over" } else { "open" };
                format!("M10: {kind} {id} is {state}, was held {held} times and resolved {resolved} times")
            });
        }
        if !job.is_over && !job.needs_operator && job.wake.is_none() {
            broken(audit, || format!("J3: job {id} is open, has no due time and nobody's lease"));
        }
        if job.event_rows != job.events || job.last_event != job.events {
            broken(audit, || {
                let (rows, last, counted) = (job.event_rows, job.last_event, job.events);
                format!("J6: job {id} has {rows} events, the last is number {last}, its row says {counted}")
            });
        }
        all.add(&job);
    }

    for book in books.values().filter(|book| book.name.starts_with("held:")) {
        let (count, expected) = all.open.remove(&book.name).unwrap_or_default();
        if count != book.holds {
            let (name, holds) = (&book.name, book.holds);
            broken(audit, || format!("M10: {name} counts {holds} holds, its open jobs are {count}"));
        }
        if expected != i128::from(book.amount) {
            let (name, amount) = (&book.name, book.amount);
            broken(audit, || format!("M10: {name} is {amount}, its open jobs are priced {expected}"));
        }
    }
    for (name, (_, expected)) in std::mem::take(&mut all.open) {
        broken(audit, || format!("M10: {name} does not exist, its open jobs are priced {expected}"));
    }
    Ok(all)
}

/// M12. Keys say which entry belongs to which attempt.
fn check_costs(connection: &Connection, audit: &mut Audit) -> Result<(), Failure> {
    let mut accepted = connection.prepare_cached(include_str!("../../sql/sqlite/audit_accepted.sql"))?;
    let mut entry = connection.prepare_cached(include_str!("../../sql/sqlite/audit_entry.sql"))?;
    let mut attempts = accepted.query([])?;
    while let Some(row) = attempts.next()? {
        let (job, no) = (JobId(row.get(0)?), row.get::<_, u32>(1)?);
        let mut booked = 0;
        for kind in [Kind::Cost, Kind::Suspend] {
            let key = format!("{}:{job}:{no}", kind.as_str());
            booked += entry.query_row([key], |row| row.get::<_, u32>(0))?;
        }
        if booked != 1 {
            broken(audit, || {
                format!("M12: attempt {no} of job {job} was accepted and has {booked} entries of its cost")
            });
        }
    }
    Ok(())
}
