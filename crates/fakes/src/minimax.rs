//! MiniMax: clips in two versions, pictures, speech, music and voices.

mod bodies;

use axum::Json;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::desk::{Desk, End, Job, Order, Stand, output};
use crate::letter::Letter;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The API key that the fake accepts.
pub const KEY: &str = "minimax-fake-key";

/// Starts one.
pub async fn start() -> Fake {
    Fake::start(MiniMax).await
}

struct MiniMax;

impl Protocol for MiniMax {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", "/v1/get_voice" | "/v1/files/upload") => Step::Other,
            ("POST", _) => Step::Submit,
            ("GET", path) if path.contains("/query/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            return StatusCode::NOT_FOUND.into_response();
        }
        if asked.header("authorization") != format!("Bearer {KEY}") {
            return said(1004, "login fail: please carry the API secret key");
        }
        match asked.route() {
            ("POST", "/v1/get_voice") => voices(asked),
            ("POST", "/v1/files/upload") => upload(asked, desk),
            ("POST", path) => submit(path, asked, desk),
            ("GET", "/v1/query/video_generation") => first(asked, desk),
            ("GET", "/v1/files/retrieve") => retrieve(asked, desk),
            ("GET", path) => match path.strip_prefix("/v2/query/video_generation/") {
                Some(id) => second(id, desk),
                None => StatusCode::NOT_FOUND.into_response(),
            },
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn busy(&self, _: u32) -> Response {
        said(1002, "rate limit")
    }

    fn fail(&self, status: StatusCode) -> Response {
        let error =
            json!({ "type": "error", "error": { "type": "api_error", "message": "something is not right" } });
        (status, Json(error)).into_response()
    }

    fn letter(&self, job: &Job, _: &Desk, _: bool) -> Option<Letter> {
        let (status, code) = match job.stand {
            Stand::Ended(End::Made | End::Expired) => ("success", 0),
            Stand::Ended(End::Refused) => ("failed", 1027),
            Stand::Ended(_) => ("failed", 1024),
            _ => ("processing", 0),
        };
        let body = json!({ "task_id": job.id, "status": status, "file_id": job.id,
            "base_resp": { "status_code": code, "status_msg": "words" } });
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into(),
        })
    }
}

fn said(code: i64, words: &str) -> Response {
    Json(json!({ "base_resp": { "status_code": code, "status_msg": words } })).into_response()
}

fn well(mut body: Value) -> Response {
    body["base_resp"] = json!({ "status_code": 0, "status_msg": "success" });
    Json(body).into_response()
}

fn submit(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let Some(Value::Object(body)) = asked.json() else { return said(2013, "the body is no JSON object") };
    if let Err(what) = bodies::check(path, &body) {
        return said(2013, &what);
    }
    if path == "/v1/voice_clone"
        && body.get("file_id").is_none_or(|id| desk.uploaded(&id.to_string()).is_none())
    {
        return said(2013, "file_id is no upload");
    }
    let clip = path.ends_with("/video_generation");
    if !clip {
        match desk.coming() {
            End::Refused => return said(1026, "the input is sensitive"),
            End::Failed => return said(1024, "internal error"),
            _ => {}
        }
    }
    let order = order(path, body, asked);
    let id = (360_000_000_000_000 + desk.number()).to_string();
    if clip {
        let job = desk.take(id, order);
        return well(json!({ "task_id": job.id }));
    }
    let job = desk.make(id, order);
    well(match path {
        "/v1/image_generation" => {
            let urls: Vec<_> = (0..job.order.outputs).map(|nth| desk.file_url(&job, nth, "jpeg")).collect();
            json!({ "id": job.id, "data": { "image_urls": urls },
                "metadata": { "success_count": job.order.outputs.to_string(), "failed_count": "0" } })
        }
        "/v1/voice_clone" => json!({ "input_sensitive": false, "demo_audio": desk.file_url(&job, 0, "mp3") }),
        _ => sound(&job, desk),
    })
}

/// Speech or music as it was asked for: an address, or hexadecimal digits.
fn sound(job: &Job, desk: &Desk) -> Value {
    let input = &job.order.input;
    let (_, bytes) = output(job, 0, "mp3");
    let audio =
        if input["output_format"] == "url" { desk.file_url(job, 0, "mp3") } else { HEXLOWER.encode(&bytes) };
    let setting = &input["audio_setting"];
    json!({ "data": { "audio": audio, "status": 2 }, "trace_id": "fake-trace", "extra_info": {
        "audio_format": setting["format"].as_str().unwrap_or("mp3"), "audio_size": bytes.len(),
        "audio_sample_rate": setting["sample_rate"].as_u64().unwrap_or(32_000),
        "audio_channel": setting["channel"].as_u64().unwrap_or(1) } })
}

fn order(path: &str, body: Map<String, Value>, asked: &Asked) -> Order {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let items = body.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
    let item = items.iter().find_map(|item| item["text"].as_str()).map(str::to_owned);
    Order {
        model: path.trim_start_matches('/').to_owned(),
        prompt: text("prompt").or_else(|| text("text")).or(item).unwrap_or_default(),
        outputs: body.get("n").and_then(Value::as_u64).unwrap_or(1) as u32,
        token: None,
        callback_url: text("callback_url"),
        input: Value::Object(body),
        body: asked.body.clone(),
    }
}

/// A clip of the first version.
fn first(asked: &Asked, desk: &Desk) -> Response {
    let id = asked.parameter("task_id").unwrap_or_default();
    let Some(job) = desk.look(&id).filter(|job| job.order.model.starts_with("v1/")) else {
        return said(2013, "there is no such task");
    };
    let (status, code) = match job.stand {
        Stand::Odd => ("Hibernating", 0),
        Stand::Waiting => ("Queueing", 0),
        Stand::Running => ("Processing", 0),
        Stand::Ended(End::Made | End::Expired) => ("Success", 0),
        Stand::Ended(End::Refused) => ("Fail", 1027),
        Stand::Ended(End::Failed | End::Canceled) => ("Fail", 1024),
    };
    let file = if status == "Success" { job.id.as_str() } else { "" };
    let body = json!({ "task_id": job.id, "status": status, "file_id": file, "video_width": 64, "video_height": 48,
        "base_resp": { "status_code": code, "status_msg": "words" } });
    Json(body).into_response()
}

/// A clip of the second version.
fn second(id: &str, desk: &Desk) -> Response {
    let Some(job) = desk.look(id).filter(|job| job.order.model.starts_with("v2/")) else {
        return said(2013, "there is no such task");
    };
    let (status, error) = match job.stand {
        Stand::Odd => ("hibernating", Value::Null),
        Stand::Waiting => ("queued", Value::Null),
        Stand::Running => ("running", Value::Null),
        Stand::Ended(End::Made | End::Expired) => ("succeeded", Value::Null),
        Stand::Ended(End::Refused) => ("failed", json!({ "code": "1027", "message": "no" })),
        Stand::Ended(End::Failed) => ("failed", json!({ "code": "1024", "message": "no" })),
        Stand::Ended(End::Canceled) => ("cancelled", Value::Null),
    };
    let content =
        if status == "succeeded" { json!({ "url": desk.file_url(&job, 0, "mp4") }) } else { Value::Null };
    Json(json!({ "task": { "id": job.id, "model": job.order.input["model"], "status": status, "task_type": "generation",
        "modality": "video", "content": content, "error": error } }))
    .into_response()
}

/// Where a finished clip's file lies.
fn retrieve(asked: &Asked, desk: &Desk) -> Response {
    let id = asked.parameter("file_id").unwrap_or_default();
    match desk.job(&id) {
        Some(job) if job.end().is_some() => {
            let number: u64 = job.id.parse().unwrap_or(0);
            well(json!({ "file": { "file_id": number, "bytes": 1, "created_at": job.made_at,
                "filename": "output_aigc.mp4", "purpose": "video_generation",
                "download_url": desk.file_url(&job, 0, "mp4") } }))
        }
        _ => said(2013, "there is no such file"),
    }
}

fn upload(asked: &Asked, desk: &Desk) -> Response {
    if !matches!(asked.part("purpose"), Some("voice_clone" | "prompt_audio")) {
        return said(2013, "purpose");
    }
    let file = asked.parts("file").into_iter().next().cloned();
    let known = |name: &str| [".mp3", ".m4a", ".wav"].iter().any(|ending| name.ends_with(ending));
    match file {
        Some(file) if file.file_name.as_deref().is_some_and(known) => {
            let id = desk.number();
            desk.upload(id.to_string(), file.bytes.clone());
            well(json!({ "file": { "file_id": id, "bytes": file.bytes.len(), "purpose": "voice_clone" } }))
        }
        _ => said(2013, "file"),
    }
}

fn voices(asked: &Asked) -> Response {
    let kind = asked.json().unwrap_or_default();
    match kind["voice_type"].as_str() {
        Some("system" | "voice_cloning" | "voice_generation" | "all") => well(json!({ "system_voice": [] })),
        _ => said(2013, "voice_type"),
    }
}
