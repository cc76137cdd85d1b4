//! Finding due jobs and handing them to free workers. One loop; it sleeps until the next known due time and
//! is woken by hints, and looks every few seconds in any case (O5).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;
use spool_domain::time::{Clock, Timestamp};
use tokio::sync::Notify;

use crate::Inner;
use crate::perform::Place;

/// The longest sleep of the loop: hints can be lost, due times of other nodes are unknown.
const POLL_EVERY_MS: u64 = 5_000;
/// The most jobs claimed in one go.
const CLAIM_MAX: usize = 64;

/// Rings when a job becomes due.
pub(crate) struct Alarm {
    clock: Arc<dyn Clock>,
    /// The earliest due time that is known.
    next: Mutex<Timestamp>,
    ring: Notify,
}

impl Alarm {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, next: Mutex::new(Timestamp(i64::MAX)), ring: Notify::new() }
    }

    /// A job is due now.
    pub(crate) fn ring_now(&self) {
        self.ring_at(Timestamp(0));
    }

    /// A job is due at this time.
    pub(crate) fn ring_at(&self, due: Timestamp) {
        let mut next = self.next.lock();
        if due < *next {
            *next = due;
            drop(next);
            self.ring.notify_one();
        }
    }

    /// Forgets what is known before looking, so that what becomes known while looking is kept.
    pub(crate) fn reset(&self) {
        *self.next.lock() = Timestamp(i64::MAX);
    }

    /// Sleeps until the earliest known due time, at most `POLL_EVERY_MS`.
    pub(crate) async fn sleep(&self) {
        loop {
            let next = *self.next.lock();
            let now = self.clock.now();
            if next <= now {
                return;
            }
            let wait_ms = next.since_ms(now).min(POLL_EVERY_MS);
            if tokio::time::timeout(Duration::from_millis(wait_ms), self.ring.notified()).await.is_err() {
                return;
            }
        }
    }
}

impl Inner {
    /// Whether this node may take new work: it is not stopping and its heartbeat is well (J8, O1).
    pub(crate) fn may_claim(&self) -> bool {
        !self.tasks.is_stopping() && self.alive.load(Ordering::Relaxed)
    }
}

/// Starts the loop.
pub(crate) fn start(inner: &Arc<Inner>) {
    let shared = Arc::clone(inner);
    inner.tasks.supervise("dispatch", move || run(Arc::clone(&shared)));
}

async fn run(inner: Arc<Inner>) {
    while !inner.tasks.is_stopping() {
        if !inner.may_claim() {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        let freed = inner.freed.notified();
        let slots = inner.slots.available_permits().min(CLAIM_MAX);
        if slots == 0 {
            tokio::select! {
                () = freed => {}
                () = inner.tasks.stopping() => {}
            }
            continue;
        }
        inner.due.reset();
        let lease_ms = inner.settings.lease_ms;
        let claims = match inner.store.claim(inner.node, slots as u32, lease_ms, &inner.shares.full()).await {
            Ok(claims) => claims,
            Err(error) => {
                tracing::error!(error = %error, "due jobs could not be claimed: {error}");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let full = claims.jobs.len() == slots;
        for job in claims.jobs {
            // Births take slots too, so the count above may be out of date; a job without a slot waits for one.
            match Arc::clone(&inner.slots).acquire_owned().await {
                Ok(slot) => {
                    let place = Place { slot, share: inner.shares.take(job.account) };
                    inner.work(Arc::new(job), None, place);
                }
                Err(_) => return,
            }
        }
        if let Some(due) = claims.next_due {
            inner.due.ring_at(due);
        }
        if !full {
            tokio::select! {
                () = inner.due.sleep() => {}
                () = inner.tasks.stopping() => {}
            }
        }
    }
}
