//! Claiming due jobs.

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::ids::{AccountId, NodeId};
use spool_domain::job::Job;
use spool_domain::store::Claims;
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::rows;

/// The moment `claim`. `next_due` is the next moment at which a claim can find something; that a lease may lapse
/// then counts too, because only then can its job be taken.
pub(super) fn claim(
    connection: &Connection,
    now: Timestamp,
    node: NodeId,
    limit: u32,
    lease_ms: u64,
    except: &[AccountId],
) -> Result<Claims, Failure> {
    let except = rows::to_json(&except)?;
    let mut claim = connection.prepare_cached(include_str!("../../sql/sqlite/claim.sql"))?;
    let numbers = claim
        .query_map(params![now.0, node.0, now.after_ms(lease_ms).0, limit, except], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut jobs = numbers.into_iter().map(|n| by_number(connection, n)).collect::<Result<Vec<_>, _>>()?;
    // RETURNING promises no order.
    jobs.sort_by_key(|job| job.due);
    let next_due = connection
        .prepare_cached(include_str!("../../sql/sqlite/claim_next_due.sql"))?
        .query_row([&except], |row| row.get(0))
        .optional()?
        .map(Timestamp);
    Ok(Claims { jobs, next_due })
}

/// The job in a row that must be there.
pub(super) fn by_number(connection: &Connection, n: i64) -> Result<Job, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/job_by_number.sql"))?
        .query_row([n], rows::job)?)
}
