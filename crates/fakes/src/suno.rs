//! Two sellers of Suno's songs: one with the contract of sunoapi.org and kie.ai, one that speaks as new-api does.

mod check;
mod proxy;

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{StatusCode, header};
use serde_json::{Value, json};
use sha2::Sha256;

pub use self::proxy::start as start_proxy;
use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::{Letter, now_s};
use crate::upstream::{Asked, CALLBACK_SECRET, Fake, Protocol, Step};

/// The key that both accept.
pub const KEY: &str = "suno-fake-key";

/// Starts the seller with the contract of sunoapi.org. Its callbacks are signed as those of kie.ai are.
pub async fn start() -> Fake {
    Fake::start(Seller).await
}

struct Seller;

impl Protocol for Seller {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", _) => Step::Submit,
            ("GET", path) if path.ends_with("/record-info") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            return StatusCode::NOT_FOUND.into_response();
        }
        if asked.header("authorization") != format!("Bearer {KEY}") {
            return says(401, "You do not have access permissions", Value::Null);
        }
        let Some(path) = asked.path.strip_prefix("/api/v1/") else {
            return says(404, "Not found", Value::Null);
        };
        match (asked.method.as_str(), path) {
            ("GET", "generate/credit") => says(200, "success", json!(100)),
            ("GET", path) => match path.strip_suffix("/record-info") {
                Some(family) => record(family, &asked.parameter("taskId").unwrap_or_default(), desk),
                None => says(404, "Not found", Value::Null),
            },
            ("POST", path) => submit(path, asked, desk),
            _ => says(405, "Method not allowed", Value::Null),
        }
    }

    fn busy(&self, _: u32) -> Response {
        says(430, "Your call frequency is too high. Please try again later.", Value::Null)
    }

    fn fail(&self, status: StatusCode) -> Response {
        let body = json!({ "code": status.as_u16(), "msg": "Server exception, please try again later" });
        (status, json_of(&body)).into_response()
    }

    /// Callbacks write their fields otherwise than records do.
    fn letter(&self, job: &Job, desk: &Desk, genuine: bool) -> Option<Letter> {
        let made = job.end() == Some(End::Made);
        let clip = |nth: u32| {
            json!({ "id": format!("{}-{nth}", job.id), "audio_url": desk.file_url(job, nth, "mp3"),
                "stream_audio_url": "", "image_url": desk.file_url(job, nth, "jpeg"), "model_name": "chirp-v5",
                "title": "A song", "tags": "folk", "duration": 198.4 })
        };
        let clips: Vec<_> = (0..job.order.outputs).map(clip).collect();
        let body = json!({
            "code": if made { 200 } else { 501 },
            "msg": if made { "All generated successfully." } else { "Generation failed." },
            "data": { "callbackType": if made { "complete" } else { "error" }, "task_id": job.id,
                "data": if made { Value::Array(clips) } else { Value::Null } },
        });
        let time = now_s();
        let key = if genuine { CALLBACK_SECRET } else { "a stranger's key" };
        let signature = sign(key, &format!("{}.{time}", job.id));
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("x-webhook-timestamp", time.to_string()),
                ("x-webhook-signature", signature),
            ],
            body: body.to_string().into(),
        })
    }
}

fn sign(key: &str, text: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn submit(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let body = asked.json().unwrap_or_default();
    let Some(family) = family(path) else { return says(404, "Not found", Value::Null) };
    if let Err(wrong) = check::order(path, &body) {
        return says(422, &wrong, Value::Null);
    }
    let outputs = match family {
        // Two clips come of every song, and both are paid.
        "generate" if path != "generate/sounds" => 2,
        "vocal-removal" if body["type"] == "separate_vocal" => 2,
        "vocal-removal" => 4,
        _ => 1,
    };
    let order = Order {
        model: path.to_owned(),
        prompt: body["prompt"].as_str().unwrap_or_default().to_owned(),
        callback_url: body["callBackUrl"].as_str().map(str::to_owned),
        input: body,
        body: asked.body.clone(),
        outputs,
        ..Order::default()
    };
    let job = desk.take(desk.uuid().replace('-', ""), order);
    says(200, "success", json!({ "taskId": job.id }))
}

/// Where a job of this path is looked at.
fn family(path: &str) -> Option<&str> {
    match path {
        "lyrics" => Some("lyrics"),
        "vocal-removal/generate" => Some("vocal-removal"),
        _ => path.split('/').next().filter(|first| *first == "generate"),
    }
}

fn record(at: &str, id: &str, desk: &Desk) -> Response {
    let belongs = desk.job(id).is_some_and(|job| family(&job.order.model) == Some(at));
    // What is not known is a success without data.
    let Some(job) = belongs.then(|| desk.look(id)).flatten() else {
        return says(200, "success", Value::Null);
    };
    let (state, done) = match job.stand {
        Stand::Odd => ("DREAMING", 0),
        Stand::Waiting => ("PENDING", 0),
        Stand::Running if at == "generate" => ("FIRST_SUCCESS", 1),
        Stand::Running => ("PENDING", 0),
        Stand::Ended(End::Made | End::Expired) => ("SUCCESS", job.order.outputs),
        Stand::Ended(End::Refused) => ("SENSITIVE_WORD_ERROR", 0),
        Stand::Ended(End::Failed | End::Canceled) if at == "lyrics" => ("GENERATE_LYRICS_FAILED", 0),
        Stand::Ended(End::Failed | End::Canceled) => ("GENERATE_AUDIO_FAILED", 0),
    };
    let response = if done == 0 { Value::Null } else { made(at, &job, done, desk) };
    // Stems have another name for their state.
    let name = if at == "vocal-removal" { "successFlag" } else { "status" };
    let mut data = json!({ "taskId": id, "response": response, "errorCode": null, "errorMessage": null });
    data[name] = state.into();
    says(200, "success", data)
}

fn made(at: &str, job: &Job, done: u32, desk: &Desk) -> Value {
    match at {
        "lyrics" => json!({ "taskId": job.id, "data": [
            { "text": "[Verse]\nA song of its own", "title": "A song", "status": "complete", "errorMessage": "" },
        ] }),
        "vocal-removal" => {
            let names = ["vocalUrl", "instrumentalUrl", "drumsUrl", "bassUrl"];
            let mut stems = json!({ "originUrl": null, "guitarUrl": null });
            for (nth, name) in (0..done).zip(names) {
                stems[name] = desk.file_url(job, nth, "mp3").into();
            }
            stems
        }
        _ => {
            let clip = |nth: u32| {
                json!({ "id": format!("{}-{nth}", job.id), "audioUrl": desk.file_url(job, nth, "mp3"),
                    "streamAudioUrl": "", "imageUrl": desk.file_url(job, nth, "jpeg"), "prompt": job.order.prompt,
                    "modelName": "chirp-v5", "title": "A song", "tags": "folk", "duration": 198.4 })
            };
            json!({ "taskId": job.id, "sunoData": (0..done).map(clip).collect::<Vec<_>>() })
        }
    }
}

fn json_of(body: &Value) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string())
}

/// The envelope: its code is not the status, which is 200.
fn says(code: u16, words: &str, data: Value) -> Response {
    json_of(&json!({ "code": code, "msg": words, "data": data })).into_response()
}
