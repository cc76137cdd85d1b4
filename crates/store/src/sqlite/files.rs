//! The moments of files that callers bring.

use async_trait::async_trait;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::catalogue::Media;
use spool_domain::file::{Added, File, Files};
use spool_domain::ids::{AccountId, AssetId};
use spool_domain::order::Mode;
use spool_domain::store::Error;
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::{Sqlite, rows};

/// A page holds at most this many rows, whatever was asked for.
const PAGE_MAX: u32 = 100;

#[async_trait]
impl Files for Sqlite {
    async fn add_file(&self, file: File, stored_bytes_max: u64) -> Result<Added, Error> {
        let file = Box::new(file);
        self.write(move |db| add(db, &file, stored_bytes_max)).await
    }

    async fn file(&self, account: AccountId, mode: Mode, file: AssetId) -> Result<Option<File>, Error> {
        self.read(move |db| {
            Ok(db
                .prepare_cached(include_str!("../../sql/sqlite/file.sql"))?
                .query_row(params![file.bytes(), account.0, mode.as_str()], row)
                .optional()?)
        })
        .await
    }

    async fn served_file(&self, file: AssetId) -> Result<Option<File>, Error> {
        self.read(move |db| {
            Ok(db
                .prepare_cached(include_str!("../../sql/sqlite/file_served.sql"))?
                .query_row([file.bytes()], row)
                .optional()?)
        })
        .await
    }

    async fn file_again(
        &self,
        account: AccountId,
        mode: Mode,
        sha256: [u8; 32],
        until: Timestamp,
    ) -> Result<Option<File>, Error> {
        self.write(move |db| again(db, account, mode, sha256, until)).await
    }

    async fn files(
        &self,
        account: AccountId,
        mode: Mode,
        limit: u32,
        before: Option<AssetId>,
    ) -> Result<Vec<File>, Error> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(include_str!("../../sql/sqlite/files.sql"))?;
            let before = before.map(|file| file.0);
            let found =
                statement.query_map(params![account.0, mode.as_str(), before, limit.min(PAGE_MAX)], row)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn delete_file(&self, account: AccountId, mode: Mode, file: AssetId) -> Result<bool, Error> {
        self.write(move |db| {
            let deleted = db
                .prepare_cached(include_str!("../../sql/sqlite/file_delete.sql"))?
                .execute(params![file.bytes(), account.0, mode.as_str()])?;
            Ok(deleted == 1)
        })
        .await
    }

    async fn stored_bytes(&self, account: AccountId) -> Result<u64, Error> {
        self.read(move |db| total(db, account)).await
    }

    async fn forget_lapsed_files(&self, now: Timestamp, limit: u32) -> Result<Vec<AssetId>, Error> {
        self.write(move |db| forget_lapsed(db, now, limit)).await
    }
}

fn add(connection: &Connection, file: &File, stored_bytes_max: u64) -> Result<Added, Failure> {
    let stored_bytes = total(connection, file.account)?;
    if stored_bytes_max > 0 && stored_bytes.saturating_add(file.size_bytes) > stored_bytes_max {
        return Ok(Added::Full { stored_bytes });
    }
    connection.prepare_cached(include_str!("../../sql/sqlite/file_add.sql"))?.execute(params![
        file.id.bytes(),
        file.account.0,
        file.mode.as_str(),
        file.name,
        file.kind.as_str(),
        file.content_type,
        file.format,
        size(file.size_bytes)?,
        file.sha256,
        file.width,
        file.height,
        file.duration_ms.map(size).transpose()?,
        file.created_at.0,
        rows::moment(file.lapses_at),
    ])?;
    Ok(Added::Done)
}

/// Prolongs within the same transaction, so that nobody sweeps away what was just found.
fn again(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    sha256: [u8; 32],
    until: Timestamp,
) -> Result<Option<File>, Failure> {
    let found = connection
        .prepare_cached(include_str!("../../sql/sqlite/file_again.sql"))?
        .query_row(params![account.0, mode.as_str(), sha256], row)
        .optional()?;
    if let Some(File { id, lapses_at: Some(_), .. }) = &found {
        connection
            .prepare_cached(include_str!("../../sql/sqlite/file_prolong.sql"))?
            .execute(params![id.bytes(), until.0])?;
    }
    Ok(found)
}

fn forget_lapsed(connection: &Connection, now: Timestamp, limit: u32) -> Result<Vec<AssetId>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/file_lapsed.sql"))?;
    let lapsed: Vec<AssetId> = statement
        .query_map(params![now.0, limit], |row| row.get(0).map(AssetId))?
        .collect::<rusqlite::Result<_>>()?;
    let mut forget = connection.prepare_cached(include_str!("../../sql/sqlite/file_forget.sql"))?;
    for file in &lapsed {
        forget.execute([file.bytes()])?;
    }
    Ok(lapsed)
}

fn total(connection: &Connection, account: AccountId) -> Result<u64, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/file_total.sql"))?
        .query_row([account.0], |row| row.get::<_, i64>(0))?
        .unsigned_abs())
}

fn size(units: u64) -> Result<i64, Failure> {
    i64::try_from(units).map_err(|_| Failure::new("a size does not fit its column"))
}

/// A row of `file.sql`.
fn row(row: &Row) -> rusqlite::Result<File> {
    let kind = Media::parse(row.get_ref(4)?.as_str()?).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(4, Type::Text, "not written by this program".into())
    })?;
    Ok(File {
        id: AssetId(row.get(0)?),
        account: AccountId(row.get(1)?),
        mode: rows::mode(row, 2)?,
        name: row.get(3)?,
        kind,
        content_type: row.get(5)?,
        format: row.get(6)?,
        size_bytes: row.get::<_, i64>(7)?.unsigned_abs(),
        sha256: row.get(8)?,
        width: row.get(9)?,
        height: row.get(10)?,
        duration_ms: row.get::<_, Option<i64>>(11)?.map(i64::unsigned_abs),
        created_at: Timestamp(row.get(12)?),
        lapses_at: row.get::<_, Option<i64>>(13)?.map(Timestamp),
    })
}
