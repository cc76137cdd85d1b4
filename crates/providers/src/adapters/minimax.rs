//! MiniMax: Hailuo clips, pictures, speech and music.
//!
//! `Work::model` is the path below the host and tells the kind of work; the model itself stands in the body. Clips are
//! followed, in one of two versions; everything else comes with the answer to the submit. Failures arrive with status 200
//! and a code in `base_resp`.

mod body;
mod result;
mod trouble;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callback, Callbacks, FileForm, Handle, Lost, Manifest, Method, NO_JOB_STATUSES,
    Output, Reply, Safety, Token, Trouble, TroubleClass, Word, Work,
};

use super::{answer, content};

/// The adapter.
#[derive(Clone, Copy, Debug, Default)]
pub struct MiniMax;

static MANIFEST: Manifest = Manifest {
    provider: "minimax",
    base_url: "https://api.minimax.io",
    auth: Auth::Header { name: "authorization", prefix: "Bearer " },
    safety: Safety::Blind,
    no_job_statuses: NO_JOB_STATUSES,
    billed_on_failure: false,
    // A song takes up to five minutes, and half again.
    submit_timeout_ms: 450_000,
    call_timeout_ms: 30_000,
    poll_pace_ms: 10_000,
    listing_lag_ms: 0,
    // Sources say one, nine and twenty-four hours.
    retention_ms: 3_600_000,
    duration_max_ms: 86_400_000,
    concurrency: 0,
    callbacks: Callbacks::Unsigned,
    request_id_header: None,
    hosts: &[],
    unconfirmed: &[
        "no longest run is documented; a day is taken",
        "how long addresses of results live; the shortest life that is told, an hour, is taken",
        "whether code 1013 is an internal error as others are",
        "the form of callbacks about jobs of the second version",
        "the form of the answers to an upload and to voice_clone",
    ],
    verified_on: "2026-11-21",
};

/// The pause between looks.
const LOOK_AFTER_MS: u64 = 10_000;

const VIDEO_1: &str = "v1/video_generation";
const VIDEO_2: &str = "v2/video_generation";
const PICTURES: &str = "v1/image_generation";
const SPEECH: &str = "v1/t2a_v2";
const MUSIC: &str = "v1/music_generation";
const VOICE: &str = "v1/voice_clone";

/// The fact of a handle that tells the version; jobs of the first have none.
const VERSION: &str = "version";

impl Adapter for MiniMax {
    fn manifest(&self) -> &Manifest {
        &MANIFEST
    }

    /// Recordings for a voice are uploaded, wherever they lie.
    fn file_form(&self, model: &str) -> FileForm {
        if model == VOICE { FileForm::Bytes } else { FileForm::UrlOrData }
    }

    fn prepare(&self, work: &Work) -> Result<Option<Call>, Trouble> {
        body::upload(work)
    }

    fn read_prepared(&self, work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        let body = read(reply)?;
        let id = Some(&body["file"]["file_id"]).filter(|id| text(id).is_some());
        let id = id.ok_or_else(|| Trouble::unreadable(reply))?;
        work.input.insert("file_id".to_owned(), id.clone());
        Ok(())
    }

    fn submit(&self, work: &Work, _: &Token) -> Result<Call, Trouble> {
        let mut input = work.input.clone();
        match work.model.as_str() {
            VIDEO_1 => body::subject(&mut input),
            VIDEO_2 => content::as_list(&mut input)?,
            PICTURES => {
                body::subject(&mut input);
                body::sides(&mut input);
            }
            MUSIC => body::song(&mut input),
            SPEECH | VOICE => {}
            _ => return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint")),
        }
        if let (VIDEO_1 | VIDEO_2, Some(url)) = (work.model.as_str(), &work.callback_url) {
            input.insert("callback_url".to_owned(), json!(url));
        }
        Ok(Call::json(Method::Post, format!("/{}", work.model), &input))
    }

    /// As far as an answer tells by itself what it is of; clips of the second version look like those of the first.
    fn read_submit(&self, model: &str, reply: &Reply) -> Result<Word, Trouble> {
        let body = read(reply)?;
        let word = match model {
            PICTURES => result::pictures(&body),
            SPEECH | MUSIC => result::sound(&body),
            VOICE => result::voice(&body),
            _ => text(&body["task_id"]).map(|id| Word::Accepted(handle(id, model), LOOK_AFTER_MS)),
        };
        word.ok_or_else(|| Trouble::unreadable(reply))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(if handle.facts.contains_key(VERSION) {
            format!("/v2/query/video_generation/{}", handle.id)
        } else {
            format!("/v1/query/video_generation?task_id={}", handle.id)
        })
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let body = answer::json(reply).filter(|_| reply.is_success()).unwrap_or_default();
        let task = &body["task"];
        // How a job ended stands beside a code of its own, which is not that of the look.
        let (state, address, error) = match task["status"].as_str() {
            Some(state) => (state, &task["content"]["url"], &task["error"]),
            None => (body["status"].as_str().unwrap_or_default(), &Value::Null, &body["base_resp"]),
        };
        match state.to_ascii_lowercase().as_str() {
            "fail" | "failed" => return Ok(Word::Failed(trouble::of_end(error))),
            "cancelled" => return Ok(Word::Canceled),
            _ => {}
        }
        let body = read(reply)?;
        if let Some(url) = text(&body["file"]["download_url"]) {
            return Ok(Word::Finished { outputs: vec![Output::Url(url)], billed: None });
        }
        let no_output = || Word::Failed(Trouble::of(TroubleClass::Unknown, "no_output"));
        match state.to_ascii_lowercase().as_str() {
            "" => Err(Trouble::unreadable(reply)),
            "succeeded" => Ok(match text(address) {
                Some(url) => Word::Finished { outputs: vec![Output::Url(url)], billed: None },
                None => no_output(),
            }),
            "success" => Ok(match text(&body["file_id"]).filter(|id| is_plain(id)) {
                Some(id) => Word::Then(Call::get(format!("/v1/files/retrieve?file_id={id}"))),
                None => no_output(),
            }),
            // A state that nobody knows is no end.
            _ => Ok(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
        }
    }

    fn adopt(&self, provider_job: &str, model: &str) -> Result<Handle, &'static str> {
        if !matches!(model, VIDEO_1 | VIDEO_2) {
            return Err(
                "only clips are followed here; anything else comes with the answer to the request itself and \
                        cannot be fetched again; write the job off",
            );
        }
        if !is_plain(provider_job) {
            return Err("write the task id as MiniMax shows it: a long number");
        }
        Ok(handle(provider_job.to_owned(), model))
    }

    /// The voices that everybody has.
    fn check(&self) -> Option<Call> {
        Some(Call::json(Method::Post, "/v1/get_voice", &json!({ "voice_type": "system" })))
    }

    fn read_check(&self, reply: &Reply) -> Result<(), Trouble> {
        read(reply).map(|_| ())
    }

    fn callback_job(&self, lost: &Lost, callback: &Callback) -> Option<Handle> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        let id = text(&body["task_id"]).or_else(|| text(&body["task"]["id"]))?;
        self.adopt(&id, lost.model).ok()
    }

    /// The first callback is a question whether somebody is there; the answer is the question.
    fn callback_answer(&self, callback: &Callback) -> Option<String> {
        let body: Value = serde_json::from_slice(callback.body).ok()?;
        let challenge = body["challenge"].as_str()?;
        Some(json!({ "challenge": challenge }).to_string())
    }
}

fn handle(id: String, model: &str) -> Handle {
    let second = (VERSION.to_owned(), "2".to_owned());
    Handle { id, facts: if model == VIDEO_2 { BTreeMap::from([second]) } else { BTreeMap::new() } }
}

/// The body of a success: of one whose code says so too.
fn read(reply: &Reply) -> Result<Value, Trouble> {
    let body = answer::json(reply).filter(Value::is_object);
    let code = body.as_ref().and_then(|body| body["base_resp"]["status_code"].as_i64());
    match (code, body) {
        (Some(code), Some(body)) if code != 0 => {
            Err(trouble::of_code(code, &body["base_resp"]["status_msg"]))
        }
        (_, Some(body)) if reply.is_success() => Ok(body),
        (_, None) if reply.is_success() => Err(Trouble::unreadable(reply)),
        _ => Err(trouble::of_status(reply)),
    }
}

fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// A text that is not empty, or a number as text: ids are both.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
