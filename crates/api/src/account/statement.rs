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

use super::{CURRENCY, broken, shown};
use crate::Api;
use crate::auth::Entry;
use crate::fields::Fields;
use crate::hold::whole;
use crate::notation::{iso, iso_ms};
use crate::routes::Answering;

/// What the dialects put before a job's id.
const PREFIXES: [&str; 3] = ["job_", "gen_", "task_"];

/// The longest code of a provider that is shown.
const CODE_CHARS_MAX: usize = 48;

/// Codes have a status or a number of their own; an id has more digits.
const CODE_DIGITS_MAX: usize = 8;

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
pub(crate) struct Price {
    unit_usd: String,
    count: u32,
    total_usd: String,
}

/// An entry of the ledger.
#[derive(Serialize)]
pub(crate) struct Line {
    r#type: &'static str,
    amount_usd: String,
    at: String,
    /// Of a refund.
    reason: Option<String>,
}

/// A try at a provider.
#[derive(Serialize)]
pub(crate) struct Try {
    /// Which of the job's parts, from 0, where it took several calls.
    part: Option<u32>,
    no: u32,
    provider: String,
    outcome: &'static str,
    /// What went wrong last, in one word.
    trouble: Option<String>,
    started_at: String,
    ended_at: Option<String>,
}

/// Answers it.
pub(super) fn show(api: Arc<Api>, entry: Entry, request: Request) -> Answering {
    Box::pin(async move { Box::pin(state(&api, &entry, request)).await })
}

async fn state(api: &Api, entry: &Entry, request: Request) -> Result<Response, Fault> {
    Fields::query(request.uri().query(), &[])?;
    let path = request.uri().path();
    let text = path.strip_suffix("/statement").and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let job = whole(api, &entry.caller, id(text).ok_or(FaultKind::NotFound)?).await?;
    let Books { entries, charged, refunded } = books(api, &job).await?;
    Ok(shown(&Statement {
        object: "statement",
        job: text,
        mode: job.mode,
        model: &job.model,
        status: status(&job.phase),
        currency: CURRENCY,
        price: price(&job),
        entries,
        charged_usd: charged.to_string(),
        refunded_usd: refunded.to_string(),
        attempts: attempts(api, &job).await?,
        created_at: iso(job.created_at),
        ended_at: job.ended_at.map(iso),
    }))
}

/// An id in any dialect's form, or bare.
pub(crate) fn id(text: &str) -> Option<JobId> {
    let bare = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    JobId::parse(bare).ok()
}

/// What the ledger says of a job.
pub(crate) struct Books {
    pub(crate) entries: Vec<Line>,
    pub(crate) charged: MicroUsd,
    pub(crate) refunded: MicroUsd,
}

/// Reads it.
pub(crate) async fn books(api: &Api, job: &Job) -> Result<Books, Fault> {
    let entries = api.engine.store().entries(job.id).await.map_err(broken)?;
    let sum = |kind| entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.amount).sum();
    let (charged, refunded) = (sum(Kind::Capture), sum(Kind::Refund));
    Ok(Books { entries: entries.into_iter().map(line).collect(), charged, refunded })
}

/// The whole is always so many times the price of one.
pub(crate) fn price(job: &Job) -> Price {
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
pub(crate) async fn attempts(api: &Api, job: &Job) -> Result<Vec<Try>, Fault> {
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
        trouble: attempt.trouble.map(|code| word(&code).to_owned()),
        started_at: iso_ms(attempt.started_at),
        ended_at: attempt.ended_at.map(iso_ms),
    }
}

/// A provider's code for whoever ordered. Codes are words and no sentences; one that does not look like a word may hold
/// anything, such as the number of the operator's account there.
pub(crate) fn word(code: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let fits = (1..=CODE_CHARS_MAX).contains(&code.len()) && digits <= CODE_DIGITS_MAX;
    if fits && code.bytes().all(plain) { code } else { "other" }
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

    #[test]
    fn a_code_is_shown_if_it_looks_like_one() {
        for code in ["http_502", "InvalidParameter.Prompt", "content-policy", "1301", "too_many_calls"] {
            assert_eq!(word(code), code);
        }
        let secret = "sk-0123456789abcdef0123456789abcdef0123456789abcdef";
        for odd in ["", "your key sk-1 is wrong", "acct_123456789", "a/b?key=1", secret, "größe"] {
            assert_eq!(word(odd), "other", "{odd}");
        }
    }
}
