//! All of the dialect: pictures, speech, transcripts and clips; OpenAI's own service, or a server of one's own.

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::{KEY, check, error, fields, models};
use crate::desk::{Desk, End, Job, Order, Stand};
use crate::media;
use crate::rules::Fault;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// Starts OpenAI's own service: strict about fields, models and the key.
pub async fn hosted() -> Fake {
    Fake::start(Service { hosted: true }).await
}

/// Starts a server of one's own: no key, FastAPI's errors.
pub async fn self_hosted() -> Fake {
    Fake::start(Service { hosted: false }).await
}

struct Service {
    hosted: bool,
}

impl Protocol for Service {
    fn key(&self) -> &'static str {
        if self.hosted { KEY } else { "" }
    }

    fn prefix(&self) -> &'static str {
        "/v1"
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", _) => Step::Submit,
            ("GET", path) if path.starts_with("/v1/videos/") && !path.ends_with("/content") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if self.hosted && asked.header("authorization") != format!("Bearer {KEY}") {
            let words = "Incorrect API key provided.";
            return error(StatusCode::UNAUTHORIZED, "invalid_request_error", "invalid_api_key", None, words);
        }
        match asked.route() {
            ("GET", "/v1/models") => models().into_response(),
            ("GET", "/v1/videos") => list(desk),
            ("GET", path) => self.clip(path, desk),
            ("POST", path) => self.submit(path, asked, desk),
            _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let code = "rate_limit_exceeded";
        let answer = error(StatusCode::TOO_MANY_REQUESTS, code, code, None, "Rate limit reached.");
        ([(header::RETRY_AFTER, retry_after_s.to_string())], answer).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "server_error", "server_error", None, "The server had an error.")
    }
}

impl Service {
    fn submit(&self, path: &str, asked: &Asked, desk: &Desk) -> Response {
        let checked = match path {
            "/v1/images/edits" if !self.hosted => fields::edit(asked),
            "/v1/images/generations" | "/v1/images/edits" => {
                match check::request(path, &asked.headers, &asked.body, self.hosted) {
                    Ok(input) => Ok(input),
                    Err(refusal) => return *refusal,
                }
            }
            "/v1/audio/speech" => fields::speech(asked, self.hosted),
            "/v1/audio/transcriptions" => fields::transcription(asked, self.hosted),
            "/v1/videos" => fields::clip(asked, self.hosted),
            _ => return not_found(),
        };
        let input = match checked {
            Ok(input) => input,
            Err(fault) => return self.refuse(&fault),
        };
        let clip = path == "/v1/videos";
        match desk.coming() {
            End::Refused if !clip => {
                let words = "Your request was rejected by the safety system.";
                let kind = "image_generation_user_error";
                return error(StatusCode::BAD_REQUEST, kind, "moderation_blocked", None, words);
            }
            End::Failed if !clip => return self.fail(StatusCode::INTERNAL_SERVER_ERROR),
            _ => {}
        }
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let order = Order {
            model: text("model"),
            prompt: text(if path == "/v1/audio/speech" { "input" } else { "prompt" }),
            body: asked.body.clone(),
            outputs: input["n"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
            input,
            ..Order::default()
        };
        if clip {
            let job = desk.take(format!("video_{}", desk.number()), order);
            return Json(told(&job)).into_response();
        }
        let job = desk.make(format!("req_{}", desk.number()), order);
        match path {
            "/v1/audio/speech" => sent("audio/mpeg", Bytes::from_static(media::SOUND)),
            "/v1/audio/transcriptions" => match job.order.input["response_format"].as_str() {
                Some("text") => {
                    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "Hi there.\n").into_response()
                }
                _ => Json(json!({ "text": "Hi there.", "usage": { "type": "duration", "seconds": 1 } }))
                    .into_response(),
            },
            _ => pictures(&job).into_response(),
        }
    }

    fn refuse(&self, fault: &Fault) -> Response {
        let (code, words) = match fault {
            Fault::Missing(_) => ("missing_required_parameter", "Missing required parameter."),
            Fault::Unknown(_) => ("unknown_parameter", "Unknown parameter."),
            Fault::Wrong(_) => ("invalid_value", "This value is not supported."),
        };
        if self.hosted {
            return error(StatusCode::BAD_REQUEST, "invalid_request_error", code, Some(fault.field()), words);
        }
        let finding = json!({ "loc": ["body", fault.field()], "msg": words, "type": code });
        (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": [finding] }))).into_response()
    }

    /// A clip, or its file: behind the key, and at OpenAI's on another host.
    fn clip(&self, path: &str, desk: &Desk) -> Response {
        let Some(rest) = path.strip_prefix("/v1/videos/") else { return not_found() };
        let Some(id) = rest.strip_suffix("/content") else {
            return desk.look(rest).map_or_else(not_found, |job| Json(told(&job)).into_response());
        };
        match desk.job(id).map(|job| (job.end(), job)) {
            Some((Some(End::Made), job)) if self.hosted => {
                (StatusCode::FOUND, [(header::LOCATION, desk.file_url(&job, 0, "mp4"))]).into_response()
            }
            Some((Some(End::Made), _)) => sent("video/mp4", Bytes::from_static(media::CLIP)),
            Some((None, _)) => error(
                StatusCode::BAD_REQUEST,
                "invalid_request_error",
                "not_ready",
                None,
                "Still in progress.",
            ),
            _ => not_found(),
        }
    }
}

fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "invalid_request_error", "not_found", None, "There is no such thing.")
}

fn sent(kind: &'static str, bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}

fn pictures(job: &Job) -> Json<Value> {
    let input = &job.order.input;
    let format = input["output_format"].as_str().unwrap_or("png");
    let (width, height) = media::size(input["size"].as_str().unwrap_or_default()).unwrap_or((64, 64));
    let picture = |nth| {
        let file = media::picture(width, height, media::colour(&job.order.prompt, nth), format);
        json!({ "b64_json": STANDARD.encode(file), "revised_prompt": null })
    };
    let data: Vec<_> = (0..job.order.outputs).map(picture).collect();
    Json(json!({ "created": job.made_at, "data": data, "output_format": format,
        "usage": { "input_tokens": 50, "output_tokens": 4160, "total_tokens": 4210 } }))
}

fn list(desk: &Desk) -> Response {
    let clips = desk.listed().into_iter().filter(|job| job.id.starts_with("video_"));
    let mut data: Vec<_> = clips.map(|job| told(&job)).collect();
    data.reverse();
    let id = |clip: Option<&Value>| clip.map(|clip| clip["id"].clone());
    Json(
        json!({ "object": "list", "first_id": id(data.first()), "last_id": id(data.last()), "has_more": false,
        "data": data }),
    )
    .into_response()
}

fn told(job: &Job) -> Value {
    let failed = |code: &str, message: &str| json!({ "code": code, "message": message });
    let (status, progress, error) = match job.stand {
        Stand::Odd => ("resting", 0, Value::Null),
        Stand::Waiting => ("queued", 0, Value::Null),
        Stand::Running => ("in_progress", 50, Value::Null),
        Stand::Ended(End::Made | End::Expired) => ("completed", 100, Value::Null),
        Stand::Ended(End::Refused) => {
            ("failed", 0, failed("moderation_blocked", "Rejected by the safety system."))
        }
        Stand::Ended(_) => ("failed", 0, failed("server_error", "The clip could not be made.")),
    };
    let given = |name: &str| job.order.input[name].clone();
    json!({ "id": job.id, "object": "video", "model": given("model"), "status": status, "progress": progress,
        "created_at": job.made_at, "completed_at": null, "expires_at": null, "prompt": given("prompt"),
        "size": given("size"), "seconds": given("seconds"), "remixed_from_video_id": null, "error": error })
}
