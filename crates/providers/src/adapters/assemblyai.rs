//! AssemblyAI: transcripts, as jobs. A route's `upstream` is the path.
//!
//! The key stands in its header as it is, without a word in front. Callbacks say only which transcript ended; the one thing
//! that could prove them is a header of one's own, and the path that they come to is as good a secret.

mod listing;

use bytes::Bytes;
use serde_json::{Value, json};
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, FileForm, Handle, Listing, Lost, Manifest, Method,
    NO_JOB_STATUSES, Output, Reply, Safety, Token, Trouble, Word, Work,
};

use super::answer;
use super::form::File;
use super::plain::is_id;

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct AssemblyAi;

static MANIFEST: Manifest = Manifest {
    provider: "assemblyai",
    base_url: "https://api.assemblyai.com",
    auth: Auth::Header { name: "authorization", prefix: "" },
    // The list has no place for a token of ours.
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: true,
    submit_timeout_ms: 30_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 3_000,
    listing_lag_ms: 0,
    // Transcripts stay until they are deleted, as far as is documented; an hour is taken.
    retention_ms: 3_600_000,
    duration_max_ms: 86_400_000,
    concurrency: 0,
    callbacks: Callbacks::Unsigned,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "no longest run is documented; a day is taken",
        "how long transcripts are kept; an hour is taken",
        "whether failed transcripts are billed; it is taken that they are",
    ],
    verified_on: "2026-11-21",
};

const PATH: &str = "v2/transcript";

/// The pause between two looks, milliseconds.
const LOOK_AFTER_MS: u64 = 3_000;

impl Adapter for AssemblyAi {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    fn file_form(&self, _: &str) -> FileForm {
        FileForm::UrlOrData
    }

    /// A file is uploaded first; the address that it gets is good for the same account only.
    fn prepare(&self, work: &Work) -> Result<Option<Call>, Trouble> {
        match work.input.get("audio_url") {
            Some(Value::String(text)) if text.starts_with("data:") => {
                let file = File::of(&json!(text), "audio_url")?;
                Ok(Some(Call {
                    method: Method::Post,
                    headers: vec![("content-type", "application/octet-stream".to_owned())],
                    body: Bytes::from(file.bytes),
                    ..Call::get("/v2/upload")
                }))
            }
            _ => Ok(None),
        }
    }

    fn read_prepared(&self, work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        let body = read(reply)?;
        let url = body["upload_url"].as_str().ok_or_else(|| Trouble::unreadable(reply))?;
        work.input.insert("audio_url".to_owned(), url.into());
        Ok(())
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        if work.model != PATH {
            return Err(Trouble::of(Caller, "no_such_endpoint"));
        }
        let mut input = work.input.clone();
        // Left out, the language would be taken for English; only one of the two may be given.
        if !input.contains_key("language_code") {
            input.entry("language_detection").or_insert_with(|| json!(true));
        }
        if let Some(url) = &work.callback_url {
            input.insert("webhook_url".to_owned(), json!(url));
        }
        Ok(Call::json(Method::Post, "/v2/transcript", &input))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        let body = read(reply)?;
        let handle = body["id"].as_str().and_then(handle).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, LOOK_AFTER_MS))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/v2/transcript/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let body = match read(reply) {
            Ok(body) => body,
            // It was there when it was taken, so this is no fault of the caller's.
            Err(trouble) if reply.status == 404 => {
                return Err(Trouble { class: TroubleClass::Gone, ..trouble });
            }
            Err(trouble) => return Err(Trouble { message: None, ..trouble }),
        };
        match body["status"].as_str() {
            Some("completed") => Ok(match body["text"].as_str() {
                Some(text) => Word::Finished { outputs: vec![Output::Text(text.to_owned())], billed: None },
                // Silence is an empty text; none at all has been wiped.
                None => Word::Failed(Trouble::of(TroubleClass::Gone, "text_deleted")),
            }),
            Some("error") => Ok(Word::Failed(failure(body["error"].as_str()))),
            // A state we do not know is never an end.
            Some(_) => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn listing(&self, _: i64, _: i64) -> Option<Call> {
        Some(Call::get("/v2/transcript?limit=200"))
    }

    fn read_listing(&self, reply: &Reply) -> Result<Listing, Trouble> {
        listing::read(&read(reply)?).ok_or_else(|| Trouble::unreadable(reply))
    }

    fn adopt(&self, provider_job: &str, _: &str) -> Result<Handle, &'static str> {
        handle(provider_job).ok_or("write the transcript's id: letters, digits and - only")
    }

    fn check(&self) -> Option<Call> {
        Some(Call::get("/v2/transcript?limit=1"))
    }

    fn callback_job(&self, _: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        handle(body["transcript_id"].as_str()?)
    }
}

/// The handle of a transcript.
fn handle(id: &str) -> Option<Handle> {
    is_id(id).then(|| Handle { id: id.to_owned(), facts: Default::default() })
}

/// The body of a success.
fn read(reply: &Reply) -> Result<Value, Trouble> {
    if !reply.is_success() {
        return Err(trouble(reply));
    }
    answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))
}

/// A transcript that ended in an error has nothing but words for it. One sentence is documented to be theirs and worth
/// another try; all others are about the recording: that it cannot be fetched, or has no sound.
fn failure(words: Option<&str>) -> Trouble {
    let class = if words == Some("Server error") { Unavailable } else { Caller };
    answer::say(Trouble::of(class, "transcript_error"), words)
}

/// `{"error": "words"}`.
fn trouble(reply: &Reply) -> Trouble {
    let class = match reply.status {
        401 | 404 | 405 => Credential,
        402 | 403 => Quota,
        400 | 413 | 415 | 422 => Caller,
        408 => Timeout,
        429 => Busy,
        500..=599 => Unavailable,
        _ => Unknown,
    };
    let body = answer::json(reply).unwrap_or_default();
    let trouble = Trouble::of(class, answer::code(None, reply.status)).after_s(reply.retry_after_s());
    answer::say(trouble, body["error"].as_str())
}

#[cfg(test)]
mod tests;
