//! Between the wire and the engine: a request becomes an order, a job becomes a task.

use spool_domain::catalogue::{Unknown, Words};
use spool_domain::ids::JobId;
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::order::{Callback, Idempotency, Order, Terms, Validated};
use spool_domain::store::Page;

use super::codes;
use super::decode::Asked;
use super::output;
use super::wire::{DryRun, Hook, Listed, Status, Task, Tasks, Trouble};
use crate::links::Links;

/// The dialect's name on its jobs.
pub(crate) const LABEL: &str = "tasks";

/// The order that a request stands for.
pub(super) fn order(asked: Asked, callback: Option<Callback>, idempotency: Option<Idempotency>) -> Order {
    let words = Words::Names { unknown: Unknown::Ignore, numeric_strings: false };
    // How many is a parameter of the models that have it.
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

/// Reads a task's id: the job's own, without a prefix.
pub(super) fn id(text: &str) -> Option<JobId> {
    JobId::parse(text).ok()
}

/// A job at the moment of its admission, whatever became of it since: so a replay is the same to the byte (K2).
pub(super) fn created(job: &Job) -> Task<'static> {
    Task { task_id: job.id.to_string(), status: Status::Pending, output: None, error: None }
}

/// What an order would become and cost.
pub(super) fn dry_run<'a>(order: &'a Order, valid: &'a Validated) -> DryRun<'a> {
    DryRun {
        dry_run: true,
        model: &order.model,
        cost: valid.price.as_usd(),
        currency: "USD",
        providers: &valid.providers,
        input: &valid.params,
    }
}

/// How a job looks, with its files' URLs signed anew.
pub(super) fn task<'a>(job: &'a Job, links: &Links) -> Task<'a> {
    let mut shown = Task { status: status(&job.phase), ..created(job) };
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => shown.output = output::of(job, stored, links),
        Phase::Done(Outcome::Failed(fault)) => {
            shown.error = Some(Trouble { message: &fault.message, code: codes::FAILED });
        }
        Phase::Done(Outcome::Canceled) => {
            let message = spool_domain::fault::Kind::Canceled.text();
            shown.error = Some(Trouble { message, code: codes::CANCELLED });
        }
        Phase::Queued
        | Phase::Submitting
        | Phase::Running(_)
        | Phase::Storing(_)
        | Phase::Reconciling { .. }
        | Phase::NeedsOperator => {}
    }
    shown
}

/// A job in a callback, where the output has another name and the error is its message alone.
pub(super) fn hook<'a>(job: &'a Job, ended: bool, links: &Links) -> Hook<'a> {
    let shown = if ended { task(job, links) } else { Task { status: Status::Processing, ..created(job) } };
    Hook {
        task_id: shown.task_id,
        status: shown.status,
        data: shown.output,
        error_message: shown.error.map(|error| error.message),
    }
}

/// One page of jobs.
pub(super) fn tasks<'a>(jobs: &'a [Job], page: Page, links: &Links) -> Tasks<'a> {
    let listed = |job: &'a Job| Listed {
        task: task(job, links),
        model: &job.model_asked,
        created_at: job.created_at.unix_s(),
    };
    // A full page may have been the last; then the next one is empty, and says so by having no `next`.
    let next = jobs.last().filter(|_| jobs.len() >= page.limit as usize).map(|job| job.id.to_string());
    Tasks { tasks: jobs.iter().map(listed).collect(), next }
}

fn status(phase: &Phase) -> Status {
    match phase {
        Phase::Queued => Status::Pending,
        Phase::Submitting
        | Phase::Running(_)
        | Phase::Storing(_)
        | Phase::Reconciling { .. }
        | Phase::NeedsOperator => Status::Processing,
        Phase::Done(Outcome::Succeeded(_)) => Status::Completed,
        Phase::Done(Outcome::Failed(_) | Outcome::Canceled) => Status::Failed,
    }
}

#[cfg(test)]
mod tests {
    use spool_domain::fault::{Fault, Kind};
    use spool_domain::job::Run;

    use super::*;

    #[test]
    fn every_phase_has_its_status() {
        for (phase, shown) in [
            (Phase::Queued, Status::Pending),
            (Phase::Submitting, Status::Processing),
            (Phase::Running(Run::Parts), Status::Processing),
            (Phase::Storing(Vec::new()), Status::Processing),
            (Phase::Reconciling { misses: 1 }, Status::Processing),
            (Phase::NeedsOperator, Status::Processing),
            (Phase::Done(Outcome::Succeeded(Vec::new())), Status::Completed),
            (Phase::Done(Outcome::Failed(Fault::of(Kind::ProviderFailed))), Status::Failed),
            (Phase::Done(Outcome::Canceled), Status::Failed),
        ] {
            assert_eq!(status(&phase), shown, "{}", phase.name());
        }
    }

    #[test]
    fn ids_are_read_in_their_one_form() {
        let job = JobId([7; 20]);
        assert_eq!(id(&job.to_string()), Some(job));
        for bad in
            [format!("gen_{job}"), format!("{job}0"), job.to_string().to_uppercase() + "A", String::new()]
        {
            assert_eq!(id(&bad), None, "{bad}");
        }
    }
}
