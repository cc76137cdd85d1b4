//! Volcengine Ark: tasks for clips, and pictures at once.

mod bodies;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::Letter;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The API key that the fake accepts.
pub const KEY: &str = "ark-fake-key";

/// Starts one.
pub async fn start() -> Fake {
    Fake::start(Volcengine).await
}

struct Volcengine;

const TASKS: &str = "/api/v3/contents/generations/tasks";
const PICTURES: &str = "/api/v3/images/generations";

impl Protocol for Volcengine {
    fn key(&self) -> &'static str {
        KEY
    }

    fn prefix(&self) -> &'static str {
        "/api/v3"
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", _) => Step::Submit,
            ("GET", path) if path != TASKS => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            // Addresses of results are signed for one bearer, and a credential breaks that.
            return StatusCode::NOT_FOUND.into_response();
        }
        if asked.header("authorization") != format!("Bearer {KEY}") {
            return said(StatusCode::UNAUTHORIZED, "AuthenticationError");
        }
        let task = asked.path.strip_prefix(TASKS).and_then(|rest| rest.strip_prefix('/'));
        match (asked.method.as_str(), task) {
            ("POST", None) if asked.path == TASKS => create(asked, desk),
            ("POST", None) if asked.path == PICTURES => draw(asked, desk),
            ("GET", None) if asked.path == TASKS => list(asked, desk),
            ("GET", Some(id)) => match desk.look(id) {
                Some(job) => Json(shown(&job, desk)).into_response(),
                None => said(StatusCode::NOT_FOUND, "NotFound"),
            },
            ("DELETE", Some(id)) => cancel(id, desk),
            _ => said(StatusCode::NOT_FOUND, "InvalidEndpointOrModel.NotFound"),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let mut response = said(StatusCode::TOO_MANY_REQUESTS, "RateLimitExceeded.EndpointRPMExceeded");
        response.headers_mut().insert(header::RETRY_AFTER, retry_after_s.into());
        response
    }

    fn fail(&self, status: StatusCode) -> Response {
        said(status, "InternalServiceError")
    }

    fn letter(&self, job: &Job, desk: &Desk, _: bool) -> Option<Letter> {
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![("content-type", "application/json".to_owned())],
            body: shown(job, desk).to_string().into(),
        })
    }
}

fn said(status: StatusCode, code: &str) -> Response {
    told(status, code, "what is wrong, in words")
}

fn told(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "error": { "code": code, "message": message, "param": "", "type": "BadRequest" } });
    (status, Json(body)).into_response()
}

fn wrong(what: &str) -> Response {
    let code = if what.ends_with("is missing") { "MissingParameter" } else { "InvalidParameter" };
    told(StatusCode::BAD_REQUEST, code, what)
}

fn order(body: Map<String, Value>, prompt: String, asked: &Asked) -> Order {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    Order {
        model: text("model").unwrap_or_default(),
        prompt,
        outputs: 1,
        token: None,
        callback_url: text("callback_url"),
        input: Value::Object(body),
        body: asked.body.clone(),
    }
}

fn create(asked: &Asked, desk: &Desk) -> Response {
    let Some(Value::Object(body)) = asked.json() else { return wrong("the body is no JSON object") };
    if let Err(what) = bodies::task(&body) {
        return wrong(&what);
    }
    let items = body["content"].as_array().cloned().unwrap_or_default();
    let prompt = items.iter().find_map(|item| item["text"].as_str()).unwrap_or_default().to_owned();
    let job = desk.take(format!("cgt-20261121-{}", desk.number()), order(body, prompt, asked));
    Json(json!({ "id": job.id })).into_response()
}

fn draw(asked: &Asked, desk: &Desk) -> Response {
    let Some(Value::Object(body)) = asked.json() else { return wrong("the body is no JSON object") };
    if let Err(what) = bodies::picture(&body) {
        return wrong(&what);
    }
    let refusal =
        json!({ "code": "OutputImageSensitiveContentDetected", "message": "the picture was refused" });
    let data = match desk.coming() {
        End::Refused => json!([{ "error": refusal }]),
        End::Failed => return said(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceError"),
        _ => {
            let prompt = body["prompt"].as_str().unwrap_or_default().to_owned();
            let size = body.get("size").cloned();
            let job = desk.make(format!("img-{}", desk.number()), order(body, prompt, asked));
            json!([{ "url": desk.file_url(&job, 0, "jpeg"), "size": size }])
        }
    };
    Json(json!({ "model": "seedream", "created": 1, "data": data, "usage": { "generated_images": 1 } }))
        .into_response()
}

/// A task as looks, lists and callbacks show it.
fn shown(job: &Job, desk: &Desk) -> Value {
    let (status, error) = match job.stand {
        Stand::Odd => ("hibernating", Value::Null),
        Stand::Waiting => ("queued", Value::Null),
        Stand::Running => ("running", Value::Null),
        Stand::Ended(End::Made | End::Expired) => ("succeeded", Value::Null),
        Stand::Ended(End::Refused) => (
            "failed",
            json!({ "code": "OutputVideoSensitiveContentDetected.PolicyViolation", "message": "no" }),
        ),
        Stand::Ended(End::Failed) => {
            ("failed", json!({ "code": "InternalServiceError", "message": "it broke" }))
        }
        Stand::Ended(End::Canceled) => ("cancelled", Value::Null),
    };
    let mut shown = json!({ "id": job.id, "model": job.order.model, "status": status, "error": error,
        "created_at": job.made_at, "updated_at": job.made_at, "seed": 7, "framespersecond": 24 });
    if status == "succeeded" {
        shown["content"] = json!({ "video_url": desk.file_url(job, 0, "mp4") });
        shown["usage"] = json!({ "completion_tokens": 108_000, "total_tokens": 108_000 });
    }
    shown
}

fn list(asked: &Asked, desk: &Desk) -> Response {
    let number = |name: &str| asked.parameter(name).and_then(|text| text.parse::<usize>().ok());
    let (Some(page @ 1..), Some(size @ 1..)) = (number("page_num"), number("page_size")) else {
        return wrong("page_num and page_size");
    };
    let mut jobs: Vec<_> = desk.listed().into_iter().filter(|job| job.id.starts_with("cgt-")).collect();
    jobs.reverse();
    let items: Vec<_> = jobs.iter().skip((page - 1) * size).take(size).map(|job| shown(job, desk)).collect();
    Json(json!({ "items": items, "total": jobs.len() })).into_response()
}

/// What waits is canceled and what runs goes on. The record of what has ended would be deleted; here it stays, since a
/// bill needs it.
fn cancel(id: &str, desk: &Desk) -> Response {
    match desk.job(id).map(|job| job.stand) {
        None => said(StatusCode::NOT_FOUND, "NotFound"),
        Some(Stand::Running | Stand::Odd) => said(StatusCode::FORBIDDEN, "OperationDenied.TaskRunning"),
        Some(_) => {
            desk.cancel(id);
            StatusCode::OK.into_response()
        }
    }
}
