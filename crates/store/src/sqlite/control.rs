//! What happens to jobs from outside their own steps: leases, wishes to cancel, hints.

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::ids::{AccountId, AttemptNo, JobId, NodeId};
use spool_domain::job::Job;
use spool_domain::order::Mode;
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::{claim, outbox};

/// The moment `renew`. Never shortens a lease.
pub(super) fn renew(
    connection: &Connection,
    now: Timestamp,
    node: NodeId,
    lease_ms: u64,
) -> Result<u64, Failure> {
    let renewed = connection
        .prepare_cached(include_str!("../../sql/sqlite/renew.sql"))?
        .execute(params![node.0, now.after_ms(lease_ms).0])?;
    Ok(renewed as u64)
}

/// The moment `take_over`. The data folder is locked, so no other node can be alive.
pub(super) fn take_over(connection: &Connection, now: Timestamp, node: NodeId) -> Result<u64, Failure> {
    let taken = connection
        .prepare_cached(include_str!("../../sql/sqlite/take_over.sql"))?
        .execute(params![node.0, now.0])?;
    outbox::take_over(connection, now)?;
    Ok(taken as u64)
}

/// The moment `ask_cancel`.
pub(super) fn ask_cancel(
    connection: &Connection,
    now: Timestamp,
    account: AccountId,
    mode: Mode,
    job: JobId,
) -> Result<Option<Job>, Failure> {
    let found: Option<(i64, bool)> = connection
        .prepare_cached(include_str!("../../sql/sqlite/ask_cancel_find.sql"))?
        .query_row(params![job.bytes(), account.0, mode.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((n, over)) = found else { return Ok(None) };
    if !over {
        for sql in [
            include_str!("../../sql/sqlite/ask_cancel.sql"),
            include_str!("../../sql/sqlite/ask_cancel_parts.sql"),
        ] {
            connection.prepare_cached(sql)?.execute(params![n, now.0])?;
        }
    }
    claim::by_number(connection, n).map(Some)
}

/// The moment `hint`. Nothing is written for a job that is due anyway: callbacks can be repeated at will.
pub(super) fn hint(
    connection: &Connection,
    now: Timestamp,
    job: JobId,
    attempt: AttemptNo,
) -> Result<bool, Failure> {
    let found: Option<(i64, Option<i64>)> = connection
        .prepare_cached(include_str!("../../sql/sqlite/hint.sql"))?
        .query_row(params![job.bytes(), attempt.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((n, due)) = found else { return Ok(false) };
    if due.is_none_or(|due| due > now.0) {
        connection
            .prepare_cached(include_str!("../../sql/sqlite/hint_due.sql"))?
            .execute(params![n, now.0])?;
    }
    Ok(true)
}

/// The moment `open_attempts`.
pub(super) fn open_attempts(connection: &Connection) -> Result<Vec<(JobId, String, String)>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/open_attempts.sql"))?;
    let rows = statement.query_map([], |row| Ok((JobId(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The moment `knows`.
pub(super) fn knows(
    connection: &Connection,
    provider: &str,
    credential: &str,
    provider_job: &str,
) -> Result<bool, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/knows.sql"))?;
    Ok(statement.exists([provider_job, provider, credential])?)
}

/// The moment `open_by_token`.
pub(super) fn open_by_token(
    connection: &Connection,
    provider: &str,
    token: &str,
) -> Result<Option<(JobId, AttemptNo)>, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/open_by_token.sql"))?
        .query_row([provider, token], |row| Ok((JobId(row.get(0)?), AttemptNo(row.get(1)?))))
        .optional()?)
}
