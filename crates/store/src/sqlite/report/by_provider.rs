//! Usage by provider. The kept sums do not know providers, so jobs are read, with the entries of what their attempts cost.
//! What comes out adds up to the same: the audit of a report is the other report.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::day::Day;
use spool_domain::ids::AccountId;
use spool_domain::ledger::{Account, Kind};
use spool_domain::money::MicroUsd;
use spool_domain::report::{Report, UsageQuery};
use spool_domain::time::Timestamp;
use spool_domain::usage::Sums;

use super::super::failure::Failure;
use super::usage::{Place, Table, accounts_of};
use super::walk::{self, Made, Span};

/// The moment `all_usage`, where providers are told apart.
pub(super) fn read(connection: &Connection, query: &UsageQuery) -> Result<Report, Failure> {
    let mut table = Table::of(query);
    let span = Span {
        mode: query.mode,
        account: query.account.map(|account| account.0),
        key: query.key.as_ref().map(|key| key.0.as_str()),
        model: query.model.as_deref(),
        from: query.from.start(),
        until: query.to.plus(1).start(),
        jobs_max: query.read_max,
        or_newest: false,
    };
    let all = walk::walk(connection, &span, |made| {
        ended(&mut table, &span, made);
        costs(connection, &mut table, &span, made)?;
        Ok(ControlFlow::Continue(()))
    })?;
    if !all {
        return Ok(Report::TooMuch);
    }
    for account in accounts_of(connection, query)? {
        refunds(connection, &mut table, &span, account)?;
    }
    table.report(connection)
}

/// The day of a moment, if it is one of those that are asked for.
fn day(span: &Span, at: Timestamp) -> Option<Day> {
    (span.from..span.until).contains(&at).then(|| Day::of(at))
}

fn place<'a>(made: &'a Made, day: Day, provider: Option<&'a str>) -> Place<'a> {
    Place { day, account: made.account, key: &made.key, model: &made.model, provider }
}

/// Counts a job on the day it ended, with its charge.
fn ended(table: &mut Table, span: &Span, made: &Made) {
    let Some(day) = made.ended_at.and_then(|at| day(span, at)) else { return };
    let is = |phase: &str| u64::from(made.phase == phase);
    let sums = Sums {
        jobs: 1,
        succeeded: is("succeeded"),
        failed: is("failed"),
        canceled: is("canceled"),
        charged: MicroUsd(made.captured.unwrap_or(0)),
        cost: MicroUsd::ZERO,
    };
    table.add(&place(made, day, made.provider()), &sums);
}

/// Adds what a job's attempts cost, each at its provider and on the day it was booked. Keys say which entries there are.
fn costs(connection: &Connection, table: &mut Table, span: &Span, made: &Made) -> Result<(), Failure> {
    let mut entry = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_cost.sql"))?;
    for call in made.calls() {
        for one in call.tries.iter().filter(|one| one.accepted) {
            let key = format!("{}:{}:{}", Kind::Cost.as_str(), call.id, one.no);
            let booked = entry
                .query_row([key], |row| Ok((MicroUsd(row.get(0)?), Timestamp(row.get(1)?))))
                .optional()?;
            if let Some((cost, at)) = booked
                && let Some(day) = day(span, at)
            {
                table.add(&place(call, day, Some(&one.provider)), &Sums { cost, ..Sums::default() });
            }
        }
    }
    Ok(())
}

/// Takes off what was given back in these days, whenever its job ended.
fn refunds(connection: &Connection, table: &mut Table, span: &Span, account: i64) -> Result<(), Failure> {
    let book = Account::Available(AccountId(account), span.mode).to_string();
    let mut entries = connection.prepare_cached(include_str!("../../../sql/sqlite/reported_refunds.sql"))?;
    let mut rows = entries.query(params![book, span.from.0, span.until.0])?;
    while let Some(row) = rows.next()? {
        let (amount, at): (i64, _) = (row.get(1)?, Timestamp(row.get(2)?));
        let Some(made) = walk::one(connection, row.get(0)?)? else { continue };
        let other = |wanted: Option<&str>, has: &str| wanted.is_some_and(|wanted| wanted != has);
        if other(span.key, &made.key) || other(span.model, &made.model) {
            continue;
        }
        let sums = Sums { charged: MicroUsd(-amount), ..Sums::default() };
        table.add(&place(&made, Day::of(at), made.provider()), &sums);
    }
    Ok(())
}
