//! Booking entries.

use rusqlite::{Connection, ffi, params};
use spool_domain::ledger::{Account, Transfer};

use super::failure::Failure;

/// Books an entry and moves its amount; false if its key was booked before (M7). `job` is the number of its job's
/// row. An amount that would overdraw a bounded account is an error (M2).
pub(super) fn post(connection: &Connection, transfer: &Transfer, job: Option<i64>) -> Result<bool, Failure> {
    match try_post(connection, transfer, job) {
        // A provider's book is made with its first entry; all others are as old as the database or the customer.
        Err(error) if is_missing(&error) => {
            for account in [&transfer.from, &transfer.to] {
                if let Account::Payable(..) = account {
                    open_book(connection, account)?;
                }
            }
            Ok(try_post(connection, transfer, job)?)
        }
        booked => Ok(booked?),
    }
}

fn try_post(connection: &Connection, transfer: &Transfer, job: Option<i64>) -> rusqlite::Result<bool> {
    let booked =
        connection.prepare_cached(include_str!("../../sql/sqlite/entry_post.sql"))?.execute(params![
            transfer.key,
            transfer.kind.as_str(),
            job,
            transfer.from.to_string(),
            transfer.to.to_string(),
            transfer.amount.0,
            transfer.at.0,
        ])?;
    Ok(booked == 1)
}

/// Whether an entry was refused because a book it names does not exist: its number would be null.
fn is_missing(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_CONSTRAINT_NOTNULL)
}

/// Makes an account of the books with nothing in it, unless it is there.
pub(super) fn open_book(connection: &Connection, account: &Account) -> Result<(), Failure> {
    connection
        .prepare_cached(include_str!("../../sql/sqlite/book_open.sql"))?
        .execute(params![account.to_string(), account.bounded()])?;
    Ok(())
}
