//! What both audio calls do with the job that a request became: wait for it, and say what came of it.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::JobId;
use spool_domain::job::{Job, Outcome, Phase, Stored};
use spool_domain::order::Caller;
use spool_engine::Ticket;
use spool_engine::wake::Listener;

use crate::extras::note_replay;
use crate::hold::outlast;
use crate::{Api, answer, generations};

/// How long a caller is kept waiting: a generation's longest wait.
const WINDOW: Duration = Duration::from_secs(60);

/// The generation behind an answer.
const JOB: HeaderName = HeaderName::from_static("spool-job-id");

/// What it cost, US dollars.
const COST: HeaderName = HeaderName::from_static("spool-cost-usd");

/// What came of a request before the wait.
pub(super) enum Admitted {
    Answer(Response),
    Job { job: Arc<Job>, replayed: bool },
    Held { id: JobId, listener: Listener, replayed: bool },
}

impl Admitted {
    /// The job of a ticket, over or to be waited for.
    pub(super) fn of(api: &Api, ticket: &Ticket) -> Self {
        if ticket.job.phase.is_done() {
            return Self::Job { job: Arc::clone(&ticket.job), replayed: ticket.replayed };
        }
        // A listener of our own while the ticket still has its: nothing is missed, and the wait holds no copy of the job.
        let (id, replayed) = (ticket.job.id, ticket.replayed);
        Self::Held { id, listener: api.engine.listen(id), replayed }
    }

    /// Waits where that is left to do: an answer, or the job with whether it was there before.
    pub(super) async fn ended(
        self,
        api: &Api,
        caller: &Caller,
    ) -> Result<Result<(Arc<Job>, bool), Response>, Fault> {
        match self {
            Self::Answer(response) => Ok(Err(response)),
            Self::Job { job, replayed } => Ok(Ok((job, replayed))),
            Self::Held { id, listener, replayed } => {
                Ok(Ok((outlast(api, caller, id, listener, WINDOW).await?, replayed)))
            }
        }
    }
}

/// The results of a job that succeeded, or what is said of one that did not.
pub(super) fn results(job: &Job) -> Result<&[Stored], Box<Response>> {
    match &job.phase {
        Phase::Done(Outcome::Succeeded(stored)) => Ok(stored),
        Phase::Done(Outcome::Failed(fault)) => Err(Box::new(generations::refuse(fault))),
        Phase::Done(Outcome::Canceled) => {
            Err(Box::new(answer::envelope(&Fault::of(Kind::Canceled), 409, "cancelled")))
        }
        _ => {
            let id = generations::id_of(job);
            let message = format!("{id} goes on; fetch it with GET /v1/generations/{id}?wait=60.");
            Err(Box::new(generations::refuse(&Fault::new(Kind::ProviderTimeout, message))))
        }
    }
}

/// Says which job is behind an answer, and what it cost.
pub(super) fn stamped(mut response: Response, job: &Job, replayed: bool) -> Response {
    let headers = response.headers_mut();
    set(headers, JOB, &generations::id_of(job));
    if job.phase.is_done() {
        set(headers, COST, &job.charged.unwrap_or_default().to_string());
    }
    note_replay(headers, replayed);
    response
}

/// Sets a header; a text that cannot stand in one is left out.
pub(super) fn set(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}
