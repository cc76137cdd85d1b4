//! Ideogram: pictures with lettering, in three generations of one API on one host.
//!
//! The model's name is the path. What begins with `v2/` takes JSON and is followed by its generation id, with a callback
//! where one is wanted: a lost answer is then the only thing that loses a picture. The older paths take forms, with files
//! in them, and answer with the pictures.
//!
//! A picture that was withheld comes as a success without an address, and is billed.

mod trouble;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, FileForm, Handle, Lost, Manifest, Method, NO_JOB_STATUSES,
    Output, Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};
use spool_domain::money::MicroUsd;

use super::form::{File, Form};
use super::published_keys::{self, Headers};
use super::{answer, plain};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ideogram;

static MANIFEST: Manifest = Manifest {
    provider: "ideogram",
    base_url: "https://api.ideogram.ai",
    auth: Auth::Header { name: "api-key", prefix: "" },
    // No token of ours comes back, and there is no list.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // Failures are free. Withheld pictures are not, but after those nobody else is asked anyway.
    billed_on_failure: false,
    // Clients are told to wait two minutes for the older paths; half again.
    submit_timeout_ms: 180_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 2_000,
    listing_lag_ms: 0,
    // A day in the present API; an hour in what others say of the older one.
    retention_ms: 3_600_000,
    // No longest run is documented; a day is far beyond the usual twenty seconds.
    duration_max_ms: 86_400_000,
    // Ten pictures in progress per organisation; a request for four takes four of them.
    concurrency: 10,
    callbacks: Callbacks::Keys,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long links of the older paths live; an hour is taken",
        "the names of the parameters of single v2 models",
        "the reasons of failed generations and of 402 and 429",
        "the field of remove-background that takes the picture; it is taken to be image",
        "whether v4 calls its prompt text_prompt or prompt",
        "a look at a generation that does not exist is taken to check the key first",
    ],
    verified_on: "2026-11-21",
};

/// The pause between looks, as advised.
const LOOK_AFTER_MS: u64 = 2_000;

/// Fields of forms that hold files.
const FILES: &[&str] = &[
    "image",
    "mask",
    "images",
    "image_file",
    "style_reference_images",
    "character_reference_images",
    "character_reference_images_mask",
];

/// The headers of a signed callback.
const SIGNED: Headers = Headers {
    job: "x-ideogram-webhook-generation-id",
    user: "x-ideogram-webhook-user-id",
    time: "x-ideogram-webhook-timestamp",
    signature: "x-ideogram-webhook-signature",
};

impl Adapter for Ideogram {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, _: &str) -> FileForm {
        // The older paths take uploads only; the routes to the present one have no files.
        FileForm::Bytes
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        // Parts of the path can come from parameters.
        if !plain::is_path(&work.model) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let target = format!("/{}", work.model);
        if is_followed(&work.model) {
            let mut body = work.input.clone();
            body.insert("async".to_owned(), json!(true));
            if let Some(url) = &work.callback_url {
                body.insert("webhook_url".to_owned(), json!(url));
            }
            return Ok(Call::json(Method::Post, target, &body));
        }
        Ok(form(&work.input, token)?.post(target))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        if body["data"].is_array() {
            return read_data(&body).ok_or_else(|| Trouble::unreadable(reply));
        }
        let handle = body["generation_id"].as_str().and_then(handle);
        Ok(Word::Accepted(handle.ok_or_else(|| Trouble::unreadable(reply))?, LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/v2/generations/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        match body["status"].as_str() {
            Some("completed") => read_data(&body).ok_or_else(|| Trouble::unreadable(reply)),
            Some("failed") => Ok(Word::Failed(trouble::of_failure(body["failure_reason"].as_str()))),
            // `pending`, and what we do not know: never an end.
            Some(_) => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if !is_followed(model) {
            return Err(
                "pictures of this path come with the answer to the request itself, and a lost answer cannot be fetched \
                 again; write the job off",
            );
        }
        let id = provider_job.rsplit_once("/generations/").map_or(provider_job, |(_, id)| id);
        handle(id).ok_or("give the generation_id that the answer to the request named")
    }

    fn check(&self) -> Option<Call> {
        // There is no free call that succeeds; a generation that cannot exist is the next best.
        Some(Call::get("/v2/generations/00000000-0000-0000-0000-000000000000"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        let own = answer::json(reply).is_some();
        if reply.is_success() || (reply.status == 404 && own) { Ok(()) } else { Err(trouble::read(reply)) }
    }

    fn callback_keys(&self) -> Option<Call> {
        Some(Call::get("/v1/.well-known/jwks.json"))
    }

    fn accepts_callback(&self, callback: &Callback) -> bool {
        callback.keys.is_some_and(|keys| published_keys::is_genuine(callback, keys, &SIGNED))
    }

    fn callback_job(&self, _: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        handle(body["generation_id"].as_str()?)
    }
}

/// Whether this path answers with an id to follow.
fn is_followed(model: &str) -> bool {
    model.starts_with("v2/")
}

/// A generation by its id, which becomes part of a path.
fn handle(id: &str) -> Option<Handle> {
    plain::is_id(id).then(|| Handle { id: id.to_owned(), facts: BTreeMap::new() })
}

/// The input as a form: files as files, each item of a list as a part of its own, objects as JSON.
fn form(input: &Map<String, Value>, token: &Token) -> Result<Form, Trouble> {
    let mut form = Form::new(token);
    for (name, value) in input {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for item in items {
            if FILES.contains(&name.as_str()) {
                form.file(name, &File::of(item, name)?);
            } else {
                form.field(name, item);
            }
        }
    }
    Ok(form)
}

/// What was made; nothing if that cannot be read. Withheld pictures are left out, and none but withheld ones is a
/// refusal.
fn read_data(body: &Value) -> Option<Word> {
    let mut outputs = Vec::new();
    let mut withheld = 0;
    for item in body["data"].as_array()? {
        match item["url"].as_str().filter(|url| !url.is_empty()) {
            _ if item["is_image_safe"] == false => withheld += 1,
            Some(url) => outputs.push(Output::Url(url.to_owned())),
            None => return None,
        }
    }
    if outputs.is_empty() {
        let refused = Trouble::of(TroubleClass::ContentPolicy, "image_not_safe");
        return (withheld > 0)
            .then(|| Word::Failed(refused.saying("the pictures were withheld by the safety check")));
    }
    let billed = body["usage_cost_usd_micros"].as_i64().filter(|cost| *cost >= 0).map(MicroUsd);
    Some(Word::Finished { outputs, billed })
}

#[cfg(test)]
mod tests;
