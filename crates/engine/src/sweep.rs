//! What happens by the clock: the heartbeat of this node's leases, the hourly check of the books (M9), and the end of
//! files that stay for a while only.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::{Inner, files};

const AUDIT_EVERY: Duration = Duration::from_secs(3_600);

/// Starts the loops.
pub(crate) fn start(inner: &Arc<Inner>) {
    let shared = Arc::clone(inner);
    inner.tasks.supervise("heartbeat", move || heartbeat(Arc::clone(&shared)));
    let shared = Arc::clone(inner);
    inner.tasks.supervise("audit", move || audit(Arc::clone(&shared)));
    let shared = Arc::clone(inner);
    inner.tasks.supervise("files", move || files::sweep(Arc::clone(&shared)));
}

/// Renews the leases every third of their length; a node whose heartbeat fails claims nothing (J8).
async fn heartbeat(inner: Arc<Inner>) {
    let every = Duration::from_millis(inner.settings.lease_ms / 3);
    loop {
        // While the server drains, what is in flight keeps its lease: this loop ends only with the last worker.
        if inner.tasks.is_stopping() && inner.slots.available_permits() == inner.settings.workers {
            return;
        }
        let renewed = inner.store.renew(inner.node, inner.settings.lease_ms).await;
        if let Err(error) = &renewed {
            tracing::error!(error = %error, "leases could not be renewed: {error}");
        }
        inner.alive.store(renewed.is_ok(), Ordering::Relaxed);
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = inner.tasks.stopping(), if !inner.tasks.is_stopping() => {}
            () = inner.freed.notified(), if inner.tasks.is_stopping() => {}
        }
    }
}

/// Recomputes the books at the start and every hour. What it finds is for the operator; nothing is mended by itself.
async fn audit(inner: Arc<Inner>) {
    while !inner.tasks.is_stopping() {
        match inner.store.audit().await {
            Ok(audit) => audit.broken.iter().for_each(|line| tracing::error!("the books are broken: {line}")),
            Err(error) => tracing::error!(error = %error, "the books could not be checked: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(AUDIT_EVERY) => {}
            () = inner.tasks.stopping() => {}
        }
    }
}
