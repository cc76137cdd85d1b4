//! Background work: every task has a name, is counted, and drains when the server stops (O1).

use std::future::Future;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The server's background tasks.
#[derive(Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Starts a task that ends by itself; stopping waits for it.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(future);
    }

    /// Starts a loop that shall run until the server stops. A panic in it is logged, and it is started again.
    pub fn supervise<F>(&self, name: &'static str, start: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            loop {
                let ended = tokio::spawn(start()).await;
                if stop.is_cancelled() {
                    return;
                }
                match ended {
                    Ok(()) => tracing::error!(task = name, "task {name} ended early and is started again"),
                    Err(_) => tracing::error!(task = name, "task {name} panicked and is started again"),
                }
                // A loop that fails at once must not spin.
                tokio::select! {
                    () = tokio::time::sleep(std::time::Duration::from_secs(1)) => {}
                    () = stop.cancelled() => return,
                }
            }
        });
    }

    /// Resolves when the server is to stop.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Whether the server is to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Tells every task to stop; what is in flight goes on.
    pub fn stop(&self) {
        self.stop.cancel();
        self.tracker.close();
    }

    /// Waits until all tasks are over. Call after `stop`.
    pub async fn drained(&self) {
        self.tracker.wait().await;
    }
}
