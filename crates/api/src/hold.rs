//! Keeping a caller until a job is over.

use std::sync::Arc;
use std::time::Duration;

use spool_domain::fault::Fault;
use spool_domain::ids::JobId;
use spool_domain::job::Job;
use spool_domain::order::Caller;
use spool_engine::wake::Listener;

use crate::Api;

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
    Box::pin(api.engine.job(caller, id)).await
}
