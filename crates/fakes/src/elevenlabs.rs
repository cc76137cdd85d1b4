//! ElevenLabs: calls whose answer is the file, and dubs that are followed.

mod check;

use std::io::{Cursor, Write};

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::media;
use crate::rules::Fault;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The key that it accepts.
pub const KEY: &str = "sk_fake_elevenlabs";

/// The voices of the account, by id and name.
const VOICES: [(&str, &str); 3] = [
    ("21m00Tcm4TlvDq8ikWAM", "Rachel"),
    ("CwhRBWXzGAHq8TQ4Fs17", "Roger - Laid-Back, Casual, Resonant"),
    ("EXAVITQu4vr4xnSDxMaL", "Sarah - Mature, Reassuring, Confident"),
];

/// Starts it.
pub async fn start() -> Fake {
    Fake::start(ElevenLabs).await
}

struct ElevenLabs;

impl Protocol for ElevenLabs {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", _) => Step::Submit,
            ("GET", path) if path.starts_with("/v1/dubbing/") && !path.contains("/audio/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.header("xi-api-key") != KEY {
            return error(StatusCode::UNAUTHORIZED, "invalid_api_key", "Invalid API key");
        }
        match asked.route() {
            ("POST", path) => submit(path, asked, desk),
            ("GET", "/v2/voices") => voices(&asked.parameter("search").unwrap_or_default()),
            ("GET", "/v1/user/subscription") => {
                Json(json!({ "tier": "creator", "character_count": 7 })).into_response()
            }
            ("GET", "/v1/dubbing") => list(desk),
            ("GET", path) => dub(path, desk),
            _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let answer =
            error(StatusCode::TOO_MANY_REQUESTS, "concurrent_limit_exceeded", "Too many concurrent requests");
        ([(header::RETRY_AFTER, retry_after_s.to_string())], answer).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "internal_server_error", "An error occurred.")
    }
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let kind = if status.is_client_error() { "validation_error" } else { "server_error" };
    let detail =
        json!({ "type": kind, "code": code, "message": message, "status": code, "request_id": "req_fake" });
    (status, Json(json!({ "detail": detail }))).into_response()
}

fn unprocessable(fault: &Fault) -> Response {
    let (kind, words) = match fault {
        Fault::Missing(_) => ("missing", "Field required"),
        Fault::Unknown(_) => ("extra_forbidden", "Extra inputs are not permitted"),
        Fault::Wrong(_) => ("value_error", "Value is not allowed"),
    };
    let finding = json!({ "loc": ["body", fault.field()], "msg": words, "type": kind });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": [finding] }))).into_response()
}

fn submit(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let (path, voice) = match check::path(path) {
        Some(found) => found,
        None => return (StatusCode::NOT_FOUND, Json(json!({ "detail": "Not Found" }))).into_response(),
    };
    let input = match check::request(path, asked) {
        Ok(input) => input,
        Err(fault) => return unprocessable(&fault),
    };
    let speakers =
        input["inputs"].as_array().into_iter().flatten().filter_map(|line| line["voice_id"].as_str());
    for voice in voice.into_iter().chain(speakers) {
        if !VOICES.iter().any(|(id, _)| *id == voice) {
            return error(StatusCode::NOT_FOUND, "voice_not_found", "A voice with this id was not found.");
        }
    }
    match desk.coming() {
        End::Refused => {
            return error(StatusCode::BAD_REQUEST, "content_against_policy", "This text is not allowed.");
        }
        End::Failed if path != "dubbing" => {
            return error(StatusCode::INTERNAL_SERVER_ERROR, "generation_failed", "Failed.");
        }
        _ => {}
    }
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let prompt = [text("text"), text("prompt"), text("description"), text("target_lang")].concat();
    let token = (path == "dubbing").then(|| text("name").to_owned());
    let order = Order {
        model: path.to_owned(),
        prompt,
        body: asked.body.clone(),
        outputs: if path == "music/stem-separation" { 2 } else { 1 },
        token,
        input: input.clone(),
        ..Order::default()
    };
    let id = format!("el{}", desk.number());
    if path == "dubbing" {
        let job = desk.take(id, order);
        return Json(json!({ "dubbing_id": job.id, "expected_duration_sec": 12.5 })).into_response();
    }
    let job = desk.make(id, order);
    match path {
        "speech-to-text" => Json(json!({ "language_code": "eng", "language_probability": 0.98, "text": "Hi there.",
            "words": [{ "text": "Hi", "start": 0.1, "end": 0.3, "type": "word", "speaker_id": "speaker_0", "logprob": -0.01 }],
            "transcription_id": job.id, "audio_duration_secs": 12.3 }))
        .into_response(),
        "music/stem-separation" => sent("application/zip", stems()),
        _ => sent("audio/mpeg", Bytes::from_static(media::SOUND)),
    }
}

fn sent(kind: &'static str, bytes: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::HeaderName::from_static("request-id"), "req_fake"),
        (header::HeaderName::from_static("character-cost"), "5"),
    ];
    (headers, bytes).into_response()
}

/// Two parts of a song, in an archive.
fn stems() -> Bytes {
    let pack = || {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["vocals.mp3", "instrumental.mp3"] {
            archive.start_file(name, zip::write::SimpleFileOptions::default())?;
            archive.write_all(media::SOUND)?;
        }
        zip::result::ZipResult::Ok(archive.finish()?.into_inner())
    };
    #[expect(clippy::expect_used, reason = "writing a small archive to memory cannot fail")]
    pack().expect("an archive in memory").into()
}

fn voices(search: &str) -> Response {
    let search = search.to_lowercase();
    let found = VOICES.iter().filter(|(_, name)| name.to_lowercase().contains(&search));
    let voices: Vec<Value> = found
        .map(|(id, name)| json!({ "voice_id": id, "name": name, "category": "premade", "labels": {} }))
        .collect();
    Json(json!({ "voices": voices, "has_more": false, "total_count": voices.len(), "next_page_token": null }))
        .into_response()
}

fn list(desk: &Desk) -> Response {
    let dubs: Vec<_> =
        desk.listed().iter().filter(|job| job.order.model == "dubbing").map(described).collect();
    Json(json!({ "dubs": dubs, "next_cursor": null, "has_more": false })).into_response()
}

fn described(job: &Job) -> Value {
    let (status, error) = match job.stand {
        Stand::Odd => ("resting", None),
        Stand::Waiting | Stand::Running => ("dubbing", None),
        Stand::Ended(End::Made | End::Expired) => ("dubbed", None),
        Stand::Ended(_) => ("failed", Some("The clip could not be dubbed.")),
    };
    json!({ "dubbing_id": job.id, "name": job.order.token, "status": status, "error": error,
        "target_languages": [job.order.input["target_lang"]] })
}

/// A dub, or the file of one.
fn dub(path: &str, desk: &Desk) -> Response {
    let missing = || error(StatusCode::NOT_FOUND, "dubbing_not_found", "There is no such dub.");
    let Some(rest) = path.strip_prefix("/v1/dubbing/") else { return missing() };
    let Some((id, language)) = rest.split_once("/audio/") else {
        return desk.look(rest).map_or_else(missing, |job| Json(described(&job)).into_response());
    };
    let Some(job) = desk.job(id).filter(|job| job.order.input["target_lang"] == language) else {
        return missing();
    };
    match job.stand {
        Stand::Ended(End::Made) => sent("video/mp4", Bytes::from_static(media::CLIP)),
        Stand::Ended(_) => missing(),
        _ => error(StatusCode::TOO_EARLY, "dubbing_not_ready", "The dub is not ready."),
    }
}
