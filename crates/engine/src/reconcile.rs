//! A submit whose outcome is unknown: looked up, never resent (U4, U5, U12).

use std::collections::HashMap;

use parking_lot::Mutex;
use spool_domain::adapter::{Lost, Safety, Sought, Trouble, TroubleClass};
use spool_domain::ids::JobId;
use spool_domain::job::Job;
use spool_domain::lifecycle::Event;

use crate::Inner;
use crate::attempt::SEND_WITHIN_MS;
use crate::providers::Sending;
use crate::upstream::boot_ms;

/// The pause between two lookups of one job.
const LOOKUP_PACE_MS: u64 = 1_000;
/// The pause after a lookup that got no answer.
const TROUBLE_PACE_MS: u64 = 5_000;

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

impl Inner {
    /// One lookup.
    pub(crate) async fn reconcile(&self, job: &Job, stay_ms: u64) -> Event {
        let (Some(door), Some(attempt)) = (self.door_of(job), &job.attempt) else {
            return if stay_ms > self.settings.reconcile_stay_max_ms {
                Event::Overstayed
            } else {
                Event::Trouble(Trouble::of(TroubleClass::Credential, "provider_not_set_up"), 60_000)
            };
        };
        let manifest = door.adapter().manifest();
        let lost = Lost { token: &attempt.token, model: "", since_unix_ms: attempt.started_at.0 };
        let call = match manifest.safety {
            Safety::Lookup => door.adapter().lookup(&lost),
            Safety::Idempotent | Safety::Blind => None,
        };
        let Some(call) = call else { return Event::CannotTell };
        let quiet_ms = (SEND_WITHIN_MS + 2 * manifest.submit_timeout_ms + manifest.listing_lag_ms)
            .max(self.settings.quiet_ms);
        let counts = self.quiet.lasted_ms(job, boot_ms()) >= quiet_ms;
        let reply = self.providers.call(&door, &call, Sending::free(manifest.call_timeout_ms)).await;
        let found = match reply {
            Ok(reply) => door.adapter().read_lookup(&lost, &reply),
            Err(unanswered) => Err(Trouble::of(TroubleClass::Unavailable, unanswered.why.code())),
        };
        match found {
            Ok(Sought::Found(handle)) => Event::Found(handle),
            Ok(Sought::Then(_)) | Ok(Sought::Absent) => Event::NotFound { counts, wait_ms: LOOKUP_PACE_MS },
            Err(_) if stay_ms > self.settings.reconcile_stay_max_ms => Event::Overstayed,
            Err(trouble) => Event::Trouble(trouble, TROUBLE_PACE_MS),
        }
    }
}
