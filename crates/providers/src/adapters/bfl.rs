//! Black Forest Labs: FLUX, always by submit and look.
//!
//! The model's name is the endpoint's path under `/v1`. The answer to a submit names the address to look at, on the
//! cluster that has the job; it is used as it is.
//!
//! **No callbacks.** With a callback address in the request the answer leaves that address out, and the global one may
//! not know a job of another cluster: the truth could then no longer be fetched. Pictures take seconds, so looking
//! serves them better.
//!
//! A look that is refused for want of a key, because the key goes to the configured origin only, is repeated at that
//! origin.

mod trouble;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply,
    Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::{answer, credits, form, plain};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bfl;

static MANIFEST: Manifest = Manifest {
    provider: "bfl",
    base_url: "https://api.bfl.ai",
    auth: Auth::Header { name: "x-key", prefix: "" },
    // Requests carry no token of ours, and there is no list.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    // The answer comes at once; the pictures in the call can be twenty megabytes each.
    submit_timeout_ms: 60_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 500,
    listing_lag_ms: 0,
    // Addresses of pictures are good for ten minutes, those of clips for two hours.
    retention_ms: 600_000,
    // Clips can wait for more than twenty minutes before they run for some.
    duration_max_ms: 3_600_000,
    // 24 active tasks; the endpoints with less (kontext-max 6, video 5) answer 429 by themselves.
    concurrency: 24,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &["bfl.ai"],
    unconfirmed: &[
        "whether a refused job is billed; it is taken to be",
        "the list of reasons in details of a refused job",
        "whether a look at a regional address needs the key",
        "the longest run of a clip; an hour is taken",
        "which endpoints take URLs besides flux-2 and flux-3-video; the others get the bytes",
    ],
    verified_on: "2026-11-21",
};

/// The pause between looks: pictures take one to twenty-five seconds.
const LOOK_AFTER_MS: u64 = 1_000;

/// A credit is a US cent.
const MICRO_USD_PER_CREDIT: i64 = 10_000;

/// Where to look, as the answer to the submit named it.
const POLLING_URL: &str = "polling_url";
/// What it costs, in credits.
const COST: &str = "cost";

impl Adapter for Bfl {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, model: &str) -> FileForm {
        // Documented for these; the older ones speak of base64 alone.
        let takes_urls = model.starts_with("flux-2-") || model == "flux-3-video";
        if takes_urls { FileForm::UrlOrData } else { FileForm::Bytes }
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        // Parts of the name can come from parameters.
        if !plain::is_path(&work.model) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let mut input = work.input.clone();
        input.values_mut().for_each(strip_labels);
        Ok(Call::json(Method::Post, format!("/v1/{}", work.model), &input))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let mut handle = body["id"].as_str().and_then(handle).ok_or_else(|| Trouble::unreadable(reply))?;
        if let Some(url) = body[POLLING_URL].as_str().filter(|url| url.starts_with("http")) {
            handle.facts.insert(POLLING_URL.to_owned(), url.to_owned());
        }
        if body[COST].is_number() {
            handle.facts.insert(COST.to_owned(), body[COST].to_string());
        }
        Ok(Word::Accepted(handle, LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        handle.facts.get(POLLING_URL).map_or_else(|| global(handle), Call::get)
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if matches!(reply.status, 401 | 403) && handle.facts.contains_key(POLLING_URL) {
            return Ok(Word::Then(global(handle)));
        }
        let body = answer::json(reply).unwrap_or_default();
        // The state of a job that is not found may come as a 404.
        let Some(status) = body["status"].as_str().filter(|_| reply.is_success() || reply.status == 404)
        else {
            return Err(if reply.is_success() { Trouble::unreadable(reply) } else { trouble::read(reply) });
        };
        match status {
            "Ready" => Ok(read_ready(handle, &body)),
            "Error" => Ok(Word::Failed(Trouble::of(TroubleClass::Unavailable, "error"))),
            "Failed" => Ok(Word::Failed(Trouble::of(TroubleClass::Unavailable, "failed"))),
            "Request Moderated" => Ok(Word::Failed(trouble::moderated("request_moderated", &body))),
            "Content Moderated" => Ok(Word::Failed(trouble::moderated("content_moderated", &body))),
            // A job can be unknown for seconds after its submit, and to a cluster that it is not on. That is no end of
            // one that may be paid already, so it is looked at further until its longest run is over.
            "Task not found" => Err(Trouble::of(TroubleClass::Gone, "task_not_found")),
            // `Pending`, and what we do not know: never an end.
            _ => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
        }
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        let id = provider_job.split_once("get_result?id=").map_or(provider_job, |(_, id)| id);
        let mut handle = handle(id)
            .ok_or("give the task's id, such as 0b6d6d1c-5c53-4b8d-8c1e-2f6f9b1f4a55, or its polling_url")?;
        // Of an address, the host tells the cluster; nothing is asked outside of theirs.
        let host = provider_job.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        if host.is_some_and(|host| host.ends_with(".bfl.ai")) {
            handle.facts.insert(POLLING_URL.to_owned(), provider_job.to_owned());
        }
        Ok(handle)
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/v1/credits"))
    }
}

/// Files in the call are bare base64, also in lists and in pairs of a time and a picture.
fn strip_labels(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("data:") => *value = json!(form::bare(text)),
        Value::Array(items) => items.iter_mut().for_each(strip_labels),
        _ => {}
    }
}

/// A job by its id, which becomes part of a query.
fn handle(id: &str) -> Option<Handle> {
    plain::is_id(id).then(|| Handle { id: id.to_owned(), facts: BTreeMap::new() })
}

fn global(handle: &Handle) -> Call {
    Call::get(format!("/v1/get_result?id={}", handle.id))
}

fn read_ready(handle: &Handle, body: &Value) -> Word {
    let Some(sample) = body["result"]["sample"].as_str().filter(|url| url.starts_with("http")) else {
        // It is over and will not get better.
        return Word::Failed(Trouble::of(TroubleClass::Unknown, "no_outputs"));
    };
    let cost = handle.facts.get(COST);
    let billed = cost.and_then(|cost| credits::billed(&json!(cost), MICRO_USD_PER_CREDIT));
    Word::Finished { outputs: vec![Output::Url(sample.to_owned())], billed }
}

#[cfg(test)]
mod tests;
