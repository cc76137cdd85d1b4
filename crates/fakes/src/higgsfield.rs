//! Higgsfield's cloud API: requests, sets of jobs under `/v1`, and a storage for files.

mod models;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use crate::bill::sha256;
use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::Letter;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(Higgsfield).await
}

struct Higgsfield;

impl Protocol for Higgsfield {
    fn key(&self) -> &'static str {
        "fake-key-id:fake-key-secret"
    }

    fn step(&self, asked: &Asked) -> Step {
        match (asked.method.as_str(), path(asked).as_slice()) {
            ("POST", ["files", _] | ["requests", _, "cancel"]) => Step::Other,
            ("POST", _) => Step::Submit,
            ("GET", ["requests", _, "status"] | ["v1", "job-sets", _]) => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        // The storage lies elsewhere and is asked without a key; what is gone there is simply not there.
        match (asked.method.as_str(), path(asked).as_slice()) {
            ("PUT", ["storage", name]) => {
                if asked.header("content-type").is_empty() || asked.body.is_empty() {
                    return StatusCode::FORBIDDEN.into_response();
                }
                desk.upload((*name).to_owned(), asked.body.clone());
                return StatusCode::OK.into_response();
            }
            ("GET", ["files", ..]) => return StatusCode::NOT_FOUND.into_response(),
            _ => {}
        }
        if asked.header("authorization") != format!("Key {}", self.key()) {
            return error(StatusCode::UNAUTHORIZED, "Invalid credentials");
        }
        match (asked.method.as_str(), path(asked).as_slice()) {
            ("GET", ["v1", "custom-references", "list"]) => {
                Json(json!({ "total": 0, "page": 1, "page_size": 1, "total_pages": 0, "items": [] }))
                    .into_response()
            }
            ("POST", ["files", "generate-upload-url"]) => place(asked, desk),
            ("GET", ["requests", id, "status"]) => match desk.look(id).filter(|job| !is_set(job)) {
                Some(job) => Json(document(&job, desk)).into_response(),
                None => error(StatusCode::NOT_FOUND, "Request not found"),
            },
            ("GET", ["v1", "job-sets", id]) => match desk.look(id).filter(is_set) {
                Some(job) => Json(document(&job, desk)).into_response(),
                None => error(StatusCode::NOT_FOUND, "Job set not found"),
            },
            ("POST", ["requests", id, "cancel"]) => cancel(id, desk),
            ("POST", _) => create(asked, desk),
            _ => error(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    fn busy(&self, _: u32) -> Response {
        error(StatusCode::BAD_REQUEST, "Concurrency limit reached. Wait for your running requests.")
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "Something went wrong")
    }

    fn letter(&self, job: &Job, desk: &Desk, genuine: bool) -> Option<Letter> {
        let mut body = document(job, desk);
        if !genuine {
            body["status"] = "completed".into();
            body["images"] = json!([{ "url": "https://stranger.test/picture.png" }]);
        }
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into(),
        })
    }
}

fn path(asked: &Asked) -> Vec<&str> {
    asked.path.trim_start_matches('/').split('/').collect()
}

fn error(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

fn is_set(job: &Job) -> bool {
    job.order.model.starts_with("v1/")
}

/// A place for a file.
fn place(asked: &Asked, desk: &Desk) -> Response {
    let body = asked.json().unwrap_or_default();
    if !body["content_type"].as_str().is_some_and(|kind| kind.contains('/')) {
        return error(StatusCode::UNPROCESSABLE_ENTITY, "content_type: field required");
    }
    let (origin, name) = (&desk.origin, desk.number());
    let urls = json!({ "upload_url": format!("{origin}/storage/{name}"), "public_url": format!("{origin}/public/{name}") });
    Json(urls).into_response()
}

fn cancel(id: &str, desk: &Desk) -> Response {
    match desk.job(id).map(|job| job.stand) {
        None => error(StatusCode::NOT_FOUND, "Request not found"),
        Some(Stand::Waiting | Stand::Odd) => {
            desk.cancel(id);
            (StatusCode::ACCEPTED, Json(json!({}))).into_response()
        }
        Some(Stand::Running | Stand::Ended(_)) => {
            error(StatusCode::BAD_REQUEST, "Only queued requests can be canceled")
        }
    }
}

fn create(asked: &Asked, desk: &Desk) -> Response {
    let model = asked.path.trim_start_matches('/').to_owned();
    let invalid = |words: &str| error(StatusCode::UNPROCESSABLE_ENTITY, words);
    let Some(body) = asked.json() else { return invalid("The body is not JSON") };
    let (input, callback_url) = match models::check(&model, &body) {
        None => return error(StatusCode::NOT_FOUND, "Model not found"),
        Some(Err(wrong)) => return invalid(&wrong),
        Some(Ok(input)) if model.starts_with("v1/") => {
            (input, body["webhook"]["url"].as_str().map(str::to_owned))
        }
        Some(Ok(input)) => (input, asked.parameter("hf_webhook")),
    };
    let key = asked.header("idempotency-key");
    if key.len() > 255 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return invalid("Idempotency-Key: 1 to 255 visible characters");
    }
    let token = (!key.is_empty()).then(|| key.to_owned());
    if let Some(job) = token.as_deref().and_then(|key| desk.by_token(key)) {
        let same = sha256(&job.order.body) == sha256(&asked.body)
            && (&job.order.model, &job.order.callback_url) == (&model, &callback_url);
        return if same {
            Json(document(&job, desk)).into_response()
        } else {
            invalid("Idempotency-Key was used with other parameters")
        };
    }
    let order = Order {
        prompt: input["prompt"].as_str().unwrap_or_default().to_owned(),
        model,
        input,
        body: asked.body.clone(),
        outputs: 1,
        token,
        callback_url,
    };
    Json(document(&desk.take(desk.uuid(), order), desk)).into_response()
}

/// A request or a set of jobs, as every answer and callback shows it.
fn document(job: &Job, desk: &Desk) -> Value {
    let status = match job.stand {
        Stand::Odd => "hibernating",
        Stand::Waiting => "queued",
        Stand::Running => "in_progress",
        Stand::Ended(End::Made | End::Expired) => "completed",
        Stand::Ended(End::Refused) => "nsfw",
        Stand::Ended(End::Failed) => "failed",
        Stand::Ended(End::Canceled) => "canceled",
    };
    let is_picture = models::makes_pictures(&job.order.model);
    let (extension, kind) = if is_picture { ("png", "image") } else { ("mp4", "video") };
    let url = (status == "completed").then(|| desk.file_url(job, 0, extension));
    if is_set(job) {
        let results = url
            .map(|url| json!({ "raw": { "url": url, "type": kind }, "min": { "url": url, "type": kind } }));
        return json!({ "id": job.id, "type": job.order.model, "jobs": [{ "id": sha256(&job.id)[..32], "status": status, "results": results }] });
    }
    let at = format!("{}/requests/{}", desk.origin, job.id);
    let mut body = json!({ "status": status, "request_id": job.id, "status_url": format!("{at}/status"), "cancel_url": format!("{at}/cancel") });
    match url {
        Some(url) if is_picture => body["images"] = json!([{ "url": url }]),
        Some(url) => body["video"] = json!({ "url": url }),
        None => {}
    }
    body
}
