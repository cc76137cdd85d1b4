//! The operator's log: lines are added and read, never changed.

use rusqlite::{Connection, Row, params};
use spool_domain::operator::{LogFilter, LogRow, Note};
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::rows;

/// Adds a line in the transaction of what it tells.
pub(super) fn add(connection: &Connection, note: &Note) -> Result<(), Failure> {
    about(connection, note, &note.subject)
}

/// The same where the act itself made what the line is about.
pub(super) fn about(connection: &Connection, note: &Note, subject: &str) -> Result<(), Failure> {
    let detail = rows::to_json(&note.detail)?;
    connection.prepare_cached(include_str!("../../sql/sqlite/operator_log_add.sql"))?.execute(params![
        note.at.0,
        note.actor,
        note.action,
        subject,
        detail
    ])?;
    Ok(())
}

/// The moment `log_before`.
pub(super) fn before(
    connection: &Connection,
    filter: &LogFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<LogRow>, Failure> {
    let mut statement =
        connection.prepare_cached(include_str!("../../sql/sqlite/operator_log_before.sql"))?;
    let LogFilter { action, subject, actor, from, until } = filter;
    let (from, until) = (rows::moment(*from), rows::moment(*until));
    let found = statement.query_map(params![before, limit, action, subject, actor, from, until], line)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn line(row: &Row) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        n: row.get(0)?,
        at: Timestamp(row.get(1)?),
        actor: row.get(2)?,
        action: row.get(3)?,
        subject: row.get(4)?,
        detail: rows::json(row, 5)?,
    })
}
