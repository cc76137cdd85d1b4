//! Writing a step.

use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::job::{Asset, Phase, Run};
use spool_domain::ledger::Kind;
use spool_domain::store::{Commit, Committed};
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::submit::{add_events, numbered_on, put_attempt};
use super::{ledger, outbox, rows};

/// The moment `commit`.
pub(super) fn commit(connection: &Connection, now: Timestamp, step: &Commit) -> Result<Committed, Failure> {
    let events_before = check(step)?;
    let Some(Held { n, cancel_asked, parent, events }) = find(connection, step)? else {
        return Ok(Committed::Lost);
    };
    if events != events_before {
        return Err(Failure::new("J6: the new events do not follow the job's last one"));
    }
    update_job(connection, now, step, n)?;
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
    if let Some(announcement) = &step.announcement {
        outbox::announce(connection, now, n, job, announcement)?;
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

/// What a step needs to know of the row of a job that its worker still holds.
struct Held {
    n: i64,
    cancel_asked: bool,
    parent: Option<i64>,
    events: u32,
}

/// The row, unless another worker holds the job or it is over (J5). Read apart from the update: `RETURNING` would
/// build a table of its own for every step.
fn find(connection: &Connection, step: &Commit) -> Result<Option<Held>, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/commit_find.sql"))?
        .query_row(params![step.job.id.bytes(), rows::epoch(step.job.epoch)], |row: &Row| {
            Ok(Held { n: row.get(0)?, cancel_asked: row.get(1)?, parent: row.get(2)?, events: row.get(3)? })
        })
        .optional()?)
}

fn update_job(connection: &Connection, now: Timestamp, step: &Commit, n: i64) -> Result<(), Failure> {
    let job = &step.job;
    connection.prepare_cached(include_str!("../../sql/sqlite/commit.sql"))?.execute(params![
        n,
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
    ])?;
    Ok(())
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
