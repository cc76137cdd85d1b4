//! Registered endpoints, and the secrets of callbacks.

use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::ids::{AccountId, EndpointId};
use spool_domain::order::Mode;
use spool_domain::outbox::{ENDPOINTS_MAX, Endpoint, EndpointPatch, SecretVersion};
use spool_domain::time::Timestamp;
use spool_domain::webhook::{Health, News};

use super::super::failure::Failure;
use super::super::rows;

/// The moment `create_endpoint`.
pub(super) fn create(connection: &Connection, endpoint: &Endpoint) -> Result<bool, Failure> {
    let kept = connection.prepare_cached(include_str!("../../../sql/sqlite/endpoint_create.sql"))?.execute(
        params![
            endpoint.id.bytes(),
            endpoint.account.0,
            endpoint.mode.as_str(),
            endpoint.url,
            words(&endpoint.events),
            endpoint.description,
            endpoint.secret.version,
            endpoint.secret.since.0,
            endpoint.created_at.0,
            ENDPOINTS_MAX as i64,
        ],
    )?;
    Ok(kept == 1)
}

/// The moment `endpoint`.
pub(super) fn one(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    id: EndpointId,
) -> Result<Option<Endpoint>, Failure> {
    Ok(list(connection, account, mode, Some(id))?.pop())
}

/// The moment `endpoints`, or one of them.
pub(super) fn list(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    only: Option<EndpointId>,
) -> Result<Vec<Endpoint>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../../sql/sqlite/endpoints.sql"))?;
    let only = only.map(|id| *id.bytes());
    let found = statement.query_map(params![account.0, mode.as_str(), only], endpoint)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The moment `has_endpoints`.
pub(super) fn any(connection: &Connection) -> Result<bool, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../../sql/sqlite/endpoint_any.sql"))?
        .query_row([], |row| row.get(0))?)
}

/// The moment `update_endpoint`.
pub(super) fn update(
    connection: &Connection,
    now: Timestamp,
    account: AccountId,
    mode: Mode,
    id: EndpointId,
    patch: &EndpointPatch,
) -> Result<Option<Endpoint>, Failure> {
    connection.prepare_cached(include_str!("../../../sql/sqlite/endpoint_update.sql"))?.execute(params![
        account.0,
        mode.as_str(),
        id.bytes(),
        patch.url,
        patch.events.as_deref().map(words),
        patch.description,
        patch.enabled,
        now.0,
    ])?;
    if patch.enabled == Some(false) {
        give_up(connection, now, account, mode, id)?;
    }
    one(connection, account, mode, id)
}

/// The moment `remove_endpoint`.
pub(super) fn remove(
    connection: &Connection,
    now: Timestamp,
    account: AccountId,
    mode: Mode,
    id: EndpointId,
) -> Result<bool, Failure> {
    give_up(connection, now, account, mode, id)?;
    let removed = connection
        .prepare_cached(include_str!("../../../sql/sqlite/endpoint_remove.sql"))?
        .execute(params![account.0, mode.as_str(), id.bytes(), now.0])?;
    Ok(removed == 1)
}

/// Gives up what an endpoint has not heard.
fn give_up(
    connection: &Connection,
    now: Timestamp,
    account: AccountId,
    mode: Mode,
    id: EndpointId,
) -> Result<(), Failure> {
    let receiver: Option<i64> = connection
        .prepare_cached(include_str!("../../../sql/sqlite/endpoint_number.sql"))?
        .query_row(params![account.0, mode.as_str(), id.bytes()], |row| row.get(0))
        .optional()?;
    if let Some(receiver) = receiver {
        give_up_all(connection, now, receiver)?;
    }
    Ok(())
}

/// Gives up whatever is pending for a receiver.
pub(super) fn give_up_all(connection: &Connection, now: Timestamp, receiver: i64) -> Result<(), Failure> {
    connection
        .prepare_cached(include_str!("../../../sql/sqlite/endpoint_give_up.sql"))?
        .execute(params![receiver, now.0])?;
    Ok(())
}

/// The moment `rotate_endpoint`.
pub(super) fn rotate(
    connection: &Connection,
    now: Timestamp,
    account: AccountId,
    mode: Mode,
    id: EndpointId,
) -> Result<Option<Endpoint>, Failure> {
    connection.prepare_cached(include_str!("../../../sql/sqlite/endpoint_rotate.sql"))?.execute(params![
        account.0,
        mode.as_str(),
        id.bytes(),
        now.0
    ])?;
    one(connection, account, mode, id)
}

/// The moment `callback_secret`.
pub(super) fn callback_secret(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
) -> Result<Option<SecretVersion>, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../../sql/sqlite/callback_secret.sql"))?
        .query_row(params![account.0, mode.as_str()], |row| secret(row, 0))
        .optional()?)
}

/// The moment `next_callback_secret`.
pub(super) fn next_callback_secret(
    connection: &Connection,
    now: Timestamp,
    account: AccountId,
    mode: Mode,
) -> Result<SecretVersion, Failure> {
    connection
        .prepare_cached(include_str!("../../../sql/sqlite/callback_secret_next.sql"))?
        .execute(params![account.0, mode.as_str(), now.0])?;
    callback_secret(connection, account, mode)?.ok_or_else(|| Failure::new("a new secret is not there"))
}

/// The moment `drop_callback_secret`.
pub(super) fn drop_callback_secret(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
) -> Result<bool, Failure> {
    let dropped = connection
        .prepare_cached(include_str!("../../../sql/sqlite/callback_secret_drop.sql"))?
        .execute(params![account.0, mode.as_str()])?;
    Ok(dropped == 1)
}

/// A secret's version and moment, in two columns.
pub(super) fn secret(row: &Row, from: usize) -> rusqlite::Result<SecretVersion> {
    Ok(SecretVersion { version: row.get(from)?, since: Timestamp(row.get(from + 1)?) })
}

fn endpoint(row: &Row) -> rusqlite::Result<Endpoint> {
    let events = row.get_ref(4)?.as_str()?.split(' ').filter(|word| !word.is_empty());
    let disabled = rows::time(row, 9)?.zip(row.get(10)?);
    Ok(Endpoint {
        id: EndpointId(row.get(0)?),
        account: AccountId(row.get(1)?),
        mode: rows::mode(row, 2)?,
        url: row.get(3)?,
        events: events.map(|word| word.parse().map_err(|_| rows::unreadable(4))).collect::<Result<_, _>>()?,
        description: row.get(5)?,
        secret: secret(row, 6)?,
        created_at: Timestamp(row.get(8)?),
        disabled,
        health: Health { failures: row.get(11)?, failing_since: rows::time(row, 12)? },
        paused_until: rows::time(row, 13)?,
    })
}

fn words(events: &[News]) -> String {
    let words: Vec<&str> = events.iter().map(|news| news.word()).collect();
    words.join(" ")
}
