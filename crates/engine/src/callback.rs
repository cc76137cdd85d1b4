//! A provider calls back (U9): the path must be ours, the signature good where the provider signs, and then the
//! job becomes due, so that the truth is fetched. Nothing in the callback is believed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use spool_domain::adapter::{Callback, Reply};
use spool_domain::ids::{AttemptNo, JobId};
use subtle::ConstantTimeEq;

use crate::providers::{Door, Sending};
use crate::{Engine, Inner};

/// The path under which providers call back; followed by provider, job, attempt and secret.
pub const PATH: &str = "/v1/callbacks";

/// Keys that sign callbacks are fetched again after this time.
const KEYS_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Keys are fetched at most this often, so that forged callbacks cannot make us hammer the provider.
const KEYS_PAUSE: Duration = Duration::from_secs(60);

/// Signing keys by provider, with the moment they were fetched.
#[derive(Default)]
pub(crate) struct Keys(Mutex<HashMap<String, (Instant, Option<Reply>)>>);

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It is genuine; the job will be looked at.
    Noted,
    /// It is not for us.
    Unknown,
}

impl Inner {
    /// Where the provider may call back about an attempt, if this server has a public address.
    pub(crate) fn callback_url(&self, door: &Door, job: JobId, attempt: AttemptNo) -> Option<String> {
        let (Door::Live(_), Some(public)) = (door, &self.settings.public_url) else { return None };
        let provider = door.name();
        let secret = self.key.callback(provider, job, attempt);
        Some(format!("{public}{PATH}/{provider}/{job}/{}/{secret}", attempt.0))
    }
}

impl Engine {
    /// Takes a callback in. Path parts as in the URL that was given out; headers with lower-case names.
    pub async fn callback(
        &self,
        provider: &str,
        job: &str,
        attempt: &str,
        secret: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Received {
        let inner = &self.inner;
        let (Ok(job), Ok(attempt)) = (JobId::parse(job), attempt.parse().map(AttemptNo)) else {
            return Received::Unknown;
        };
        let expected = inner.key.callback(provider, job, attempt);
        if !bool::from(expected.as_bytes().ct_eq(secret.as_bytes())) {
            return Received::Unknown;
        }
        let Some(live) = inner.providers.live_by_name(provider) else { return Received::Unknown };
        let door = Door::Live(live);
        let keys = inner.keys_of(&door).await;
        let now_unix_s = inner.clock.now().unix_s();
        let callback = Callback { headers, body, now_unix_s, keys: keys.as_ref(), ..Callback::default() };
        if !door.adapter().accepts_callback(&callback) {
            tracing::warn!(job.id = %job, provider, "a callback of {provider} for job {job} is not genuine");
            return Received::Unknown;
        }
        let attempts = inner.store.attempts(job).await.unwrap_or_default();
        let provider_job = attempts.into_iter().find(|a| a.no == attempt).and_then(|a| a.provider_job);
        if let Some(provider_job) = provider_job
            && let Err(error) = inner.store.hint(provider, &provider_job).await
        {
            // Polling is the net under a lost hint.
            tracing::error!(job.id = %job, "job {job}: a callback could not be noted: {error}");
        }
        inner.due.ring_now();
        Received::Noted
    }
}

impl Inner {
    async fn keys_of(&self, door: &Door) -> Option<Reply> {
        let call = door.adapter().callback_keys()?;
        if let Some((at, keys)) = self.callback_keys.0.lock().get(door.name())
            && at.elapsed() < if keys.is_some() { KEYS_KEPT } else { KEYS_PAUSE }
        {
            return keys.clone();
        }
        let limit_ms = door.adapter().manifest().call_timeout_ms;
        let keys =
            self.providers.call(door, &call, Sending::free(limit_ms)).await.ok().filter(Reply::is_success);
        self.callback_keys.0.lock().insert(door.name().to_owned(), (Instant::now(), keys.clone()));
        keys
    }
}
