//! Jobs at providers that no attempt of ours knows (U13). Where a provider lists what runs under our credential, the list is
//! compared with the database: a job that bears the token of a submit whose answer was lost is followed from there, any
//! other is reported.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use spool_domain::adapter::{Listed, Trouble, TroubleClass};

use crate::Engine;
use crate::providers::{Door, Sending};

/// How often the lists are read: what a provider has and we do not know is found within a quarter of an hour.
const EVERY: Duration = Duration::from_secs(300);
/// The first time after a start: what was open then has been asked for by itself first.
const FIRST_AFTER: Duration = Duration::from_secs(60);
/// How far back the first list after a start reaches, milliseconds.
const FIRST_MS: i64 = 86_400_000;
/// How far back each later one reaches, milliseconds.
const LATER_MS: i64 = 3_600_000;
/// The most pages of one list.
const PAGES_MAX: usize = 50;
/// The most orphans that are remembered.
const REMEMBERED: usize = 1_000;

/// A job at a provider that no attempt of ours knows. It may be another program's that uses the same credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// The provider.
    pub provider: String,
    /// Under which credential it runs.
    pub credential: String,
    /// The provider's id of it.
    pub provider_job: String,
    /// When it was made there, Unix seconds, where the list says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
}

/// What the lists have shown since the start, by provider, credential and id.
#[derive(Default)]
pub(crate) struct Orphans(Mutex<BTreeMap<(String, String, String), Orphan>>);

impl Engine {
    /// The jobs at providers that no attempt of ours knows, as far as lists have shown them since the start.
    pub fn orphans(&self) -> Vec<Orphan> {
        self.inner.orphans.0.lock().values().cloned().collect()
    }

    /// Reads every list once; how many orphans that found anew.
    pub async fn look_for_orphans(&self, back_ms: i64) -> usize {
        let mut found = 0;
        for door in self.inner.providers.doors() {
            match self.sweep(&door, back_ms).await {
                Ok(new) => found += new,
                Err(trouble) => {
                    let (provider, code) = (door.name(), trouble.code);
                    tracing::debug!(provider, code, "the list of {provider} could not be read");
                }
            }
        }
        found
    }

    async fn sweep(&self, door: &Door, back_ms: i64) -> Result<usize, Trouble> {
        let (inner, adapter) = (&self.inner, door.adapter());
        let manifest = adapter.manifest();
        let now = inner.clock.now();
        let Some(mut call) = adapter.listing(now.0 - back_ms, now.0) else { return Ok(0) };
        let mut found = 0;
        for _ in 0..PAGES_MAX {
            let reply = inner.providers.call(door, &call, Sending::free(manifest.call_timeout_ms)).await;
            let reply = reply.map_err(|no| Trouble::of(TroubleClass::Unavailable, no.why.code()))?;
            let page = adapter.read_listing(&reply)?;
            for listed in page.jobs {
                found += usize::from(self.compare(door, listed).await);
            }
            match page.next {
                Some(next) => call = next,
                None => return Ok(found),
            }
        }
        Ok(found)
    }

    /// Holds a listed job against the database; whether it is an orphan that was not known as one.
    async fn compare(&self, door: &Door, listed: Listed) -> bool {
        let inner = &self.inner;
        let (provider, credential, id) =
            (door.name(), door.credential().to_owned(), listed.handle.id.clone());
        // The answer to the submit of a young one may be on its way.
        let settled_ms = 2 * door.adapter().manifest().submit_timeout_ms as i64;
        if listed.created_unix_ms.is_some_and(|made| made > inner.clock.now().0 - settled_ms) {
            return false;
        }
        if !matches!(inner.store.knows(provider, &credential, &id).await, Ok(false)) {
            return false;
        }
        if let Some(token) = &listed.token
            && let Ok(Some((job, attempt))) = inner.store.open_by_token(provider, token).await
            && let Ok(Some(job)) = inner.store.any_job(job).await
        {
            self.found(&job, attempt, listed.handle).await;
            if matches!(inner.store.hint(job.id, attempt).await, Ok(true)) {
                inner.due.ring_now();
            }
            return false;
        }
        let created_at = listed.created_unix_ms.map(|made| made / 1_000);
        let orphan = Orphan {
            provider: provider.to_owned(),
            credential: credential.clone(),
            provider_job: id.clone(),
            created_at,
        };
        let mut orphans = inner.orphans.0.lock();
        if orphans.len() >= REMEMBERED {
            orphans.pop_first();
        }
        let new = orphans.insert((provider.to_owned(), credential, id.clone()), orphan).is_none();
        if new {
            tracing::warn!(
                provider,
                provider_job = id,
                "{provider} has a job that this server does not know"
            );
        }
        new
    }
}

/// Starts the sweep. Servers that serve no live keys have no lists to read.
pub(crate) fn start(engine: &Engine) {
    let (engine, tasks) = (engine.clone(), engine.inner.tasks.clone());
    tasks.supervise("orphans", move || run(engine.clone()));
}

async fn run(engine: Engine) {
    let inner = Arc::clone(&engine.inner);
    let (mut pause, mut back_ms) = (FIRST_AFTER, FIRST_MS);
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = inner.tasks.stopping() => return,
        }
        engine.look_for_orphans(back_ms).await;
        (pause, back_ms) = (EVERY, LATER_MS);
    }
}
