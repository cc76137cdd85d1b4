//! How attempts ended and how long they took.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rusqlite::Connection;
use spool_domain::fault::Kind;
use spool_domain::report::{By, Performance, PerformanceQuery, Performances};

use super::super::failure::Failure;
use super::walk::{self, Made, Span, Try};

/// The moment `performance`. Percentiles are exact, so every duration is kept until the end: a few megabytes at the bound.
pub(super) fn read(connection: &Connection, query: &PerformanceQuery) -> Result<Performances, Failure> {
    let span = Span {
        mode: query.mode,
        account: None,
        key: None,
        model: None,
        from: query.from.start(),
        until: query.to.plus(1).start(),
        jobs_max: query.jobs_max,
        or_newest: true,
    };
    let mut rows: BTreeMap<String, Performance> = BTreeMap::new();
    let mut left = query.attempts_max;
    let all = walk::walk(connection, &span, |made| {
        for call in made.calls() {
            for one in &call.tries {
                let ended_at = one.ended_at.filter(|at| (span.from..span.until).contains(at));
                let (Some(ended_at), false) = (ended_at, is_with_operator(call, one)) else { continue };
                let Some(less) = left.checked_sub(1) else { return Ok(ControlFlow::Break(())) };
                left = less;
                let name = match query.by {
                    By::Provider => &one.provider,
                    By::Model => &call.model,
                };
                if !rows.contains_key(name) {
                    rows.insert(name.clone(), Performance::default());
                }
                if let Some(row) = rows.get_mut(name) {
                    count(row, call, one, ended_at.since_ms(one.started_at));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    rows.values_mut().for_each(|row| row.took_ms.sort_unstable());
    Ok(Performances { rows: rows.into_iter().collect(), sample: !all })
}

/// Nobody knows yet how such an attempt ended; it may go on.
fn is_with_operator(call: &Made, one: &Try) -> bool {
    one.last && call.phase == "needs_operator"
}

/// An attempt that was not its job's last had no result, or the job would have ended with it.
fn count(row: &mut Performance, call: &Made, one: &Try, took_ms: u64) {
    match (one.last, call.phase.as_str()) {
        (true, "succeeded") => {
            row.succeeded += 1;
            row.took_ms.push(took_ms);
        }
        (true, "canceled") => row.canceled += 1,
        (true, "failed") if matches!(call.fault, Some(Kind::ProviderRejected | Kind::ContentPolicy)) => {
            row.refused += 1;
        }
        _ => row.failed += 1,
    }
}
