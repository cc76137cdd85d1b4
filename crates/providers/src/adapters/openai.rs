//! Images as OpenAI's API makes them, and the many servers that speak the same dialect.
//!
//! The base URL includes the version: `https://api.openai.com/v1`, `http://gpu-1:8000/v1`. Paths are appended
//! to it as they are. Routes to self-hosted servers set `response_format = "b64_json"`, which they want;
//! OpenAI's own models refuse that field, so it is never added here.
//!
//! Everything is synchronous: the answer to the submit carries the pictures, and there is nothing to poll, to
//! look up or to cancel. A lost answer is a lost picture.

mod trouble;

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply, Safety, Token,
    Trouble, TroubleClass, Word, Work,
};

use super::answer;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenAi;

static MANIFEST: Manifest = Manifest {
    provider: "openai",
    base_url: "https://api.openai.com/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    // The slowest documented picture takes two minutes and clients are told to wait three; five leave room for
    // a self-hosted server that first loads its model.
    submit_timeout_ms: 300_000,
    call_timeout_ms: 30_000,
    // There is nothing to poll.
    poll_pace_ms: 1_000,
    listing_lag_ms: 0,
    // OpenAI sends the files themselves. Where a self-hosted server sends addresses, the shortest documented
    // life of a file is ten minutes.
    retention_ms: 600_000,
    duration_max_ms: 300_000,
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    unconfirmed: &[
        "how long files of self-hosted servers live; the shortest documented life, ten minutes, is taken",
    ],
    verified_on: "2026-11-20",
};

impl Adapter for OpenAi {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        let mut input = work.input.clone();
        let images = take_images(&mut input)?;
        let mut body = Map::from_iter([("model".to_owned(), json!(work.model))]);
        let path = if images.is_empty() {
            body.append(&mut input);
            "/images/generations"
        } else {
            let mask = take_mask(&mut input);
            body.append(&mut input);
            body.insert("images".to_owned(), Value::Array(images));
            body.extend(mask.map(|mask| ("mask".to_owned(), mask)));
            "/images/edits"
        };
        body.insert("n".to_owned(), json!(work.count));
        Ok(Call::json(Method::Post, path, &body))
    }

    fn read_submit(&self, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble::read(reply));
        }
        // A success without pictures is none we understand, and it may have been billed: the outcome is unknown.
        let outputs = read_images(&reply.body).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Finished { outputs, billed: None })
    }

    /// Never needed, since no submit is answered with a handle. The list of models is a harmless thing to ask for.
    fn poll(&self, _: &Handle) -> Call {
        Call::get("/models")
    }

    fn adopt(&self, _: &str, _: &str) -> Result<Handle, &'static str> {
        Err(
            "pictures come with the answer to the request itself, and a lost answer cannot be fetched again; write \
             the job off",
        )
    }

    fn read_poll(&self, _: &Handle, _: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::of(TroubleClass::Unknown, "nothing_to_poll"))
    }
}

/// Takes the reference pictures out of the input, in the form that the JSON body of an edit wants. A route
/// gives them as `images` or `image_urls`: a list of addresses, or of objects that have that form already.
fn take_images(input: &mut Map<String, Value>) -> Result<Vec<Value>, Trouble> {
    let mut images = Vec::new();
    for name in ["images", "image_urls"] {
        match input.shift_remove(name) {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) => images.extend(list.into_iter().map(picture)),
            Some(_) => {
                let trouble = Trouble::of(TroubleClass::Caller, "images_not_a_list");
                return Err(trouble.saying(&format!("{name} must be a list of image URLs")));
            }
        }
    }
    Ok(images)
}

fn take_mask(input: &mut Map<String, Value>) -> Option<Value> {
    let mask = input.shift_remove("mask_url");
    input.shift_remove("mask").or(mask).map(picture)
}

fn picture(given: Value) -> Value {
    if given.is_string() { json!({ "image_url": given }) } else { given }
}

/// The parts of an answer that we read. Texts are borrowed from the body where that is possible: a picture in
/// base64 is megabytes long.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Vec<Image<'a>>,
}

#[derive(Deserialize)]
struct Image<'a> {
    #[serde(borrow)]
    b64_json: Option<Text<'a>>,
    #[serde(borrow)]
    url: Option<Text<'a>>,
}

/// Of its own type because serde borrows into a `Cow` only where it is a field itself, not inside an `Option`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// All pictures of an answer, or nothing if there is none or one cannot be read. A relative address stays
/// relative: it is joined to the base URL where it is fetched.
fn read_images(body: &[u8]) -> Option<Vec<Output>> {
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let outputs: Option<Vec<_>> = answer.data.iter().map(read_image).collect();
    outputs.filter(|outputs| !outputs.is_empty())
}

fn read_image(image: &Image) -> Option<Output> {
    match (&image.b64_json, &image.url) {
        (Some(Text(base64)), _) if !base64.is_empty() => answer::bytes(base64),
        (_, Some(Text(url))) if !url.is_empty() => answer::file(url),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
