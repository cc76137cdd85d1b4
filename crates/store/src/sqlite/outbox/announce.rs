//! Messages, written with the step that they tell about.

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::ids::{AccountId, DeliveryId, EndpointId};
use spool_domain::job::Job;
use spool_domain::order::{Manner, Mode};
use spool_domain::outbox::Announcement;
use spool_domain::time::Timestamp;
use spool_domain::webhook::{News, message_id};

use super::super::failure::Failure;

/// Adds a message for each receiver that hears the news.
pub(in super::super) fn announce(
    connection: &Connection,
    now: Timestamp,
    n: i64,
    job: &Job,
    announcement: &Announcement,
) -> Result<(), Failure> {
    let Announcement { news, callback } = announcement;
    let (account, mode, message) = (job.account.0, job.mode.as_str(), message_id(job.id, *news));
    if let Some((origin, manner)) = callback {
        connection
            .prepare_cached(include_str!("../../../sql/sqlite/endpoint_for_callbacks.sql"))?
            .execute(params![account, mode, origin, now.0])?;
        let receiver: i64 = connection
            .prepare_cached(include_str!("../../../sql/sqlite/endpoint_of_callbacks.sql"))?
            .query_row(params![account, mode, origin], |row| row.get(0))?;
        connection.prepare_cached(include_str!("../../../sql/sqlite/delivery_add.sql"))?.execute(params![
            receiver,
            account,
            mode,
            n,
            message,
            news.word(),
            job.events,
            manner_word(*manner),
            now.0,
        ])?;
    }
    let heard: bool = connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_heard.sql"))?
        .query_row(params![account, mode], |row| row.get(0))?;
    if heard {
        connection
            .prepare_cached(include_str!("../../../sql/sqlite/delivery_announce.sql"))?
            .execute(params![account, mode, n, message, news.word(), job.events, now.0])?;
    }
    Ok(())
}

/// The moment `test_endpoint`.
pub(super) fn test(
    connection: &Connection,
    now: Timestamp,
    account: AccountId,
    mode: Mode,
    id: EndpointId,
    message: &str,
) -> Result<Option<DeliveryId>, Failure> {
    let receiver: Option<i64> = connection
        .prepare_cached(include_str!("../../../sql/sqlite/endpoint_number.sql"))?
        .query_row(params![account.0, mode.as_str(), id.bytes()], |row| row.get(0))
        .optional()?;
    let Some(receiver) = receiver else { return Ok(None) };
    let added =
        connection.prepare_cached(include_str!("../../../sql/sqlite/delivery_add.sql"))?.execute(params![
            receiver,
            account.0,
            mode.as_str(),
            None::<i64>,
            message,
            News::Test.word(),
            0,
            None::<&str>,
            now.0,
        ])?;
    if added == 0 {
        return Err(Failure::new("a test message's id is not new"));
    }
    let n = connection.last_insert_rowid();
    let id = connection
        .prepare_cached(include_str!("../../../sql/sqlite/delivery_id.sql"))?
        .query_row([n], |row| row.get(0))?;
    Ok(Some(DeliveryId(id)))
}

/// A manner's word in the database.
fn manner_word(manner: Manner) -> &'static str {
    match manner {
        Manner::Once => "once",
        Manner::End => "end",
        Manner::Every => "every",
    }
}
