//! Jimeng behind Volcengine's signed visual API.

mod bodies;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::bill::sha256;
use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::now_s;
use crate::signing;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The access key and the secret that the fake accepts.
pub const KEY: &str = "AKLTfakeaccess:ZmFrZS1zZWNyZXQ=";

/// Starts one.
pub async fn start() -> Fake {
    Fake::start(Jimeng).await
}

struct Jimeng;

/// How far the caller's clock may be from ours, seconds.
const SKEW_S: u64 = 900;

impl Protocol for Jimeng {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.parameter("Action").as_deref() {
            Some("CVSync2AsyncSubmitTask") => Step::Submit,
            Some("CVSync2AsyncGetResult") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            return StatusCode::NOT_FOUND.into_response();
        }
        if let Err((number, code)) = signature(asked) {
            return gateway(StatusCode::UNAUTHORIZED, number, code);
        }
        if asked.route() != ("POST", "/") || asked.parameter("Version").as_deref() != Some("2022-08-31") {
            return gateway(StatusCode::BAD_REQUEST, 100_008, "InvalidActionOrVersion");
        }
        let Some(Value::Object(body)) = asked.json() else {
            return said(50215, "the body is no JSON object");
        };
        match asked.parameter("Action").as_deref() {
            Some("CVSync2AsyncSubmitTask") => submit(body, asked, desk),
            Some("CVSync2AsyncGetResult") => result(&body, desk),
            _ => gateway(StatusCode::BAD_REQUEST, 100_008, "InvalidActionOrVersion"),
        }
    }

    fn busy(&self, _: u32) -> Response {
        said(50430, "too many at a time")
    }

    fn fail(&self, status: StatusCode) -> Response {
        let mut response = said(50500, "internal error");
        *response.status_mut() = status;
        response
    }
}

/// Whether the request is signed now with the key, as it stands.
fn signature(asked: &Asked) -> Result<(), (u32, &'static str)> {
    let access = KEY.split(':').next().unwrap_or_default();
    let given = asked.header("authorization");
    if !given.starts_with(&format!("HMAC-SHA256 Credential={access}/")) {
        return Err((100_009, "InvalidAccessKey"));
    }
    let date = asked.header("x-date");
    let (early, late) = (signing::utc(now_s() - SKEW_S), signing::utc(now_s() + SKEW_S));
    // Times of this form are in the order of their texts.
    let timely = (early.as_str()..=late.as_str()).contains(&date);
    let target = format!("{}?{}", asked.path, asked.query);
    let (host, kind) = (asked.header("host"), asked.header("content-type"));
    let expected = signing::volcengine_at(date, KEY, "cv", "cn-north-1", host, &target, kind, &asked.body);
    if timely && given == expected && asked.header("x-content-sha256") == sha256(&asked.body) {
        Ok(())
    } else {
        Err((100_010, "SignatureDoesNotMatch"))
    }
}

fn gateway(status: StatusCode, number: u32, code: &str) -> Response {
    let error = json!({ "CodeN": number, "Code": code, "Message": "what is wrong, in words" });
    let body = json!({ "ResponseMetadata": { "RequestId": "fake-request", "Service": "cv", "Region": "cn-north-1",
        "Error": error } });
    (status, Json(body)).into_response()
}

fn said(code: u32, words: &str) -> Response {
    let status = match code {
        50429 | 50430 => StatusCode::TOO_MANY_REQUESTS,
        50500 | 50501 => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    told(status, code, words, Value::Null)
}

fn told(status: StatusCode, code: u32, words: &str, data: Value) -> Response {
    let body = json!({ "code": code, "data": data, "message": words, "request_id": "fake-request", "status": code,
        "time_elapsed": "1ms" });
    (status, Json(body)).into_response()
}

fn submit(body: Map<String, Value>, asked: &Asked, desk: &Desk) -> Response {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Err(what) = bodies::check(&body) {
        return said(50215, &what);
    }
    let order = Order {
        model: text("req_key"),
        prompt: text("prompt"),
        outputs: 1,
        token: None,
        callback_url: None,
        input: Value::Object(body),
        body: asked.body.clone(),
    };
    let job = desk.take((7_392_616_000_000_000_000 + desk.number()).to_string(), order);
    told(StatusCode::OK, 10_000, "Success", json!({ "task_id": job.id }))
}

fn result(body: &Map<String, Value>, desk: &Desk) -> Response {
    if let Err(what) = bodies::look(body) {
        return said(50215, &what);
    }
    let id = body["task_id"].as_str().unwrap_or_default();
    let well = |data: Value| told(StatusCode::OK, 10_000, "Success", data);
    // A task is known under the model that it was ordered of, and under no other.
    if desk.job(id).is_none_or(|job| body["req_key"] != job.order.model.as_str()) {
        return well(json!({ "status": "not_found" }));
    }
    let Some(job) = desk.look(id) else { return well(json!({ "status": "not_found" })) };
    match job.stand {
        Stand::Odd => well(json!({ "status": "hibernating" })),
        Stand::Waiting => well(json!({ "status": "in_queue" })),
        Stand::Running => well(json!({ "status": "generating" })),
        Stand::Ended(End::Made | End::Expired) => well(made(&job, desk)),
        Stand::Ended(End::Refused) => said(50516, "the clip was refused"),
        Stand::Ended(End::Failed | End::Canceled) => {
            told(StatusCode::OK, 50500, "internal error", json!({ "status": "done" }))
        }
    }
}

fn made(job: &Job, desk: &Desk) -> Value {
    if bodies::is_clip(&job.order.model) {
        json!({ "status": "done", "video_url": desk.file_url(job, 0, "mp4"), "image_urls": null,
            "binary_data_base64": null, "aigc_meta_tagged": false })
    } else {
        json!({ "status": "done", "video_url": "", "image_urls": [desk.file_url(job, 0, "png")],
            "binary_data_base64": null, "aigc_meta_tagged": false })
    }
}
