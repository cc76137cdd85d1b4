//! Deepgram: speech and transcripts. A route's `upstream` is the path.
//!
//! Both calls are synchronous here. Transcripts could be called back, but there is no way to look at one: a lost callback is
//! a lost transcript.

use serde_json::{Map, Value, json};
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, FileForm, Handle, Manifest, Method, NO_JOB_STATUSES, Output, Reply,
    Safety, Token, Trouble, Word, Work,
};

use super::answer;
use super::escape::escaped;
use super::form::File;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deepgram;

static MANIFEST: Manifest = Manifest {
    provider: "deepgram",
    base_url: "https://api.deepgram.com",
    auth: Auth::Header { name: "authorization", prefix: "Token " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    // A recording is worked on for ten minutes at most, then the answer is a 504; half as long again is for its upload.
    submit_timeout_ms: 900_000,
    call_timeout_ms: 30_000,
    // There is nothing to poll, and nothing to fetch afterwards.
    poll_pace_ms: 1_000,
    listing_lag_ms: 0,
    retention_ms: 600_000,
    duration_max_ms: 900_000,
    concurrency: 0,
    callbacks: Callbacks::None,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &["whether failed calls are billed; it is taken that they are"],
    verified_on: "2026-11-21",
};

impl Adapter for Deepgram {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        let mut input = work.input.clone();
        match work.model.as_str() {
            "v1/speak" => Ok(speak(input)),
            "v1/listen" => {
                let recording = input.shift_remove("url").unwrap_or_default();
                listen(&recording, input)
            }
            _ => Err(Trouble::of(Caller, "no_such_endpoint")),
        }
    }

    fn file_form(&self, _: &str) -> FileForm {
        FileForm::UrlOrData
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        if !reply.is_success() {
            return Err(trouble(reply));
        }
        let kind = reply.header("content-type").unwrap_or_default();
        let output = if kind.starts_with("audio/") {
            (!reply.body.is_empty()).then(|| Output::Bytes(reply.body.clone()))
        } else {
            transcript(&answer::json(reply).unwrap_or_default())
        };
        let outputs = vec![output.ok_or_else(|| Trouble::unreadable(reply))?];
        Ok(Word::Finished { outputs, billed: None })
    }

    /// Never needed, since no submit is answered with a handle.
    fn poll(&self, _: &Handle) -> Call {
        Call::get("/v1/projects")
    }

    fn read_poll(&self, _: &Handle, _: &Reply) -> Result<Word, Trouble> {
        Err(Trouble::of(Unknown, "nothing_to_poll"))
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/v1/projects"))
    }
}

/// All options stand in the query; lists repeat theirs.
fn query(options: &Map<String, Value>) -> String {
    let written = |value: &Value| escaped(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let mut pairs = Vec::new();
    for (name, value) in options {
        match value {
            Value::Null => {}
            Value::Array(items) => pairs.extend(items.iter().map(|item| format!("{name}={}", written(item)))),
            value => pairs.push(format!("{name}={}", written(value))),
        }
    }
    pairs.join("&")
}

fn speak(mut input: Map<String, Value>) -> Call {
    let text = input.shift_remove("text").unwrap_or_default();
    // Samples without a head say nothing of their rate: nobody could play them.
    if input.get("encoding").is_some_and(|encoding| encoding == "linear16") {
        input.insert("container".to_owned(), json!("wav"));
    }
    Call::json(Method::Post, format!("/v1/speak?{}", query(&input)), &json!({ "text": text }))
}

fn listen(recording: &Value, mut input: Map<String, Value>) -> Result<Call, Trouble> {
    // Left out, the language would be taken for English.
    if !input.contains_key("language") {
        input.entry("detect_language").or_insert_with(|| json!(true));
    }
    let target = format!("/v1/listen?{}", query(&input));
    if recording.as_str().is_some_and(|url| url.starts_with("http://") || url.starts_with("https://")) {
        return Ok(Call::json(Method::Post, target, &json!({ "url": recording })));
    }
    let file = File::of(recording, "url")?;
    Ok(Call {
        method: Method::Post,
        headers: vec![("content-type", file.content_type)],
        body: file.bytes.into(),
        ..Call::get(target)
    })
}

/// The likeliest words of each channel.
fn transcript(body: &Value) -> Option<Output> {
    let channels = body["results"]["channels"].as_array()?;
    let texts: Option<Vec<_>> =
        channels.iter().map(|channel| channel["alternatives"][0]["transcript"].as_str()).collect();
    let text = texts.filter(|texts| !texts.is_empty())?.join("\n");
    Some(Output::Text(text))
}

/// Errors have an old form, a new one, or are plain text.
fn trouble(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let code = body["err_code"].as_str().or_else(|| body["category"].as_str());
    let trouble = Trouble::of(class(reply.status, code), answer::code(code, reply.status));
    let words = body["err_msg"].as_str().or_else(|| body["message"].as_str());
    answer::say(trouble.after_s(reply.retry_after_s()), words)
}

fn class(status: u16, code: Option<&str>) -> TroubleClass {
    match (status, code) {
        (402, _) | (_, Some("ASR_PAYMENT_REQUIRED")) => Quota,
        // 403: the account may not use this model, which the route or the voice named.
        (401 | 403 | 404 | 405, _) => Credential,
        (400 | 413 | 414 | 415 | 422, _) => Caller,
        (408 | 504, _) => Timeout,
        (429, _) => Busy,
        (500..=599, _) => Unavailable,
        _ => Unknown,
    }
}

#[cfg(test)]
mod tests;
