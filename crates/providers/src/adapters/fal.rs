//! fal.ai: some hundreds of models behind one queue.
//!
//! A submit is answered with three addresses, for the status, the result and cancelling. They are kept in the
//! handle and used as they are; only for a request that an operator found are they made from the endpoint. `COMPLETED` does not mean
//! success: the result call replays whatever status and body the model ended with.
//!
//! **Retries at fal.** fal repeats a queued request itself, up to ten times, when a run ends in 503, 504, a
//! lost connection or while our account is at its concurrency limit. `x-fal-no-retry` would stop that; we do not
//! send it: those are exactly the endings that are documented as never billed, all repeats share one request
//! id and one bill, and without them a crashed machine there or a full account would be a failed job here, because
//! an accepted job is never sent again by us. We do send `x-fal-disable-fallbacks`: after five repeats fal may
//! otherwise run a *different* model, which is neither what was ordered nor what was priced.

mod adopt;
mod outputs;
mod trouble;

use std::collections::BTreeMap;

use serde_json::Value;
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, CancelWord, Handle, Lost, Manifest, Method, NO_JOB_STATUSES,
    Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::answer;
use super::escape::escaped;
use super::published_keys::{self, Headers};

/// Where fal publishes the keys that its callbacks are signed with.
pub const CALLBACK_KEYS_URL: &str = "https://rest.fal.ai/.well-known/jwks.json";

/// The adapter.
#[derive(Clone, Debug)]
pub struct Fal {
    callback_keys_url: String,
}

impl Default for Fal {
    fn default() -> Self {
        Self::with_callback_keys_at(CALLBACK_KEYS_URL)
    }
}

impl Fal {
    /// The adapter for an installation that publishes its callback keys elsewhere, such as a fake.
    pub fn with_callback_keys_at(url: impl Into<String>) -> Self {
        Self { callback_keys_url: url.into() }
    }
}

static MANIFEST: Manifest = Manifest {
    provider: "fal",
    base_url: "https://queue.fal.run",
    auth: Auth::Header { name: "authorization", prefix: "Key " },
    // Requests carry no token of ours and there is no listing by one.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // Failures of the 5xx kind are documented as never billed; those are the only ones after which another
    // provider is asked. A 422 may be billed if a GPU had begun; that is final for the job anyway.
    billed_on_failure: false,
    submit_timeout_ms: 30_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 500,
    listing_lag_ms: 0,
    // An hour, but only six minutes where the result's JSON is 10 kB or more, as transcripts are.
    retention_ms: 360_000,
    // No longest run is documented, and above the account's concurrency limit requests wait in the queue; a day
    // is far beyond both.
    duration_max_ms: 86_400_000,
    concurrency: 0,
    callbacks: Callbacks::Keys,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &["no longest run is documented; a day is taken"],
    verified_on: "2026-11-20",
};

/// The pause before the first look and while a job runs: pictures take one to twenty seconds, clips minutes.
const LOOK_AFTER_MS: u64 = 1_000;

/// The further pause per request that waits in front of ours, and the most it may add.
const PER_PLACE_MS: u64 = 500;
const QUEUE_PAUSE_MAX_MS: u64 = 5_000;

/// The headers of a signed callback.
pub(super) const SIGNED: Headers = Headers {
    job: "x-fal-webhook-request-id",
    user: "x-fal-webhook-user-id",
    time: "x-fal-webhook-timestamp",
    signature: "x-fal-webhook-signature",
};

const STATUS_URL: &str = "status_url";
const RESULT_URL: &str = "response_url";
const CANCEL_URL: &str = "cancel_url";

impl Adapter for Fal {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        let mut target = format!("/{}", endpoint(&work.model)?);
        if let Some(url) = &work.callback_url {
            target.push_str("?fal_webhook=");
            target.push_str(&escaped(url));
        }
        let mut call = Call::json(Method::Post, target, &work.input);
        call.headers.push(("x-fal-disable-fallbacks", "1".to_owned()));
        Ok(call)
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let handle = read_handle(&body).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, LOOK_AFTER_MS + queue_pause_ms(&body)))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(fact(handle, STATUS_URL))
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return read_refusal(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        // A result may have a field called `status` too, so its files are looked for first.
        if let Some(word) = outputs::read(&body) {
            return Ok(word);
        }
        match body["status"].as_str() {
            Some("COMPLETED") => Ok(read_completed(handle, &body)),
            Some("IN_QUEUE") => Ok(pending(LOOK_AFTER_MS + queue_pause_ms(&body))),
            // A state we do not know is never an end.
            Some(_) => Ok(pending(LOOK_AFTER_MS)),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn cancel(&self, handle: &Handle) -> Option<Call> {
        let target = fact(handle, CANCEL_URL);
        Some(Call { method: Method::Put, ..Call::get(target) })
    }

    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        let body = answer::json(reply).unwrap_or_default();
        match (reply.status, body["status"].as_str()) {
            (200, Some("OK")) => Ok(CancelWord::Ended),
            (202, _) | (200, Some("CANCELLATION_REQUESTED")) => Ok(CancelWord::Noted),
            (400, Some("ALREADY_COMPLETED")) => Ok(CancelWord::TooLate),
            // Not known there (any more): the job's own state tells what that means.
            (404, Some("NOT_FOUND")) => Ok(CancelWord::Noted),
            _ => Err(trouble::read(reply).trouble),
        }
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        adopt::handle(provider_job, model)
    }

    fn callback_keys(&self) -> Option<Call> {
        Some(Call::get(self.callback_keys_url.as_str()))
    }

    fn accepts_callback(&self, callback: &Callback) -> bool {
        callback.keys.is_some_and(|keys| published_keys::is_genuine(callback, keys, &SIGNED))
    }

    fn callback_job(&self, lost: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        adopt::handle(body["request_id"].as_str()?, lost.model).ok()
    }
}

/// The endpoint's path. Parts of it can come from parameters through the route's template, so nothing but
/// plain segments may pass.
fn endpoint(model: &str) -> Result<&str, Trouble> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let segment = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
    if model.contains('/') && model.split('/').all(segment) {
        Ok(model)
    } else {
        Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"))
    }
}

/// The job, if the answer names it and at least one of its addresses.
fn read_handle(body: &Value) -> Option<Handle> {
    let id = body["request_id"].as_str().filter(|id| !id.is_empty())?.to_owned();
    let given = |name: &str| body[name].as_str().filter(|url| !url.is_empty()).map(str::to_owned);
    let status = given(STATUS_URL);
    let result = given(RESULT_URL).or_else(|| Some(status.as_ref()?.strip_suffix("/status")?.to_owned()))?;
    let status = status.unwrap_or_else(|| format!("{result}/status"));
    let cancel = given(CANCEL_URL).unwrap_or_else(|| format!("{result}/cancel"));
    let facts = [(STATUS_URL, status), (RESULT_URL, result), (CANCEL_URL, cancel)];
    Some(Handle {
        id,
        facts: facts.map(|(name, url)| (name.to_owned(), url)).into_iter().collect::<BTreeMap<_, _>>(),
    })
}

fn fact(handle: &Handle, name: &str) -> String {
    handle.facts.get(name).cloned().unwrap_or_default()
}

/// After `COMPLETED`: an ending that fal itself put to the job is told right here; how the model ended, with all
/// its words, is told by the result call alone.
fn read_completed(handle: &Handle, body: &Value) -> Word {
    match body["error_type"].as_str().and_then(trouble::platform) {
        Some(word) => word,
        None => Word::Then(Call::get(fact(handle, RESULT_URL))),
    }
}

/// An answer that is not a success: the end of the job where it is the model's replayed answer, else only a
/// look that failed.
fn read_refusal(reply: &Reply) -> Result<Word, Trouble> {
    let read = trouble::read(reply);
    match read.end {
        trouble::End::Failed => Ok(Word::Failed(read.trouble)),
        trouble::End::Canceled => Ok(Word::Canceled),
        trouble::End::NotYet => Ok(pending(LOOK_AFTER_MS)),
        trouble::End::No => Err(read.trouble),
    }
}

fn pending(wait_ms: u64) -> Word {
    Word::Pending { progress: None, wait_ms }
}

fn queue_pause_ms(body: &Value) -> u64 {
    body["queue_position"].as_u64().unwrap_or(0).saturating_mul(PER_PLACE_MS).min(QUEUE_PAUSE_MAX_MS)
}

#[cfg(test)]
mod tests;
