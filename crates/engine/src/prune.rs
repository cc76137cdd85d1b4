//! What is forgotten once nobody can need it any more, every hour and a little at a time: idempotency records (K5),
//! what a resident provider remembers of jobs that are long over, and webhook deliveries of a month ago.

use std::sync::Arc;
use std::time::Duration;

use crate::Inner;

/// The pause between two rounds, and before the first one: what a former process left open is looked up first.
const EVERY: Duration = Duration::from_secs(3_600);

/// A key is good for this long after the end of its job, milliseconds.
const KEY_LIFE_MS: u64 = 24 * 3_600 * 1_000;

/// A resident provider remembers a job for this long after its end, milliseconds: longer than any job is looked up.
const RESIDENT_LIFE_MS: u64 = 7 * 24 * 3_600 * 1_000;

/// A delivery can be looked at and replayed for this long after it was over, milliseconds.
const DELIVERY_LIFE_MS: u64 = 30 * 24 * 3_600 * 1_000;

/// The pause between two pages, so that orders come first however much there is to forget.
const BREATH: Duration = Duration::from_millis(20);

/// Starts the loop.
pub(crate) fn start(inner: &Arc<Inner>) {
    let shared = Arc::clone(inner);
    inner.tasks.supervise("prune", move || hourly(Arc::clone(&shared)));
}

async fn hourly(inner: Arc<Inner>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = inner.tasks.stopping() => return,
        }
        let forgotten = inner.forget_old().await;
        tracing::debug!(?forgotten, "forgot what had its time: {forgotten:?}");
    }
}

/// How much one round removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Idempotency records.
    pub keys: u64,
    /// Jobs in the book of the resident provider.
    pub resident_jobs: u64,
    /// Webhook deliveries.
    pub deliveries: u64,
}

impl Inner {
    /// One round. It ends early when the server stops; the next one goes on.
    pub(crate) async fn forget_old(self: &Arc<Self>) -> Forgotten {
        Forgotten {
            keys: self.forget_keys().await,
            resident_jobs: self.forget_resident().await,
            deliveries: self.forget_deliveries().await,
        }
    }

    async fn forget_keys(&self) -> u64 {
        let ended_before = self.clock.now().before_ms(KEY_LIFE_MS);
        let (mut removed, mut from) = (0, None);
        while !self.tasks.is_stopping() {
            match self.store.prune(ended_before, from).await {
                Ok(pruned) => {
                    removed += pruned.removed;
                    from = pruned.next;
                }
                Err(error) => {
                    tracing::error!(error = %error, "old keys could not be forgotten: {error}");
                    break;
                }
            }
            if from.is_none() {
                break;
            }
            tokio::time::sleep(BREATH).await;
        }
        removed
    }

    async fn forget_deliveries(&self) -> u64 {
        let ended_before = self.clock.now().before_ms(DELIVERY_LIFE_MS);
        let mut removed = 0;
        while !self.tasks.is_stopping() {
            match self.store.prune_deliveries(ended_before).await {
                Ok(0) => break,
                Ok(some) => removed += u64::from(some),
                Err(error) => {
                    tracing::error!(error = %error, "old deliveries could not be forgotten: {error}");
                    break;
                }
            }
            tokio::time::sleep(BREATH).await;
        }
        removed
    }

    async fn forget_resident(self: &Arc<Self>) -> u64 {
        let ended_before = self.clock.now().before_ms(RESIDENT_LIFE_MS);
        let mut removed = 0;
        while !self.tasks.is_stopping() {
            let shared = Arc::clone(self);
            let page = tokio::task::spawn_blocking(move || shared.providers.resident().forget(ended_before));
            match page.await {
                Ok(Ok(0)) => break,
                Ok(Ok(some)) => removed += some,
                Ok(Err(error)) => {
                    tracing::error!(error = %error, "old jobs of the sandbox could not be forgotten: {error}");
                    break;
                }
                Err(_) => break,
            }
            tokio::time::sleep(BREATH).await;
        }
        removed
    }
}
