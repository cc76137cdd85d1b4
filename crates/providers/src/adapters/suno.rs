//! Suno, which has no API of its own: two contracts of those who resell it, chosen by the route.
//!
//! A route that names a path of sunoapi.org (and kie.ai), such as `generate`, speaks that contract. `submit/music` and
//! `submit/lyrics` speak the one of new-api and its kin. Base URL and key are those of the operator's seller.
//!
//! **What is a success.** The first contract answers 200 to nearly everything and puts its status into `code`. The
//! second has the word `success` there. Neither HTTP status proves anything.

mod callback;
mod proxy;
mod record;
mod trouble;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, FileForm, Handle, Lost, Manifest, Method, NO_JOB_STATUSES,
    Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::plain::is_id;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Suno;

static MANIFEST: Manifest = Manifest {
    provider: "suno",
    base_url: "https://api.sunoapi.org",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // Some failures are told to be refunded; that others are is not promised.
    billed_on_failure: true,
    submit_timeout_ms: 60_000,
    call_timeout_ms: 30_000,
    // Sellers ask for twenty to thirty seconds between looks and count them.
    poll_pace_ms: 20_000,
    listing_lag_ms: 0,
    // Two weeks; proxies of the second contract promise nothing, and there the copy must not wait anyway.
    retention_ms: 1_209_600_000,
    // Songs take two to three minutes; nothing longer is documented.
    duration_max_ms: 3_600_000,
    concurrency: 0,
    callbacks: Callbacks::Secret,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "that an address which leads nowhere is taken where this server has no public one; callbacks must be named",
        "how long files live behind proxies of the second contract",
        "that the credit balance answers at every seller of the first contract; the second has none",
        "that style and title may be neutral words where the caller leaves them open",
    ],
    verified_on: "2026-11-21",
};

/// The first contract's paths that make something, and where each is looked at.
const ENDPOINTS: &[(&str, &str)] = &[
    ("generate", "generate"),
    ("generate/extend", "generate"),
    ("generate/upload-cover", "generate"),
    ("generate/upload-extend", "generate"),
    ("generate/add-instrumental", "generate"),
    ("generate/add-vocals", "generate"),
    ("generate/replace-section", "generate"),
    ("generate/mashup", "generate"),
    ("generate/sounds", "generate"),
    ("lyrics", "lyrics"),
    ("wav/generate", "wav"),
    ("vocal-removal/generate", "vocal-removal"),
    ("mp4/generate", "mp4"),
    ("suno/cover/generate", "suno/cover"),
];

/// The second contract's.
const PROXY: &[&str] = &["submit/music", "submit/lyrics"];

/// The fact that says where a job is looked at: the path before `/record-info`, or `PROXY_RECORD`.
const RECORD: &str = "record";
const PROXY_RECORD: &str = "fetch";

/// Songs are ready after two to three minutes, lyrics after seconds.
const LOOK_AFTER_MS: u64 = 20_000;

/// A callback must be named. Where nobody can call us, this name is sure to lead nowhere (RFC 2606); looks tell how the job
/// is, and a seller whose callbacks fail says so in a state of its own.
const NOWHERE: &str = "https://callback.invalid/";

impl Adapter for Suno {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    /// Recordings are fetched from public addresses only.
    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Url
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        let record =
            record_of(&work.model).ok_or_else(|| Trouble::of(TroubleClass::Caller, "no_such_endpoint"))?;
        let mut body = work.input.clone();
        let callback_url = work.callback_url.as_deref();
        if record == PROXY_RECORD {
            body.extend(callback_url.map(|url| ("callBackUrl".to_owned(), json!(url))));
            return Ok(Call::json(Method::Post, format!("/suno/{}", work.model), &body));
        }
        body.insert("callBackUrl".to_owned(), json!(callback_url.unwrap_or(NOWHERE)));
        fill(&mut body);
        Ok(Call::json(Method::Post, format!("/api/v1/{}", work.model), &body))
    }

    fn read_submit(&self, model: &str, reply: &Reply) -> Result<Word, Trouble> {
        let data = trouble::data(reply)?;
        let id = data.as_str().or_else(|| data["taskId"].as_str());
        let handle = id.and_then(|id| handle(id, model)).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        let id = &handle.id;
        match handle.facts.get(RECORD).map_or("generate", String::as_str) {
            PROXY_RECORD => Call::get(format!("/suno/fetch/{id}")),
            record => Call::get(format!("/api/v1/{record}/record-info?taskId={id}")),
        }
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let data = trouble::data(reply).map_err(trouble::of_look)?;
        let word = match handle.facts.get(RECORD).map(String::as_str) {
            Some(PROXY_RECORD) => proxy::read(&data),
            record => record::read(record.unwrap_or("generate"), &data),
        };
        word.ok_or_else(|| match data {
            // Not there yet, or not there any more: the answer is the same.
            Value::Null => Trouble::of(TroubleClass::Unknown, "no_such_task"),
            _ => Trouble::unreadable(reply),
        })
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        handle(provider_job, model).ok_or("give the taskId that the seller's records show for the job")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/api/v1/generate/credit"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        trouble::data(reply).map(drop)
    }

    fn accepts_callback(&self, callback: &Callback) -> bool {
        callback::is_genuine(callback)
    }

    fn callback_job(&self, lost: &Lost, callback: &Callback) -> Option<Handle> {
        handle(&callback::task(callback.body)?, lost.model)
    }
}

/// Where jobs of this endpoint are looked at; nothing if there is no such endpoint.
fn record_of(model: &str) -> Option<&'static str> {
    let known = ENDPOINTS.iter().find(|(path, _)| *path == model).map(|(_, record)| *record);
    known.or_else(|| PROXY.contains(&model).then_some(PROXY_RECORD))
}

/// The job, if this can be its id: it becomes part of a path.
fn handle(id: &str, model: &str) -> Option<Handle> {
    let facts = BTreeMap::from([(RECORD.to_owned(), record_of(model)?.to_owned())]);
    is_id(id).then(|| Handle { id: id.to_owned(), facts })
}

/// With lyrics of their own, songs must have a style and a title. Callers may leave both open; then these stand there.
fn fill(body: &mut Map<String, Value>) {
    let own = |name: &str| body.get(name) == Some(&Value::Bool(true));
    if own("customMode") || own("defaultParamFlag") {
        body.entry("style").or_insert_with(|| json!("any"));
        body.entry("title").or_insert_with(|| json!("Untitled"));
    }
}

#[cfg(test)]
mod tests;
