//! Volcengine Ark, and the same under the name of BytePlus ModelArk: Seedance clips and Seedream pictures.
//!
//! `Work::model` is the path below the base URL; the model itself stands in the body. Clips are tasks that are followed,
//! pictures come with the answer to the submit.

mod trouble;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, CancelWord, Handle, Listed, Listing, Lost, Manifest, Method,
    NO_JOB_STATUSES, Output, Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::{answer, content};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Volcengine;

static MANIFEST: Manifest = Manifest {
    provider: "volcengine",
    base_url: "https://ark.cn-beijing.volces.com/api/v3",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    // A task carries nothing of ours that its list gives back.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    // Pictures are made while the answer is awaited: two minutes, and half again.
    submit_timeout_ms: 180_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 10_000,
    listing_lag_ms: 0,
    // Addresses of results are good for a day.
    retention_ms: 86_400_000,
    // A task expires after two days unless it is told otherwise.
    duration_max_ms: 172_800_000,
    // What is too much waits in Ark's own queue.
    concurrency: 0,
    callbacks: Callbacks::Unsigned,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how many tasks a page of the list may hold; the newest hundred are asked for",
        "by which code a running task refuses to be canceled",
    ],
    verified_on: "2026-11-21",
};

/// The path of tasks; that of pictures is the only other one.
const TASKS: &str = "contents/generations/tasks";
const PICTURES: &str = "images/generations";

/// The pause before the first look, and between looks.
const FIRST_LOOK_AFTER_MS: u64 = 20_000;
const LOOK_AFTER_MS: u64 = 10_000;

impl Adapter for Volcengine {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        let mut input = work.input.clone();
        match work.model.as_str() {
            TASKS => {
                content::as_list(&mut input)?;
                if let Some(url) = &work.callback_url {
                    input.insert("callback_url".to_owned(), json!(url));
                }
            }
            PICTURES => {}
            _ => return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint")),
        }
        Ok(Call::json(Method::Post, format!("/{}", work.model), &input))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        let body = read(reply)?;
        if let Some(list) = body["data"].as_array() {
            return pictures(list).ok_or_else(|| Trouble::unreadable(reply));
        }
        // A picture that is refused as a whole can come as a success with an error in it.
        if body["error"].is_object() {
            return Ok(Word::Failed(trouble::of_error(&body["error"])));
        }
        let id = job_id(&body).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle(id), FIRST_LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/{TASKS}/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let body = match read(reply) {
            Err(trouble) if trouble.class == TroubleClass::Gone => return Ok(Word::Failed(trouble)),
            read => read?,
        };
        Ok(match body["status"].as_str() {
            Some("succeeded") => match body["content"]["video_url"].as_str().filter(|url| !url.is_empty()) {
                Some(url) => Word::Finished { outputs: vec![Output::Url(url.to_owned())], billed: None },
                None => Word::Failed(Trouble::of(TroubleClass::Unknown, "no_output")),
            },
            Some("failed") => Word::Failed(trouble::of_error(&body["error"])),
            Some("cancelled") => Word::Canceled,
            Some("expired") => Word::Failed(Trouble::of(TroubleClass::Timeout, "expired")),
            // A state that nobody knows is no end.
            Some(_) => Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS },
            None => return Err(Trouble::unreadable(reply)),
        })
    }

    /// A task that waits is canceled, one that runs goes on, and the record of one that has ended is deleted.
    fn cancel(&self, handle: &Handle) -> Option<Call> {
        Some(Call { method: Method::Delete, ..self.poll(handle) })
    }

    /// The answer to a success is empty: which of the two it was is told by the next look.
    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        if reply.is_success() {
            return Ok(CancelWord::Noted);
        }
        let trouble = trouble::of_reply(reply);
        match trouble.class {
            TroubleClass::Credential if reply.status == 401 => Err(trouble),
            TroubleClass::Busy | TroubleClass::Unavailable => Err(trouble),
            // Ark's own refusal: the task runs, or is not there any more.
            _ if answer::json(reply).is_some_and(|body| body["error"].is_object()) => Ok(CancelWord::Noted),
            _ => Err(trouble),
        }
    }

    fn listing(&self, _: i64, _: i64) -> Option<Call> {
        Some(Call::get(format!("/{TASKS}?page_num=1&page_size=100")))
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        let body = read(reply)?;
        let items = body["items"].as_array().ok_or_else(|| Trouble::unreadable(reply))?;
        let jobs = items.iter().filter_map(|task| {
            let created = task["created_at"].as_i64().and_then(|seconds| seconds.checked_mul(1_000));
            Some(Listed { handle: handle(job_id(task)?), token: None, created_unix_ms: created })
        });
        Ok(Listing { jobs: jobs.collect(), next: None })
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if model == PICTURES {
            return Err(
                "pictures come with the answer to the request itself and cannot be fetched again; write the \
                        job off",
            );
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if provider_job.is_empty() || !provider_job.bytes().all(plain) {
            return Err("write the task id as Ark shows it: cgt- and what follows");
        }
        Ok(handle(provider_job.to_owned()))
    }

    /// One row of the list of tasks.
    fn check(&self) -> Option<Call> {
        Some(Call::get(format!("/{TASKS}?page_num=1&page_size=1")))
    }

    fn callback_job(&self, lost: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        self.adopt(&job_id(&body)?, lost.model).ok()
    }
}

fn handle(id: String) -> Handle {
    Handle { id, facts: BTreeMap::new() }
}

fn job_id(task: &Value) -> Option<String> {
    task["id"].as_str().filter(|id| !id.is_empty()).map(str::to_owned)
}

/// The body of a success.
fn read(reply: &Reply) -> Result<Value, Trouble> {
    if !reply.is_success() {
        return Err(trouble::of_reply(reply));
    }
    answer::json(reply).filter(Value::is_object).ok_or_else(|| Trouble::unreadable(reply))
}

/// The pictures of an answer; each may be an error of its own. Those that were made count, and only if none was does
/// the job fail. Nothing if the answer cannot be read.
fn pictures(list: &[Value]) -> Option<Word> {
    let (failed, made): (Vec<_>, Vec<_>) = list.iter().partition(|item| item["error"].is_object());
    let outputs: Option<Vec<_>> = made.into_iter().map(picture).collect();
    let outputs = outputs?;
    match failed.first() {
        _ if !outputs.is_empty() => Some(Word::Finished { outputs, billed: None }),
        Some(item) => Some(Word::Failed(trouble::of_error(&item["error"]))),
        None => Some(Word::Failed(Trouble::of(TroubleClass::Unknown, "no_output"))),
    }
}

fn picture(item: &Value) -> Option<Output> {
    match (item["url"].as_str(), item["b64_json"].as_str()) {
        (Some(url), _) if !url.is_empty() => Some(Output::Url(url.to_owned())),
        (_, Some(base64)) => answer::bytes(base64),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
