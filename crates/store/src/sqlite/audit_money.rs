//! The checker's second half: usage and budgets, which repeat what the entries and jobs say (M9).

use std::collections::HashMap;

use rusqlite::Connection;
use spool_domain::ledger::Kind;
use spool_domain::store::Audit;

use super::audit::{Jobs, broken};
use super::failure::Failure;
use super::rows;

/// By account and mode.
type Sums<T> = HashMap<(i64, &'static str), T>;

/// Holds usage against entries and jobs, and budgets against open jobs and usage.
pub(super) fn check(connection: &Connection, jobs: &Jobs, audit: &mut Audit) -> Result<(), Failure> {
    let mut booked = booked(connection)?;
    let mut over = jobs.over.clone();
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/audit_usage.sql"))?;
    let mut usage = statement.query([])?;
    while let Some(row) = usage.next()? {
        let place = (row.get(0)?, rows::mode(row, 1)?.as_str());
        let (ended, charged, cost): (i64, i64, i64) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let (moved, paid) = booked.remove(&place).unwrap_or_default();
        compare(audit, place, "charged", i128::from(charged), moved);
        compare(audit, place, "cost", i128::from(cost), paid);
        compare(audit, place, "jobs", i128::from(ended), i128::from(over.remove(&place).unwrap_or(0)));
    }
    for (place, (moved, paid)) in booked {
        compare(audit, place, "charged", 0, moved);
        compare(audit, place, "cost", 0, paid);
    }
    for (place, ended) in over {
        compare(audit, place, "jobs", 0, i128::from(ended));
    }
    check_budgets(connection, jobs, audit)
}

fn compare(audit: &mut Audit, place: (i64, &str), what: &str, kept: i128, expected: i128) {
    if kept != expected {
        let (account, mode) = place;
        broken(audit, || {
            format!(
                "M9: the {mode} usage of account {account} has {what} {kept}, its jobs add up to {expected}"
            )
        });
    }
}

/// Captures minus refunds, and costs.
fn booked(connection: &Connection) -> Result<Sums<(i128, i128)>, Failure> {
    let mut sums: Sums<(i128, i128)> = HashMap::new();
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/audit_moved.sql"))?;
    let mut entries = statement.query([])?;
    while let Some(row) = entries.next()? {
        let sum = sums.entry((row.get(0)?, rows::mode(row, 1)?.as_str())).or_default();
        let amount = i128::from(row.get::<_, i64>(3)?);
        match rows::entry_kind(row, 2)? {
            Kind::Capture => sum.0 += amount,
            Kind::Refund => sum.0 -= amount,
            _ => sum.1 += amount,
        }
    }
    Ok(sums)
}

fn check_budgets(connection: &Connection, jobs: &Jobs, audit: &mut Audit) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/audit_budgets.sql"))?;
    let mut budgets = statement.query([])?;
    while let Some(row) = budgets.next()? {
        let (key, held, spent): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let expected = jobs.held.get(&key).copied().unwrap_or(0);
        if i128::from(held) != expected {
            broken(audit, || {
                format!("M9: the budget of key {key} holds {held}, its open jobs are priced {expected}")
            });
        }
        let used: i64 = row.get(3)?;
        if spent != used {
            broken(audit, || format!("M9: the budget of key {key} has spent {spent}, its usage is {used}"));
        }
    }
    Ok(())
}
