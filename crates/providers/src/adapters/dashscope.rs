//! Alibaba's DashScope (Model Studio): Wan clips and pictures, Qwen pictures.
//!
//! A route's `upstream` is the path below the base URL; the model's name stands in the body, beside `input` and
//! `parameters`. All paths but one answer with a task and want a header that says so; the multimodal one answers with the
//! pictures themselves and must not have it.
//!
//! Key, host and model belong to one region. The base URL is Singapore's; an operator with a key of another region, or
//! with a workspace's own domain, sets `providers.dashscope.base_url`.

mod outputs;
mod shape;
mod trouble;

use std::collections::BTreeMap;

use serde_json::Value;
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, CancelWord, Handle, Manifest, Method, NO_JOB_STATUSES, Reply, Safety,
    Token, Trouble, TroubleClass, Word, Work,
};

use super::{answer, plain};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct DashScope;

static MANIFEST: Manifest = Manifest {
    provider: "dashscope",
    base_url: "https://dashscope-intl.aliyuncs.com/api/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    // A task carries nothing of ours.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    // A picture that comes with the answer takes up to two minutes.
    submit_timeout_ms: 180_000,
    call_timeout_ms: 30_000,
    // Twenty looks in a second are the limit of an account, and fifteen seconds between two the advice; their own
    // client grows to five.
    poll_pace_ms: 3_000,
    listing_lag_ms: 0,
    retention_ms: 86_400_000,
    // A task is forgotten after a day, however far it is.
    duration_max_ms: 86_400_000,
    // The limits are by model; what is too much waits there.
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "the shape of the list of tasks, which is not used therefore",
        "which models take files in the call; clips are taken by address only",
        "whether a canceled task is free",
    ],
    verified_on: "2026-11-21",
};

/// The pause between looks: pictures take seconds, clips minutes.
const LOOK_AFTER_MS: u64 = 3_000;

/// What every path that makes something begins with.
const SERVICES: &str = "services/aigc/";

/// The path whose answer is the result.
const AT_ONCE: &str = "services/aigc/multimodal-generation/";

impl Adapter for DashScope {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        if !work.model.starts_with(SERVICES) || !plain::is_path(&work.model) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let body = shape::shaped(&work.input);
        let mut call = Call::json(Method::Post, format!("/{}", work.model), &body);
        if !work.model.starts_with(AT_ONCE) {
            call.headers.push(("x-dashscope-async", "enable".to_owned()));
        }
        Ok(call)
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        let output = output_of(reply)?;
        let handle = output["task_id"].as_str().and_then(handle);
        match handle {
            Some(handle) => Ok(Word::Accepted(handle, LOOK_AFTER_MS)),
            None => outputs::read(&output).ok_or_else(|| Trouble::unreadable(reply)),
        }
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/tasks/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let output = output_of(reply)?;
        match output["task_status"].as_str() {
            Some("SUCCEEDED") => outputs::read(&output).ok_or_else(|| Trouble::unreadable(reply)),
            Some("FAILED") => Ok(Word::Failed(trouble::of_output(&output))),
            Some("CANCELED") => Ok(Word::Canceled),
            // Their word for a task that is older than a day or was never there.
            Some("UNKNOWN") => Ok(Word::Failed(Trouble::of(TroubleClass::Gone, "UNKNOWN"))),
            // Pending, running, suspended, and what nobody knows: that is never an end.
            Some(_) => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    /// Only a task that waits can be canceled.
    fn cancel(&self, handle: &Handle) -> Option<Call> {
        let target = format!("/tasks/{}/cancel", handle.id);
        Some(Call { method: Method::Post, ..Call::get(target) })
    }

    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        match body["code"].as_str() {
            Some("UnsupportedOperation") => Ok(CancelWord::TooLate),
            _ if reply.is_success() => Ok(CancelWord::Noted),
            _ => Err(trouble::read(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if model.starts_with(AT_ONCE) {
            return Err(
                "pictures of this model come with the answer to the request itself; write the job off",
            );
        }
        handle(provider_job.trim()).ok_or("write the task_id, as the answer to the request gave it")
    }

    /// Nobody's task is asked for: a good key is told that it is not known, a bad one that it is bad.
    fn check(&self) -> Option<Call> {
        Some(Call::get("/tasks/00000000-0000-0000-0000-000000000000"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        output_of(reply).map(|_| ())
    }
}

fn handle(id: &str) -> Option<Handle> {
    plain::is_id(id).then(|| Handle { id: id.to_owned(), facts: BTreeMap::new() })
}

/// The part of a success that says something.
fn output_of(reply: &Reply) -> Result<Value, Trouble> {
    if !reply.is_success() {
        return Err(trouble::read(reply));
    }
    let mut body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
    match body["output"].take() {
        output @ Value::Object(_) => Ok(output),
        // An error that came as a success.
        _ if body["code"].is_string() => Err(trouble::of_output(&body)),
        _ => Err(Trouble::unreadable(reply)),
    }
}

#[cfg(test)]
mod tests;
