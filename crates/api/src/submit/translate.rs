//! Between the wire and the engine: a request becomes an order, a job becomes a task.

use std::fmt::Write;

use spool_domain::catalogue::{Makes, Unknown, Words};
use spool_domain::fault::Kind;
use spool_domain::ids::JobId;
use spool_domain::job::{Job, Outcome, Phase, Stored};
use spool_domain::order::{Callback, Idempotency, Order, Terms, Validated};

use super::decode::Asked;
use super::wire::{Cost, DryRun, Status, Task};
use crate::links::Links;

/// The dialect's name on its jobs.
pub(crate) const LABEL: &str = "task/submit";

/// What ids of this dialect start with.
const ID_PREFIX: &str = "task_";

/// How long a result's URL is good for, seconds: a day, as clients of this dialect expect.
pub(super) const LINK_LIFE_S: i64 = 24 * 60 * 60;

/// The order that a request stands for: the model's own words, with numbers in either spelling, and what the
/// model does not know handed on to its provider.
pub(super) fn order(asked: Asked, callback: Option<Callback>, idempotency: Option<Idempotency>) -> Order {
    let words = Words::Names { unknown: Unknown::Pass, numeric_strings: true };
    Order {
        model: asked.model,
        input: asked.input,
        words,
        count: None,
        label: LABEL,
        idempotency,
        terms: Terms { callback, ..Terms::default() },
    }
}

/// Reads a task's id.
pub(super) fn id(text: &str) -> Option<JobId> {
    JobId::parse(text.strip_prefix(ID_PREFIX)?).ok()
}

/// How a job looks, with its files' URLs signed anew. `makes` says which of its results are the main ones.
pub(super) fn task<'a>(job: &'a Job, makes: Option<Makes>, links: &Links) -> Task<'a> {
    let mut shown = admitted(job);
    shown.status = status(&job.phase);
    if let Phase::Done(outcome) = &job.phase {
        shown.completed_at = job.ended_at.map(|at| at.unix_s());
        match outcome {
            Outcome::Succeeded(stored) => {
                let outputs = main_first(stored, makes).into_iter();
                shown.outputs = Some(outputs.filter_map(|stored| address(stored, links)).collect());
            }
            Outcome::Failed(fault) => shown.error = Some(&fault.message),
            Outcome::Canceled => shown.error = Some(Kind::Canceled.text()),
        }
    }
    shown
}

/// How a job looks at the moment of its admission, whatever became of it since.
pub(super) fn admitted(job: &Job) -> Task<'_> {
    Task {
        id: format!("{ID_PREFIX}{}", job.id),
        status: Status::Queued,
        created_at: job.created_at.unix_s(),
        completed_at: None,
        outputs: None,
        error: None,
    }
}

/// How a job looks once its work has begun, whatever became of it since.
pub(super) fn begun(job: &Job) -> Task<'_> {
    Task { status: Status::InProgress, ..admitted(job) }
}

/// What an order would become and cost.
pub(super) fn dry_run<'a>(order: &'a Order, valid: &'a Validated) -> DryRun<'a> {
    DryRun {
        object: "task.dry_run",
        model: &order.model,
        model_id: &valid.model.id,
        n: valid.count,
        input: &valid.params,
        providers: &valid.providers,
        usage: Cost { cost_usd: valid.price.as_usd() },
    }
}

fn status(phase: &Phase) -> Status {
    match phase {
        Phase::Queued => Status::Queued,
        Phase::Submitting
        | Phase::Running(_)
        | Phase::Storing(_)
        | Phase::Reconciling { .. }
        | Phase::NeedsOperator => Status::InProgress,
        Phase::Done(Outcome::Succeeded(_)) => Status::Completed,
        Phase::Done(Outcome::Failed(_) | Outcome::Canceled) => Status::Failed,
    }
}

/// The results in order, but what the model makes before what comes along with it, such as a song's cover.
fn main_first(stored: &[Stored], makes: Option<Makes>) -> Vec<&Stored> {
    let mut sorted: Vec<&Stored> = stored.iter().collect();
    // A stable sort, so that the pictures of one task stay in their order.
    sorted.sort_by_key(|stored| makes.is_some_and(|makes| makes.as_str() != stored.kind));
    sorted
}

/// A result's URL. A text has no file; it is its own URL, so that the list holds nothing but URLs.
fn address(stored: &Stored, links: &Links) -> Option<String> {
    match (&stored.text, links.of(stored)) {
        (_, Some(url)) => Some(url),
        (Some(text), None) => Some(data_url(text)),
        (None, None) => None,
    }
}

fn data_url(text: &str) -> String {
    let mut url = String::from("data:text/plain;charset=utf-8,");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use spool_domain::fault::Fault;
    use spool_domain::job::Run;

    use super::*;

    fn stored(kind: &str, format: &str) -> Stored {
        Stored {
            asset: None,
            url: None,
            text: None,
            kind: kind.to_owned(),
            format: format.to_owned(),
            content_type: String::new(),
            size_bytes: 0,
            width: None,
            height: None,
            duration_ms: None,
        }
    }

    #[test]
    fn every_phase_is_one_of_four_statuses() {
        for (phase, expected) in [
            (Phase::Queued, Status::Queued),
            (Phase::Submitting, Status::InProgress),
            (Phase::Running(Run::Parts), Status::InProgress),
            (Phase::Storing(Vec::new()), Status::InProgress),
            (Phase::Reconciling { misses: 1 }, Status::InProgress),
            (Phase::NeedsOperator, Status::InProgress),
            (Phase::Done(Outcome::Succeeded(Vec::new())), Status::Completed),
            (Phase::Done(Outcome::Failed(Fault::of(Kind::ProviderFailed))), Status::Failed),
            (Phase::Done(Outcome::Canceled), Status::Failed),
        ] {
            assert_eq!(status(&phase), expected, "{}", phase.name());
        }
    }

    #[test]
    fn main_results_come_first_and_keep_their_order() {
        let all =
            [stored("image", "jpeg"), stored("audio", "mp3"), stored("image", "png"), stored("audio", "wav")];
        let formats = |makes| -> Vec<&str> {
            main_first(&all, makes).into_iter().map(|one| one.format.as_str()).collect()
        };
        assert_eq!(formats(Some(Makes::Audio)), ["mp3", "wav", "jpeg", "png"]);
        assert_eq!(formats(Some(Makes::Image)), ["jpeg", "png", "mp3", "wav"]);
        assert_eq!(formats(None), ["jpeg", "mp3", "png", "wav"]);
    }

    #[test]
    fn a_text_is_its_own_url() {
        assert_eq!(data_url("Füchse, rot\n"), "data:text/plain;charset=utf-8,F%C3%BCchse%2C%20rot%0A");
    }

    #[test]
    fn ids_are_read_in_their_one_form() {
        let job = JobId([7; 20]);
        assert_eq!(id(&format!("task_{job}")), Some(job));
        for bad in [
            format!("{job}"),
            format!("task_{job}0"),
            format!("TASK_{job}"),
            "task_".to_owned(),
            String::new(),
        ] {
            assert_eq!(id(&bad), None);
        }
    }
}
