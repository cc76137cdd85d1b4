//! AssemblyAI: transcripts that are followed.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::Letter;
use crate::rules::{Field, Rule, check};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The key that it accepts, with no word in front.
pub const KEY: &str = "fake-assemblyai";

/// Starts it.
pub async fn start() -> Fake {
    Fake::start(AssemblyAi).await
}

struct AssemblyAi;

const TRANSCRIPT: &[Field] = &[
    ("audio_url", true, Rule::Text(4_000)),
    ("speech_models", false, Rule::List(1, 5)),
    ("language_code", false, Rule::Text(10)),
    ("language_detection", false, Rule::Truth),
    ("punctuate", false, Rule::Truth),
    ("format_text", false, Rule::Truth),
    ("speaker_labels", false, Rule::Truth),
    ("speakers_expected", false, Rule::Whole(1, 10)),
    ("multichannel", false, Rule::Truth),
    ("keyterms_prompt", false, Rule::List(1, 1_000)),
    ("filter_profanity", false, Rule::Truth),
    ("webhook_url", false, Rule::Text(2_000)),
];

const UPLOADS: &str = "https://cdn.assemblyai.test/upload/";

impl Protocol for AssemblyAi {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", "/v2/transcript") => Step::Submit,
            ("GET", path) if path.starts_with("/v2/transcript/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.header("authorization") != KEY {
            return error(StatusCode::UNAUTHORIZED, "Authentication error, API token missing/invalid");
        }
        match asked.route() {
            ("POST", "/v2/upload") => upload(asked, desk),
            ("POST", "/v2/transcript") => submit(asked, desk),
            ("GET", "/v2/transcript") => list(asked, desk),
            ("GET", path) => {
                let id = path.strip_prefix("/v2/transcript/").unwrap_or_default();
                let missing =
                    || error(StatusCode::NOT_FOUND, "Transcript lookup error, transcript id not found");
                desk.look(id).map_or_else(missing, |job| Json(told(&job)).into_response())
            }
            _ => error(StatusCode::NOT_FOUND, "Not found"),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let answer = error(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
        ([(header::RETRY_AFTER, retry_after_s.to_string())], answer).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "Something went wrong")
    }

    /// Without a signature; a stranger's speaks of another transcript.
    fn letter(&self, job: &Job, _: &Desk, genuine: bool) -> Option<Letter> {
        let status = if job.end() == Some(End::Made) { "completed" } else { "error" };
        let id = if genuine { job.id.as_str() } else { "somebody-elses" };
        let body = json!({ "transcript_id": id, "status": status }).to_string().into();
        let headers = vec![("content-type", "application/json".to_owned())];
        Some(Letter { url: job.order.callback_url.clone()?, headers, body })
    }
}

fn error(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}

fn upload(asked: &Asked, desk: &Desk) -> Response {
    if asked.header("content-type") != "application/octet-stream" || asked.body.is_empty() {
        return error(StatusCode::UNPROCESSABLE_ENTITY, "Upload failed, please try again");
    }
    let name = desk.uuid();
    desk.upload(name.clone(), asked.body.clone());
    Json(json!({ "upload_url": format!("{UPLOADS}{name}") })).into_response()
}

fn submit(asked: &Asked, desk: &Desk) -> Response {
    let body = asked.json().unwrap_or_default();
    let Some(fields) = body.as_object() else { return error(StatusCode::BAD_REQUEST, "Invalid JSON") };
    if let Err(fault) = check(TRANSCRIPT, fields) {
        return error(StatusCode::BAD_REQUEST, &format!("Invalid endpoint schema, {}", fault.field()));
    }
    let url = body["audio_url"].as_str().unwrap_or_default();
    let uploaded = url.strip_prefix(UPLOADS).map(|name| desk.uploaded(name).is_some());
    if !url.starts_with("http") || uploaded == Some(false) {
        return error(StatusCode::BAD_REQUEST, "Invalid audio_url");
    }
    if body["language_detection"] == true && !body["language_code"].is_null() {
        return error(StatusCode::BAD_REQUEST, "language_detection is not available with language_code");
    }
    let order = Order {
        model: "v2/transcript".to_owned(),
        body: asked.body.clone(),
        outputs: 1,
        callback_url: body["webhook_url"].as_str().map(str::to_owned),
        input: body,
        ..Order::default()
    };
    Json(told(&desk.take(desk.uuid(), order))).into_response()
}

fn list(asked: &Asked, desk: &Desk) -> Response {
    let limit = asked.parameter("limit").and_then(|limit| limit.parse::<usize>().ok());
    let Some(limit) = limit.filter(|limit| (1..=200).contains(limit)) else {
        return error(StatusCode::BAD_REQUEST, "limit must be from 1 to 200");
    };
    let newest: Vec<_> = desk.listed().iter().rev().take(limit).map(told).collect();
    Json(json!({ "page_details": { "limit": limit, "result_count": newest.len(), "prev_url": null },
        "transcripts": newest }))
    .into_response()
}

fn told(job: &Job) -> Value {
    let (status, text, error) = match job.stand {
        Stand::Odd => ("resting", Value::Null, Value::Null),
        Stand::Waiting => ("queued", Value::Null, Value::Null),
        Stand::Running => ("processing", Value::Null, Value::Null),
        Stand::Ended(End::Made) => ("completed", "Hi there.".into(), Value::Null),
        // What was deleted has lost its words.
        Stand::Ended(End::Expired) => ("completed", Value::Null, Value::Null),
        Stand::Ended(_) => ("error", Value::Null, "Server error".into()),
    };
    json!({ "id": job.id, "status": status, "text": text, "error": error, "words": [], "audio_duration": 12,
        "audio_url": job.order.input["audio_url"], "created": "2026-11-21T08:00:00.250000" })
}
