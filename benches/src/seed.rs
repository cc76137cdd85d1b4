//! A database full of finished jobs: one real job is made through the door, then its rows are copied under new
//! names. So the copies are what the program writes, whatever its schema is.

use data_encoding::BASE32HEX_NOPAD;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::Result;
use crate::load::{Client, request};
use crate::server::{Data, Server};
use crate::sync::{ORDER, is_finished};

/// The tables that hold a job's rows beside `job` itself, each with a column `job`, and the order of the copies: what
/// is held must be there before it is captured.
const TABLES: [(&str, &str); 3] = [("attempt", "no"), ("event", "no"), ("entry", "kind <> 'hold'")];

/// Counts copies of a job that succeeded.
const ADD_USAGE: &str = "
    UPDATE usage SET
        jobs = jobs + ?2,
        succeeded = succeeded + ?2,
        charged = charged + ?2 * (SELECT coalesce(sum(amount), 0) FROM entry WHERE entry.job = ?1 AND kind = 'capture'),
        cost = cost + ?2 * (SELECT coalesce(sum(amount), 0) FROM entry WHERE entry.job = ?1 AND kind = 'cost')
    FROM job
    WHERE
        job.n = ?1 AND usage.account = job.account AND usage.mode = job.mode AND usage.key = job.key
        AND usage.model = job.model AND usage.day = job.ended_at / 86400000";

/// Makes one finished job and returns its id.
pub(crate) async fn one_finished(server: &Server) -> Result<String> {
    let mut client = Client::connect(server.address).await?;
    let answer = client.ask(&request("POST", "/v1/generations", &server.key, ORDER)).await?;
    let id = answer.text("id").filter(|_| is_finished(&answer));
    Ok(id.ok_or_else(|| answer.complaint())?)
}

/// Copies the last job until there are `count`. The server must be stopped. Entries are booked by the database's
/// own triggers, so that the books stay right.
pub(crate) fn multiply(data: &Data, count: usize) -> Result<()> {
    let connection = Connection::open(data.dir.join("spool.db"))?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "cache_size", -256 * 1024)?;
    let job = Copied::of(&connection, "job", "WHERE n = (SELECT max(n) FROM job)")?;
    let first = job.rows.first().ok_or("there is no job to copy")?;
    let (n, id) = (job.integer(first, "n")?, job.blob(first, "id")?);
    let of_job = |order: &str| format!("WHERE job = {n} ORDER BY {order}");
    let others: Vec<Copied> = TABLES
        .iter()
        .map(|(table, order)| Copied::of(&connection, table, &of_job(order)))
        .collect::<Result<_>>()?;
    let old_text = text_of(&id);
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for k in 1..count as i64 {
        let mut new_id = id.clone();
        // Born before the original, one each second; the rest of an id is random.
        let born = u32::from_be_bytes(id[..4].try_into()?).saturating_sub(count as u32 - k as u32);
        new_id[..4].copy_from_slice(&born.to_be_bytes());
        for byte in &mut new_id[4..] {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
        let new_text = text_of(&new_id);
        let renamed = |column: &str, value: &Value| match (column, value) {
            ("job" | "n", Value::Integer(old)) if *old == n => Value::Integer(n + k),
            ("id", Value::Blob(_)) => Value::Blob(new_id.clone()),
            (_, Value::Text(text)) if text.contains(&old_text) => {
                Value::Text(text.replace(&old_text, &new_text))
            }
            _ => value.clone(),
        };
        job.copy(&connection, renamed)?;
        for table in &others {
            table.copy(&connection, renamed)?;
        }
    }
    // The roll-up is kept by the program and not by triggers.
    connection.execute(ADD_USAGE, [n, count as i64 - 1])?;
    connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(())
}

/// How many finished jobs there are.
pub(crate) fn count(data: &Data) -> Result<i64> {
    let connection = Connection::open(data.dir.join("spool.db"))?;
    Ok(connection.query_row("SELECT count(*) FROM job WHERE ended_at IS NOT NULL", [], |row| row.get(0))?)
}

/// An id as the program writes it.
fn text_of(id: &[u8]) -> String {
    BASE32HEX_NOPAD.encode(id).to_ascii_lowercase()
}

/// Some rows of a table, and how to insert more like them.
struct Copied {
    columns: Vec<String>,
    insert: String,
    rows: Vec<Vec<Value>>,
}

impl Copied {
    fn of(connection: &Connection, table: &str, which: &str) -> Result<Self> {
        // Generated columns are hidden here, and cannot be written.
        let mut info = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let columns: Vec<String> =
            info.query_map([table], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let names = columns.join(", ");
        let marks = vec!["?"; columns.len()].join(", ");
        let mut select = connection.prepare(&format!("SELECT {names} FROM {table} {which}"))?;
        let rows = select
            .query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect())?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { insert: format!("INSERT INTO {table} ({names}) VALUES ({marks})"), columns, rows })
    }

    fn copy(&self, connection: &Connection, renamed: impl Fn(&str, &Value) -> Value) -> Result<()> {
        let mut insert = connection.prepare_cached(&self.insert)?;
        for row in &self.rows {
            insert.execute(params_from_iter(
                self.columns.iter().zip(row).map(|(column, value)| renamed(column, value)),
            ))?;
        }
        Ok(())
    }

    fn value<'a>(&self, row: &'a [Value], column: &str) -> Option<&'a Value> {
        row.get(self.columns.iter().position(|name| name == column)?)
    }

    fn integer(&self, row: &[Value], column: &str) -> Result<i64> {
        match self.value(row, column) {
            Some(Value::Integer(number)) => Ok(*number),
            _ => Err(format!("`{column}` is no integer").into()),
        }
    }

    fn blob(&self, row: &[Value], column: &str) -> Result<Vec<u8>> {
        match self.value(row, column) {
            Some(Value::Blob(bytes)) => Ok(bytes.clone()),
            _ => Err(format!("`{column}` is no blob").into()),
        }
    }
}
