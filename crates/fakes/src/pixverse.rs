//! PixVerse's platform API: uploads, clips, and an envelope around every answer.

mod bodies;

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::schema::{is_address, is_uuid};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The largest picture, bytes.
const PICTURE_MAX: usize = 20 * 1024 * 1024;

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(PixVerse).await
}

struct PixVerse;

impl Protocol for PixVerse {
    fn key(&self) -> &'static str {
        "sk-fake-pixverse-0123456789"
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", path) if path.starts_with("/openapi/v2/video/") => Step::Submit,
            ("GET", path) if path.starts_with("/openapi/v2/video/result/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        // Outputs lie elsewhere and need no key; what is gone there is simply not there.
        let Some(path) = asked.path.strip_prefix("/openapi/v2/") else {
            return StatusCode::NOT_FOUND.into_response();
        };
        if asked.header("api-key") != self.key() {
            return refusal(StatusCode::BAD_REQUEST, 400_012, "Invalid account or api key");
        }
        if !is_uuid(asked.header("ai-trace-id")) {
            return refusal(StatusCode::BAD_REQUEST, 400_011, "Ai-trace-id is missing");
        }
        match (asked.method.as_str(), path) {
            ("GET", "account/balance") => {
                success(json!({ "account_id": 1, "credit_monthly": 1_000, "credit_package": 0 }))
            }
            ("POST", "image/upload") => upload_picture(asked, desk),
            ("POST", "media/upload") => upload_media(asked, desk),
            ("POST", path) => create(path, asked, desk),
            ("GET", path) => match path.strip_prefix("video/result/").and_then(|id| desk.look(id)) {
                Some(job) => success(clip(&job, desk)),
                None => refusal(StatusCode::OK, 500_008, "The requested data was not found"),
            },
            _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        }
    }

    fn busy(&self, _: u32) -> Response {
        refusal(StatusCode::OK, 500_044, "Reached the limit for concurrent generations")
    }

    fn fail(&self, status: StatusCode) -> Response {
        refusal(status, 500_100, "Database error")
    }
}

fn success(resp: Value) -> Response {
    Json(json!({ "ErrCode": 0, "ErrMsg": "success", "Resp": resp })).into_response()
}

fn refusal(status: StatusCode, code: u64, words: &str) -> Response {
    (status, Json(json!({ "ErrCode": code, "ErrMsg": words, "Resp": null }))).into_response()
}

fn upload_picture(asked: &Asked, desk: &Desk) -> Response {
    let Some(bytes) = uploaded(asked, "image", "image_url") else {
        return refusal(StatusCode::BAD_REQUEST, 400_011, "image or image_url is required");
    };
    if bytes.len() > PICTURE_MAX {
        return refusal(StatusCode::OK, 500_030, "The image is larger than 20 MB");
    }
    let id = desk.number();
    desk.upload(format!("image {id}"), bytes);
    success(json!({ "img_id": id, "img_url": format!("https://media.pixverse.ai/{id}.png") }))
}

fn upload_media(asked: &Asked, desk: &Desk) -> Response {
    let kind = asked.part("media_type").unwrap_or_default();
    if !["video", "audio"].contains(&kind) {
        return refusal(StatusCode::BAD_REQUEST, 400_011, "media_type is required");
    }
    let Some(bytes) = uploaded(asked, "file", "file_url") else {
        return refusal(StatusCode::BAD_REQUEST, 400_011, "file or file_url is required");
    };
    let id = desk.number();
    desk.upload(format!("{kind} {id}"), bytes);
    success(json!({ "media_id": id, "media_type": kind, "url": format!("https://media.pixverse.ai/{id}") }))
}

/// The content of an upload, or its address: exactly one of the two is given.
fn uploaded(asked: &Asked, file: &str, url: &str) -> Option<Bytes> {
    match (&asked.parts(file)[..], &asked.parts(url)[..]) {
        ([part], []) if part.file_name.is_some() && part.content_type.is_some() => Some(part.bytes.clone()),
        ([], [part]) if part.file_name.is_none() && is_address(part.text()) => Some(part.bytes.clone()),
        _ => None,
    }
}

fn create(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let Some(body) = asked.json() else {
        return refusal(StatusCode::BAD_REQUEST, 400_013, "The body is not JSON");
    };
    if let Some(job) = desk.by_token(asked.header("ai-trace-id")) {
        // An id that was there before starts nothing.
        return accepted(&job);
    }
    match bodies::check(path, &body) {
        None => return StatusCode::NOT_FOUND.into_response(),
        Some(Err(wrong)) => return refusal(StatusCode::BAD_REQUEST, 400_017, &wrong),
        Some(Ok(())) => {}
    }
    for (name, kind) in bodies::UPLOADS {
        if body[name].as_u64().is_some_and(|id| desk.uploaded(&format!("{kind} {id}")).is_none()) {
            return refusal(StatusCode::OK, 400_032, "Invalid id of an upload");
        }
    }
    let word = |name: &str| body[name].as_str();
    let order = Order {
        model: format!("{path} {}", word("model").unwrap_or_default()),
        prompt: word("prompt").or_else(|| word("sound_effect_content")).unwrap_or_default().to_owned(),
        input: body.clone(),
        body: asked.body.clone(),
        outputs: 1,
        token: Some(asked.header("ai-trace-id").to_owned()),
        callback_url: None,
    };
    accepted(&desk.take(desk.number().to_string(), order))
}

fn accepted(job: &Job) -> Response {
    success(json!({ "video_id": job.id.parse::<u64>().unwrap_or(0), "credits": 45 }))
}

/// A clip as the look at it shows it.
fn clip(job: &Job, desk: &Desk) -> Value {
    let status = match job.stand {
        Stand::Odd => 4,
        Stand::Waiting | Stand::Running => 5,
        Stand::Ended(End::Made | End::Expired) => 1,
        Stand::Ended(End::Refused) => 7,
        Stand::Ended(End::Failed | End::Canceled) => 8,
    };
    let url = if status == 1 { desk.file_url(job, 0, "mp4") } else { String::new() };
    json!({ "id": job.id.parse::<u64>().unwrap_or(0), "status": status, "url": url, "prompt": job.order.prompt,
        "negative_prompt": "", "seed": 1, "size": 0, "style": "", "outputWidth": 64, "outputHeight": 64,
        "has_audio": false, "create_time": "2026-11-21T10:00:00Z" })
}
