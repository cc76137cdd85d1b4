//! Telling waiting requests of this node that a job is over. One entry per job that somebody waits for,
//! however many wait; the entry goes when the last of them does. A wake-up is a hint: who waits has looked
//! first, and looks again when time is up (O5).

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use spool_domain::ids::JobId;
use spool_domain::job::Job;
use tokio::sync::watch;

type News = Option<Arc<Job>>;

/// All jobs of this node that somebody waits for.
#[derive(Default)]
pub struct Wakes {
    // Held for a hash lookup only. Split by id, so that a thousand ends a second do not queue for one lock.
    shards: [Mutex<HashMap<JobId, watch::Sender<News>>>; 16],
}

impl Wakes {
    fn shard(&self, id: &JobId) -> &Mutex<HashMap<JobId, watch::Sender<News>>> {
        &self.shards[usize::from(id.bytes()[19] & 15)]
    }

    /// Registers interest. From here on no end of this job is missed; look at the job after this, then wait.
    pub fn listen(self: &Arc<Self>, id: JobId) -> Listener {
        let mut shard = self.shard(&id).lock();
        let sender = shard.entry(id).or_insert_with(|| watch::Sender::new(None));
        Listener { id, news: sender.subscribe(), wakes: Arc::clone(self) }
    }

    /// Tells everybody who waits that the job is over.
    pub fn publish(&self, job: &Arc<Job>) {
        if let Some(sender) = self.shard(&job.id).lock().get(&job.id) {
            sender.send_replace(Some(Arc::clone(job)));
        }
    }

    /// How many jobs somebody waits for.
    pub fn waited_for(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().len()).sum()
    }
}

/// One waiting request's registration.
pub struct Listener {
    id: JobId,
    news: watch::Receiver<News>,
    wakes: Arc<Wakes>,
}

impl Listener {
    /// The finished job, as soon as it is.
    pub async fn done(&mut self) -> Arc<Job> {
        loop {
            if let Some(job) = self.news.borrow_and_update().as_ref() {
                return Arc::clone(job);
            }
            if self.news.changed().await.is_err() {
                // The sender lives as long as any listener does; were it ever gone, waiting on is the safe answer:
                // the caller has a deadline and looks at the store then.
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut shard = self.wakes.shard(&self.id).lock();
        // This listener's own receiver is still counted here.
        if shard.get(&self.id).is_some_and(|sender| sender.receiver_count() <= 1) {
            shard.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_entry_lives_as_long_as_somebody_waits() {
        let wakes = Arc::new(Wakes::default());
        let (first, second) = (wakes.listen(JobId([1; 20])), wakes.listen(JobId([1; 20])));
        assert_eq!(wakes.waited_for(), 1);
        drop(first);
        assert_eq!(wakes.waited_for(), 1);
        drop(second);
        assert_eq!(wakes.waited_for(), 0);
    }
}
