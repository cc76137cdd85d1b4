//! Which deliveries are sent now. Receiver by receiver, so that a long queue in front of a dead one delays nobody (W6).

use rusqlite::{Connection, Row, params};
use spool_domain::ids::AccountId;
use spool_domain::outbox::{Sending, Sendings, Target};
use spool_domain::time::Timestamp;
use spool_domain::webhook::Health;

use super::super::failure::Failure;
use super::super::{claim::by_number, rows};
use super::{deliveries, endpoints};

/// The moment `claim_deliveries`.
pub(super) fn claim(
    connection: &Connection,
    now: Timestamp,
    limit: u32,
    per_receiver: u32,
    lease_ms: u64,
) -> Result<Sendings, Failure> {
    let mut found = Sendings::default();
    let mut next: Option<Timestamp> = None;
    let mut wait_until = |at: Timestamp| next = Some(next.map_or(at, |known| known.min(at)));
    for Busy { receiver, paused_until, first } in busy(connection)? {
        if let Some(paused_until) = paused_until.filter(|until| *until > now) {
            wait_until(paused_until.max(first));
            continue;
        }
        if first > now {
            wait_until(first);
            continue;
        }
        let room = per_receiver.saturating_sub(under_way(connection, now, receiver)?);
        let left = limit.saturating_sub(found.due.len() as u32);
        if left == 0 {
            wait_until(now);
            break;
        }
        for Due { n, job, every } in due(connection, now, receiver, room.min(left))? {
            if let (Some(job), true) = (job, every)
                && !is_next(connection, now, receiver, n, job)?
            {
                wait_until(now);
                continue;
            }
            let until = now.after_ms(lease_ms);
            connection
                .prepare_cached(include_str!("../../../sql/sqlite/delivery_lease.sql"))?
                .execute(params![n, until.0])?;
            found.due.push(sending(connection, n)?);
        }
        // Whatever else this receiver has is looked at when one of its deliveries under way is over, which rings.
        wait_until(now.after_ms(lease_ms));
    }
    found.next_due = next;
    Ok(found)
}

/// What a former process left under way is due now.
pub(in super::super) fn take_over(connection: &Connection, now: Timestamp) -> Result<(), Failure> {
    connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_take_over.sql"))?
        .execute([now.0])?;
    Ok(())
}

/// A receiver with something pending, the longest due first.
struct Busy {
    receiver: i64,
    paused_until: Option<Timestamp>,
    first: Timestamp,
}

fn busy(connection: &Connection) -> Result<Vec<Busy>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../../sql/sqlite/delivery_busy.sql"))?;
    let found = statement.query_map([], |row| {
        let paused_until = rows::time(row, 1)?;
        Ok(Busy { receiver: row.get(0)?, paused_until, first: Timestamp(row.get(2)?) })
    })?;
    let mut found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    found.sort_by_key(|busy| busy.first);
    Ok(found)
}

fn under_way(connection: &Connection, now: Timestamp, receiver: i64) -> Result<u32, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_under_way.sql"))?
        .query_row(params![receiver, now.0], |row| row.get(0))?)
}

struct Due {
    n: i64,
    job: Option<i64>,
    every: bool,
}

fn due(connection: &Connection, now: Timestamp, receiver: i64, limit: u32) -> Result<Vec<Due>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../../sql/sqlite/delivery_due.sql"))?;
    let found = statement.query_map(params![receiver, now.0, limit], |row| {
        let every = row.get::<_, Option<String>>(2)?.as_deref() == Some("every");
        Ok(Due { n: row.get(0)?, job: row.get(1)?, every })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Whether a message of a callback that hears everything is the one to send. A stale one is dropped; one whose
/// forerunner is under way waits for it.
fn is_next(
    connection: &Connection,
    now: Timestamp,
    receiver: i64,
    n: i64,
    job: i64,
) -> Result<bool, Failure> {
    let newer: bool = connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_newer.sql"))?
        .query_row(params![job, receiver, n], |row| row.get(0))?;
    if newer {
        connection
            .prepare_cached(include_str!("../../../sql/sqlite/delivery_drop.sql"))?
            .execute(params![n, now.0])?;
        return Ok(false);
    }
    let before: Option<i64> = connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_before.sql"))?
        .query_row(params![job, receiver, n, now.0], |row| row.get(0))?;
    if let Some(until) = before {
        connection
            .prepare_cached(include_str!("../../../sql/sqlite/delivery_wait.sql"))?
            .execute(params![n, until])?;
    }
    Ok(before.is_none())
}

fn sending(connection: &Connection, n: i64) -> Result<Sending, Failure> {
    let read = |row: &Row| {
        let callback_secret =
            row.get::<_, Option<u32>>(22)?.map(|_| endpoints::secret(row, 22)).transpose()?;
        let read = Read {
            account: AccountId(row.get(12)?),
            mode: rows::mode(row, 13)?,
            job: row.get(14)?,
            url: row.get(17)?,
            secret: endpoints::secret(row, 18)?,
            health: Health { failures: row.get(20)?, failing_since: rows::time(row, 21)? },
            callback_secret,
        };
        Ok((deliveries::delivery(row)?, read))
    };
    let (delivery, read) = connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_sending.sql"))?
        .query_row([n], read)?;
    let job = read.job.map(|n| by_number(connection, n).map(Box::new)).transpose()?;
    let callback = job.as_ref().and_then(|job| job.terms.callback.clone());
    let target = match (delivery.endpoint, callback) {
        (Some(_), _) => Target::Endpoint { url: read.url, secret: read.secret },
        (None, Some(callback)) => Target::Callback { callback, secret: read.callback_secret },
        (None, None) => return Err(Failure::new("a callback's message belongs to a job without a callback")),
    };
    let (account, mode, health) = (read.account, read.mode, read.health);
    Ok(Sending { delivery, account, mode, job, target, health })
}

/// The columns of `delivery_sending.sql` beside the delivery's own.
struct Read {
    account: AccountId,
    mode: spool_domain::order::Mode,
    job: Option<i64>,
    url: String,
    secret: spool_domain::outbox::SecretVersion,
    health: Health,
    callback_secret: Option<spool_domain::outbox::SecretVersion>,
}
