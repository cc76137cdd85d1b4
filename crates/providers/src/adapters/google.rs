//! Google's Gemini API: pictures, clips, speech and music behind one key, in three dialects.
//!
//! The model's name decides: `gemini-omni-*` speak interactions, `veo-*` long-running operations, all others answer
//! `generateContent` at once. What a later call needs can be told from the job's id alone: an operation's is a path.
//!
//! Refusals come as successes. An answer without a file is therefore never taken for a result.

pub(super) mod content;
mod interaction;
pub(super) mod operation;
mod sound;
pub(super) mod trouble;

use serde_json::{Map, Value};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, CancelWord, FileForm, Handle, Lost, Manifest, Method,
    NO_JOB_STATUSES, Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::answer;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Google;

static MANIFEST: Manifest = Manifest {
    provider: "google",
    base_url: "https://generativelanguage.googleapis.com",
    auth: Auth::Header { name: "x-goog-api-key", prefix: "" },
    // Nothing of ours comes back, and there is no list of interactions or operations.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // The tokens that a refused prompt was read and thought about with are on the bill.
    billed_on_failure: true,
    // Pictures and songs come with the answer; a song takes up to a minute and a half, a 4K picture longer.
    submit_timeout_ms: 300_000,
    call_timeout_ms: 60_000,
    poll_pace_ms: 5_000,
    listing_lag_ms: 0,
    // Files are kept two days.
    retention_ms: 172_800_000,
    // Clips take up to six minutes; nothing longer is documented.
    duration_max_ms: 3_600_000,
    concurrency: 0,
    callbacks: Callbacks::Unsigned,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how callbacks that a request asks for are signed; they are taken as unsigned",
        "that a callback names the interaction in data.id",
        "how long clips of interactions are kept; two days are taken, as for other files",
        "that source clips may come inside an interaction as pictures do",
        "whether a refused or failed request is billed; it is taken as billed",
    ],
    verified_on: "2026-11-21",
};

/// Where models live under the base URL.
const ROOT: &str = "/v1beta";

impl Adapter for Google {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    /// Google fetches nothing from elsewhere.
    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Bytes
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        match &work.model {
            model if model.starts_with("gemini-omni") => interaction::submit(work),
            model if model.starts_with("veo-") => operation::submit(work, ROOT),
            model if model.starts_with("imagen-") => operation::predict(work, ROOT),
            _ => content::submit(work, ROOT),
        }
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let word = operation::accepted(&body)
            .or_else(|| interaction::accepted(&body))
            .or_else(|| operation::predictions(&body))
            .or_else(|| content::read(&body));
        word.ok_or_else(|| Trouble::unreadable(reply))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(target(&handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        operation::read(&body).or_else(|| interaction::read(&body)).ok_or_else(|| Trouble::unreadable(reply))
    }

    /// Operations cannot be stopped; interactions that run in the background can.
    fn cancel(&self, handle: &Handle) -> Option<Call> {
        let target = format!("{}/cancel", target(&handle.id));
        (!operation::is_name(&handle.id)).then(|| Call { method: Method::Post, ..Call::get(target) })
    }

    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        match reply.is_success() {
            // What was made until then may be billed: the interaction's own state tells how it ended.
            true => Ok(CancelWord::Noted),
            false => Err(trouble::read(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        let id = provider_job.rsplit_once("/v1beta/").map_or(provider_job, |(_, path)| path);
        let id = id.strip_prefix("interactions/").unwrap_or(id);
        let is_interaction = id.starts_with("v1_") && is_plain(id);
        if is_interaction || operation::is_name(id) {
            return Ok(Handle { id: id.to_owned(), facts: Default::default() });
        }
        Err("give the id of the interaction, which starts with v1_, or the name of the operation, such as \
             models/veo-3.1-generate-001/operations/abc; pictures, speech and songs cannot be fetched again")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/v1beta/models?pageSize=1"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        if reply.is_success() { Ok(()) } else { Err(trouble::read(reply)) }
    }

    fn callback_job(&self, _: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        let id = body["data"]["id"].as_str().filter(|id| is_plain(id))?;
        Some(Handle { id: id.to_owned(), facts: Default::default() })
    }
}

fn target(id: &str) -> String {
    if operation::is_name(id) { format!("{ROOT}/{id}") } else { format!("{ROOT}/interactions/{id}") }
}

/// Whether a word can stand in a path as it is. Models come from the route's template, and so perhaps from parameters.
pub(super) fn is_plain(word: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !word.is_empty() && word.len() <= 512 && !word.starts_with('.') && word.bytes().all(plain)
}

/// The path of a model's method.
fn method(root: &str, model: &str, method: &str) -> Result<String, Trouble> {
    if !is_plain(model) {
        return Err(Trouble::of(TroubleClass::Caller, "no_such_model"));
    }
    Ok(format!("{root}/models/{model}:{method}"))
}

/// Type and base64 of a file, which stands in the input as a `data:` address.
fn inside(file: &Value) -> Result<(&str, &str), Trouble> {
    let parts = file.as_str().and_then(|uri| uri.strip_prefix("data:")?.split_once(";base64,"));
    parts.ok_or_else(|| {
        Trouble::of(TroubleClass::Caller, "file_not_inside")
            .saying("a file is not there as a data: URI in base64")
    })
}

/// The words of an input, which models of speech call `text`.
fn words(input: &mut Map<String, Value>) -> Option<Value> {
    let text = input.shift_remove("text");
    input.shift_remove("prompt").or(text).filter(|words| !words.is_null())
}

#[cfg(test)]
mod tests;
