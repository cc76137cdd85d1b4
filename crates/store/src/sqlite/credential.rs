//! The moments of sealed credentials. What is sealed in them is nothing but bytes here.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::credential::{CredentialRow, Credentials, Envelope, RemovedCredential};
use spool_domain::ids::AccountId;
use spool_domain::operator::Note;
use spool_domain::store::Error;
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::operator_log::add;
use super::{Sqlite, rows};

#[async_trait]
impl Credentials for Sqlite {
    async fn put_credential(&self, row: CredentialRow, note: Note) -> Result<bool, Error> {
        self.write(move |db| {
            let CredentialRow { provider, name, version, weight, accounts, envelope, .. } = &row;
            let Envelope { wrapped_key, secret, callback_secret } = envelope;
            let accounts: Vec<i64> = accounts.iter().map(|account| account.0).collect();
            let put =
                db.prepare_cached(include_str!("../../sql/sqlite/credential_put.sql"))?.execute(params![
                    provider,
                    name,
                    version,
                    weight,
                    rows::to_json(&accounts)?,
                    wrapped_key,
                    secret,
                    callback_secret,
                    row.created_at.0,
                    row.changed_at.0,
                ])?;
            if put == 1 {
                add(db, &note)?;
            }
            Ok(put == 1)
        })
        .await
    }

    async fn remove_credential(
        &self,
        provider: &str,
        name: &str,
        unused: bool,
        note: Note,
    ) -> Result<RemovedCredential, Error> {
        let (provider, name) = (provider.to_owned(), name.to_owned());
        self.write(move |db| {
            let there = db
                .prepare_cached(include_str!("../../sql/sqlite/credential_exists.sql"))?
                .query_row([&provider, &name], |_| Ok(()))
                .optional()?;
            if there.is_none() {
                return Ok(RemovedCredential::Missing);
            }
            let open_jobs = under(db, &provider, &name)?;
            if unused && open_jobs > 0 {
                return Ok(RemovedCredential::InUse { open_jobs });
            }
            db.prepare_cached(include_str!("../../sql/sqlite/credential_remove.sql"))?
                .execute([&provider, &name])?;
            add(db, &note)?;
            Ok(RemovedCredential::Done { open_jobs })
        })
        .await
    }

    async fn credentials(&self) -> Result<Vec<CredentialRow>, Error> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("../../sql/sqlite/credentials.sql"))?;
            let found = statement.query_map([], credential)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn jobs_under(&self, provider: &str, credential: &str) -> Result<u64, Error> {
        let (provider, credential) = (provider.to_owned(), credential.to_owned());
        self.read(move |db| under(db, &provider, &credential)).await
    }
}

fn under(connection: &Connection, provider: &str, credential: &str) -> Result<u64, Failure> {
    let count: i64 = connection
        .prepare_cached(include_str!("../../sql/sqlite/jobs_under.sql"))?
        .query_row([provider, credential], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

fn credential(row: &Row) -> rusqlite::Result<CredentialRow> {
    let accounts: Vec<i64> = rows::json(row, 4)?;
    Ok(CredentialRow {
        provider: row.get(0)?,
        name: row.get(1)?,
        version: row.get(2)?,
        weight: row.get(3)?,
        accounts: accounts.into_iter().map(AccountId).collect(),
        envelope: Envelope { wrapped_key: row.get(5)?, secret: row.get(6)?, callback_secret: row.get(7)? },
        created_at: Timestamp(row.get(8)?),
        changed_at: Timestamp(row.get(9)?),
    })
}
