//! Looking at a running job: at its provider, or at its parts.

use spool_domain::adapter::{CancelWord, Handle, Trouble, TroubleClass, Word};
use spool_domain::fault::{Fault, Kind};
use spool_domain::job::{Job, Outcome, Phase};
use spool_domain::lifecycle::Event;
use spool_domain::money::MicroUsd;

use crate::Inner;
use crate::perform::Found;
use crate::providers::{Door, Sending};

/// A parent looks at its parts this often even if no news of their end arrived; the last part's end makes it due at once.
pub(crate) const PARTS_PACE_MS: u64 = 5_000;

/// After a look that went wrong, the next one waits at least this long: the provider may be in trouble.
const TROUBLE_PACE_MS: u64 = 5_000;

/// The most calls one look may take: status, result, and one to spare.
const CALLS_MAX: usize = 3;

impl Inner {
    /// Asks a provider how the job is; asks it to cancel first, if the caller wishes so (J7).
    pub(crate) async fn look(&self, job: &Job, door: &Door, handle: &Handle, stay_ms: u64) -> Found {
        let manifest = door.adapter().manifest();
        if stay_ms > manifest.duration_max_ms.saturating_add(manifest.retention_ms) {
            return Event::Overstayed.into();
        }
        let mut cancel_sent = false;
        if job.cancel_asked
            && !job.cancel_sent
            && let Some(call) = door.adapter().cancel(handle)
        {
            // Asked once; if the answer is lost, the job's own state tells.
            cancel_sent = true;
            let reply = self.providers.call(door, &call, Sending::free(manifest.call_timeout_ms)).await;
            if let Ok(reply) = reply
                && door.adapter().read_cancel(handle, &reply) == Ok(CancelWord::Ended)
            {
                return Found { cancel_sent, ..Event::CanceledThere.into() };
            }
        }
        let mut call = door.adapter().poll(handle);
        for _ in 0..CALLS_MAX {
            let reply = match self.providers.call(door, &call, Sending::free(manifest.call_timeout_ms)).await
            {
                Ok(reply) => reply,
                Err(unanswered) => {
                    let trouble = Trouble::of(TroubleClass::Unavailable, unanswered.why.code());
                    return Found { cancel_sent, ..Event::Trouble(trouble, TROUBLE_PACE_MS).into() };
                }
            };
            match door.adapter().read_poll(handle, &reply) {
                Ok(Word::Then(next)) => call = next,
                Ok(Word::Wanting) => {
                    return Found { cancel_sent, ..self.hand_in(job, door, handle).await.into() };
                }
                Ok(word) => {
                    let found = self.word(job, door, word).await;
                    return Found { cancel_sent, ..found };
                }
                Err(trouble) => {
                    let asked_ms = u64::from(trouble.retry_after_s.unwrap_or(0)) * 1_000;
                    let wait_ms = asked_ms.max(TROUBLE_PACE_MS).max(manifest.poll_pace_ms);
                    return Found { cancel_sent, ..Event::Trouble(trouble, wait_ms).into() };
                }
            }
        }
        let trouble = Trouble::of(TroubleClass::Unknown, "too_many_calls");
        Found { cancel_sent, ..Event::Trouble(trouble, TROUBLE_PACE_MS).into() }
    }

    /// Hands in the file that a job waits for, and looks again.
    async fn hand_in(&self, job: &Job, door: &Door, handle: &Handle) -> Event {
        let manifest = door.adapter().manifest();
        let later = |code: &str| {
            Event::Trouble(
                Trouble::of(TroubleClass::Unavailable, code),
                TROUBLE_PACE_MS.max(manifest.poll_pace_ms),
            )
        };
        let call = match Box::pin(self.work_again(job)).await {
            Ok(work) => door.adapter().supply(&work, handle),
            Err(_) => return later("file_not_there"),
        };
        let Some(call) = call else { return later("nothing_to_hand_in") };
        match self.providers.call(door, &call, Sending::free(manifest.submit_timeout_ms)).await {
            Ok(reply) if reply.is_success() => Event::Pending(None, manifest.poll_pace_ms),
            Ok(reply) => later(&format!("http_{}", reply.status)),
            Err(unanswered) => later(unanswered.why.code()),
        }
    }

    /// Adds up a fanned-out job once all of its parts are over.
    pub(crate) async fn gather(&self, job: &Job) -> Found {
        let parts = match self.store.parts(job.id).await {
            Ok(parts) => parts,
            Err(error) => {
                tracing::error!(job.id = %job.id, "job {}: its parts cannot be read: {error}", job.id);
                return Event::Pending(None, PARTS_PACE_MS).into();
            }
        };
        let done = parts.iter().filter(|part| part.phase.is_done()).count();
        if done < parts.len() {
            let percent = u8::try_from(done * 100 / parts.len()).ok();
            return Event::Pending(percent, PARTS_PACE_MS).into();
        }
        let mut stored = Vec::new();
        let mut fault = None;
        let mut charged = MicroUsd::ZERO;
        for part in parts {
            match part.phase {
                Phase::Done(Outcome::Succeeded(outputs)) => {
                    stored.extend(outputs);
                    charged = charged.plus(part.charged.unwrap_or_default()).unwrap_or(job.price);
                }
                Phase::Done(Outcome::Failed(why)) => fault = fault.or(Some(why)),
                Phase::Done(Outcome::Canceled) => {}
                // Counted as over above; a row that says otherwise now is broken.
                _ => fault = fault.or(Some(Fault::of(Kind::Internal))),
            }
        }
        Found { charged: Some(charged), ..Event::Gathered(stored, fault).into() }
    }
}
