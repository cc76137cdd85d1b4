//! A submit whose outcome is unknown. It is looked up, heard of by callback, or, where the provider promises that one token
//! is one job, sent again to the byte; never anything else (U4, U5, U12).

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use spool_domain::adapter::{Callbacks, Handle, Lost, Safety, Sought, Trouble, TroubleClass, Word};
use spool_domain::ids::{AttemptNo, JobId};
use spool_domain::job::{Attempt, Job};
use spool_domain::lifecycle::Event;

use crate::Inner;
use crate::providers::{Door, Sending};
use crate::upstream::boot_ms;

/// The pause between two lookups of one job.
const LOOKUP_PACE_MS: u64 = 1_000;
/// The pause after a lookup that got no answer.
const TROUBLE_PACE_MS: u64 = 5_000;
/// How often a job that waits to be heard of is looked after, milliseconds; a callback makes it due at once.
const HEAR_PACE_MS: u64 = 15_000;
/// The most calls that one lookup may take.
const CALLS_MAX: usize = 20;

/// When this process first knew an attempt as unknown, on its own clock that counts sleep. Not in the database on
/// purpose: another process's clock proves nothing, so after a restart the quiet period starts again.
#[derive(Default)]
pub(crate) struct Quiet(Mutex<HashMap<JobId, u64>>);

impl Quiet {
    /// The attempt became unknown just now.
    pub(crate) fn begin(&self, job: &Job, now_ms: u64) {
        self.0.lock().insert(job.id, now_ms);
    }

    /// How long it has been unknown to this process, milliseconds; starts counting if it had not.
    fn lasted_ms(&self, job: &Job, now_ms: u64) -> u64 {
        now_ms - *self.0.lock().entry(job.id).or_insert(now_ms)
    }

    /// The job is over.
    pub(crate) fn forget(&self, job: &Job) {
        self.0.lock().remove(&job.id);
    }
}

/// Jobs at providers that were heard of by callback while the outcome of their submit was unknown. A restart forgets them;
/// the provider's next callback, or the lookup, tells again.
#[derive(Default)]
pub(crate) struct Heard(Mutex<HashMap<(JobId, AttemptNo), Handle>>);

impl Heard {
    /// A genuine callback spoke of this job.
    pub(crate) fn note(&self, job: JobId, attempt: AttemptNo, handle: Handle) {
        self.0.lock().insert((job, attempt), handle);
    }

    /// The job is over.
    pub(crate) fn forget(&self, job: &Job) {
        if let Some(attempt) = &job.attempt {
            self.0.lock().remove(&(job.id, attempt.no));
        }
    }

    fn take(&self, job: JobId, attempt: AttemptNo) -> Option<Handle> {
        self.0.lock().remove(&(job, attempt))
    }
}

impl Inner {
    /// One look for it.
    pub(crate) async fn reconcile(&self, job: &Job, stay_ms: u64) -> Event {
        let (Some(door), Some(attempt)) = (self.door_of(job), &job.attempt) else {
            return if stay_ms > self.settings.reconcile_stay_max_ms {
                Event::Overstayed
            } else {
                Event::Trouble(Trouble::of(TroubleClass::Credential, "provider_not_set_up"), 60_000)
            };
        };
        if let Some(handle) = self.heard.take(job.id, attempt.no) {
            return Event::Found(handle);
        }
        let found = match door.adapter().manifest().safety {
            Safety::Lookup => self.seek(job, &door, attempt).await,
            Safety::Idempotent => self.send_again(job, &door, attempt).await,
            Safety::Blind => Seeking::Blind,
        };
        match found {
            Seeking::Found(handle) => Event::Found(handle),
            Seeking::Absent => {
                let counts = self.is_quiet(job, &door, attempt);
                Event::NotFound { counts, wait_ms: LOOKUP_PACE_MS }
            }
            Seeking::Blind
                if self.may_be_heard_of(&door) && stay_ms < self.settings.reconcile_stay_max_ms =>
            {
                let wait_ms = HEAR_PACE_MS.min(self.settings.reconcile_stay_max_ms - stay_ms);
                Event::Trouble(Trouble::of(TroubleClass::Unknown, "waits_for_callback"), wait_ms)
            }
            Seeking::Blind => Event::CannotTell,
            Seeking::Trouble(_) if stay_ms > self.settings.reconcile_stay_max_ms => Event::Overstayed,
            Seeking::Trouble(trouble) => Event::Trouble(trouble, TROUBLE_PACE_MS),
        }
    }

    /// Whether the provider was told where to call back about this attempt.
    fn may_be_heard_of(&self, door: &Door) -> bool {
        let calls_back = door.adapter().manifest().callbacks != Callbacks::None;
        calls_back && self.settings.public_url.is_some() && matches!(door, Door::Live(_))
    }

    /// Whether the quiet period is over (U5).
    fn is_quiet(&self, job: &Job, door: &Door, attempt: &Attempt) -> bool {
        let manifest = door.adapter().manifest();
        let send_within_ms = attempt.send_deadline.since_ms(attempt.started_at);
        let quiet_ms = (send_within_ms + 2 * manifest.submit_timeout_ms + manifest.listing_lag_ms)
            .max(self.settings.quiet_ms);
        self.quiet.lasted_ms(job, boot_ms()) >= quiet_ms
    }

    /// Asks the provider for the job by our token.
    async fn seek(&self, job: &Job, door: &Door, attempt: &Attempt) -> Seeking {
        // The period begins with the first lookup at the latest, not with the first that finds nothing.
        self.quiet.lasted_ms(job, boot_ms());
        let adapter = door.adapter();
        let model = self.upstream_of(job);
        let lost = Lost { token: &attempt.token, model: &model, since_unix_ms: attempt.started_at.0 };
        let Some(mut call) = adapter.lookup(&lost) else { return Seeking::Blind };
        let sending = Sending::free(adapter.manifest().call_timeout_ms);
        for _ in 0..CALLS_MAX {
            let reply = match self.providers.call(door, &call, sending).await {
                Ok(reply) => reply,
                Err(no) => return Seeking::Trouble(Trouble::of(TroubleClass::Unavailable, no.why.code())),
            };
            match adapter.read_lookup(&lost, &reply) {
                Ok(Sought::Found(handle)) => return Seeking::Found(handle),
                Ok(Sought::Absent) => return Seeking::Absent,
                Ok(Sought::Then(next)) => call = next,
                Err(trouble) => return Seeking::Trouble(trouble),
            }
        }
        Seeking::Trouble(Trouble::of(TroubleClass::Unknown, "too_many_calls"))
    }

    /// The same submit once more, to the byte, where the provider promises that this makes no second job (U4a). Where the
    /// bytes cannot be had again, nothing is sent.
    async fn send_again(&self, job: &Job, door: &Door, attempt: &Attempt) -> Seeking {
        let adapter = door.adapter();
        let manifest = adapter.manifest();
        let Ok(work) = Box::pin(self.work_again(job)).await else { return Seeking::Blind };
        let same = |call: &spool_domain::adapter::Call| {
            <[u8; 32]>::from(Sha256::digest(&call.body)) == attempt.body_sha256
        };
        let call = match (adapter.prepare(&work), adapter.submit(&work, &attempt.token)) {
            (Ok(None), Ok(call)) if same(&call) => call,
            _ => return Seeking::Blind,
        };
        let limit = Duration::from_millis(manifest.submit_timeout_ms);
        let reply =
            match self.providers.call(door, &call, Sending { limit, fresh: true, deadline_ms: None }).await {
                Ok(reply) => reply,
                Err(no) => return Seeking::Trouble(Trouble::of(TroubleClass::Unavailable, no.why.code())),
            };
        match adapter.read_submit(&work.model, &reply) {
            Ok(Word::Accepted(handle, _)) => Seeking::Found(handle),
            Ok(_) => Seeking::Trouble(Trouble::unreadable(&reply)),
            Err(trouble) if manifest.no_job_statuses.contains(&reply.status) => match trouble.class {
                // These say nothing of what became of the first one.
                TroubleClass::Busy | TroubleClass::Credential | TroubleClass::Unavailable => {
                    Seeking::Trouble(trouble)
                }
                // Had the first one been taken, this one would have been answered with its job.
                _ => Seeking::Absent,
            },
            Err(trouble) => Seeking::Trouble(trouble),
        }
    }
}

/// What looking for a job came to.
enum Seeking {
    /// The provider has it.
    Found(Handle),
    /// The provider has none.
    Absent,
    /// There is no way to ask.
    Blind,
    /// No word.
    Trouble(Trouble),
}
