//! Usage over all accounts, out of the sums that are kept with every step. Its order begins with the account and ends with
//! the day, so the report goes from key to key and reads the days of each.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use spool_domain::day::Day;
use spool_domain::ids::{AccountId, KeyId};
use spool_domain::money::MicroUsd;
use spool_domain::report::{Groups, Report, UsageQuery, UsageRow};
use spool_domain::usage::Sums;

use super::super::accounts;
use super::super::failure::Failure;

/// Sums under what they are told apart by.
pub(super) struct Table {
    groups: Groups,
    rows_max: usize,
    rows: BTreeMap<Group, Sums>,
}

/// In the order of the answer.
type Group = (Option<Day>, Option<i64>, Option<String>, Option<String>, Option<Option<String>>);

/// What some sums belong to.
pub(super) struct Place<'a> {
    pub(super) day: Day,
    pub(super) account: i64,
    pub(super) key: &'a str,
    pub(super) model: &'a str,
    pub(super) provider: Option<&'a str>,
}

impl Table {
    pub(super) fn of(query: &UsageQuery) -> Self {
        Self { groups: query.groups, rows_max: query.rows_max, rows: BTreeMap::new() }
    }

    /// Adds to a row. One more row than fits tells that there are more; which one does not matter.
    pub(super) fn add(&mut self, place: &Place, sums: &Sums) {
        let Groups { day, account, key, model, provider } = self.groups;
        let group = (
            day.then_some(place.day),
            account.then_some(place.account),
            key.then(|| place.key.to_owned()),
            model.then(|| place.model.to_owned()),
            provider.then(|| place.provider.map(str::to_owned)),
        );
        if self.rows.len() <= self.rows_max || self.rows.contains_key(&group) {
            self.rows.entry(group).or_default().add(sums);
        }
    }

    /// The answer, with the names of accounts and keys.
    pub(super) fn report(self, connection: &Connection) -> Result<Report, Failure> {
        if self.rows.len() > self.rows_max {
            return Ok(Report::TooLong);
        }
        let mut accounts: BTreeMap<i64, String> = BTreeMap::new();
        let mut keys: BTreeMap<String, String> = BTreeMap::new();
        let mut rows = Vec::with_capacity(self.rows.len());
        for ((day, account, key, model, provider), sums) in self.rows {
            if let Some(id) = account.filter(|id| !accounts.contains_key(id)) {
                let found = accounts::one(connection, AccountId(id))?;
                accounts.insert(id, found.map(|row| row.name).unwrap_or_default());
            }
            if let Some(id) = key.as_ref().filter(|id| !keys.contains_key(*id)) {
                let found = accounts::key(connection, &KeyId(id.clone()))?;
                keys.insert(id.clone(), found.map(|row| row.name).unwrap_or_default());
            }
            let account = account.map(|id| (AccountId(id), accounts.get(&id).cloned().unwrap_or_default()));
            let key = key.map(|id| {
                let name = keys.get(&id).cloned().unwrap_or_default();
                (KeyId(id), name)
            });
            rows.push(UsageRow { day, account, key, model, provider, sums });
        }
        Ok(Report::Whole(rows))
    }
}

/// The moment `all_usage`, where providers are not told apart.
pub(super) fn read(connection: &Connection, query: &UsageQuery) -> Result<Report, Failure> {
    let mut table = Table::of(query);
    let mut left = query.read_max;
    for account in accounts_of(connection, query)? {
        for key in keys_of(connection, query, account)? {
            let mut statement =
                connection.prepare_cached(include_str!("../../../sql/sqlite/reported_usage.sql"))?;
            let wanted = params![account, query.mode.as_str(), key, query.from.0, query.to.0];
            let mut rows = statement.query(wanted)?;
            while let Some(row) = rows.next()? {
                let Some(less) = left.checked_sub(1) else { return Ok(Report::TooMuch) };
                left = less;
                let model: String = row.get(1)?;
                if query.model.as_ref().is_some_and(|wanted| *wanted != model) {
                    continue;
                }
                let place =
                    Place { day: Day(row.get(0)?), account, key: &key, model: &model, provider: None };
                table.add(&place, &sums(row)?);
            }
        }
    }
    table.report(connection)
}

/// The accounts that have usage, or the one that is asked for.
pub(super) fn accounts_of(connection: &Connection, query: &UsageQuery) -> Result<Vec<i64>, Failure> {
    if let Some(account) = query.account {
        return Ok(vec![account.0]);
    }
    let mut next = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_accounts.sql"))?;
    let mut all = Vec::new();
    let mut after = i64::MIN;
    while let Some(account) = next.query_row([after], |row| row.get::<_, i64>(0)).optional()? {
        all.push(account);
        after = account;
    }
    Ok(all)
}

fn keys_of(connection: &Connection, query: &UsageQuery, account: i64) -> Result<Vec<String>, Failure> {
    if let Some(key) = &query.key {
        return Ok(vec![key.0.clone()]);
    }
    let mut next = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_keys.sql"))?;
    let mut all: Vec<String> = Vec::new();
    loop {
        let after = all.last().map_or("", String::as_str);
        let found = next.query_row(params![account, query.mode.as_str(), after], |row| row.get(0));
        match found.optional()? {
            Some(key) => all.push(key),
            None => return Ok(all),
        }
    }
}

fn sums(row: &Row) -> rusqlite::Result<Sums> {
    let count = |column: usize| row.get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(Sums {
        jobs: count(2)?,
        succeeded: count(3)?,
        failed: count(4)?,
        canceled: count(5)?,
        charged: MicroUsd(row.get(6)?),
        cost: MicroUsd(row.get(7)?),
    })
}
