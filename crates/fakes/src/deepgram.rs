//! Deepgram: speech and transcripts, both at once.

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::desk::{Desk, End, Order};
use crate::media;
use crate::rules::{Field, Rule, check_query};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The key that it accepts, after the word `Token`.
pub const KEY: &str = "fake-deepgram";

/// Starts it.
pub async fn start() -> Fake {
    Fake::start(Deepgram).await
}

struct Deepgram;

const SPEAK: &[Field] = &[
    ("model", true, Rule::Text(100)),
    ("encoding", false, Rule::Word(&["linear16", "flac", "mulaw", "alaw", "mp3", "opus", "aac"])),
    ("container", false, Rule::Word(&["none", "wav", "ogg"])),
    ("sample_rate", false, Rule::Whole(8_000, 48_000)),
    ("bit_rate", false, Rule::Whole(4_000, 650_000)),
    ("speed", false, Rule::Number(0.5, 2.0)),
];

const LISTEN: &[Field] = &[
    ("model", true, Rule::Text(100)),
    ("language", false, Rule::Text(10)),
    ("detect_language", false, Rule::Truth),
    ("smart_format", false, Rule::Truth),
    ("punctuate", false, Rule::Truth),
    ("diarize", false, Rule::Truth),
    ("utterances", false, Rule::Truth),
    ("paragraphs", false, Rule::Truth),
    ("keyterm", false, Rule::List(1, 100)),
    ("multichannel", false, Rule::Truth),
];

/// The longest text that is spoken, characters.
const TEXT_MAX: usize = 2_000;

impl Protocol for Deepgram {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        if asked.route().0 == "POST" { Step::Submit } else { Step::Other }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.header("authorization") != format!("Token {KEY}") {
            return error(StatusCode::UNAUTHORIZED, "INVALID_AUTH", "Invalid credentials.");
        }
        match asked.route() {
            ("GET", "/v1/projects") => {
                Json(json!({ "projects": [{ "project_id": "p", "name": "n" }] })).into_response()
            }
            ("POST", "/v1/speak") => speak(asked, desk),
            ("POST", "/v1/listen") => listen(asked, desk),
            _ => error(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such path."),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let answer = error(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", "Too many requests.");
        ([(header::RETRY_AFTER, retry_after_s.to_string())], answer).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "INTERNAL_SERVER_ERROR", "Something went wrong.")
    }
}

fn error(status: StatusCode, code: &str, words: &str) -> Response {
    (status, Json(json!({ "err_code": code, "err_msg": words, "request_id": "fake" }))).into_response()
}

fn wrong(words: &str) -> Response {
    let body = json!({ "category": "INVALID_QUERY_PARAMETER", "message": words, "details": "", "request_id": "fake" });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn speak(asked: &Asked, desk: &Desk) -> Response {
    if let Err(fault) = check_query(SPEAK, asked) {
        return wrong(fault.field());
    }
    let body = asked.json().unwrap_or_default();
    let only_text = body.as_object().is_some_and(|fields| fields.len() == 1);
    let Some(text) = body["text"].as_str().filter(|text| only_text && !text.is_empty()) else {
        return wrong("text");
    };
    if text.chars().count() > TEXT_MAX {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", "The text is too long.");
    }
    match taken("v1/speak", text, body.clone(), asked, desk) {
        Some(refusal) => refusal,
        None => ([(header::CONTENT_TYPE, "audio/mpeg")], Bytes::from_static(media::SOUND)).into_response(),
    }
}

fn listen(asked: &Asked, desk: &Desk) -> Response {
    if let Err(fault) = check_query(LISTEN, asked) {
        return wrong(fault.field());
    }
    let kind = asked.header("content-type");
    let body = asked.json().unwrap_or_default();
    let named = body["url"].as_str().is_some_and(|url| url.starts_with("http"));
    if !named && !kind.starts_with("audio/") && !kind.starts_with("video/") {
        return wrong("neither a recording nor the address of one");
    }
    if let Some(refusal) = taken("v1/listen", "", body, asked, desk) {
        return refusal;
    }
    // A recording of nothing has nothing in it.
    let text = if asked.body.is_empty() { "" } else { "Hi there." };
    let alternative = json!({ "transcript": text, "confidence": 0.99, "words": [], "paragraphs": {} });
    Json(json!({ "metadata": { "request_id": "fake", "duration": 1.5, "channels": 1, "models": ["m"] },
        "results": { "channels": [{ "detected_language": "en", "alternatives": [alternative] }], "utterances": [] } }))
    .into_response()
}

/// Puts it into the book; an answer where that fails.
fn taken(path: &str, text: &str, input: Value, asked: &Asked, desk: &Desk) -> Option<Response> {
    if desk.coming() == End::Failed {
        return Some(error(StatusCode::INTERNAL_SERVER_ERROR, "GENERATION_FAILED", "It could not be made."));
    }
    let (model, prompt, body) = (path.to_owned(), text.to_owned(), asked.body.clone());
    desk.make(desk.uuid(), Order { model, prompt, body, input, outputs: 1, ..Order::default() });
    None
}
