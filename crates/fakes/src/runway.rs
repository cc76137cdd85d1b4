//! Runway's developer API: tasks, and the account.

mod models;

use std::collections::HashSet;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The only version of the API.
const VERSION: &str = "2024-11-06";

/// Where the storage for uploads is. It lies elsewhere, and is asked without a key.
const STORAGE: &str = "/storage/";

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(Runway::default()).await
}

#[derive(Default)]
struct Runway {
    deleted: Mutex<HashSet<String>>,
}

impl Protocol for Runway {
    fn key(&self) -> &'static str {
        "key_fake_runway_0123456789"
    }

    fn step(&self, asked: &Asked) -> Step {
        match (asked.method.as_str(), task_id(&asked.path)) {
            ("POST", None) if asked.path == "/v1/uploads" || asked.path.starts_with(STORAGE) => Step::Other,
            ("POST", None) => Step::Submit,
            ("GET", Some(_)) => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            // Outputs lie elsewhere and need no key; what is gone there is simply not there.
            return StatusCode::NOT_FOUND.into_response();
        }
        if let Some(name) = asked.path.strip_prefix(STORAGE) {
            return store(name, asked, desk);
        }
        if asked.header("authorization") != format!("Bearer {}", self.key()) {
            return error(StatusCode::UNAUTHORIZED, "Unauthorized");
        }
        if asked.header("x-runway-version") != VERSION {
            return error(StatusCode::BAD_REQUEST, "Missing or unknown X-Runway-Version header");
        }
        match (asked.route(), task_id(&asked.path)) {
            (("GET", "/v1/organization"), _) => Json(
                json!({ "creditBalance": 1000, "tier": { "maxMonthlyCreditSpend": 10_000, "models": {} },
                    "usage": { "models": {} } }),
            )
            .into_response(),
            (("GET", _), Some(id)) => match desk.look(id) {
                Some(job) if !self.deleted.lock().contains(id) => Json(task(&job, desk)).into_response(),
                _ => error(StatusCode::NOT_FOUND, "Not found"),
            },
            (("DELETE", _), Some(id)) => self.delete(id, desk),
            (("POST", "/v1/uploads"), _) => place(asked, desk),
            (("POST", path), None) => create(path.strip_prefix("/v1/").unwrap_or_default(), asked, desk),
            _ => error(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let response = error(StatusCode::TOO_MANY_REQUESTS, "You have reached your daily task limit.");
        ([(http::header::RETRY_AFTER, retry_after_s.to_string())], response).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "An unexpected error occurred.")
    }
}

impl Runway {
    /// A task that runs is canceled, one that has ended loses its outputs; neither is there afterwards.
    fn delete(&self, id: &str, desk: &Desk) -> Response {
        let Some(job) = desk.job(id).filter(|_| !self.deleted.lock().contains(id)) else {
            return error(StatusCode::NOT_FOUND, "Not found");
        };
        desk.cancel(id);
        if job.end().is_some() {
            desk.expire(id);
        }
        if !job.plan.deaf {
            self.deleted.lock().insert(id.to_owned());
        }
        StatusCode::NO_CONTENT.into_response()
    }
}

fn task_id(path: &str) -> Option<&str> {
    path.strip_prefix("/v1/tasks/")
}

fn error(status: StatusCode, words: &str) -> Response {
    let body = json!({ "error": words, "docUrl": "https://docs.dev.runwayml.com/api" });
    (status, Json(body)).into_response()
}

fn create(endpoint: &str, asked: &Asked, desk: &Desk) -> Response {
    let Some(body) = asked.json() else { return error(StatusCode::BAD_REQUEST, "Invalid JSON") };
    match models::check(endpoint, &resolved(&body, desk)) {
        None => return error(StatusCode::NOT_FOUND, "Not found"),
        Some(Err(issue)) => {
            let body = json!({ "error": "Validation of body failed", "issues": [{ "message": issue }] });
            return (StatusCode::BAD_REQUEST, Json(body)).into_response();
        }
        Some(Ok(())) => {}
    }
    let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let order = Order {
        model: format!("{endpoint}/{}", word("model")),
        prompt: word("promptText"),
        input: body.clone(),
        body: asked.body.clone(),
        outputs: 1,
        ..Order::default()
    };
    let job = desk.take(desk.uuid(), order);
    Json(json!({ "id": job.id, "estimatedCost": { "credits": 25 } })).into_response()
}

/// A place for a file.
fn place(asked: &Asked, desk: &Desk) -> Response {
    let body = asked.json().unwrap_or_default();
    if body["type"] != "ephemeral" || body["filename"].as_str().is_none_or(|name| !name.contains('.')) {
        return error(StatusCode::BAD_REQUEST, "Validation of body failed");
    }
    let id = desk.uuid();
    let url = format!("{}{STORAGE}{id}", desk.origin);
    let fields = json!({ "key": id, "policy": "a policy" });
    Json(json!({ "runwayUri": format!("runway://{id}"), "uploadUrl": url, "fields": fields })).into_response()
}

/// Takes a file for its place: first all the fields, then the file.
fn store(name: &str, asked: &Asked, desk: &Desk) -> Response {
    let parts: Vec<_> = asked.form.iter().flatten().collect();
    match parts[..] {
        [key, policy, file]
            if key.text() == name
                && policy.text() == "a policy"
                && file.name == "file"
                && file.file_name.is_some() =>
        {
            desk.upload(name.to_owned(), file.bytes.clone());
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::FORBIDDEN.into_response(),
    }
}

/// Whether a file is more than may stand in a body: 5 MB of a picture, 16 MB of anything else.
fn is_too_large(text: &str) -> bool {
    let megabytes = if text.starts_with("data:image/") { 5 } else { 16 };
    text.starts_with("data:") && text.len() > megabytes * 1024 * 1024
}

/// The body with an address in place of each upload that is there, and of nothing else.
fn resolved(value: &Value, desk: &Desk) -> Value {
    match value {
        Value::String(text) if is_too_large(text) => "too large".into(),
        Value::String(text) => match text.strip_prefix("runway://") {
            Some(id) if desk.uploaded(id).is_some() => "https://uploads.test/file".into(),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| resolved(item, desk)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), resolved(field, desk))).collect()
        }
        other => other.clone(),
    }
}

/// A task as the look at it shows it.
fn task(job: &Job, desk: &Desk) -> Value {
    let mut body = json!({ "id": job.id, "createdAt": "2026-11-21T10:00:00.000Z" });
    let status = match job.stand {
        Stand::Odd => "HIBERNATING",
        Stand::Waiting if job.looks > 1 => "THROTTLED",
        Stand::Waiting => "PENDING",
        Stand::Running => {
            body["progress"] = json!(0.5);
            "RUNNING"
        }
        Stand::Ended(End::Made | End::Expired) => {
            let extension = if job.order.model.starts_with("text_to_image/") { "png" } else { "mp4" };
            body["output"] = json!([desk.file_url(job, 0, extension)]);
            body["cost"] = json!({ "credits": 25 });
            "SUCCEEDED"
        }
        Stand::Ended(End::Refused) => {
            body["failure"] = "The text prompt was flagged by our content moderation.".into();
            body["failureCode"] = "SAFETY.INPUT.TEXT".into();
            "FAILED"
        }
        Stand::Ended(End::Failed) => {
            body["failure"] = "An unexpected error occurred.".into();
            body["failureCode"] = Value::Null;
            "FAILED"
        }
        Stand::Ended(End::Canceled) => "CANCELLED",
    };
    body["status"] = status.into();
    body
}
