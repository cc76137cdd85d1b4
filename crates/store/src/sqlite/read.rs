//! Reading jobs and what belongs to them.

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::ids::{AccountId, AssetId, JobId};
use spool_domain::job::{Asset, Attempt, Event, Job};
use spool_domain::order::Mode;
use spool_domain::store::Page;

use super::failure::Failure;
use super::rows;

/// A page holds at most this many rows, whatever was asked for.
const PAGE_MAX: u32 = 100;

/// The moment `job`.
pub(super) fn job(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    job: JobId,
) -> Result<Option<Job>, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/job.sql"))?
        .query_row(params![job.bytes(), account.0, mode.as_str()], rows::job)
        .optional()?)
}

/// The moment `jobs`. A page before a job that is not the account's is empty.
pub(super) fn jobs(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    page: Page,
) -> Result<Vec<Job>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/jobs.sql"))?;
    let before = page.before.map(|job| job.0);
    let found = statement
        .query_map(params![account.0, mode.as_str(), before, page.limit.min(PAGE_MAX)], |row| {
            rows::job(row)
        })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The moment `parts`.
pub(super) fn parts(connection: &Connection, parent: JobId) -> Result<Vec<Job>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/parts.sql"))?;
    let found = statement.query_map([parent.bytes()], rows::job)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The moment `events`.
pub(super) fn events(connection: &Connection, job: JobId, after: u32) -> Result<Vec<Event>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/events.sql"))?;
    let found = statement.query_map(params![job.bytes(), after], rows::event)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The moment `attempts`.
pub(super) fn attempts(connection: &Connection, job: JobId) -> Result<Vec<Attempt>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/attempts.sql"))?;
    let found = statement.query_map([job.bytes()], |row| rows::attempt(row, 0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The moment `asset`.
pub(super) fn asset(connection: &Connection, asset: AssetId) -> Result<Option<Asset>, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/asset.sql"))?
        .query_row([asset.bytes()], rows::asset)
        .optional()?)
}

/// The moment `delete_asset`.
pub(super) fn delete_asset(
    connection: &Connection,
    account: AccountId,
    asset: AssetId,
) -> Result<bool, Failure> {
    let deleted = connection
        .prepare_cached(include_str!("../../sql/sqlite/asset_delete.sql"))?
        .execute(params![asset.bytes(), account.0])?;
    Ok(deleted == 1)
}
