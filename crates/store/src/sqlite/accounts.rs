//! Accounts, their keys, and entries that belong to no open job.

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::day::Day;
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::ledger::{Account, Kind, Transfer};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::store::{AccountRow, Balance, KeyRow};
use spool_domain::time::Timestamp;
use spool_domain::usage::Sums;

use super::failure::Failure;
use super::usage::Place;
use super::{claim, ledger, refund, rows, usage};

/// The moment `create_account`: the row and its books.
pub(super) fn create(
    connection: &Connection,
    name: &str,
    email: Option<&str>,
    at: Timestamp,
) -> Result<AccountRow, Failure> {
    connection
        .prepare_cached(include_str!("../../sql/sqlite/account_create.sql"))?
        .execute(params![name, at.0, email])?;
    let id = AccountId(connection.last_insert_rowid());
    for mode in [Mode::Live, Mode::Test] {
        ledger::open_book(connection, &Account::Available(id, mode))?;
        ledger::open_book(connection, &Account::Held(id, mode))?;
    }
    let email = email.map(str::to_owned);
    Ok(AccountRow { id, name: name.to_owned(), created_at: at, email, open_jobs_max: None })
}

/// The moment `account`.
pub(super) fn one(connection: &Connection, account: AccountId) -> Result<Option<AccountRow>, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/account.sql"))?
        .query_row([account.0], rows::account)
        .optional()?)
}

/// The moment `accounts`.
pub(super) fn all(connection: &Connection) -> Result<Vec<AccountRow>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/accounts.sql"))?;
    let found = statement.query_map([], rows::account)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The moment `balance`.
pub(super) fn balance(connection: &Connection, account: AccountId, mode: Mode) -> Result<Balance, Failure> {
    let books = [Account::Available(account, mode).to_string(), Account::Held(account, mode).to_string()];
    Ok(connection.prepare_cached(include_str!("../../sql/sqlite/balance.sql"))?.query_row(books, |row| {
        Ok(Balance { available: MicroUsd(row.get(0)?), held: MicroUsd(row.get(1)?) })
    })?)
}

/// The moment `set_open_jobs_max`.
pub(super) fn set_open_jobs_max(
    connection: &Connection,
    account: AccountId,
    max: Option<u32>,
) -> Result<bool, Failure> {
    let set = connection
        .prepare_cached(include_str!("../../sql/sqlite/account_open_jobs_max.sql"))?
        .execute(params![account.0, max])?;
    Ok(set == 1)
}

/// The moment `book`.
pub(super) fn book(connection: &Connection, transfer: &Transfer) -> Result<bool, Failure> {
    match transfer.kind {
        Kind::Hold | Kind::Capture | Kind::Rest | Kind::Release => {
            return Err(Failure::new("M10: holds move with their job's steps only"));
        }
        Kind::TopUp | Kind::Refund | Kind::Cost | Kind::Suspend | Kind::Absorb => {}
    }
    let job = transfer.job.map(|job| {
        connection
            .prepare_cached(include_str!("../../sql/sqlite/job_number.sql"))?
            .query_row([job.bytes()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?)))
            .optional()
    });
    match job.transpose()? {
        None => ledger::post(connection, transfer, None),
        Some(Some((n, true))) => {
            let new = ledger::post(connection, transfer, Some(n))?;
            if new {
                count(connection, transfer, n)?;
            }
            Ok(new)
        }
        Some(_) => Err(Failure::new("the entry's job is not over or does not exist")),
    }
}

/// Keeps the usage beside what is booked after a job's end.
fn count(connection: &Connection, transfer: &Transfer, n: i64) -> Result<(), Failure> {
    if !matches!(transfer.kind, Kind::Refund | Kind::Cost) {
        return Ok(());
    }
    let job = claim::by_number(connection, n)?;
    let place = Place::of(&job, Day::of(transfer.at));
    match transfer.kind {
        Kind::Refund => refund::take_back(connection, &place, transfer.amount),
        _ => usage::add(connection, &place, &Sums { cost: transfer.amount, ..Sums::default() }),
    }
}

/// The moment `create_key`.
pub(super) fn create_key(connection: &Connection, key: &KeyRow) -> Result<(), Failure> {
    connection.prepare_cached(include_str!("../../sql/sqlite/key_create.sql"))?.execute(params![
        key.id.0,
        key.account.0,
        key.mode.as_str(),
        key.name,
        key.sha256,
        key.last4,
        key.created_at.0,
        rows::moment(key.expires_at),
        rows::moment(key.revoked_at),
        key.scopes.to_string(),
        key.rate.map(|rate| rate.per_second.get()),
        key.rate.map(|rate| rate.burst.get()),
    ])?;
    Ok(())
}

/// The moment `key`.
pub(super) fn key(connection: &Connection, key: &KeyId) -> Result<Option<KeyRow>, Failure> {
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/key.sql"))?
        .query_row([&key.0], rows::key)
        .optional()?)
}

/// The moment `keys`.
pub(super) fn keys(connection: &Connection, account: Option<AccountId>) -> Result<Vec<KeyRow>, Failure> {
    let found = match account {
        Some(account) => connection
            .prepare_cached(include_str!("../../sql/sqlite/keys_of_account.sql"))?
            .query_map([account.0], rows::key)?
            .collect::<rusqlite::Result<_>>()?,
        None => connection
            .prepare_cached(include_str!("../../sql/sqlite/keys.sql"))?
            .query_map([], rows::key)?
            .collect::<rusqlite::Result<_>>()?,
    };
    Ok(found)
}

/// The moment `keys_of_mode`.
pub(super) fn keys_of_mode(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    limit: u32,
) -> Result<Vec<KeyRow>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/keys_of_mode.sql"))?;
    let found = statement.query_map(params![account.0, mode.as_str(), limit], rows::key)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The moment `revoke_key`.
pub(super) fn revoke_key(connection: &Connection, key: &KeyId, at: Timestamp) -> Result<bool, Failure> {
    let revoked = connection
        .prepare_cached(include_str!("../../sql/sqlite/key_revoke.sql"))?
        .execute(params![key.0, at.0])?;
    Ok(revoked == 1)
}
