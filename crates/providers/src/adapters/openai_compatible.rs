//! Servers of one's own that speak OpenAI's dialect: LocalAI, vLLM-Omni, SGLang, sd-server, Speaches, Kokoro-FastAPI and
//! others.
//!
//! The base URL is the operator's and includes the version: `http://gpu-1:8000/v1`. A key is sent where one is set. A
//! route's `upstream` is the path under it, and the input names the model, if any: some servers have just one.
//!
//! They agree on little, so what is sent is what all of them take: base64 for pictures, forms for files. Streamed sounds,
//! which some send unasked, come with a false length in their head; that is mended instead of sending a field that strict
//! servers refuse.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Listing, Manifest, Method, NO_JOB_STATUSES, Reply,
    Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::form::{File, Form};
use super::openai::{read_submit, speech, videos};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenAiCompatible;

static MANIFEST: Manifest = Manifest {
    provider: "openai-compatible",
    // LocalAI's usual place; the operator sets it in any case.
    base_url: "http://127.0.0.1:8080/v1",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    // A model may have to be loaded first, and pictures are made one after another.
    submit_timeout_ms: 600_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 2_000,
    listing_lag_ms: 0,
    // Folders for results are cleaned; ten minutes is the shortest documented life.
    retention_ms: 600_000,
    duration_max_ms: 86_400_000,
    // They have one graphics card and do one thing after another.
    concurrency: 1,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long a synchronous call may take; ten minutes is taken",
        "no longest run of a clip is documented; a day is taken",
        "which name the reference pictures of an edit have; image[] is taken",
    ],
    verified_on: "2026-11-21",
};

/// What sd-server takes for settings wherever it stands in a prompt.
const SETTINGS_TAGS: [&str; 2] = ["<sd_cpp_extra_args>", "</sd_cpp_extra_args>"];

impl Adapter for OpenAiCompatible {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Bytes
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        let mut input = work.input.clone();
        for name in ["prompt", "negative_prompt"] {
            if let Some(Value::String(text)) = input.get_mut(name) {
                strip_settings(text);
            }
        }
        match work.model.as_str() {
            "images/generations" => Ok(generation(input)),
            "images/edits" => edit(input, token),
            "audio/speech" => Ok(speech::call(None, &input)),
            path @ ("audio/transcriptions" | "audio/translations") => {
                speech::transcription(&format!("/{path}"), None, &input, token)
            }
            "videos" => videos::call(None, &input, token),
            _ => Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint")),
        }
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        read_submit(reply)
    }

    fn poll(&self, handle: &Handle) -> Call {
        videos::poll(handle)
    }

    fn read_poll(&self, handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        videos::read_poll(handle, reply)
    }

    fn listing(&self, _: i64, _: i64) -> Option<Call> {
        Some(videos::listing())
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        videos::read_listing(reply)
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if model != "videos" {
            return Err(
                "only clips can be followed; pictures, sounds and transcripts come with the answer to the request \
                        itself: write the job off",
            );
        }
        videos::handle(provider_job).ok_or("write the id of the clip: letters, digits, - and _ only")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/models"))
    }
}

/// A tag that was put together by taking another one out is taken out as well.
fn strip_settings(text: &mut String) {
    while let Some(tag) = SETTINGS_TAGS.iter().find(|tag| text.contains(*tag)) {
        *text = text.replace(tag, "");
    }
}

/// Base64 is the one form of a picture that all servers can send.
fn with_form(mut input: Map<String, Value>) -> Map<String, Value> {
    input.entry("response_format").or_insert_with(|| json!("b64_json"));
    input
}

fn generation(input: Map<String, Value>) -> Call {
    Call::json(Method::Post, "/images/generations", &with_form(input))
}

fn edit(input: Map<String, Value>, token: &Token) -> Result<Call, Trouble> {
    let mut form = Form::new(token);
    for (name, value) in &with_form(input) {
        match (name.as_str(), value) {
            ("image" | "images" | "image_urls", Value::Array(pictures)) => {
                for picture in pictures {
                    form.file("image[]", &File::of(picture, name)?);
                }
            }
            ("image" | "image_url", picture) => form.file("image[]", &File::of(picture, name)?),
            ("mask" | "mask_url", picture) => form.file("mask", &File::of(picture, name)?),
            _ => form.field(name, value),
        }
    }
    Ok(form.post("/images/edits"))
}

#[cfg(test)]
mod tests;
