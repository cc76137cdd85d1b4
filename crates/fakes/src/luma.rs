//! Luma's two services: the Dream Machine, and the Agents API. Each has a key that is no good at the other.

mod models;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::Letter;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// Starts the Dream Machine.
pub async fn start() -> Fake {
    Fake::start(Service::DreamMachine).await
}

/// Starts the Agents API.
pub async fn start_agents() -> Fake {
    Fake::start(Service::Agents).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    DreamMachine,
    Agents,
}

impl Protocol for Service {
    fn key(&self) -> &'static str {
        match self {
            Self::DreamMachine => "luma-fake-0123456789",
            Self::Agents => "luma-api-fake-0123456789",
        }
    }

    fn prefix(&self) -> &'static str {
        match self {
            Self::DreamMachine => "/dream-machine/v1",
            Self::Agents => "/v1",
        }
    }

    fn step(&self, asked: &Asked) -> Step {
        match (asked.method.as_str(), self.path(asked)) {
            ("POST", Some(_)) => Step::Submit,
            ("GET", Some(path)) if path.starts_with("generations/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        // Outputs lie elsewhere and need no key; what is gone there is simply not there.
        let Some(path) = self.path(asked) else { return StatusCode::NOT_FOUND.into_response() };
        if asked.header("authorization") != format!("Bearer {}", self.key()) {
            return error(StatusCode::UNAUTHORIZED, "Invalid API key");
        }
        match (asked.method.as_str(), path) {
            ("GET", "credits") if *self == Self::DreamMachine => {
                Json(json!({ "credit_balance": 5_000 })).into_response()
            }
            ("GET", path) => match path.strip_prefix("generations/").and_then(|id| desk.look(id)) {
                Some(job) => Json(self.generation(&job, desk)).into_response(),
                None => error(StatusCode::NOT_FOUND, "Generation not found"),
            },
            ("POST", path) => self.create(path, asked, desk),
            _ => error(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let response = error(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded");
        ([(header::RETRY_AFTER, retry_after_s.to_string())], response).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "Upstream service unavailable")
    }

    fn letter(&self, job: &Job, desk: &Desk, genuine: bool) -> Option<Letter> {
        let mut body = self.generation(job, desk);
        if !genuine {
            body["state"] = "completed".into();
            body["assets"] = json!({ "video": "https://stranger.test/clip.mp4" });
        }
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into(),
        })
    }
}

fn error(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

impl Service {
    fn path<'a>(&self, asked: &'a Asked) -> Option<&'a str> {
        asked.path.strip_prefix(self.prefix())?.strip_prefix('/')
    }

    fn create(&self, path: &str, asked: &Asked, desk: &Desk) -> Response {
        let Some(body) = asked.json() else { return error(StatusCode::BAD_REQUEST, "Invalid JSON") };
        let checked = match self {
            Self::DreamMachine => models::dream_machine(path, &body),
            Self::Agents => models::agents(path, &body),
        };
        match checked {
            None => return error(StatusCode::NOT_FOUND, "Not Found"),
            Some(Err(wrong)) => return error(StatusCode::BAD_REQUEST, &wrong),
            Some(Ok(())) => {}
        }
        let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let order = Order {
            model: word("model"),
            prompt: word("prompt"),
            input: body.clone(),
            body: asked.body.clone(),
            outputs: 1,
            callback_url: body["callback_url"].as_str().map(str::to_owned),
            ..Order::default()
        };
        let job = desk.take(desk.uuid(), order);
        (StatusCode::CREATED, Json(self.generation(&job, desk))).into_response()
    }

    /// A generation as every answer shows it.
    fn generation(&self, job: &Job, desk: &Desk) -> Value {
        let agents = *self == Self::Agents;
        let kind = job.order.input["type"].as_str().unwrap_or("image");
        let is_clip = if agents { kind.starts_with("video") } else { job.order.model.starts_with("ray") };
        let (extension, kind) = if is_clip { ("mp4", "video") } else { ("png", "image") };
        let (state, code, reason) = match job.stand {
            Stand::Odd => ("hibernating", None, None),
            Stand::Waiting => ("queued", None, None),
            Stand::Running => (if agents { "processing" } else { "dreaming" }, None, None),
            Stand::Ended(End::Made | End::Expired) => ("completed", None, None),
            Stand::Ended(End::Refused) => {
                ("failed", Some("content_moderated"), Some("400: Frame moderation failed"))
            }
            Stand::Ended(End::Failed | End::Canceled) => {
                ("failed", Some("generation_failed"), Some("Job error"))
            }
        };
        let mut body = json!({ "id": job.id, "state": state, "model": job.order.model, "failure_reason": reason,
            "created_at": "2026-11-21T10:00:00Z" });
        let url = (state == "completed").then(|| desk.file_url(job, 0, extension));
        if agents {
            body["failure_code"] = json!(code);
            body["type"] = kind.into();
            body["output"] = url.map_or_else(|| json!([]), |url| json!([{ "type": kind, "url": url }]));
        } else {
            body["generation_type"] = kind.into();
            body["request"] = job.order.input.clone();
            body["assets"] = url.map_or(Value::Null, |url| {
                let mut assets = json!({ "video": null, "image": null, "progress_video": null });
                assets[kind] = url.into();
                assets
            });
        }
        body
    }
}
