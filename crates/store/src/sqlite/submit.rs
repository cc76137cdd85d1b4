//! Admission: idempotency record, hold, job, events, first attempt and parts in one transaction (M3).

use rusqlite::{Connection, OptionalExtension, params};
use spool_domain::budget::BudgetState;
use spool_domain::day::Day;
use spool_domain::ids::NodeId;
use spool_domain::job::{Attempt, Event, Job};
use spool_domain::ledger::{Account, Kind};
use spool_domain::money::MicroUsd;
use spool_domain::order::Idempotency;
use spool_domain::store::{NewJob, Submitted};
use spool_domain::time::Timestamp;

use super::failure::Failure;
use super::{budget, claim, ledger, outbox, rows};

/// The moment `submit`.
pub(super) fn submit(connection: &Connection, now: Timestamp, new: &NewJob) -> Result<Submitted, Failure> {
    check(new)?;
    // Everything that refuses comes before the first write.
    if let Some(idempotency) = &new.idempotency
        && let Some(answer) = replayed(connection, idempotency)?
    {
        return Ok(answer);
    }
    // The record may have been forgotten while its job is still there: the id follows from the key and the request.
    if new.idempotency.is_some()
        && let Some(n) = number(connection, &new.job)?
    {
        return Ok(Submitted::Existing(Box::new(claim::by_number(connection, n)?)));
    }
    let purse = look(connection, &new.job)?;
    let budget = match purse.budgeted {
        true => budget::state(connection, &new.job.key, Day::of(now))?,
        false => None,
    };
    if let Some(refusal) = refusal(&purse, budget, new) {
        return Ok(refusal);
    }

    let n = insert(connection, &new.job, &new.events, None, now, new.claim)?;
    if !ledger::post(connection, &new.hold, Some(n))? {
        return Err(Failure::new("M7: the job's hold was booked before"));
    }
    if let Some(Idempotency { scope, fingerprint }) = &new.idempotency {
        connection
            .prepare_cached(include_str!("../../sql/sqlite/submit_idempotency_keep.sql"))?
            .execute(params![scope, fingerprint, n])?;
    }
    if budget.is_some() {
        budget::moved(connection, &new.job.key, new.hold.amount, MicroUsd::ZERO)?;
    }
    for (part, event) in &new.parts {
        insert(connection, part, std::slice::from_ref(event), Some(n), now, None)?;
    }
    if let Some(announcement) = &new.announcement {
        outbox::announce(connection, now, n, &new.job, announcement)?;
    }
    Ok(Submitted::New)
}

/// Writes an attempt, new or changed.
pub(super) fn put_attempt(connection: &Connection, job: i64, attempt: &Attempt) -> Result<(), Failure> {
    connection.prepare_cached(include_str!("../../sql/sqlite/attempt_put.sql"))?.execute(params![
        job,
        attempt.no.0,
        attempt.provider,
        attempt.credential,
        attempt.token.0,
        attempt.body_sha256,
        attempt.send_deadline.0,
        attempt.result.map(|result| result.as_str()),
        attempt.provider_job,
        attempt.billed.map(|billed| billed.0),
        attempt.trouble,
        attempt.started_at.0,
        rows::moment(attempt.ended_at),
    ])?;
    Ok(())
}

/// Writes events.
pub(super) fn add_events(connection: &Connection, job: i64, events: &[Event]) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(include_str!("../../sql/sqlite/event_add.sql"))?;
    for event in events {
        statement.execute(params![job, event.no, event.kind, event.detail, event.at.0])?;
    }
    Ok(())
}

/// Whether events are numbered on from `before` without a gap, and end at `last` (J6).
pub(super) fn numbered_on(before: u32, events: &[Event], last: u32) -> bool {
    events.iter().zip(before + 1..).all(|(event, no)| event.no == no)
        && u32::try_from(events.len()).ok().and_then(|count| before.checked_add(count)) == Some(last)
}

fn check(new: &NewJob) -> Result<(), Failure> {
    let job = &new.job;
    let held = Account::Held(job.account, job.mode);
    let whole_price = new.hold.kind == Kind::Hold && new.hold.amount == job.price && new.hold.to == held;
    if !whole_price || job.price < MicroUsd::ZERO {
        return Err(Failure::new("M10: the hold is not the job's price"));
    }
    if !numbered_on(0, &new.events, job.events)
        || !new.parts.iter().all(|(part, event)| numbered_on(0, std::slice::from_ref(event), part.events))
    {
        return Err(Failure::new("J6: the first events are not numbered from 1"));
    }
    let owned =
        |part: &Job| part.parent == Some(job.id) && part.account == job.account && part.mode == job.mode;
    if job.parent.is_some() || !new.parts.iter().all(|(part, _)| owned(part)) {
        return Err(Failure::new("the parts are not the job's"));
    }
    Ok(())
}

/// What an admission looks at in its account.
struct Purse {
    available: MicroUsd,
    open_jobs: u64,
    open_jobs_max: Option<u32>,
    /// Whether the key has a budget: nearly none has, and then it is not looked up.
    budgeted: bool,
}

fn look(connection: &Connection, job: &Job) -> Result<Purse, Failure> {
    let books = [Account::Available(job.account, job.mode), Account::Held(job.account, job.mode)];
    let [available, held] = books.map(|book| book.to_string());
    connection
        .prepare_cached(include_str!("../../sql/sqlite/submit_look.sql"))?
        .query_row(params![job.account.0, available, held, job.key.0], |row| {
            Ok(Purse {
                available: MicroUsd(row.get(0)?),
                open_jobs: row.get::<_, i64>(1)?.unsigned_abs(),
                open_jobs_max: row.get(2)?,
                budgeted: row.get(3)?,
            })
        })
        .optional()?
        .ok_or_else(|| Failure::new("the job's account does not exist"))
}

/// Why the job cannot be admitted, if it cannot: what money can mend first, what time mends last.
fn refusal(purse: &Purse, budget: Option<BudgetState>, new: &NewJob) -> Option<Submitted> {
    if purse.available < new.hold.amount {
        return Some(Submitted::Overdrawn { available: purse.available });
    }
    if let Some(over) = budget.and_then(|budget| budget.crossed_by(new.hold.amount)) {
        return Some(Submitted::OverBudget(over));
    }
    let (open, max) = (purse.open_jobs, u64::from(purse.open_jobs_max.unwrap_or(new.open_jobs_max)));
    (max != 0 && open >= max).then_some(Submitted::TooMany { open, max })
}

/// What the idempotency key's record says, if there is one (K2, K3).
fn replayed(connection: &Connection, asked: &Idempotency) -> Result<Option<Submitted>, Failure> {
    let known = connection
        .prepare_cached(include_str!("../../sql/sqlite/submit_idempotency.sql"))?
        .query_row([&asked.scope], |row| Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, i64>(1)?)))
        .optional()?;
    match known {
        None => Ok(None),
        Some((fingerprint, _)) if fingerprint != asked.fingerprint => Ok(Some(Submitted::Mismatch)),
        Some((_, n)) => Ok(Some(Submitted::Existing(Box::new(claim::by_number(connection, n)?)))),
    }
}

/// The number of the job with this id, if there is one.
fn number(connection: &Connection, job: &Job) -> Result<Option<i64>, Failure> {
    let known = connection
        .prepare_cached(include_str!("../../sql/sqlite/job_number.sql"))?
        .query_row([job.id.bytes()], |row| row.get(0))
        .optional()?;
    Ok(known)
}

fn insert(
    connection: &Connection,
    job: &Job,
    events: &[Event],
    parent: Option<i64>,
    now: Timestamp,
    claim: Option<(NodeId, u64)>,
) -> Result<i64, Failure> {
    let terms = Some(&job.terms).filter(|terms| !terms.is_empty());
    let terms = terms.map(rows::to_json).transpose()?;
    connection.prepare_cached(include_str!("../../sql/sqlite/submit_job.sql"))?.execute(params![
        job.id.bytes(),
        job.account.0,
        job.key.0,
        job.mode.as_str(),
        job.label,
        job.model,
        job.model_asked,
        rows::to_json(&job.params)?,
        job.count,
        job.price.0,
        job.phase.name(),
        rows::detail(&job.phase)?,
        rows::moment(job.due),
        job.phase_since.0,
        rows::epoch(job.epoch),
        job.route,
        job.attempt.as_ref().map(|attempt| attempt.no.0),
        job.events,
        job.progress,
        job.cancel_asked,
        job.cancel_sent,
        job.charged.map(|charged| charged.0),
        parent,
        job.part,
        job.created_at.0,
        rows::moment(job.ended_at),
        claim.map(|(node, _)| node.0),
        claim.map(|(_, lease_ms)| now.after_ms(lease_ms).0),
        terms,
    ])?;
    let n = connection.last_insert_rowid();
    add_events(connection, n, events)?;
    if let Some(attempt) = &job.attempt {
        put_attempt(connection, n, attempt)?;
    }
    Ok(n)
}
