//! The operator's moments: what is done and its line in the log are one transaction.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::ids::{AccountId, JobId, KeyId};
use spool_domain::job::Job;
use spool_domain::ledger::Transfer;
use spool_domain::money::MicroUsd;
use spool_domain::operator::{
    AccountChange, Booking, Decided, JobFilter, KeyChange, LogFilter, LogRow, Note, Operators,
};
use spool_domain::order::Mode;
use spool_domain::store::{AccountRow, Commit, Committed, Error, KeyRow};
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::operator_log::{self, about, add};
use super::report::walk;
use super::{Sqlite, accounts, commit, control, rows};

/// A page holds at most this many rows, whatever was asked for: a hundred, and one that tells whether there are more.
const PAGE_MAX: u32 = 101;

#[async_trait]
impl Operators for Sqlite {
    async fn open_account(&self, name: &str, email: Option<&str>, note: Note) -> Result<AccountRow, Error> {
        let (name, email) = (name.to_owned(), email.map(str::to_owned));
        self.write(move |db| {
            let row = accounts::create(db, &name, email.as_deref(), note.at)?;
            about(db, &note, &format!("account:{}", row.id))?;
            Ok(row)
        })
        .await
    }

    async fn change_account(
        &self,
        account: AccountId,
        change: AccountChange,
        note: Note,
    ) -> Result<Option<AccountRow>, Error> {
        self.write(move |db| {
            if change_account(db, account, &change)? {
                add(db, &note)?;
            }
            accounts::one(db, account)
        })
        .await
    }

    async fn accounts_before(&self, before: Option<AccountId>, limit: u32) -> Result<Vec<AccountRow>, Error> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(include_str!("../../sql/sqlite/accounts_before.sql"))?;
            let before = before.map(|account| account.0);
            let found = statement.query_map(params![before, limit.min(PAGE_MAX)], rows::account)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn credit(&self, transfer: Transfer, note: Note) -> Result<bool, Error> {
        self.write(move |db| {
            let new = accounts::book(db, &transfer)?;
            if new {
                add(db, &note)?;
            }
            Ok(new)
        })
        .await
    }

    async fn issue_key(&self, key: KeyRow, note: Note) -> Result<(), Error> {
        self.write(move |db| {
            accounts::create_key(db, &key)?;
            add(db, &note)
        })
        .await
    }

    async fn change_key(&self, key: &KeyId, change: KeyChange, note: Note) -> Result<Option<KeyRow>, Error> {
        let key = key.clone();
        self.write(move |db| {
            if change_key(db, &key, &change)? {
                add(db, &note)?;
            }
            accounts::key(db, &key)
        })
        .await
    }

    async fn end_key(&self, key: &KeyId, at: Timestamp, note: Note) -> Result<bool, Error> {
        let key = key.clone();
        self.write(move |db| {
            let ended = accounts::revoke_key(db, &key, at)?;
            if ended {
                add(db, &note)?;
            }
            Ok(ended)
        })
        .await
    }

    async fn replace_key(
        &self,
        old: &KeyId,
        until: Timestamp,
        new: KeyRow,
        note: Note,
    ) -> Result<bool, Error> {
        let old = old.clone();
        self.write(move |db| {
            let ended = db
                .prepare_cached(include_str!("../../sql/sqlite/key_until.sql"))?
                .execute(params![old.0, until.0])?;
            if ended == 1 {
                accounts::create_key(db, &new)?;
                add(db, &note)?;
            }
            Ok(ended == 1)
        })
        .await
    }

    async fn keys_before(
        &self,
        account: Option<AccountId>,
        before: Option<&KeyId>,
        limit: u32,
    ) -> Result<Vec<KeyRow>, Error> {
        let (before, limit) = (before.map(|key| key.0.clone()), limit.min(PAGE_MAX));
        self.read(move |db| {
            let found = match account {
                Some(account) => db
                    .prepare_cached(include_str!("../../sql/sqlite/keys_of_account_before.sql"))?
                    .query_map(params![before, limit, account.0], rows::key)?
                    .collect::<rusqlite::Result<_>>()?,
                None => db
                    .prepare_cached(include_str!("../../sql/sqlite/keys_before.sql"))?
                    .query_map(params![before, limit], rows::key)?
                    .collect::<rusqlite::Result<_>>()?,
            };
            Ok(found)
        })
        .await
    }

    async fn decide(&self, step: Commit, note: Note) -> Result<Decided, Error> {
        let now = self.now();
        self.write(move |db| {
            if let Some(other) = holder(db, &step)? {
                return Ok(Decided::Taken(other));
            }
            match commit::commit(db, now, &step)? {
                Committed::Done { .. } => add(db, &note).map(|()| Decided::Done),
                Committed::Lost => Ok(Decided::Lost),
            }
        })
        .await
    }

    async fn cancel_any(&self, job: JobId, note: Note) -> Result<Option<Job>, Error> {
        let now = self.now();
        self.write(move |db| {
            let owner: Option<(i64, Mode, bool)> = db
                .prepare_cached(include_str!("../../sql/sqlite/job_owner.sql"))?
                .query_row([job.bytes()], |row| Ok((row.get(0)?, rows::mode(row, 1)?, row.get(2)?)))
                .optional()?;
            let Some((account, mode, over)) = owner else { return Ok(None) };
            if !over {
                add(db, &note)?;
            }
            control::ask_cancel(db, now, AccountId(account), mode, job)
        })
        .await
    }

    async fn any_job(&self, job: JobId) -> Result<Option<Job>, Error> {
        self.read(move |db| {
            Ok(db
                .prepare_cached(include_str!("../../sql/sqlite/job_anywhere.sql"))?
                .query_row([job.bytes()], rows::job)
                .optional()?)
        })
        .await
    }

    async fn any_jobs(
        &self,
        filter: JobFilter,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<Job>, Error> {
        self.read(move |db| any_jobs(db, &filter, before, limit.min(PAGE_MAX))).await
    }

    async fn bookings(&self, job: JobId) -> Result<Vec<Booking>, Error> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(include_str!("../../sql/sqlite/bookings.sql"))?;
            let found = statement.query_map([job.to_string()], booking)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    async fn note(&self, note: Note) -> Result<(), Error> {
        self.write(move |db| add(db, &note)).await
    }

    async fn log_before(
        &self,
        filter: LogFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<LogRow>, Error> {
        self.read(move |db| operator_log::before(db, &filter, before, limit.min(PAGE_MAX))).await
    }
}

/// Whether there is such an account.
fn change_account(
    connection: &Connection,
    account: AccountId,
    change: &AccountChange,
) -> Result<bool, Failure> {
    let changed = connection
        .prepare_cached(include_str!("../../sql/sqlite/account_change.sql"))?
        .execute(params![account.0, change.name, change.email.is_some(), change.email.clone().flatten(),])?;
    Ok(changed == 1)
}

/// Whether there is such a key that is not revoked.
fn change_key(connection: &Connection, key: &KeyId, change: &KeyChange) -> Result<bool, Failure> {
    let rate = change.rate.flatten();
    let changed =
        connection.prepare_cached(include_str!("../../sql/sqlite/key_change.sql"))?.execute(params![
            key.0,
            change.name,
            change.scopes.map(|scopes| scopes.to_string()),
            change.rate.is_some(),
            rate.map(|rate| rate.per_second.get()),
            rate.map(|rate| rate.burst.get()),
        ])?;
    Ok(changed == 1)
}

/// Another job whose attempt has the provider's job that the step names (U8).
fn holder(connection: &Connection, step: &Commit) -> Result<Option<JobId>, Failure> {
    let Some(attempt) = &step.job.attempt else { return Ok(None) };
    let Some(provider_job) = &attempt.provider_job else { return Ok(None) };
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/decide_taken.sql"))?
        .query_row(
            params![provider_job, attempt.provider, attempt.credential, step.job.id.bytes(), attempt.no.0],
            |row| row.get(0).map(JobId),
        )
        .optional()?)
}

/// The moment `any_jobs`. Each kind of list has the statement that its index serves.
fn any_jobs(
    connection: &Connection,
    filter: &JobFilter,
    before: Option<JobId>,
    limit: u32,
) -> Result<Vec<Job>, Failure> {
    let JobFilter { account, mode, phase, model, key, provider, from, until } = filter;
    let (before, account) = (before.map(|job| job.0), account.map(|account| account.0));
    let (mode, key) = (mode.map(Mode::as_str), key.as_ref().map(|key| &key.0));
    let (first, end) = walk::admitted(connection, *from, *until)?;
    let (from, until) = (from.map(|at| at.0), until.map(|at| at.0));
    if phase.as_deref() == Some("needs_operator") {
        let mut statement =
            connection.prepare_cached(include_str!("../../sql/sqlite/jobs_for_operator.sql"))?;
        let wanted = params![before, mode, account, model, limit, key, provider, from, until];
        let found = statement.query_map(wanted, rows::job)?;
        return Ok(found.collect::<rusqlite::Result<_>>()?);
    }
    let Some(account) = account else {
        let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/jobs_anywhere.sql"))?;
        let wanted = params![before, mode, phase, model, limit, key, provider, from, until, first, end];
        let found = statement.query_map(wanted, rows::job)?;
        return Ok(found.collect::<rusqlite::Result<_>>()?);
    };
    let mut statement =
        connection.prepare_cached(include_str!("../../sql/sqlite/jobs_anywhere_of_account.sql"))?;
    let numbered = |row: &Row| Ok((row.get::<_, i64>(0)?, rows::job(row)?));
    let mut jobs = Vec::new();
    // Admission runs on within each mode of the index; the two are merged.
    for one in mode.map_or_else(|| vec!["live", "test"], |mode| vec![mode]) {
        let wanted =
            params![before, one, phase, model, limit, key, provider, from, until, first, end, account];
        let found = statement.query_map(wanted, numbered)?;
        jobs.extend(found.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    jobs.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    jobs.truncate(limit as usize);
    Ok(jobs.into_iter().map(|(_, job)| job).collect())
}

fn booking(row: &Row) -> rusqlite::Result<Booking> {
    Ok(Booking {
        key: row.get(0)?,
        kind: row.get(1)?,
        from: row.get(2)?,
        to: row.get(3)?,
        amount: MicroUsd(row.get(4)?),
        at: Timestamp(row.get(5)?),
    })
}
