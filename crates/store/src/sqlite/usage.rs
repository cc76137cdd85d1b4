//! The roll-up of what was made and charged, written with the steps that it counts.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};
use spool_domain::day::Day;
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::usage::{self, Query, Sums};

use super::failure::Failure;

/// Whose row a number is added to.
pub(super) struct Place<'a> {
    pub(super) account: AccountId,
    pub(super) mode: Mode,
    pub(super) key: &'a KeyId,
    pub(super) model: &'a str,
    pub(super) day: Day,
}

impl<'a> Place<'a> {
    /// A job's row of a day.
    pub(super) fn of(job: &'a Job, day: Day) -> Self {
        Self { account: job.account, mode: job.mode, key: &job.key, model: &job.model, day }
    }
}

/// What a job's end counts as; nothing while it is open.
pub(super) fn counted(phase: &Phase) -> Sums {
    let none = Sums::default();
    match phase {
        Phase::Done(Outcome::Succeeded(_)) => Sums { jobs: 1, succeeded: 1, ..none },
        Phase::Done(Outcome::Failed(_)) => Sums { jobs: 1, failed: 1, ..none },
        Phase::Done(Outcome::Canceled) => Sums { jobs: 1, canceled: 1, ..none },
        _ => none,
    }
}

/// Adds to a row, and makes it where it is missing. Nothing is written for nothing.
pub(super) fn add(connection: &Connection, place: &Place, sums: &Sums) -> Result<(), Failure> {
    if *sums == Sums::default() {
        return Ok(());
    }
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    connection.prepare_cached(include_str!("../../sql/sqlite/usage_add.sql"))?.execute(params![
        place.account.0,
        place.mode.as_str(),
        place.key.0,
        place.day.0,
        place.model,
        count(sums.succeeded),
        count(sums.failed),
        count(sums.canceled),
        sums.charged.0,
        sums.cost.0,
    ])?;
    Ok(())
}

/// What rows are told apart by, in the order of the answer.
type Group = (Option<Day>, Option<String>, Option<String>);

/// The moment `usage`. Sums while it reads, so that memory grows with the answer and not with the rows behind it.
pub(super) fn read(
    connection: &Connection,
    account: AccountId,
    mode: Mode,
    query: &Query,
) -> Result<Vec<usage::Row>, Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/usage.sql"))?;
    let key = query.key.as_ref().map(|key| &key.0);
    let mut rows =
        statement.query(params![account.0, mode.as_str(), query.from.0, query.to.0, key, query.model])?;
    let mut groups: BTreeMap<Group, Sums> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let Query { groups: by, limit, .. } = query;
        let group = (
            by.day.then(|| row.get(0).map(Day)).transpose()?,
            by.key.then(|| row.get(1)).transpose()?,
            by.model.then(|| row.get(2)).transpose()?,
        );
        // One more than asked for says that there are more; which one does not matter.
        if groups.len() <= *limit || groups.contains_key(&group) {
            groups.entry(group).or_default().add(&sums(row)?);
        }
    }
    let row = |((day, key, model), sums): (Group, Sums)| usage::Row { day, key: key.map(KeyId), model, sums };
    Ok(groups.into_iter().map(row).collect())
}

fn sums(row: &Row) -> rusqlite::Result<Sums> {
    let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(Sums {
        jobs: count(3)?,
        succeeded: count(4)?,
        failed: count(5)?,
        canceled: count(6)?,
        charged: MicroUsd(row.get(7)?),
        cost: MicroUsd(row.get(8)?),
    })
}
