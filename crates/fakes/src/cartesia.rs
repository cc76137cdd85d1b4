//! Cartesia: speech and transcripts, both at once.

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use crate::desk::{Desk, End, Order};
use crate::media;
use crate::rules::{Fault, Field, Rule, check, check_form};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The key that it accepts.
pub const KEY: &str = "sk_car_fake";

/// The date of the shapes that it speaks.
const VERSION: &str = "2026-08-14";

/// Starts it.
pub async fn start() -> Fake {
    Fake::start(Cartesia).await
}

struct Cartesia;

const SPEECH: &[Field] = &[
    ("model_id", true, Rule::Word(&["sonic-3.5", "sonic-3", "sonic-latest"])),
    ("transcript", true, Rule::Text(10_000)),
    ("voice", true, Rule::Any),
    ("output_format", true, Rule::Any),
    ("language", false, Rule::Text(10)),
    ("generation_config", false, Rule::Any),
    ("pronunciation_dict_id", false, Rule::Text(100)),
    ("save", false, Rule::Truth),
];
const VOICE: &[Field] = &[("mode", true, Rule::Word(&["id"])), ("id", true, Rule::Text(100))];
const CONFIG: &[Field] = &[
    ("emotion", false, Rule::Text(40)),
    ("speed", false, Rule::Number(0.6, 1.5)),
    ("volume", false, Rule::Number(0.5, 2.0)),
];
const MP3: &[Field] = &[
    ("container", true, Rule::Word(&["mp3"])),
    ("bit_rate", true, Rule::Whole(32_000, 192_000)),
    ("sample_rate", true, Rule::Whole(8_000, 48_000)),
];
const WAV: &[Field] = &[
    ("container", true, Rule::Word(&["wav", "raw"])),
    ("encoding", true, Rule::Word(&["pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw"])),
    ("sample_rate", true, Rule::Whole(8_000, 48_000)),
];
const TRANSCRIPT: &[Field] = &[
    ("model", true, Rule::Word(&["ink-whisper"])),
    ("file", true, Rule::Any),
    ("language", false, Rule::Text(10)),
    ("timestamp_granularities[]", false, Rule::List(1, 1)),
];

impl Protocol for Cartesia {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        if asked.route().0 == "POST" { Step::Submit } else { Step::Other }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.header("cartesia-version") != VERSION {
            return error(StatusCode::BAD_REQUEST, "version_required", "Send the header cartesia-version.");
        }
        if asked.header("authorization") != format!("Bearer {KEY}") {
            return error(StatusCode::UNAUTHORIZED, "invalid_api_key", "This key is not known.");
        }
        match asked.route() {
            ("GET", "/voices") => Json(json!({ "data": [], "has_more": false })).into_response(),
            ("POST", path @ ("/tts/bytes" | "/stt")) => submit(path, asked, desk),
            _ => (StatusCode::NOT_FOUND, "not found").into_response(),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let answer =
            error(StatusCode::TOO_MANY_REQUESTS, "concurrency_limited", "Too many requests at a time.");
        ([(header::RETRY_AFTER, retry_after_s.to_string())], answer).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "internal_error", "Something went wrong.")
    }
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "error_code": code, "title": "Error", "message": message, "request_id": "fake", "doc_url": "" });
    (status, Json(body)).into_response()
}

fn submit(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let checked = if path == "/stt" { transcript(asked) } else { speech(asked) };
    let input = match checked {
        Ok(input) => input,
        Err(fault) => return error(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", fault.field()),
    };
    if desk.coming() == End::Failed {
        return error(StatusCode::INTERNAL_SERVER_ERROR, "generation_failed", "It could not be made.");
    }
    let order = Order {
        model: path.trim_start_matches('/').to_owned(),
        prompt: input["transcript"].as_str().unwrap_or_default().to_owned(),
        body: asked.body.clone(),
        outputs: 1,
        input,
        ..Order::default()
    };
    desk.make(desk.uuid(), order);
    match path {
        "/stt" => Json(json!({ "type": "transcript", "text": "Hi there.", "duration": 1.5, "language": "en",
            "request_id": "fake", "words": [] }))
        .into_response(),
        _ => ([(header::CONTENT_TYPE, "audio/mpeg")], Bytes::from_static(media::SOUND)).into_response(),
    }
}

fn speech(asked: &Asked) -> Result<Value, Fault> {
    let body = asked.json().unwrap_or_default();
    check(SPEECH, body.as_object().ok_or(Fault::Missing("body"))?)?;
    let part = |name: &'static str| body[name].as_object().ok_or(Fault::Wrong(name));
    if !body["voice"].is_string() {
        check(VOICE, part("voice")?)?;
    }
    if !body["generation_config"].is_null() {
        check(CONFIG, part("generation_config")?)?;
    }
    let format = part("output_format")?;
    check(if format.get("container") == Some(&json!("mp3")) { MP3 } else { WAV }, format)?;
    Ok(body)
}

fn transcript(asked: &Asked) -> Result<Value, Fault> {
    check_form(TRANSCRIPT, asked)?;
    let file = asked.parts("file");
    if file.iter().any(|part| part.file_name.is_none() || part.bytes.is_empty()) {
        return Err(Fault::Wrong("file"));
    }
    let texts = asked.form.iter().flatten().filter(|part| part.file_name.is_none());
    Ok(texts.map(|part| (part.name.clone(), Value::from(part.text()))).collect::<Map<_, _>>().into())
}
