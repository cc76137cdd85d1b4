//! Stability AI: pictures, work on pictures, and sounds.
//!
//! The model's name is the path under `/v2beta`. Every request is a form, even without a file. Most paths answer with the
//! file itself; two are slow and answer with an id, under which the result is found.
//!
//! A refused picture comes as a success with a blurred picture in it. Only its `finish-reason` tells.

mod trouble;

use std::collections::BTreeMap;

use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Manifest, NO_JOB_STATUSES, Output, Reply, Safety,
    Token, Trouble, TroubleClass, Word, Work,
};

use super::form::{File, Form};
use super::{answer, plain};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stability;

static MANIFEST: Manifest = Manifest {
    provider: "stability",
    base_url: "https://api.stability.ai",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    // Sounds take up to a minute; the conservative upscaler has no documented time.
    submit_timeout_ms: 180_000,
    call_timeout_ms: 60_000,
    // Never more often than every ten seconds, as advised.
    poll_pace_ms: 10_000,
    listing_lag_ms: 0,
    // Results of the slow paths are kept for a day.
    retention_ms: 86_400_000,
    // No longest run is documented; a day is far beyond the usual minute.
    duration_max_ms: 86_400_000,
    // Requests are limited by the second, not open jobs.
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "whether a blurred result is billed; it is taken to be",
        "the exact names of 402, 413 and 429, and the lockout of a minute after too many requests",
        "the largest request, ten megabytes",
        "the bounds of style-transfer and of sounds",
        "the longest run of the slow paths; a day is taken",
    ],
    verified_on: "2026-11-21",
};

/// The pause before each look at a slow path.
const LOOK_AFTER_MS: u64 = 10_000;

/// Fields that hold files.
const FILES: &[&str] = &[
    "image",
    "mask",
    "init_image",
    "style_image",
    "subject_image",
    "background_reference",
    "light_reference",
    "audio",
];

/// The paths that answer with an id.
const SLOW: &[&str] = &["stable-image/upscale/creative", "stable-image/edit/replace-background-and-relight"];

/// Where a file stands in an answer as JSON: its kind in the quick ones, one of the others in results, which is not
/// documented alike everywhere.
const IN_JSON: &[&str] = &["image", "audio", "video", "base64", "result"];

impl Adapter for Stability {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Bytes
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        // Parts of the path can come from parameters.
        if !plain::is_path(&work.model) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let mut form = Form::new(token);
        for (name, value) in &work.input {
            if FILES.contains(&name.as_str()) {
                form.file(name, &File::of(value, name)?);
            } else {
                form.field(name, value);
            }
        }
        let mut call = form.post(format!("/v2beta/{}", work.model));
        // The file itself; an id has no other form than JSON.
        let accept = match work.model.as_str() {
            model if SLOW.contains(&model) => "application/json",
            model if model.starts_with("audio/") => "audio/*",
            _ => "image/*",
        };
        call.headers.push(("accept", accept.to_owned()));
        Ok(call)
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        if let Some(handle) = answer::json(reply).as_ref().and_then(|body| handle(body["id"].as_str()?)) {
            return Ok(Word::Accepted(handle, LOOK_AFTER_MS));
        }
        read_file(reply).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn poll(&self, handle: &Handle) -> Call {
        let call = Call::get(format!("/v2beta/results/{}", handle.id));
        Call { headers: vec![("accept", "*/*".to_owned())], ..call }
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        match reply.status {
            202 => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
            200 => match read_file(reply) {
                Some(word) => Ok(word),
                // A state that nobody documented, in the place of a result: never an end.
                None if answer::json(reply).is_some_and(|body| body["status"].is_string()) => {
                    Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS })
                }
                None => Err(Trouble::unreadable(reply)),
            },
            _ => trouble::at_look(reply),
        }
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if !SLOW.contains(&model) {
            return Err(
                "files of this path come with the answer to the request itself, and a lost answer cannot be fetched \
                 again; write the job off",
            );
        }
        handle(provider_job).ok_or("give the id of 64 digits that the answer to the request named")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/v1/user/balance"))
    }
}

/// A result by its id, which becomes part of a path.
fn handle(id: &str) -> Option<Handle> {
    plain::is_id(id).then(|| Handle { id: id.to_owned(), facts: BTreeMap::new() })
}

/// The file in an answer, as it is or in base64, or the refusal that stands in its place; nothing if this is no file.
fn read_file(reply: &Reply) -> Option<Word> {
    let kind = reply.header("content-type").unwrap_or_default();
    if ["image/", "audio/", "video/", "model/"].iter().any(|start| kind.starts_with(start)) {
        let output = Output::Bytes(reply.body.clone());
        return (!reply.body.is_empty()).then(|| end(reply.header("finish-reason"), output))?;
    }
    let body = answer::json(reply)?;
    let base64 = IN_JSON.iter().find_map(|name| body[*name].as_str());
    end(body["finish_reason"].as_str(), answer::bytes(base64?)?)
}

/// How it ended; nothing for an end that nobody documented, since that could be anything.
fn end(reason: Option<&str>, output: Output) -> Option<Word> {
    match reason {
        None | Some("SUCCESS") => Some(Word::Finished { outputs: vec![output], billed: None }),
        Some("CONTENT_FILTERED") => {
            let trouble = Trouble::of(TroubleClass::ContentPolicy, "content_filtered");
            Some(Word::Failed(trouble.saying("the result was withheld by the content filter")))
        }
        Some("ERROR") => Some(Word::Failed(Trouble::of(TroubleClass::Unavailable, "error"))),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests;
