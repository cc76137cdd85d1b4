//! Ideogram: the older paths, which take forms and answer with pictures, and the present ones, which are followed.

mod paths;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Map, Value, json};

use self::paths::Path;
use crate::bill::sha256;
use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::{Letter, now_s};
use crate::published_keys::{published, signed};
use crate::shape;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(Ideogram).await
}

struct Ideogram;

impl Protocol for Ideogram {
    fn key(&self) -> &'static str {
        "ideogram-fake-0123456789"
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", _) => Step::Submit,
            ("GET", path) if path.starts_with("/v2/generations/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.route() == ("GET", "/v1/.well-known/jwks.json") {
            return Json(published()).into_response();
        }
        // Links need no key; those that are gone end up here.
        if asked.path.starts_with("/files/") {
            return error(StatusCode::NOT_FOUND, "No such file");
        }
        if asked.header("api-key") != self.key() {
            return error(StatusCode::UNAUTHORIZED, "Invalid API key");
        }
        match asked.route() {
            ("GET", path) => {
                let id = path.strip_prefix("/v2/generations/").unwrap_or_default();
                match desk.look(id) {
                    Some(job) => Json(generation(&job, desk)).into_response(),
                    None => error(StatusCode::NOT_FOUND, "No such generation"),
                }
            }
            ("POST", path) => match paths::find(path) {
                Some(path) => draw(asked, path, desk),
                None => error(StatusCode::NOT_FOUND, "No such path"),
            },
            _ => error(StatusCode::METHOD_NOT_ALLOWED, "Not here"),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let body = json!({ "error": "Too many requests in progress", "reject_reason": "inflight_limit",
            "max_inflight_requests": 10 });
        let wait = [("retry-after", retry_after_s.to_string())];
        (StatusCode::TOO_MANY_REQUESTS, wait, Json(body)).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "Something went wrong")
    }

    fn letter(&self, job: &Job, desk: &Desk, genuine: bool) -> Option<Letter> {
        let mut body = generation(job, desk);
        body.as_object_mut()?.shift_remove("status");
        let body = body.to_string();
        let (user, time) = ("user-fake", now_s().to_string());
        let message = format!("{}\n{user}\n{time}\n{}", job.id, sha256(&body));
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("x-ideogram-webhook-generation-id", job.id.clone()),
                ("x-ideogram-webhook-user-id", user.to_owned()),
                ("x-ideogram-webhook-timestamp", time),
                ("x-ideogram-webhook-key-id", "key-1".to_owned()),
                ("x-ideogram-webhook-signature", signed(&message, genuine)),
            ],
            body: body.into(),
        })
    }
}

fn error(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}

fn draw(asked: &Asked, path: &Path, desk: &Desk) -> Response {
    let input = match read(asked, path) {
        Ok(input) => input,
        Err(words) => return error(StatusCode::BAD_REQUEST, &words),
    };
    if desk.coming() == End::Refused {
        let words = "Prompt or provided image failed the safety checks";
        return error(StatusCode::UNPROCESSABLE_ENTITY, words);
    }
    let text = |name: &str| input.get(name).and_then(Value::as_str).map(str::to_owned);
    let count = match input.get("num_images") {
        Some(Value::String(digits)) => digits.parse().unwrap_or(1),
        count => count.and_then(Value::as_u64).unwrap_or(1),
    };
    let order = Order {
        model: path.name.to_owned(),
        prompt: text("prompt").or_else(|| text("text_prompt")).unwrap_or_default(),
        body: asked.body.clone(),
        outputs: u32::try_from(count).unwrap_or(1),
        token: None,
        callback_url: text("webhook_url"),
        input: Value::Object(input),
    };
    let id = desk.uuid();
    if order.input["async"] == true {
        let job = desk.take(id, order);
        return Json(json!({ "generation_id": job.id })).into_response();
    }
    let job = desk.make(id, order);
    let mut body = json!({ "created": "2026-11-21T00:00:00Z", "data": pictures(&job, desk) });
    if path.is_present() {
        body["generation_id"] = job.id.into();
        body["generation_kind"] = "sampling".into();
    }
    Json(body).into_response()
}

/// The input as an object, if it is in the form that the path takes and fits; else the provider's sentence. Files are
/// left out of it.
fn read(asked: &Asked, path: &Path) -> Result<Map<String, Value>, String> {
    let wrong = |misfit: shape::Misfit| format!("{} {}", misfit.field, misfit.why);
    if path.is_present() {
        let Some(Value::Object(input)) = asked.json() else { return Err("The body is not JSON".to_owned()) };
        shape::check(path.fields, &input, true).map_err(wrong)?;
        return Ok(input);
    }
    let parts = asked.form.as_deref().ok_or("The body is not a form")?;
    shape::check_form(path.fields, parts, paths::SEVERAL).map_err(wrong)?;
    if asked.part("resolution").is_some() && asked.part("aspect_ratio").is_some() {
        return Err("resolution and aspect_ratio exclude each other".to_owned());
    }
    paths::check_request(asked.part("image_request"))?;
    let texts = parts.iter().filter(|part| part.file_name.is_none());
    Ok(texts.map(|part| (part.name.clone(), Value::from(part.text()))).collect())
}

fn pictures(job: &Job, desk: &Desk) -> Vec<Value> {
    let one = |nth| {
        json!({ "url": desk.file_url(job, nth, "png"), "prompt": job.order.prompt, "resolution": "1024x1024",
            "is_image_safe": true, "seed": 1, "style_type": "GENERAL", "object_type": "image" })
    };
    (0..job.order.outputs).map(one).collect()
}

/// A generation as a look shows it.
fn generation(job: &Job, desk: &Desk) -> Value {
    let mut body = json!({ "generation_id": job.id, "created": "2026-11-21T00:00:00Z" });
    match job.stand {
        Stand::Odd => body["status"] = "dreaming".into(),
        Stand::Waiting | Stand::Running => body["status"] = "pending".into(),
        Stand::Ended(End::Made | End::Expired) => {
            body["status"] = "completed".into();
            body["response_type"] = "url".into();
            body["data"] = pictures(job, desk).into();
            body["usage_cost_usd_micros"] = (60_000 * job.order.outputs).into();
        }
        // Nothing is canceled here, and refusals come with the submit.
        Stand::Ended(End::Failed | End::Refused | End::Canceled) => {
            body["status"] = "failed".into();
            body["failure_reason"] = "internal_error".into();
        }
    }
    body
}
