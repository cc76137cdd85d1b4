//! A provider calls back (U9): the path must be ours, the signature good where the provider signs, and then the
//! job becomes due, so that the truth is fetched. Nothing in the callback is believed; of a job whose submit got no answer it
//! tells where to look.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::Map;
use spool_domain::adapter::{Callback, Callbacks, Lost, Reply};
use spool_domain::ids::{AttemptNo, JobId};
use spool_domain::job::{Attempt, AttemptResult, Job, Phase};
use spool_domain::operator::Note;
use subtle::ConstantTimeEq;

use crate::operator::Decision;
use crate::providers::{Door, Sending};
use crate::{Engine, Inner};

/// The path under which providers call back; followed by provider, job, attempt and secret.
pub const PATH: &str = "/v1/callbacks";

/// Keys that sign callbacks are fetched again after this time.
const KEYS_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Keys are fetched at most this often, so that forged callbacks cannot make us hammer the provider.
const KEYS_PAUSE: Duration = Duration::from_secs(60);

/// Signing keys by provider and credential, with the moment they were fetched.
#[derive(Default)]
pub(crate) struct Keys(Mutex<HashMap<String, (Instant, Option<Reply>)>>);

/// A callback as it came in.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The parts of the path behind `PATH`, as they were given out.
    pub provider: &'a str,
    /// The job's public id.
    pub job: &'a str,
    /// The attempt's number.
    pub attempt: &'a str,
    /// The unguessable part.
    pub secret: &'a str,
    /// The whole path, without the query.
    pub path: &'a str,
    /// The query without the question mark.
    pub query: &'a str,
    /// Headers with lower-case names.
    pub headers: &'a [(String, String)],
    /// The raw body.
    pub body: &'a [u8],
}

/// What became of a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is genuine; the job will be looked at. The body that the provider wants to read, if any.
    Noted(Option<String>),
    /// It is not for us.
    Unknown,
}

impl Inner {
    /// Where the provider may call back about an attempt, if this server has a public address and the provider calls.
    pub(crate) fn callback_url(&self, door: &Door, job: JobId, attempt: AttemptNo) -> Option<String> {
        let (Door::Live(_), Some(public)) = (door, &self.settings.public_url) else { return None };
        if door.adapter().manifest().callbacks == Callbacks::None {
            return None;
        }
        let provider = door.name();
        let secret = self.key.callback(provider, job, attempt);
        Some(format!("{public}{PATH}/{provider}/{job}/{}/{secret}", attempt.0))
    }
}

impl Engine {
    /// Takes a callback in.
    pub async fn callback(&self, incoming: Incoming<'_>) -> Received {
        let inner = &self.inner;
        let (Ok(id), Ok(no)) = (JobId::parse(incoming.job), incoming.attempt.parse().map(AttemptNo)) else {
            return Received::Unknown;
        };
        let expected = inner.key.callback(incoming.provider, id, no);
        if !bool::from(expected.as_bytes().ct_eq(incoming.secret.as_bytes())) {
            return Received::Unknown;
        }
        let attempts = inner.store.attempts(id).await.unwrap_or_default();
        let attempt = attempts.into_iter().find(|attempt| attempt.no == no);
        let credential = attempt.as_ref().map_or("", |attempt| attempt.credential.as_str());
        let Some(door) = inner.providers.callback_door(incoming.provider, credential) else {
            return Received::Unknown;
        };
        let (keys, secret) = (inner.keys_of(&door).await, door.callback_secret());
        let callback = Callback {
            path: incoming.path,
            query: incoming.query,
            headers: incoming.headers,
            body: incoming.body,
            now_unix_s: inner.clock.now().unix_s(),
            keys: keys.as_ref(),
            secret,
        };
        let provider = door.name();
        if !door.adapter().accepts_callback(&callback) {
            tracing::warn!(job.id = %id, provider, "a callback of {provider} for job {id} is not genuine");
            return Received::Unknown;
        }
        if let Some(attempt) = attempt {
            self.hear(id, &door, &attempt, &callback).await;
        }
        inner.due.ring_now();
        Received::Noted(door.adapter().callback_answer(&callback))
    }

    /// Makes the job of a genuine callback due, and keeps what it tells of a submit that got no answer.
    async fn hear(&self, id: JobId, door: &Door, attempt: &Attempt, callback: &Callback<'_>) {
        let inner = &self.inner;
        if matches!(attempt.result, None | Some(AttemptResult::Unknown))
            && let Ok(Some(job)) = inner.store.any_job(id).await
            && job.attempt.as_ref().is_some_and(|current| current.no == attempt.no)
        {
            let model = inner.upstream_of(&job);
            let lost = Lost { token: &attempt.token, model: &model, since_unix_ms: attempt.started_at.0 };
            if let Some(handle) = door.adapter().callback_job(&lost, callback) {
                self.found(&job, attempt.no, handle).await;
            }
        }
        if let Err(error) = inner.store.hint(id, attempt.no).await {
            // Polling is the net under a lost hint.
            tracing::error!(job.id = %id, "job {id}: a callback could not be noted: {error}");
        }
    }

    /// A job whose submit got no answer turned up at its provider.
    pub(crate) async fn found(&self, job: &Job, attempt: AttemptNo, handle: spool_domain::adapter::Handle) {
        let inner = &self.inner;
        if job.phase != Phase::NeedsOperator {
            inner.heard.note(job.id, attempt, handle);
            return;
        }
        let note = Note {
            actor: "server".to_owned(),
            action: "job.found",
            subject: format!("job:{}", job.id),
            detail: Map::new(),
            at: inner.clock.now(),
        };
        if let Err(fault) = self.decide(job.id, Decision::Found { handle }, note).await {
            tracing::warn!(job.id = %job.id, "job {} turned up and could not be followed: {fault}", job.id);
        }
    }
}

impl Inner {
    async fn keys_of(&self, door: &Door) -> Option<Reply> {
        let call = door.adapter().callback_keys()?;
        // The keys of some providers are their customer's own.
        let place = format!("{}/{}", door.name(), door.credential());
        if let Some((at, keys)) = self.callback_keys.0.lock().get(&place)
            && at.elapsed() < if keys.is_some() { KEYS_KEPT } else { KEYS_PAUSE }
        {
            return keys.clone();
        }
        let limit_ms = door.adapter().manifest().call_timeout_ms;
        let keys =
            self.providers.call(door, &call, Sending::free(limit_ms)).await.ok().filter(Reply::is_success);
        self.callback_keys.0.lock().insert(place, (Instant::now(), keys.clone()));
        keys
    }
}
