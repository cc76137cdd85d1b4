//! What webhooks say: a job in the words of the dialect that it came through.

mod fit;

use std::sync::{Arc, Weak};

use serde_json::{Value, json};
use spool_domain::job::Job;
use spool_domain::webhook::News;
use spool_engine::deliver::{Announcer, Rendered, Telling};

use self::fit::fitted;
use crate::links::Links;
use crate::notation::iso;
use crate::{Api, generations, jobs, submit, tasks};

/// The largest message to a registered endpoint, bytes (W5).
const BYTES_MAX: usize = 20_000;

/// What is left for `data` when type, timestamp and sequence are written around it.
const DATA_BYTES_MAX: usize = BYTES_MAX - 200;

/// The voice of an API. Weak, because the engine keeps it and the API keeps the engine.
struct Voice(Weak<Api>);

impl Announcer for Voice {
    fn render(&self, telling: &Telling) -> Option<Rendered> {
        let api = self.0.upgrade()?;
        let written = match (telling.registered, telling.job) {
            (true, job) => message(&api, telling, job),
            (false, Some(job)) => callback(&api, job, telling.news),
            (false, None) => return None,
        };
        let body = written
            .inspect_err(|error| tracing::error!("a webhook message could not be written: {error}"))
            .ok()?;
        let older_signature = !telling.registered && telling.job.is_some_and(|job| job.label == jobs::LABEL);
        Some(Rendered { body: body.into(), older_signature })
    }
}

impl Api {
    /// Starts delivering webhooks. `base` is the URL at which this server listens, without trailing slash: links in
    /// messages begin with it where the operator set no public address.
    pub fn announce(self: &Arc<Self>, base: impl Into<String>) {
        // A second call changes nothing: the first base stands in messages already.
        let _ = self.base.set(base.into());
        self.engine.announce_through(Arc::new(Voice(Arc::downgrade(self))));
    }
}

/// The body of a job's own callback: its dialect's contract and nothing else, whole.
fn callback(api: &Arc<Api>, job: &Job, news: News) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&in_its_dialect(api, job, news)?)
}

/// The body of a message to a registered endpoint: type, timestamp and data. A test has no job.
fn message(api: &Arc<Api>, telling: &Telling, job: Option<&Job>) -> serde_json::Result<Vec<u8>> {
    let data = match job {
        Some(job) => in_its_dialect(api, job, telling.news)?,
        None => json!({ "message": "This endpoint hears." }),
    };
    let mut data = fitted(data, DATA_BYTES_MAX);
    if let Value::Object(fields) = &mut data {
        fields.insert("sequence".to_owned(), telling.sequence.into());
    }
    let (news, at) = (telling.news.word(), iso(telling.at));
    serde_json::to_vec(&json!({ "type": news, "timestamp": at, "data": data }))
}

/// A job as its dialect shows it; one from elsewhere in the words of `generations`.
fn in_its_dialect(api: &Arc<Api>, job: &Job, news: News) -> serde_json::Result<Value> {
    let (ended, links) = (news != News::Started, Links::abroad(api));
    match job.label.as_str() {
        jobs::LABEL => jobs::hook(api, job, ended, links),
        submit::LABEL => submit::hook(api, job, ended, links),
        tasks::LABEL => tasks::hook(api, job, ended, links),
        _ => generations::hook(api, job, ended, links),
    }
}
