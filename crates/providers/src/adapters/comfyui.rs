//! ComfyUI: workflows on a server of one's own.
//!
//! A route brings the workflow itself, in the API format, as `workflow` (an object, or its JSON as text). Where a value in it
//! is exactly `"{{name}}"`, the parameter of that name is put in with its own type; what neither the caller nor `defaults`
//! names is left out, so that the node's own default holds. A seed that nobody gave, and the prefix under which files are
//! saved, come from the token: a graph that differs in nothing from the last one would not be run again.
//!
//! The prompt's id is ours, made from the token, so a lost answer is found again. The queue is always asked before the
//! history: a prompt goes from the one to the other in one step, so what is in neither is lost, as after a restart.

mod history;
mod queue;
mod trouble;
mod workflow;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, CancelWord, FileForm, Handle, Listing, Lost, Manifest, Method,
    NO_JOB_STATUSES, Reply, Safety, Sought, Token, Trouble, Word, Work,
};

use super::answer;
use super::form::{File, Form};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct ComfyUi;

static MANIFEST: Manifest = Manifest {
    provider: "comfyui",
    base_url: "http://127.0.0.1:8188",
    // The server itself asks for none; a proxy in front of it may.
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Lookup,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    submit_timeout_ms: 30_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 1_000,
    // A prompt stands in the queue before its submit is answered.
    listing_lag_ms: 1_000,
    // Files stay until somebody deletes them, but the history is lost with a restart.
    retention_ms: 3_600_000,
    duration_max_ms: 86_400_000,
    // It runs one prompt after another.
    concurrency: 1,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "no longest run is documented; a day is taken",
        "servers before 2025 give prompts ids of their own; they are found by the token in extra_data",
        "servers without /api/jobs cannot cancel one prompt for certain; there a cancel is only noted",
    ],
    verified_on: "2026-11-21",
};

/// The pause between two looks, milliseconds: pictures take seconds, clips minutes.
const LOOK_AFTER_MS: u64 = 2_000;

/// The name in `extra_data` that our token has; the queue and the history give it back.
const MARK: &str = "spool";

impl Adapter for ComfyUi {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Bytes
    }

    /// Files are uploaded one by one; after that the work names them.
    fn prepare(&self, work: &Work) -> Result<Option<Call>, Trouble> {
        let Some((name, uri)) = work.input.iter().find_map(|(name, value)| Some((name, file_in(value)?)))
        else {
            return Ok(None);
        };
        let file = File::of(uri, name)?;
        // The folder is named by the content: the same file is never there twice, and another one never in its place.
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&file.bytes)[..16]);
        let mut form = Form::new(&Token(digest.clone()));
        form.file("image", &file);
        form.field("type", &json!("input"));
        form.field("subfolder", &json!(format!("spool/{digest}")));
        form.field("overwrite", &json!("true"));
        Ok(Some(form.post("/upload/image")))
    }

    fn read_prepared(&self, work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let name = body["name"].as_str().ok_or_else(|| Trouble::unreadable(reply))?;
        // The server may have given it another name.
        let name = match body["subfolder"].as_str() {
            None | Some("") => name.to_owned(),
            Some(folder) => format!("{folder}/{name}"),
        };
        if let Some(file) = work.input.values_mut().find_map(file_in_mut) {
            *file = name.into();
        }
        Ok(())
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        let graph = workflow::filled(&work.input, token)?;
        let id = prompt_id(token);
        let body =
            json!({ "prompt": graph, "client_id": id, "prompt_id": id, "extra_data": { MARK: token.0 } });
        Ok(Call::json(Method::Post, "/prompt", &body))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        // Some branch of the graph is wrong and would be left out of the result.
        if let Some(trouble) = trouble::of_nodes(&body) {
            return Ok(Word::Failed(trouble));
        }
        let handle = body["prompt_id"].as_str().and_then(handle).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, LOOK_AFTER_MS))
    }

    fn poll(&self, _: &Handle) -> Call {
        Call::get("/queue")
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let body = read(reply)?;
        match queue::prompts(&body) {
            Some(prompts) if prompts.iter().any(|prompt| prompt.id == handle.id) => {
                Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS })
            }
            Some(_) => Ok(Word::Then(Call::get(format!("/history/{}", handle.id)))),
            None => history::read(handle, &body).ok_or_else(|| Trouble::unreadable(reply)),
        }
    }

    fn cancel(&self, handle: &Handle) -> Option<Call> {
        Some(Call { method: Method::Post, ..Call::get(format!("/api/jobs/{}/cancel", handle.id)) })
    }

    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        // Older servers have no such call, and theirs would stop whatever runs.
        if matches!(reply.status, 404 | 405) {
            return Ok(CancelWord::Noted);
        }
        match read(reply)?["cancelled"].as_bool() {
            Some(true) => Ok(CancelWord::Ended),
            Some(false) => Ok(CancelWord::TooLate),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn lookup(&self, _: &Lost) -> Option<Call> {
        Some(Call::get("/queue"))
    }

    fn read_lookup(&self, lost: &Lost, reply: &Reply) -> Result<Sought, Trouble> {
        let body = read(reply)?;
        let queued = queue::prompts(&body);
        let in_queue = queued.is_some();
        let prompts = queued.or_else(|| history::prompts(&body)).ok_or_else(|| Trouble::unreadable(reply))?;
        let ours = prompt_id(lost.token);
        let found =
            prompts.iter().find(|prompt| prompt.id == ours || prompt.token.as_ref() == Some(lost.token));
        Ok(match found.and_then(|prompt| handle(&prompt.id)) {
            Some(handle) => Sought::Found(handle),
            None if in_queue => Sought::Then(Call::get(history::NEWEST)),
            None => Sought::Absent,
        })
    }

    fn listing(&self, _: i64, _: i64) -> Option<Call> {
        Some(Call::get("/queue"))
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        let body = read(reply)?;
        let queued = queue::prompts(&body);
        let next = queued.is_some().then(|| Call::get(history::NEWEST));
        let prompts = queued.or_else(|| history::prompts(&body)).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Listing { jobs: prompts.into_iter().filter_map(queue::Prompt::listed).collect(), next })
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        handle(provider_job).ok_or("write the prompt_id, a UUID as the server shows it")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/system_stats"))
    }
}

/// The body of a successful look.
fn read(reply: &Reply) -> Result<Value, Trouble> {
    if !reply.is_success() {
        return Err(Trouble { message: None, ..trouble::read(reply) });
    }
    answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))
}

/// A UUID of the kind that is free for one's own use (version 8), the same for the same token.
fn prompt_id(token: &Token) -> String {
    let mut bytes: [u8; 16] = Default::default();
    bytes.copy_from_slice(&Sha256::digest(&token.0)[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// The handle of a prompt: ids are UUIDs.
fn handle(id: &str) -> Option<Handle> {
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let parts: Vec<_> = id.split('-').collect();
    let uuid =
        parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, length)| digits(part, length));
    uuid.then(|| Handle { id: id.to_owned(), facts: Default::default() })
}

fn is_file(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with("data:") && text.contains(";base64,"))
}

/// The first file in a parameter: the value itself, or one of its items.
fn file_in(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.iter().find(|item| is_file(item)),
        value => is_file(value).then_some(value),
    }
}

fn file_in_mut(value: &mut Value) -> Option<&mut Value> {
    match value {
        Value::Array(items) => items.iter_mut().find(|item| is_file(item)),
        value => is_file(value).then_some(value),
    }
}

#[cfg(test)]
mod tests;
