//! Recraft: pictures, vector drawings and work on given pictures, in an OpenAI-like form.
//!
//! The model's name is the path under `/images`; which of their models draws stands in the body. Everything is
//! synchronous: there is nothing to poll, to look up or to cancel. Vector drawings are SVG files.

mod trouble;

use serde_json::Value;
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply, Safety, Token,
    Trouble, TroubleClass, Word, Work,
};

use super::{answer, credits, plain};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Recraft;

static MANIFEST: Manifest = Manifest {
    provider: "recraft",
    base_url: "https://external.api.recraft.ai/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    // The slowest pictures take half a minute, and two are advised; half again.
    submit_timeout_ms: 180_000,
    call_timeout_ms: 30_000,
    // There is nothing to poll.
    poll_pace_ms: 1_000,
    listing_lag_ms: 0,
    // Files are kept for about a day.
    retention_ms: 86_400_000,
    duration_max_ms: 180_000,
    // Requests are limited by the minute; no number is published.
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "the codes of errors: what speaks of credits is taken for an empty balance, what speaks of nsfw, moderation or \
         policy for a refusal",
        "whether a failed request is billed; it is taken to be",
        "rate limits and the sizes of uploads",
    ],
    verified_on: "2026-11-21",
};

/// A thousand units are a US dollar.
const MICRO_USD_PER_UNIT: i64 = 1_000;

impl Adapter for Recraft {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        // Parts of the path can come from parameters.
        if !plain::is_path(&work.model) {
            return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
        }
        Ok(Call::json(Method::Post, format!("/images/{}", work.model), &work.input))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        // A success without pictures is none we understand, and it may have been billed: the outcome is unknown.
        let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
        let outputs = read_images(&body).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Finished { outputs, billed: credits::billed(&body["credits"], MICRO_USD_PER_UNIT) })
    }

    /// Never needed, since no submit is answered with a handle. The account is a harmless thing to ask for.
    fn poll(&self, _: &Handle) -> Call {
        Call::get("/users/me")
    }

    fn read_poll(&self, _: &Handle, _: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::of(TroubleClass::Unknown, "nothing_to_poll"))
    }

    fn adopt(&self, _: &str, _: &str) -> Result<Handle, &'static str> {
        Err(
            "pictures come with the answer to the request itself, and a lost answer cannot be fetched again; write \
             the job off",
        )
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/users/me"))
    }
}

/// All pictures of an answer: a list where something was drawn, one where something was worked on. Nothing if there is
/// none or one cannot be read.
fn read_images(body: &Value) -> Option<Vec<Output>> {
    let images = match (&body["data"], &body["image"]) {
        (Value::Array(images), _) => images.as_slice(),
        (_, image @ Value::Object(_)) => std::slice::from_ref(image),
        _ => return None,
    };
    let outputs: Option<Vec<_>> = images.iter().map(read_image).collect();
    outputs.filter(|outputs| !outputs.is_empty())
}

fn read_image(image: &Value) -> Option<Output> {
    if let Some(base64) = image["b64_json"].as_str() {
        return answer::bytes(base64);
    }
    answer::file(image["url"].as_str().filter(|url| url.starts_with("http") || url.starts_with("data:"))?)
}

#[cfg(test)]
mod tests;
