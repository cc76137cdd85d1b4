//! Giving back part of what a job was charged.

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::day::Day;
use spool_domain::ids::{JobId, KeyId};
use spool_domain::ledger::{Kind, Purse};
use spool_domain::money::MicroUsd;
use spool_domain::statement::{Refund, Refunded};
use spool_domain::usage::Sums;

use super::failure::Failure;
use super::usage::Place;
use super::{budget, ledger, usage};

/// The first and the last key that a refund of the job can have, both left out: `refund:<job>:<number>`.
pub(super) fn keys_of(job: JobId) -> [String; 2] {
    let kind = Kind::Refund.as_str();
    [format!("{kind}:{job}:"), format!("{kind}:{job};")]
}

/// What is known of the job.
struct Charged {
    n: i64,
    key: KeyId,
    model: String,
    captured: MicroUsd,
    refunded: MicroUsd,
    refunds: u32,
}

/// The moment `refund` (M6). Numbered here, so that no two can have one number.
pub(super) fn refund(connection: &Connection, asked: &Refund) -> Result<Refunded, Failure> {
    let Some(job) = charged(connection, asked)? else { return Ok(Refunded::NoJob) };
    if let Some(known) = known(connection, &job, asked)? {
        return Ok(known);
    }
    let left = job.captured.minus(job.refunded).unwrap_or_default();
    if asked.amount > left || asked.amount <= MicroUsd::ZERO {
        return Ok(Refunded::Exceeds { left });
    }
    let no = job.refunds + 1;
    let purse = Purse { job: asked.job, account: asked.account, mode: asked.mode, at: asked.at };
    let entry = purse.refund(no, asked.amount);
    if !ledger::post(connection, &entry, Some(job.n))? {
        return Err(Failure::new("M7: the refund's number was booked before"));
    }
    connection.prepare_cached(include_str!("../../sql/sqlite/refund_keep.sql"))?.execute(params![
        entry.key,
        job.n,
        asked.reference,
        asked.reason
    ])?;
    let place = Place {
        account: asked.account,
        mode: asked.mode,
        key: &job.key,
        model: &job.model,
        day: Day::of(asked.at),
    };
    take_back(connection, &place, asked.amount)?;
    Ok(Refunded::New { no, left: left.minus(asked.amount).unwrap_or_default() })
}

/// Takes a refund off what its key was charged.
pub(super) fn take_back(connection: &Connection, place: &Place, amount: MicroUsd) -> Result<(), Failure> {
    let charged = MicroUsd(-amount.0);
    usage::add(connection, place, &Sums { charged, ..Sums::default() })?;
    budget::moved(connection, place.key, MicroUsd::ZERO, charged)
}

/// A job that is open has no capture, so nothing of it can be refunded.
fn charged(connection: &Connection, asked: &Refund) -> Result<Option<Charged>, Failure> {
    let capture = format!("{}:{}", Kind::Capture.as_str(), asked.job);
    let [first, last] = keys_of(asked.job);
    let wanted = params![asked.job.bytes(), asked.account.0, asked.mode.as_str(), capture, first, last];
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/refund_find.sql"))?
        .query_row(wanted, |row| {
            Ok(Charged {
                n: row.get(0)?,
                key: KeyId(row.get(1)?),
                model: row.get(2)?,
                captured: MicroUsd(row.get::<_, Option<i64>>(3)?.unwrap_or(0)),
                refunded: MicroUsd(row.get(4)?),
                refunds: row.get(5)?,
            })
        })
        .optional()?)
}

/// What the reference's record says, if there is one.
fn known(connection: &Connection, job: &Charged, asked: &Refund) -> Result<Option<Refunded>, Failure> {
    let Some(reference) = &asked.reference else { return Ok(None) };
    let found = connection
        .prepare_cached(include_str!("../../sql/sqlite/refund_known.sql"))?
        .query_row(params![job.n, reference], |row| Ok((row.get::<_, String>(0)?, MicroUsd(row.get(1)?))))
        .optional()?;
    Ok(found.map(|(key, booked)| {
        let no = key.rsplit(':').next().and_then(|no| no.parse().ok()).unwrap_or(0);
        if booked == asked.amount { Refunded::Known { no } } else { Refunded::Mismatch { booked } }
    }))
}
