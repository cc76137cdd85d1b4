//! Between the wire and the engine: a request becomes an order, a job becomes what the run dialect calls one.

use serde_json::{Map, Value};
use spool_domain::catalogue::Words;
use spool_domain::job::{Job, Outcome, Phase, Stored};
use spool_domain::money::MicroUsd;
use spool_domain::order::{Callback, Idempotency, Order, Terms, Validated};

use super::codes;
use super::decode::ID_PREFIX;
use super::wanted::Chosen;
use super::wire::{DryRun, Hook, Item, Output, Shown, Trouble};
use crate::links::Links;
use crate::notation::{iso, number};

/// The dialect's name on its jobs.
pub(crate) const LABEL: &str = "jobs";

/// What one credit is worth, micro-USD: a cent.
const CREDIT: i64 = 10_000;

/// The word for a job that goes on.
pub(super) const PROCESSING: &str = "processing";

/// The order that a request stands for.
pub(super) fn order(
    chosen: Chosen,
    input: Map<String, Value>,
    callback: Option<Callback>,
    idempotency: Option<Idempotency>,
) -> Order {
    let Chosen { model, words } = chosen;
    let count = match &words {
        Words::Tool(service) => service.outputs(&input),
        Words::Names { .. } | Words::Roles => None,
    };
    let terms = Terms { callback, ..Terms::default() };
    Order { model, input, words, count, label: LABEL, idempotency, terms }
}

/// An amount in credits; a started credit counts as a whole one.
pub(crate) fn credits(amount: MicroUsd) -> i64 {
    amount.0 / CREDIT + i64::from(amount.0 % CREDIT > 0)
}

/// How many whole credits an amount buys.
pub(crate) fn whole_credits(amount: MicroUsd) -> i64 {
    amount.0.div_euclid(CREDIT)
}

/// A job's id in this dialect.
pub(super) fn id(job: &Job) -> String {
    format!("{ID_PREFIX}{}", job.id)
}

/// A job as it looks at its admission, whatever became of it since: the same for every replay (K2).
pub(super) fn queued(job: &Job) -> Shown<'_> {
    Shown {
        job_id: id(job),
        request_id: format!("req_{}", job.id),
        status: "queued",
        model_id: &job.model_asked,
        message: None,
        output: None,
        error: None,
        duration_ms: None,
        credits_used: None,
        created_at: None,
        completed_at: None,
    }
}

/// A job in the answer to the run that waited for it.
pub(super) fn run<'a>(job: &'a Job, links: &Links) -> Shown<'a> {
    let mut shown = ended(job, links);
    match &job.phase {
        // The run answer has a word of its own for success.
        Phase::Done(Outcome::Succeeded(_)) => shown.status = "completed",
        Phase::Done(Outcome::Failed(_) | Outcome::Canceled) => {}
        // Who waited is told that it goes on, also where it still waits for a worker.
        _ => goes_on(&mut shown),
    }
    shown
}

/// A job whose end goes to a webhook, in the answer to the run: the same for every replay (K2).
pub(super) fn told_later(job: &Job) -> Shown<'_> {
    let mut shown = queued(job);
    goes_on(&mut shown);
    shown
}

fn goes_on(shown: &mut Shown) {
    shown.status = PROCESSING;
    shown.message = Some(format!("Still running; poll GET /v1/jobs/{} for the result.", shown.job_id));
}

/// A job in its own answer.
pub(super) fn job<'a>(job: &'a Job, links: &Links) -> Shown<'a> {
    let mut shown = ended(job, links);
    shown.created_at = Some(iso(job.created_at));
    shown.completed_at = job.ended_at.map(iso);
    shown
}

/// A job in a webhook: its end, or that its work has begun.
pub(super) fn hook<'a>(job: &'a Job, ended: bool, links: &Links) -> Hook<'a> {
    let shown = if ended { self::ended(job, links) } else { told_later(job) };
    let completed_at = job.ended_at.filter(|_| shown.output.is_some()).map(iso);
    Hook {
        job_id: shown.job_id,
        status: shown.status,
        output: shown.output,
        error: shown.error,
        credits_used: shown.credits_used,
        completed_at,
    }
}

/// The status word of a phase, and of the event that carries its name.
pub(super) fn status(phase: &str) -> &'static str {
    match phase {
        "queued" => "queued",
        "succeeded" => "succeeded",
        "failed" => "failed",
        "canceled" => "cancelled",
        _ => PROCESSING,
    }
}

/// What an order would become and cost.
pub(super) fn dry_run<'a>(order: &'a Order, valid: &'a Validated) -> DryRun<'a> {
    DryRun {
        status: "dry_run",
        model_id: &order.model,
        model: &valid.model.id,
        input: &valid.params,
        providers: &valid.providers,
        credits: credits(valid.price),
        cost_usd: valid.price.to_string(),
    }
}

/// What both answers say of a job.
fn ended<'a>(job: &'a Job, links: &Links) -> Shown<'a> {
    let mut shown = queued(job);
    shown.status = status(job.phase.name());
    if let Some(provider_job) = job.attempt.as_ref().and_then(|attempt| attempt.provider_job.as_ref()) {
        shown.request_id = provider_job.clone();
    }
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => {
            let kind = stored.first().map_or("", |first| first.kind.as_str());
            let items = stored.iter().map(|stored| item(stored, links)).collect();
            shown.output = Some(Output { kind, items });
            shown.duration_ms = job.ended_at.map(|end| end.0.saturating_sub(job.created_at.0).max(0));
            shown.credits_used = Some(credits(job.charged.unwrap_or_default()));
        }
        Phase::Done(Outcome::Failed(fault)) => {
            shown.error = Some(Trouble { code: codes::code(fault.kind).0, message: &fault.message });
        }
        _ => {}
    }
    shown
}

fn item<'a>(stored: &'a Stored, links: &Links) -> Item<'a> {
    let text = stored.text.as_deref();
    Item {
        kind: &stored.kind,
        url: links.of(stored),
        text,
        width: stored.width,
        height: stored.height,
        // What a text is made of says nothing: there is no file.
        content_type: Some(stored.content_type.as_str()).filter(|kind| !kind.is_empty() && text.is_none()),
        duration: stored.duration_ms.map(|ms| number(i128::from(ms), 1_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_started_credit_is_a_whole_one() {
        for (micros, whole) in [(0, 0), (1, 1), (10_000, 1), (10_001, 2), (40_000, 4), (1_234_567, 124)] {
            assert_eq!(credits(MicroUsd(micros)), whole, "{micros}");
        }
    }

    #[test]
    fn every_phase_has_its_word() {
        for (phase, word) in [
            ("queued", "queued"),
            ("submitting", "processing"),
            ("running", "processing"),
            ("storing", "processing"),
            ("reconciling", "processing"),
            ("needs_operator", "processing"),
            ("succeeded", "succeeded"),
            ("failed", "failed"),
            ("canceled", "cancelled"),
        ] {
            assert_eq!(status(phase), word);
        }
    }
}
