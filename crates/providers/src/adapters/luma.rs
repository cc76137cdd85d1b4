//! Luma, which has two services with nothing in common but the maker: the Dream Machine with the older models, and the
//! Agents API with the present ones. They live on different hosts and take different keys, so each is a provider of its
//! own, `luma` and `luma-agents`, and an operator sets up the one that there is a key for, or both.
//!
//! At `luma`, a route's `upstream` is the path; the model's name stands in the body. Files are given by address only.

pub mod agents;
mod trouble;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, FileForm, Handle, Lost, Manifest, Method, NO_JOB_STATUSES,
    Output, Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::{answer, plain};

/// The adapter for the Dream Machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Luma;

static MANIFEST: Manifest = Manifest {
    provider: "luma",
    base_url: "https://api.lumalabs.ai/dream-machine/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    // A generation shows what was asked, but nothing in that can be searched for.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    submit_timeout_ms: 60_000,
    call_timeout_ms: 30_000,
    // What the documentation's example does.
    poll_pace_ms: 3_000,
    listing_lag_ms: 0,
    retention_ms: 3_600_000,
    duration_max_ms: 86_400_000,
    // For clips; forty pictures may be open, but an account has one number here.
    concurrency: 10,
    callbacks: Callbacks::Unsigned,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long files are kept; an hour is taken",
        "no longest run is documented; a day is taken",
        "whether failed generations are billed",
        "ten clips at a time is the limit of 2025",
        "the words of failure_reason, by which refusals are told from failures",
        "the shape of the list of generations, which is not used therefore",
        "what deleting does to a running generation; nothing is canceled therefore",
    ],
    verified_on: "2026-11-21",
};

const LOOK_AFTER_MS: u64 = 3_000;

/// What makes a new generation. The calls that add something to an old one answer with its id, and are not taken: two
/// jobs of ours would be one there.
const ENDPOINTS: [&str; 5] = [
    "generations/video",
    "generations/image",
    "generations/video/modify",
    "generations/video/reframe",
    "generations/image/reframe",
];

impl Adapter for Luma {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Url
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        if !ENDPOINTS.contains(&work.model.as_str()) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let mut body = work.input.clone();
        type_keyframes(&mut body);
        if let Some(url) = &work.callback_url {
            body.insert("callback_url".to_owned(), json!(url));
        }
        Ok(Call::json(Method::Post, format!("/{}", work.model), &body))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        read_generation(reply)
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/generations/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        match body["state"].as_str() {
            Some("completed") => read_assets(&body["assets"]).ok_or_else(|| Trouble::unreadable(reply)),
            Some("failed") => Ok(Word::Failed(trouble::of_generation(&body))),
            // Queued, dreaming, and what nobody knows: that is never an end.
            Some(_) => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        handle(provider_job.trim()).ok_or("write the id of the generation, as the dashboard shows it")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/credits"))
    }

    fn callback_job(&self, _: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        handle(body["id"].as_str()?)
    }
}

fn handle(id: &str) -> Option<Handle> {
    plain::is_id(id).then(|| Handle { id: id.to_owned(), facts: BTreeMap::new() })
}

/// The answer to a submit, of either service: the generation as it stands.
fn read_generation(reply: &Reply) -> Result<Word, Trouble> {
    if !reply.is_success() {
        return Err(trouble::read(reply));
    }
    let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
    let handle = body["id"].as_str().and_then(handle).ok_or_else(|| Trouble::unreadable(reply))?;
    Ok(Word::Accepted(handle, LOOK_AFTER_MS))
}

/// A keyframe has to say what it is; a route gives its address.
fn type_keyframes(body: &mut Map<String, Value>) {
    let Some(Value::Object(frames)) = body.get_mut("keyframes") else { return };
    for frame in frames.values_mut().filter_map(Value::as_object_mut) {
        let kind = if frame.contains_key("id") { "generation" } else { "image" };
        frame.entry("type").or_insert_with(|| json!(kind));
    }
}

/// The result of a generation. `progress_video` beside it is a preview.
fn read_assets(assets: &Value) -> Option<Word> {
    let url = assets["video"].as_str().or_else(|| assets["image"].as_str())?;
    let outputs = vec![address(url)?];
    Some(Word::Finished { outputs, billed: None })
}

fn address(url: &str) -> Option<Output> {
    url.starts_with("http").then(|| Output::Url(url.to_owned()))
}

#[cfg(test)]
mod tests;
