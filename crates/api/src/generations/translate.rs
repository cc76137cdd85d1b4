//! Between the wire and the engine: a request becomes an order, a job becomes a generation.

use serde_json::Number;
use spool_domain::catalogue::{Makes, Model, Unknown, Words};
use spool_domain::fault::Fault;
use spool_domain::ids::JobId;
use spool_domain::job::{Job, Outcome, Phase, Stored};
use spool_domain::money::MicroUsd;
use spool_domain::order::{Idempotency, Order, Terms, Validated};

use super::codes;
use super::decode::{Asked, Vocabulary, WAIT_MAX_S, Wait};
use super::wire::{DryRun, Generation, MediaArtifact, Output, Status, Trouble, Usage};
use crate::links::Links;
use crate::notation::{iso, number};

/// The dialect's name on its jobs.
pub(crate) const LABEL: &str = "generations";

/// What ids of this dialect start with.
const ID_PREFIX: &str = "gen_";

/// The order that a request stands for.
pub(super) fn order(
    asked: Asked,
    vocabulary: Vocabulary,
    model: &Model,
    idempotency: Option<Idempotency>,
) -> Order {
    let words = match vocabulary {
        Vocabulary::Common => Words::Roles,
        Vocabulary::Model => Words::Names { unknown: Unknown::Refuse, numeric_strings: false },
    };
    let count = match (model.makes, vocabulary) {
        (Makes::Image, Vocabulary::Common) => Some(asked.n.unwrap_or(1)),
        // The model's own count parameter stands in the input.
        (Makes::Image, Vocabulary::Model) => asked.n,
        (Makes::Video | Makes::Audio | Makes::Text, _) => None,
    };
    Order {
        model: asked.model,
        input: asked.input,
        words,
        count,
        label: LABEL,
        idempotency,
        terms: Terms::default(),
    }
}

/// A fault about `duration` in the word that the caller used.
pub(super) fn in_callers_words(mut fault: Fault, aliased: bool) -> Fault {
    if aliased && fault.param.as_deref() == Some("input.duration") {
        fault.param = Some("input.duration_seconds".to_owned());
    }
    fault
}

/// Seconds to keep the caller: most pictures are done within a minute, most clips are not.
pub(super) fn wait_s(wait: Wait, makes: Option<Makes>) -> u64 {
    match (wait, makes) {
        (Wait::Seconds(seconds), _) => seconds,
        (Wait::Auto, Some(Makes::Video)) => 10,
        (Wait::Auto, _) => WAIT_MAX_S,
    }
}

/// Seconds until another look is worth it.
pub(super) fn retry_after_s(makes: Option<Makes>) -> u32 {
    if makes == Some(Makes::Video) { 5 } else { 2 }
}

/// Reads a generation's id.
pub(super) fn id(text: &str) -> Option<JobId> {
    JobId::parse(text.strip_prefix(ID_PREFIX)?).ok()
}

/// A job's id in this dialect.
pub(crate) fn id_of(job: &Job) -> String {
    format!("{ID_PREFIX}{}", job.id)
}

/// How a job looks, with its files' URLs signed anew.
pub(super) fn generation<'a>(job: &'a Job, links: &Links) -> Generation<'a> {
    let mut shown = admitted(job);
    shown.status = status(&job.phase);
    if let Phase::Done(outcome) = &job.phase {
        shown.completed_at = job.ended_at.map(iso);
        let mut cost = MicroUsd::ZERO;
        match outcome {
            Outcome::Succeeded(stored) => {
                cost = job.charged.unwrap_or_default();
                let media = stored.iter().map(|stored| artifact(stored, links)).collect();
                shown.output = Some(Output { media });
            }
            Outcome::Failed(fault) => {
                let (code, _) = codes::code(fault.kind);
                shown.error = Some(Trouble { code, message: &fault.message });
            }
            Outcome::Canceled => {}
        }
        shown.usage = Some(Usage { cost_usd: usd(cost) });
    }
    shown
}

/// How a job looks at the moment of its admission, whatever became of it since.
pub(super) fn admitted(job: &Job) -> Generation<'_> {
    Generation {
        id: id_of(job),
        object: "generation",
        status: Status::Queued,
        model: &job.model_asked,
        created_at: iso(job.created_at),
        completed_at: None,
        output: None,
        usage: None,
        error: None,
    }
}

/// How a job looks once its work has begun, whatever became of it since.
pub(super) fn begun(job: &Job) -> Generation<'_> {
    Generation { status: Status::Running, ..admitted(job) }
}

/// What an order would become and cost.
pub(crate) fn dry_run<'a>(order: &'a Order, valid: &'a Validated) -> DryRun<'a> {
    DryRun {
        object: "generation.dry_run",
        model: &order.model,
        model_id: &valid.model.id,
        n: valid.count,
        input: &valid.params,
        providers: &valid.providers,
        usage: Usage { cost_usd: usd(valid.price) },
    }
}

fn status(phase: &Phase) -> Status {
    match phase {
        Phase::Queued => Status::Queued,
        Phase::Submitting
        | Phase::Running(_)
        | Phase::Storing(_)
        | Phase::Reconciling { .. }
        | Phase::NeedsOperator => Status::Running,
        Phase::Done(Outcome::Succeeded(_)) => Status::Completed,
        Phase::Done(Outcome::Failed(_)) => Status::Failed,
        Phase::Done(Outcome::Canceled) => Status::Cancelled,
    }
}

fn artifact<'a>(stored: &'a Stored, links: &Links) -> MediaArtifact<'a> {
    MediaArtifact {
        kind: &stored.kind,
        url: links.of(stored),
        text: stored.text.as_deref(),
        format: Some(stored.format.as_str()).filter(|format| !format.is_empty()),
        width: stored.width,
        height: stored.height,
        duration: stored.duration_ms.map(|ms| number(i128::from(ms), 1_000)),
    }
}

/// US dollars as a JSON number.
fn usd(amount: MicroUsd) -> Number {
    number(i128::from(amount.0), 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_as_people_write_them() {
        for (micros, shown) in
            [(0, "0"), (40_000, "0.04"), (2_000_000, "2"), (1, "1e-6"), (12_345_678, "12.345678")]
        {
            assert_eq!(usd(MicroUsd(micros)).to_string(), shown);
        }
    }

    #[test]
    fn auto_suits_the_model() {
        for (makes, wait, retry) in [
            (Some(Makes::Image), 60, 2),
            (Some(Makes::Video), 10, 5),
            (Some(Makes::Audio), 60, 2),
            (Some(Makes::Text), 60, 2),
            (None, 60, 2),
        ] {
            assert_eq!((wait_s(Wait::Auto, makes), retry_after_s(makes)), (wait, retry));
            assert_eq!(wait_s(Wait::Seconds(7), makes), 7);
        }
    }

    #[test]
    fn ids_are_read_in_their_one_form() {
        let job = JobId([7; 20]);
        assert_eq!(id(&format!("gen_{job}")), Some(job));
        for bad in
            [format!("{job}"), format!("gen_{job}0"), format!("GEN_{job}"), "gen_".to_owned(), String::new()]
        {
            assert_eq!(id(&bad), None);
        }
    }
}
