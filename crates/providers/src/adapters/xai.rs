//! xAI's Grok Imagine: pictures at once, clips by looking at a request.
//!
//! It looks like OpenAI's API and is not: edits are JSON, a refusal is a success without a picture, a pending clip is a
//! 202 that may be empty, and every answer tells what it cost.

mod trouble;

use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply, Safety, Token,
    Trouble, TroubleClass, Word, Work,
};
use spool_domain::money::MicroUsd;

use super::answer;
use super::plain::is_id;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Xai;

static MANIFEST: Manifest = Manifest {
    provider: "xai",
    base_url: "https://api.x.ai/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    // Resellers report that clips which moderation withheld are billed.
    billed_on_failure: true,
    // A picture takes up to fifteen seconds, and ten may be asked for.
    submit_timeout_ms: 180_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 5_000,
    listing_lag_ms: 0,
    // Links were seen to be dead within minutes. Pictures come in the answer for that reason.
    retention_ms: 300_000,
    // Clips take two minutes; clients give up after ten.
    duration_max_ms: 3_600_000,
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long links to clips live; five minutes are taken",
        "the codes of clips that failed; all but internal_error are told by the words in them",
        "that a refusal in an error can be told by its wording",
        "that the list of models is free and wants a good key",
    ],
    verified_on: "2026-11-21",
};

/// What a route may name.
const ENDPOINTS: &[&str] =
    &["images/generations", "images/edits", "videos/generations", "videos/edits", "videos/extensions"];

/// The pause between looks: clips take twenty seconds to two minutes.
const LOOK_AFTER_MS: u64 = 5_000;

/// Ticks in a millionth of a dollar: a dollar has ten to the power of ten.
const TICKS_PER_MICRO_USD: u64 = 10_000;

impl Adapter for Xai {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        if !ENDPOINTS.contains(&work.model.as_str()) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        let mut body = work.input.clone();
        if work.model.starts_with("images/") {
            body.entry("response_format").or_insert_with(|| json!("b64_json"));
        }
        if let Some(Value::Array(images)) = body.shift_remove("images") {
            let mut images: Vec<_> = images.into_iter().map(picture).collect();
            match images.len() {
                0 => {}
                1 => body.extend(images.pop().map(|image| ("image".to_owned(), image))),
                _ => body.extend([("images".to_owned(), Value::Array(images))]),
            }
        }
        if let Some(Value::Array(images)) = body.get_mut("reference_images") {
            for image in images.iter_mut().filter(|image| image.is_string()) {
                *image = json!({ "url": image.take() });
            }
        }
        Ok(Call::json(Method::Post, format!("/{}", work.model), &body))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::at_submit(reply));
        }
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        if let Some(id) = body["request_id"].as_str().filter(|id| is_id(id)) {
            return Ok(Word::Accepted(
                Handle { id: id.to_owned(), facts: Default::default() },
                LOOK_AFTER_MS,
            ));
        }
        pictures(&body).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/videos/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return trouble::at_look(reply);
        }
        let body = answer::json(reply);
        if reply.status == 202 {
            return Ok(pending(&body.unwrap_or_default()));
        }
        let body = body.ok_or_else(|| Trouble::unreadable(reply))?;
        match body["status"].as_str() {
            Some("done") => clip(&body).ok_or_else(|| Trouble::unreadable(reply)),
            Some("failed") => Ok(Word::Failed(trouble::of_clip(&body))),
            Some("expired") => Ok(Word::Failed(Trouble::of(TroubleClass::Gone, "expired"))),
            // `pending`; and a state that we do not know is never an end.
            Some(_) => Ok(pending(&body)),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        if is_id(provider_job) {
            return Ok(Handle { id: provider_job.to_owned(), facts: Default::default() });
        }
        Err(
            "give the request_id of the clip, such as 764cabcf-b745-4b3e-ae38-1200304cf45b; pictures cannot be fetched \
             again",
        )
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/models"))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        if reply.is_success() { Ok(()) } else { Err(trouble::read(reply)) }
    }
}

/// A source picture as edits want it.
fn picture(given: Value) -> Value {
    if given.is_string() { json!({ "url": given, "type": "image_url" }) } else { given }
}

/// The pictures of an answer. What moderation withheld has no file; where it withheld all of them, the list is empty.
fn pictures(body: &Value) -> Option<Word> {
    let data = body["data"].as_array()?;
    let passed: Vec<_> = data.iter().filter(|image| image["respect_moderation"] != false).collect();
    if passed.is_empty() {
        return Some(Word::Failed(withheld()));
    }
    let outputs = passed.into_iter().map(file).collect::<Option<Vec<_>>>()?;
    Some(Word::Finished { outputs, billed: billed(body) })
}

fn file(image: &Value) -> Option<Output> {
    let given = |name: &str| image[name].as_str().filter(|text| !text.is_empty());
    match (given("b64_json"), given("url")) {
        (Some(base64), _) => answer::bytes(base64),
        (None, Some(url)) => answer::file(url),
        (None, None) => None,
    }
}

fn clip(body: &Value) -> Option<Word> {
    let video = &body["video"];
    if video["respect_moderation"] == false {
        return Some(Word::Failed(withheld()));
    }
    let url = video["url"].as_str().filter(|url| !url.is_empty())?;
    Some(Word::Finished { outputs: vec![answer::file(url)?], billed: billed(body) })
}

fn withheld() -> Trouble {
    Trouble::of(TroubleClass::ContentPolicy, "respect_moderation").saying("moderation withheld the result")
}

/// What the answer says it cost, rounded up.
fn billed(body: &Value) -> Option<MicroUsd> {
    let ticks = body["usage"]["cost_in_usd_ticks"].as_u64()?;
    i64::try_from(ticks.div_ceil(TICKS_PER_MICRO_USD)).ok().map(MicroUsd)
}

fn pending(body: &Value) -> Word {
    let progress = body["progress"].as_u64().map(|percent| percent.min(100) as u8);
    Word::Pending { progress, wait_ms: LOOK_AFTER_MS }
}

#[cfg(test)]
mod tests;
