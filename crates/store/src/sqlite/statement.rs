//! Reading the ledger as its customer: one job's entries, and an account's lines.

use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::ids::{AccountId, JobId};
use spool_domain::ledger::{Account, Kind};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::statement::{Before, Entry, Line};
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::{refund, rows};

/// A page holds at most this many lines, whatever was asked for.
const PAGE_MAX: u32 = 100;

/// The moment `entries`. Keys say which entries a job can have, so none is searched for.
pub(super) fn entries(connection: &Connection, job: JobId) -> Result<Vec<Entry>, Failure> {
    let mut one = connection.prepare_cached(include_str!("../../sql/sqlite/entries_of_job.sql"))?;
    let mut entries = Vec::new();
    for kind in [Kind::Hold, Kind::Capture, Kind::Rest, Kind::Release] {
        entries.extend(one.query_row([format!("{}:{job}", kind.as_str())], entry).optional()?);
    }
    let mut refunds = connection.prepare_cached(include_str!("../../sql/sqlite/refunds_of_job.sql"))?;
    let mut refunded =
        refunds.query_map(refund::keys_of(job), entry)?.collect::<rusqlite::Result<Vec<_>>>()?;
    // By key, the tenth comes before the second.
    refunded.sort_by_key(|entry| entry.at);
    entries.extend(refunded);
    Ok(entries)
}

fn entry(row: &Row) -> rusqlite::Result<Entry> {
    Ok(Entry {
        kind: rows::entry_kind(row, 0)?,
        amount: MicroUsd(row.get(1)?),
        at: Timestamp(row.get(2)?),
        reason: row.get(3)?,
    })
}

/// The moment `ledger`: two lists, each in its own order, merged by time.
pub(super) fn ledger(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    before: &Before,
    limit: u32,
) -> Result<Vec<Line>, Failure> {
    let limit = limit.min(PAGE_MAX);
    let mut jobs = connection.prepare_cached(include_str!("../../sql/sqlite/ledger_jobs.sql"))?;
    let wanted = params![account.0, mode.as_str(), before.job.map(|job| job.0), limit];
    let mut jobs = jobs.query_map(wanted, job_line)?.collect::<rusqlite::Result<Vec<_>>>()?;

    let mut credits = connection.prepare_cached(include_str!("../../sql/sqlite/ledger_credits.sql"))?;
    let (at, key) = match &before.credit {
        Some((at, key)) => (at.0, key.as_str()),
        None => (i64::MAX, ""),
    };
    let wanted = params![Account::Available(account, mode).to_string(), at, key, limit];
    let mut credits = credits.query_map(wanted, credit_line)?.collect::<rusqlite::Result<Vec<_>>>()?;

    // Jobs lie in the order of admission, in which moments can be a little out of turn. A page must end at one place
    // in each list, so neither is sorted: the later of both heads comes next.
    jobs.reverse();
    credits.reverse();
    let mut lines = Vec::new();
    while lines.len() < limit as usize {
        let at = |list: &[(Timestamp, Line)]| list.last().map(|(at, _)| *at);
        let list = if at(&jobs) >= at(&credits) { &mut jobs } else { &mut credits };
        let Some((_, line)) = list.pop() else { break };
        lines.push(line);
    }
    Ok(lines)
}

fn job_line(row: &Row) -> rusqlite::Result<(Timestamp, Line)> {
    let at = Timestamp(row.get(4)?);
    let line = Line::Job {
        id: JobId(row.get(0)?),
        model: row.get(1)?,
        held: MicroUsd(row.get(2)?),
        captured: row.get::<_, Option<i64>>(3)?.map(MicroUsd),
        at,
        ended_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
    };
    Ok((at, line))
}

fn credit_line(row: &Row) -> rusqlite::Result<(Timestamp, Line)> {
    let at = Timestamp(row.get(4)?);
    let line = Line::Credit {
        key: row.get(0)?,
        kind: rows::entry_kind(row, 1)?,
        job: row.get::<_, Option<[u8; 20]>>(2)?.map(JobId),
        amount: MicroUsd(row.get(3)?),
        at,
    };
    Ok((at, line))
}
