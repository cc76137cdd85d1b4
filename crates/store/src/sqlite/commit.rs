//! Writing a step.

use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::job::{Asset, Phase, Run};
use spool_domain::ledger::Kind;
use spool_domain::store::{Commit, Committed};
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::submit::{add_events, numbered_on, put_attempt};
use super::{ledger, rows};

/// The moment `commit`.
pub(super) fn commit(connection: &Connection, now: Timestamp, step: &Commit) -> Result<Committed, Failure> {
    let events_before = check(step)?;
    let Some((n, cancel_asked, parent)) = update_job(connection, now, step, events_before)? else {
        return match is_held(connection, step)? {
            false => Ok(Committed::Lost),
            true => Err(Failure::new("J6: the new events do not follow the job's last one")),
        };
    };
    let job = &step.job;
    if let Some(attempt) = &job.attempt {
        put_attempt(connection, n, attempt)?;
    }
    add_events(connection, n, &step.events)?;
    for transfer in &step.transfers {
        if transfer.job != Some(job.id) {
            return Err(Failure::new("an entry of a step names another job"));
        }
        ledger::post(connection, transfer, Some(n))?;
    }
    for asset in &step.assets {
        add_asset(connection, n, asset)?;
    }
    // The last part to end wakes the whole. A whole that goes back to wait while its last part ended meanwhile
    // would have slept through that, so it asks the same question.
    let waits_for_parts = job.phase == Phase::Running(Run::Parts) && !step.keep;
    let awaited = parent.filter(|_| job.phase.is_done()).or(waits_for_parts.then_some(n));
    if let Some(whole) = awaited {
        connection
            .prepare_cached(include_str!("../../sql/sqlite/commit_parent.sql"))?
            .execute(params![whole, now.0])?;
    }
    Ok(Committed::Done { cancel_asked })
}

/// Refuses a step that is broken in itself; how many events the job must have before it.
fn check(step: &Commit) -> Result<u32, Failure> {
    let job = &step.job;
    let resolutions =
        step.transfers.iter().filter(|entry| matches!(entry.kind, Kind::Capture | Kind::Release)).count();
    if resolutions != usize::from(job.phase.is_done() && job.parent.is_none()) {
        return Err(Failure::new("M10: a hold is resolved with the end of its job, once, and not otherwise"));
    }
    if step.keep && job.phase.is_done() {
        return Err(Failure::new("J3: a job that is over cannot be kept"));
    }
    let before = u32::try_from(step.events.len()).ok().and_then(|new| job.events.checked_sub(new));
    before
        .filter(|before| numbered_on(*before, &step.events, job.events))
        .ok_or_else(|| Failure::new("J6: the new events are not numbered without gaps"))
}

/// The row's number, whether cancelling was asked for, and the parent's number; none if nothing matched.
type Updated = (i64, bool, Option<i64>);

fn update_job(
    connection: &Connection,
    now: Timestamp,
    step: &Commit,
    events_before: u32,
) -> Result<Option<Updated>, Failure> {
    let job = &step.job;
    let updated = connection
        .prepare_cached(include_str!("../../sql/sqlite/commit.sql"))?
        .query_row(
            params![
                job.id.bytes(),
                rows::epoch(job.epoch),
                events_before,
                job.phase.name(),
                rows::detail(&job.phase)?,
                step.keep,
                job.cancel_asked,
                rows::moment(job.due),
                now.0,
                job.phase_since.0,
                job.route,
                job.attempt.as_ref().map(|attempt| attempt.no.0),
                job.events,
                job.progress,
                job.cancel_sent,
                job.charged.map(|charged| charged.0),
                rows::moment(job.ended_at),
            ],
            |row: &Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    Ok(updated)
}

/// Whether the step's worker still holds the job.
fn is_held(connection: &Connection, step: &Commit) -> Result<bool, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/commit_held.sql"))?
        .query_row(params![step.job.id.bytes(), rows::epoch(step.job.epoch)], |row| row.get(0))?)
}

fn add_asset(connection: &Connection, job: i64, asset: &Asset) -> Result<(), Failure> {
    let size_bytes = i64::try_from(asset.size_bytes).map_err(|_| Failure::new("an asset is too large"))?;
    connection.prepare_cached(include_str!("../../sql/sqlite/asset_add.sql"))?.execute(params![
        asset.id.bytes(),
        job,
        asset.content_type,
        asset.inline,
        asset.format,
        size_bytes,
        asset.sha256,
        asset.created_at.0,
    ])?;
    Ok(())
}
