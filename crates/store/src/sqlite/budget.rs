//! What keys may spend, and what of it is taken.

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::budget::{Budget, BudgetState, Spent};
use spool_domain::day::Day;
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;

use super::failure::Failure;
use super::rows;

/// The moment `set_budget`.
pub(super) fn set(connection: &Connection, key: &KeyId, budget: &Budget) -> Result<bool, Failure> {
    let amounts = [budget.day, budget.month, budget.total].map(|max| max.map(|max| max.0));
    if amounts.iter().flatten().any(|max| *max < 0) {
        return Err(Failure::new("a budget is below zero"));
    }
    if budget.is_empty() {
        connection.prepare_cached(include_str!("../../sql/sqlite/budget_remove.sql"))?.execute([&key.0])?;
        return Ok(connection
            .prepare_cached(include_str!("../../sql/sqlite/key_exists.sql"))?
            .query_row([&key.0], |row| row.get(0))?);
    }
    let [day, month, total] = amounts;
    let set = connection
        .prepare_cached(include_str!("../../sql/sqlite/budget_set.sql"))?
        .execute(params![key.0, day, month, total])?;
    Ok(set == 1)
}

/// A key's budget as it stands on a day, if it has one.
pub(super) fn state(
    connection: &Connection,
    key: &KeyId,
    today: Day,
) -> Result<Option<BudgetState>, Failure> {
    let found = connection
        .prepare_cached(include_str!("../../sql/sqlite/budget.sql"))?
        .query_row([&key.0], |row| {
            let max = |column: usize| row.get::<_, Option<i64>>(column).map(|max| max.map(MicroUsd));
            let budget = Budget { day: max(0)?, month: max(1)?, total: max(2)? };
            let (held, total) = (MicroUsd(row.get(3)?), MicroUsd(row.get(4)?));
            let state = BudgetState { budget, spent: Spent { total, ..Spent::default() }, held };
            Ok((state, AccountId(row.get(5)?), rows::mode(row, 6)?))
        })
        .optional()?;
    let Some((mut state, account, mode)) = found else { return Ok(None) };
    // A month has as many rows as days and models: few, however many jobs there were.
    let (day, month) = spent(connection, account, mode, key, today)?;
    let not_below_zero = |amount: i64| MicroUsd(amount.max(0));
    state.spent.day = not_below_zero(day);
    state.spent.month = not_below_zero(month);
    state.spent.total = not_below_zero(state.spent.total.0);
    Ok(Some(state))
}

fn spent(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    key: &KeyId,
    today: Day,
) -> Result<(i64, i64), Failure> {
    let wanted = params![account.0, mode.as_str(), key.0, today.month().0, today.0];
    Ok(connection
        .prepare_cached(include_str!("../../sql/sqlite/budget_spent.sql"))?
        .query_row(wanted, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Moves what a key holds and has spent. A key without a budget has no row, and nothing is written.
pub(super) fn moved(
    connection: &Connection,
    key: &KeyId,
    held: MicroUsd,
    spent: MicroUsd,
) -> Result<(), Failure> {
    connection
        .prepare_cached(include_str!("../../sql/sqlite/budget_move.sql"))?
        .execute(params![key.0, held.0, spent.0])?;
    Ok(())
}
