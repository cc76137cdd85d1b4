//! Deliveries: listed, tried, replayed, forgotten.

use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::ids::{AccountId, DeliveryId, EndpointId, JobId};
use spool_domain::order::Mode;
use spool_domain::outbox::{Delivery, DeliveryFilter, DeliveryState, Try};
use spool_domain::time::Timestamp;
use spool_domain::webhook::{Next, Verdict};

use super::super::failure::Failure;
use super::super::rows;
use super::endpoints;

/// A page has at most so many rows.
const PAGE_MAX: u32 = 100;
/// One replay wakes at most so many, so that it does not hold the writer for long.
const REPLAY_MAX: u32 = 1_000;
/// The same for forgetting.
const PRUNE_MAX: u32 = 500;

/// The moment `deliveries`.
pub(super) fn list(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    filter: &DeliveryFilter,
    limit: u32,
    before: Option<DeliveryId>,
) -> Result<Vec<Delivery>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../../sql/sqlite/deliveries.sql"))?;
    let found = statement.query_map(
        params![
            account.0,
            mode.as_str(),
            filter.endpoint.map(|id| id.0),
            filter.job.map(|id| id.0),
            filter.state.map(DeliveryState::as_str),
            rows::moment(filter.from),
            rows::moment(filter.to),
            before.map(|id| id.0),
            limit.min(PAGE_MAX),
        ],
        delivery,
    )?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The moment `delivery`.
pub(super) fn one(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    id: DeliveryId,
) -> Result<Option<(Delivery, Vec<Try>)>, Failure> {
    let found = connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery.sql"))?
        .query_row(params![account.0, mode.as_str(), id.bytes()], |row| {
            Ok((delivery(row)?, row.get::<_, i64>(0)?))
        })
        .optional()?;
    let Some((delivery, n)) = found else { return Ok(None) };
    let mut statement = connection.prepare_cached(include_str!("../../../sql/sqlite/delivery_tries.sql"))?;
    let tries = statement.query_map([n], one_try)?.collect::<rusqlite::Result<_>>()?;
    Ok(Some((delivery, tries)))
}

/// The moment `replay`.
pub(super) fn replay(
    connection: &Connection,
    now: Timestamp,
    account: AccountId,
    mode: Mode,
    only: Option<DeliveryId>,
    filter: &DeliveryFilter,
) -> Result<u32, Failure> {
    let woken = connection.prepare_cached(include_str!("../../../sql/sqlite/delivery_replay.sql"))?.execute(
        params![
            account.0,
            mode.as_str(),
            filter.endpoint.map(|id| id.0),
            filter.job.map(|id| id.0),
            filter.state.map(DeliveryState::as_str),
            rows::moment(filter.from),
            rows::moment(filter.to),
            now.0,
            only.map(|id| id.0),
            REPLAY_MAX,
        ],
    )?;
    Ok(woken as u32)
}

/// The moment `tried`.
pub(super) fn tried(
    connection: &Connection,
    now: Timestamp,
    id: DeliveryId,
    tried: &Try,
    verdict: &Verdict,
) -> Result<(), Failure> {
    let found = connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_of_id.sql"))?
        .query_row([id.bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, Option<String>>(3)?))
        })
        .optional()?;
    let found: Option<(i64, i64, Option<i64>, Option<String>)> = found;
    // Forgotten meanwhile.
    let Some((n, receiver, job, manner)) = found else { return Ok(()) };
    connection.prepare_cached(include_str!("../../../sql/sqlite/delivery_tried.sql"))?.execute(params![
        n,
        tried.at.0,
        tried.took_ms,
        tried.status,
        tried.trouble,
        tried.answer,
    ])?;
    let (state, due) = match verdict.next {
        Next::Delivered => (DeliveryState::Delivered, None),
        Next::Again(pause_ms) => (DeliveryState::Pending, Some(now.after_ms(pause_ms))),
        Next::Failed => (DeliveryState::Failed, None),
    };
    let ended = due.is_none().then_some(now);
    connection.prepare_cached(include_str!("../../../sql/sqlite/delivery_next.sql"))?.execute(params![
        n,
        state.as_str(),
        rows::moment(due),
        rows::moment(ended),
    ])?;
    let paused_until = (verdict.pause_ms > 0).then(|| now.after_ms(verdict.pause_ms));
    connection.prepare_cached(include_str!("../../../sql/sqlite/endpoint_health.sql"))?.execute(params![
        receiver,
        verdict.health.failures,
        rows::moment(verdict.health.failing_since),
        rows::moment(paused_until),
        verdict.disable,
        now.0,
    ])?;
    if verdict.disable.is_some() {
        endpoints::give_up_all(connection, now, receiver)?;
    }
    if let (Some(job), Some("every")) = (job, manner.as_deref()) {
        connection
            .prepare_cached(include_str!("../../../sql/sqlite/delivery_followers.sql"))?
            .execute(params![job, receiver, n, now.0])?;
    }
    Ok(())
}

/// The moment `prune_deliveries`.
pub(super) fn prune(connection: &Connection, before: Timestamp) -> Result<u32, Failure> {
    connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_prune_tries.sql"))?
        .execute(params![before.0, PRUNE_MAX])?;
    let pruned = connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_prune.sql"))?
        .execute(params![before.0, PRUNE_MAX])?;
    Ok(pruned as u32)
}

/// A row of the view `whole_delivery`.
pub(super) fn delivery(row: &Row) -> rusqlite::Result<Delivery> {
    let state = row.get_ref(7)?.as_str()?;
    let state = DeliveryState::ALL.into_iter().find(|known| known.as_str() == state);
    Ok(Delivery {
        id: DeliveryId(row.get(1)?),
        message: row.get(2)?,
        endpoint: row.get::<_, Option<[u8; 20]>>(3)?.map(EndpointId),
        job: row.get::<_, Option<[u8; 20]>>(4)?.map(JobId),
        news: row.get_ref(5)?.as_str()?.parse().map_err(|_| rows::unreadable(5))?,
        sequence: row.get(6)?,
        state: state.ok_or_else(|| rows::unreadable(7))?,
        due: rows::time(row, 8)?,
        tries: row.get(9)?,
        created_at: Timestamp(row.get(10)?),
        ended_at: rows::time(row, 11)?,
    })
}

fn one_try(row: &Row) -> rusqlite::Result<Try> {
    Ok(Try {
        at: Timestamp(row.get(0)?),
        took_ms: row.get(1)?,
        status: row.get(2)?,
        trouble: row.get(3)?,
        answer: row.get(4)?,
    })
}
