//! `GET /v1/jobs/{id}/statement`: what one job cost, entry by entry.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use serde::Serialize;
use spool_domain::fault::{Fault, Kind as FaultKind};
use spool_domain::ids::JobId;
use spool_domain::job::{Attempt, Job, Outcome, Phase};
use spool_domain::ledger::Kind;
use spool_domain::money::MicroUsd;
use spool_domain::order::Mode;
use spool_domain::statement::Entry as Booked;

use super::query::Query;
use super::{CURRENCY, broken, shown};
use crate::Api;
use crate::auth::Entry;
use crate::hold::whole;
use crate::notation::iso;
use crate::routes::Answering;

/// What the dialects put before a job's id.
const PREFIXES: [&str; 3] = ["job_", "gen_", "task_"];

#[derive(Serialize)]
struct Statement<'a> {
    object: &'static str,
    /// As the caller wrote it.
    job: &'a str,
    mode: Mode,
    model: &'a str,
    status: &'static str,
    currency: &'static str,
    price: Price,
    entries: Vec<Line>,
    charged_usd: String,
    refunded_usd: String,
    attempts: Vec<Try>,
    created_at: String,
    ended_at: Option<String>,
}

/// The price at admission; a later change of the catalogue does not touch it (M8).
#[derive(Serialize)]
struct Price {
    unit_usd: String,
    count: u32,
    total_usd: String,
}

#[derive(Serialize)]
struct Line {
    r#type: &'static str,
    amount_usd: String,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct Try {
    /// Which of the job's parts, from 0, where it took several calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<u32>,
    no: u32,
    provider: String,
    outcome: &'static str,
    started_at: String,
    ended_at: Option<String>,
}

/// Answers it.
pub(super) fn show(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { Box::pin(state(&api, &entry, request)).await })
}

async fn state(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    Query::read(request.uri().query(), &[])?;
    let path = request.uri().path();
    let text = path.strip_suffix("/statement").and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let job = whole(api, &entry.caller, id(text).ok_or(FaultKind::NotFound)?).await?;
    let entries = api.engine.store().entries(job.id).await.map_err(broken)?;
    let sum = |kind| entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.amount).sum();
    let (charged, refunded): (MicroUsd, MicroUsd) = (sum(Kind::Capture), sum(Kind::Refund));
    Ok(shown(&Statement {
        object: "statement",
        job: text,
        mode: job.mode,
        model: &job.model,
        status: status(&job.phase),
        currency: CURRENCY,
        price: price(&job),
        entries: entries.into_iter().map(line).collect(),
        charged_usd: charged.to_string(),
        refunded_usd: refunded.to_string(),
        attempts: attempts(api, &job).await?,
        created_at: iso(job.created_at),
        ended_at: job.ended_at.map(iso),
    }))
}

/// An id in any dialect's form, or bare.
fn id(text: &str) -> Option<JobId> {
    let bare = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    JobId::parse(bare).ok()
}

/// The whole is always so many times the price of one.
fn price(job: &Job) -> Price {
    let unit = MicroUsd(job.price.0 / i64::from(job.count.max(1)));
    Price { unit_usd: unit.to_string(), count: job.count, total_usd: job.price.to_string() }
}

fn status(phase: &Phase) -> &'static str {
    match phase {
        Phase::Queued => "queued",
        Phase::Submitting
        | Phase::Running(_)
        | Phase::Storing(_)
        | Phase::Reconciling { .. }
        | Phase::NeedsOperator => "running",
        Phase::Done(Outcome::Succeeded(_)) => "succeeded",
        Phase::Done(Outcome::Failed(_)) => "failed",
        Phase::Done(Outcome::Canceled) => "canceled",
    }
}

fn line(entry: Booked) -> Line {
    let Booked { kind, amount, at, reason } = entry;
    Line { r#type: kind.as_str(), amount_usd: amount.to_string(), at: iso(at), reason }
}

/// Who was asked, and what became of it. What it cost us is not the customer's matter.
async fn attempts(api: &Api, job: &Job) -> Result<Vec<Try>, Fault> {
    let store = api.engine.store();
    let mut tries = Vec::new();
    let own = store.attempts(job.id).await.map_err(broken)?;
    tries.extend(own.into_iter().map(|attempt| shown_try(None, attempt)));
    // A job of one call has no parts; one of several has no attempts of its own.
    if tries.is_empty() {
        for part in store.parts(job.id).await.map_err(broken)? {
            let of_part = store.attempts(part.id).await.map_err(broken)?;
            tries.extend(of_part.into_iter().map(|attempt| shown_try(Some(part.part), attempt)));
        }
    }
    Ok(tries)
}

fn shown_try(part: Option<u32>, attempt: Attempt) -> Try {
    Try {
        part,
        no: attempt.no.0,
        provider: attempt.provider,
        outcome: attempt.result.map_or("pending", |result| result.as_str()),
        started_at: iso(attempt.started_at),
        ended_at: attempt.ended_at.map(iso),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_the_form_of_every_dialect() {
        let job = JobId([7; 20]);
        for text in [format!("job_{job}"), format!("gen_{job}"), format!("task_{job}"), job.to_string()] {
            assert_eq!(id(&text), Some(job), "{text}");
        }
        for text in [format!("asset_{job}"), format!("job_gen_{job}"), "job_".to_owned(), String::new()] {
            assert_eq!(id(&text), None, "{text}");
        }
    }
}
