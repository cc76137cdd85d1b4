//! Alibaba's DashScope: tasks, and pictures that come with the answer.

mod models;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// What all paths begin with.
const PREFIX: &str = "/api/v1";

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(DashScope).await
}

struct DashScope;

impl Protocol for DashScope {
    fn key(&self) -> &'static str {
        "sk-fake-dashscope-0123456789"
    }

    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", path) if path.starts_with("/api/v1/services/") => Step::Submit,
            ("GET", path) if path.starts_with("/api/v1/tasks/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        // Outputs lie elsewhere and need no key; what is gone there is simply not there.
        let Some(path) = asked.path.strip_prefix("/api/v1/") else {
            return StatusCode::NOT_FOUND.into_response();
        };
        if asked.header("authorization") != format!("Bearer {}", self.key()) {
            return error(StatusCode::UNAUTHORIZED, "InvalidApiKey", "Invalid API-key provided.");
        }
        let task = path.strip_prefix("tasks/");
        match (asked.method.as_str(), task) {
            ("GET", Some(id)) => {
                let output = match desk.look(id) {
                    Some(job) => task_output(&job, desk),
                    None => json!({ "task_id": id, "task_status": "UNKNOWN" }),
                };
                success(output)
            }
            ("POST", Some(rest)) => match rest.strip_suffix("/cancel") {
                Some(id) => cancel(id, desk),
                None => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            },
            ("POST", None) => create(path, asked, desk),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let response = error(
            StatusCode::TOO_MANY_REQUESTS,
            "Throttling.RateQuota",
            "Requests rate limit exceeded, please try again later.",
        );
        ([(http::header::RETRY_AFTER, retry_after_s.to_string())], response).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        let code =
            if status == StatusCode::SERVICE_UNAVAILABLE { "ServiceUnavailable" } else { "InternalError" };
        error(status, code, "An internal error has occurred.")
    }
}

fn success(output: Value) -> Response {
    Json(json!({ "request_id": "7574ee8f-38a3-4b1e-9280-11c33ab46e51", "output": output })).into_response()
}

fn error(status: StatusCode, code: &str, words: &str) -> Response {
    let body =
        json!({ "code": code, "message": words, "request_id": "7574ee8f-38a3-4b1e-9280-11c33ab46e51" });
    (status, Json(body)).into_response()
}

fn cancel(id: &str, desk: &Desk) -> Response {
    match desk.job(id).map(|job| job.stand) {
        Some(Stand::Waiting | Stand::Odd) => {
            desk.cancel(id);
            Json(json!({ "request_id": "7574ee8f-38a3-4b1e-9280-11c33ab46e51" })).into_response()
        }
        _ => error(
            StatusCode::BAD_REQUEST,
            "UnsupportedOperation",
            "Failed to cancel the task, please confirm if the task is in PENDING status.",
        ),
    }
}

fn create(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let invalid = |words: &str| error(StatusCode::BAD_REQUEST, "InvalidParameter", words);
    let Some(body) = asked.json() else { return invalid("The body is not JSON") };
    let at_once = path.starts_with("services/aigc/multimodal-generation/");
    match (at_once, asked.header("x-dashscope-async")) {
        (false, "enable") | (true, "") => {}
        (true, _) => return invalid("asynchronous calls are not supported here"),
        (false, _) => {
            let words = "current user api does not support synchronous calls.";
            return error(StatusCode::FORBIDDEN, "AccessDenied", words);
        }
    }
    match models::check(path, &body) {
        None => return error(StatusCode::NOT_FOUND, "ModelNotFound", "Model not exist."),
        Some(Err(wrong)) => return invalid(&wrong),
        Some(Ok(())) => {}
    }
    let words = body["input"]["prompt"].as_str();
    let message = &body["input"]["messages"][0]["content"];
    let said = message.as_array().into_iter().flatten().find_map(|part| part["text"].as_str());
    let outputs = body["parameters"]["n"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
    let order = Order {
        model: body["model"].as_str().unwrap_or_default().to_owned(),
        prompt: words.or(said).unwrap_or_default().to_owned(),
        input: body.clone(),
        body: asked.body.clone(),
        outputs,
        ..Order::default()
    };
    if !at_once {
        let job = desk.take(desk.uuid(), order);
        return success(json!({ "task_status": "PENDING", "task_id": job.id }));
    }
    match desk.coming() {
        End::Refused => {
            let words = "Input data may contain inappropriate content.";
            error(StatusCode::BAD_REQUEST, "DataInspectionFailed", words)
        }
        End::Failed => error(StatusCode::INTERNAL_SERVER_ERROR, "InternalError.Algo", "Inference failed."),
        End::Made | End::Expired | End::Canceled => {
            let job = desk.make(desk.uuid(), order);
            let content = json!([{ "image": desk.file_url(&job, 0, "png") }]);
            success(
                json!({ "choices": [{ "finish_reason": "stop", "message": { "role": "assistant", "content": content } }] }),
            )
        }
    }
}

/// A task as the look at it shows it.
fn task_output(job: &Job, desk: &Desk) -> Value {
    let mut output = json!({ "task_id": job.id, "submit_time": "2026-11-21 18:00:00.000" });
    let status = match job.stand {
        Stand::Odd => "HIBERNATING",
        Stand::Waiting => "PENDING",
        Stand::Running => "RUNNING",
        Stand::Ended(End::Made | End::Expired) => {
            let model = &job.order.model;
            if models::makes_pictures(model) {
                let urls = (0..job.order.outputs).map(|nth| json!({ "url": desk.file_url(job, nth, "png") }));
                output["results"] = urls.collect();
            } else if models::nests_its_clip(model) {
                output["results"] = json!({ "video_url": desk.file_url(job, 0, "mp4") });
            } else {
                output["video_url"] = desk.file_url(job, 0, "mp4").into();
            }
            "SUCCEEDED"
        }
        Stand::Ended(End::Refused) => {
            output["code"] = "DataInspectionFailed".into();
            output["message"] = "Output data may contain inappropriate content.".into();
            "FAILED"
        }
        Stand::Ended(End::Failed) => {
            output["code"] = "InternalError.Algo".into();
            output["message"] = "Inference failed.".into();
            "FAILED"
        }
        Stand::Ended(End::Canceled) => "CANCELED",
    };
    output["task_status"] = status.into();
    output
}
