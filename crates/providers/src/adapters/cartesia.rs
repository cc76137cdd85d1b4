//! Cartesia: speech and transcripts, both in the answer to the call. A route's `upstream` is the path.

use serde_json::{Map, Value, json};
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply,
    Safety, Token, Trouble, Word, Work,
};

use super::answer;
use super::form::{File, Form};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cartesia;

static MANIFEST: Manifest = Manifest {
    provider: "cartesia",
    base_url: "https://api.cartesia.ai",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    // Speech begins after a tenth of a second; no longest call is documented.
    submit_timeout_ms: 300_000,
    call_timeout_ms: 30_000,
    // There is nothing to poll, and nothing to fetch afterwards.
    poll_pace_ms: 1_000,
    listing_lag_ms: 0,
    retention_ms: 600_000,
    duration_max_ms: 300_000,
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "how long a call may take; five minutes are taken",
        "whether failed calls are billed; it is taken that they are",
    ],
    verified_on: "2026-11-21",
};

/// The shapes that are spoken here; the header must be there, and older dates have others.
const VERSION: (&str, &str) = ("cartesia-version", "2026-08-14");

/// What a container needs beside its name.
const MP3: [(&str, u32); 2] = [("bit_rate", 128_000), ("sample_rate", 44_100)];
const WAV_ENCODING: &str = "pcm_s16le";
const SAMPLE_RATE: u32 = 44_100;

impl Adapter for Cartesia {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, _: &str) -> FileForm {
        FileForm::Bytes
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        let call = match work.model.as_str() {
            "tts/bytes" => Call::json(Method::Post, "/tts/bytes", &speech(work.input.clone())?),
            "stt" => transcription(&work.input, token)?,
            _ => return Err(Trouble::of(Caller, "no_such_endpoint")),
        };
        Ok(versioned(call))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble(reply));
        }
        let kind = reply.header("content-type").unwrap_or_default();
        let output = if kind.starts_with("audio/") || kind.starts_with("application/octet-stream") {
            (!reply.body.is_empty()).then(|| Output::Bytes(reply.body.clone()))
        } else {
            let body = answer::json(reply).unwrap_or_default();
            body["text"].as_str().map(|text| Output::Text(text.to_owned()))
        };
        let outputs = vec![output.ok_or_else(|| Trouble::unreadable(reply))?];
        Ok(Word::Finished { outputs, billed: None })
    }

    /// Never needed, since no submit is answered with a handle.
    fn poll(&self, _: &Handle) -> Call {
        versioned(Call::get("/voices?limit=1"))
    }

    fn read_poll(&self, _: &Handle, _: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::of(Unknown, "nothing_to_poll"))
    }

    fn check(&self) -> Option<Call> {
        Some(versioned(Call::get("/voices?limit=1")))
    }
}

fn versioned(mut call: Call) -> Call {
    let (name, date) = VERSION;
    call.headers.push((name, date.to_owned()));
    call
}

/// The route names the container; the voice and the container's numbers get the form that is wanted.
fn speech(mut input: Map<String, Value>) -> Result<Map<String, Value>, Trouble> {
    if let Some(Value::String(id)) = input.get("voice") {
        let voice = json!({ "mode": "id", "id": id });
        input.insert("voice".to_owned(), voice);
    }
    let format = input.entry("output_format").or_insert_with(|| json!({ "container": "mp3" }));
    let Some(fields) = format.as_object_mut() else {
        return Err(Trouble::of(Caller, "odd_output_format").saying("output_format must be an object"));
    };
    match fields.get("container").and_then(Value::as_str) {
        Some("mp3") | None => {
            fields.entry("container").or_insert_with(|| json!("mp3"));
            for (name, usual) in MP3 {
                fields.entry(name).or_insert_with(|| json!(usual));
            }
        }
        Some("wav") => {
            fields.entry("encoding").or_insert_with(|| json!(WAV_ENCODING));
            fields.entry("sample_rate").or_insert_with(|| json!(SAMPLE_RATE));
        }
        // Samples without a head: nobody could play them.
        Some(_) => {
            let trouble = Trouble::of(Caller, "raw_output_format");
            return Err(trouble.saying("the container must be mp3 or wav"));
        }
    }
    Ok(input)
}

fn transcription(input: &Map<String, Value>, token: &Token) -> Result<Call, Trouble> {
    let mut form = Form::new(token);
    form.file("file", &File::of(input.get("file").unwrap_or(&Value::Null), "file")?);
    for (name, value) in input {
        match value {
            _ if name == "file" => {}
            Value::Array(items) => {
                for item in items {
                    form.field(&format!("{name}[]"), item);
                }
            }
            value => form.field(name, value),
        }
    }
    Ok(form.post("/stt"))
}

/// `{"error_code", "title", "message"}`, or plain text from before.
fn trouble(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let code = body["error_code"].as_str();
    let trouble = Trouble::of(class(reply.status, code), answer::code(code, reply.status));
    answer::say(
        trouble.after_s(reply.retry_after_s()),
        body["message"].as_str().or_else(|| body["title"].as_str()),
    )
}

fn class(status: u16, code: Option<&str>) -> TroubleClass {
    match (status, code) {
        (401 | 403 | 405, _) => Credential,
        (402, _) => Quota,
        // With a code it is the voice that is not there; without one, the path.
        (404, None) => Credential,
        (400 | 404 | 413 | 415 | 422, _) => Caller,
        (408, _) => Timeout,
        (429, _) => Busy,
        (500..=599, _) => Unavailable,
        _ => Unknown,
    }
}

#[cfg(test)]
mod tests;
