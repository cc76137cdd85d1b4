//! Walking the jobs that something happened to within some days. No order of jobs is by their end, since every order would
//! pay for it: jobs lie by admission, and what happens to a job happens within a day of that but to few. Those few have an
//! order of their own, and the open ones have one anyway.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, Row, Statement, params};
use spool_domain::fault::Kind;
use spool_domain::ids::JobId;
use spool_domain::job::{Outcome, Phase};
use spool_domain::order::Mode;
use spool_domain::time::Timestamp;

use super::super::failure::Failure;
use super::super::rows;

/// What takes longer is found by its end: `job_long` in the schema.
const DAY_MS: i64 = 86_400_000;

/// A job as reports read it.
pub(super) struct Made {
    pub(super) n: i64,
    pub(super) id: JobId,
    pub(super) account: i64,
    pub(super) key: String,
    pub(super) model: String,
    pub(super) phase: String,
    pub(super) captured: Option<i64>,
    pub(super) ended_at: Option<Timestamp>,
    /// Why it failed, where it did.
    pub(super) fault: Option<Kind>,
    pub(super) tries: Vec<Try>,
    /// In their order; only of a job that has no attempt of its own.
    pub(super) parts: Vec<Made>,
}

/// One of its attempts.
pub(super) struct Try {
    pub(super) no: u32,
    pub(super) provider: String,
    pub(super) accepted: bool,
    /// Whether it is the job's last.
    pub(super) last: bool,
    pub(super) started_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
}

impl Made {
    /// Where it counts: at the provider of its last attempt; in parts, at that of the first part with a result, else of
    /// the first that was at one.
    pub(super) fn provider(&self) -> Option<&str> {
        if let Some(last) = self.tries.iter().find(|one| one.last) {
            return Some(&last.provider);
        }
        let made = self.parts.iter().filter(|part| part.phase == "succeeded");
        made.chain(&self.parts).find_map(Self::provider)
    }

    /// It and its parts.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.parts)
    }

    fn read(row: &Row) -> Result<Self, Failure> {
        let fault = match row.get_ref(8)?.as_str_or_null().map_err(|_| rows::unreadable(8))? {
            None => None,
            Some(_) => match rows::json(row, 8)? {
                Phase::Done(Outcome::Failed(fault)) => Some(fault.kind),
                _ => None,
            },
        };
        Ok(Self {
            n: row.get(0)?,
            id: JobId(row.get(1)?),
            account: row.get(2)?,
            key: row.get(3)?,
            model: row.get(4)?,
            phase: row.get(5)?,
            captured: row.get(6)?,
            ended_at: rows::time(row, 7)?,
            fault,
            tries: Vec::new(),
            parts: Vec::new(),
        })
    }
}

impl Try {
    /// The attempt's half of a row; none for a job without any.
    fn read(row: &Row) -> rusqlite::Result<Option<Self>> {
        let Some(no) = row.get(9)? else { return Ok(None) };
        Ok(Some(Self {
            no,
            provider: row.get(10)?,
            accepted: row.get_ref(11)?.as_str_or_null().map_err(|_| rows::unreadable(11))?
                == Some("accepted"),
            last: row.get(12)?,
            started_at: Timestamp(row.get(13)?),
            ended_at: rows::time(row, 14)?,
        }))
    }
}

/// Which jobs.
pub(super) struct Span<'a> {
    pub(super) mode: Mode,
    pub(super) account: Option<i64>,
    pub(super) key: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    /// Something happened to them at this moment or later,
    pub(super) from: Timestamp,
    /// and before this one.
    pub(super) until: Timestamp,
    /// At most so many are looked at, parts included.
    pub(super) jobs_max: usize,
    /// Whether the newest of them are wanted where there are more; otherwise none.
    pub(super) or_newest: bool,
}

/// The numbers that jobs admitted between two moments have: from the first, to before the second. A little wider than
/// that, since the moments of admission can be out of turn; a row's own moment decides.
pub(in super::super) fn admitted(
    connection: &Connection,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<(i64, i64), Failure> {
    let first = match from {
        Some(from) => first_since(connection, Timestamp(from.0.saturating_sub(DAY_MS)))?,
        None => 0,
    };
    let end = match until {
        Some(until) => first_since(connection, Timestamp(until.0.saturating_add(DAY_MS)))?,
        None => i64::MAX,
    };
    Ok((first, end))
}

/// Shows every job to `visit`, roughly the newest first, until it has seen enough. Whether all were looked at: false
/// where there are more than may be.
pub(super) fn walk(
    connection: &Connection,
    span: &Span,
    mut visit: impl FnMut(&Made) -> Result<ControlFlow<()>, Failure>,
) -> Result<bool, Failure> {
    let from = Timestamp(span.from.0.saturating_sub(DAY_MS));
    let (first, end) = admitted(connection, Some(from), Some(span.until))?;
    let mode = span.mode.as_str();
    let mut left = span.jobs_max;
    let mut show = |made: Option<Made>| show(connection, span, &mut left, made, &mut visit);
    let stopped = match span.account {
        None => {
            // Numbers are given without gaps, so they tell how many jobs there are before one is read.
            let newest = connection
                .prepare_cached(include_str!("../../../sql/sqlite/reported_newest.sql"))?
                .query_row([end - 1], |row| row.get::<_, i64>(0))
                .optional()?
                .unwrap_or(first);
            let least = newest.saturating_sub(i64::try_from(span.jobs_max).unwrap_or(i64::MAX));
            if least >= first && !span.or_newest {
                return Ok(false);
            }
            let mut jobs =
                connection.prepare_cached(include_str!("../../../sql/sqlite/reported_jobs.sql"))?;
            each(&mut jobs, params![first.max(least + 1), end - 1, mode], &mut show)? || least >= first
        }
        Some(account) => {
            let mut jobs = connection
                .prepare_cached(include_str!("../../../sql/sqlite/reported_jobs_of_account.sql"))?;
            each(&mut jobs, params![first, end - 1, mode, account], &mut show)?
        }
    };
    if stopped {
        return Ok(false);
    }
    let mut long = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_jobs_long.sql"))?;
    if each(&mut long, params![span.from.0, first, mode, span.account], &mut show)? {
        return Ok(false);
    }
    let mut open = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_jobs_open.sql"))?;
    Ok(!each(&mut open, params![first, mode, span.account], &mut show)?)
}

/// A job by its number, with its parts.
pub(super) fn one(connection: &Connection, n: i64) -> Result<Option<Made>, Failure> {
    let mut found = None;
    let mut job = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_job.sql"))?;
    each(&mut job, [n], |made| {
        found = made.or(found.take());
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(made) = &mut found {
        made.parts = parts(connection, made)?;
    }
    Ok(found)
}

/// Puts the rows of each job together; whether it was stopped before the end.
fn each(
    statement: &mut Statement,
    wanted: impl rusqlite::Params,
    mut done: impl FnMut(Option<Made>) -> Result<ControlFlow<()>, Failure>,
) -> Result<bool, Failure> {
    let mut rows = statement.query(wanted)?;
    let mut current: Option<Made> = None;
    while let Some(row) = rows.next()? {
        if current.as_ref().map(|made| made.n) != Some(row.get(0)?) {
            let next = Made::read(row)?;
            if done(current.replace(next))?.is_break() {
                return Ok(true);
            }
        }
        if let Some(made) = &mut current {
            made.tries.extend(Try::read(row)?);
        }
    }
    Ok(done(current)?.is_break())
}

/// Shows a job, if it is one of those that are asked for.
fn show(
    connection: &Connection,
    span: &Span,
    left: &mut usize,
    made: Option<Made>,
    visit: &mut impl FnMut(&Made) -> Result<ControlFlow<()>, Failure>,
) -> Result<ControlFlow<()>, Failure> {
    let Some(mut made) = made else { return Ok(ControlFlow::Continue(())) };
    let Some(less) = left.checked_sub(1) else { return Ok(ControlFlow::Break(())) };
    *left = less;
    let other = |wanted: Option<&str>, has: &str| wanted.is_some_and(|wanted| wanted != has);
    if other(span.key, &made.key) || other(span.model, &made.model) {
        return Ok(ControlFlow::Continue(()));
    }
    made.parts = parts(connection, &made)?;
    *left = left.saturating_sub(made.parts.len());
    visit(&made)
}

fn parts(connection: &Connection, made: &Made) -> Result<Vec<Made>, Failure> {
    let mut found = Vec::new();
    if made.tries.is_empty() {
        let mut parts = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_parts.sql"))?;
        each(&mut parts, [made.n], |part| {
            found.extend(part);
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(found)
}

/// The first number of a job that was admitted at this moment or later: numbers grow with admission, so half of them is
/// left aside with each look.
fn first_since(connection: &Connection, at: Timestamp) -> Result<i64, Failure> {
    let mut look = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_at.sql"))?;
    let newest = connection
        .prepare_cached(include_str!("../../../sql/sqlite/reported_newest.sql"))?
        .query_row([i64::MAX], |row| row.get::<_, i64>(0))
        .optional()?;
    let (mut low, mut high) = (0, newest.map_or(0, |n| n + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        let found = look.query_row([middle], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        match found.optional()? {
            Some((n, created_at)) if created_at < at.0 => low = n + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
