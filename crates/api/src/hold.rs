//! Keeping a caller until a job is over.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use spool_domain::fault::Fault;
use spool_domain::ids::JobId;
use spool_domain::job::Job;
use spool_domain::order::Caller;
use spool_engine::wake::Listener;

use crate::Api;
use crate::links::Links;

/// What is left to do once a request was understood.
pub(crate) enum Admitted {
    /// Nothing.
    Answer(Response),
    /// To wait.
    Held(Box<Held>),
}

/// A request that waits, and all it needs for its answer.
pub(crate) struct Held {
    pub(crate) job: JobId,
    pub(crate) listener: Listener,
    pub(crate) links: Links,
    pub(crate) limit: Duration,
    /// Whether an earlier request with the same idempotency key made the job.
    pub(crate) replayed: bool,
    /// Shows the job at the end of the wait.
    pub(crate) show: fn(&Api, &Job, &Links, bool) -> Response,
}

impl Admitted {
    /// Waits where that is left to do. The caller boxes what came before, so that a waiting request no longer
    /// carries what admission needed.
    pub(crate) async fn answer(self, api: &Api, caller: &Caller) -> Result<Response, Fault> {
        let Held { job, listener, links, limit, replayed, show } = match self {
            Self::Answer(response) => return Ok(response),
            Self::Held(held) => *held,
        };
        let job = outlast(api, caller, job, listener, limit).await?;
        Ok(show(api, &job, &links, replayed))
    }
}

/// The job at its end, or as it stands when the time is up or the server stops.
pub(crate) async fn outlast(
    api: &Api,
    caller: &Caller,
    id: JobId,
    mut listener: Listener,
    limit: Duration,
) -> Result<Arc<Job>, Fault> {
    let news = async {
        tokio::select! {
            job = listener.done() => Some(job),
            () = api.stopping.cancelled() => None,
        }
    };
    if let Ok(Some(job)) = tokio::time::timeout(limit, news).await {
        return Ok(job);
    }
    // The wake-up is a hint; the store is the truth.
    Box::pin(whole(api, caller, id)).await
}

/// A job that somebody ordered. A part of a fanned-out job is our own affair; nobody was given its id.
pub(crate) async fn whole(api: &Api, caller: &Caller, id: JobId) -> Result<Arc<Job>, Fault> {
    let job = api.engine.job(caller, id).await?;
    if job.parent.is_some() { Err(spool_domain::fault::Kind::NotFound.into()) } else { Ok(job) }
}
