//! Replicate: whose a model is, predictions, files, lists and signed callbacks.

mod models;

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{StatusCode, header};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::bill::sha256;
use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::{Letter, now_s};
use crate::signing::utc;
use crate::upstream::{Asked, CALLBACK_SECRET, Fake, Protocol, Step};

/// The largest upload, bytes.
const FILE_MAX: usize = 100 * 1024 * 1024;

/// How many predictions a page of the list has. There it is a hundred; here less, so that there are pages.
const PAGE: usize = 2;

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(Replicate).await
}

struct Replicate;

impl Protocol for Replicate {
    fn key(&self) -> &'static str {
        "r8_fake0123456789"
    }

    fn prefix(&self) -> &'static str {
        "/v1"
    }

    fn step(&self, asked: &Asked) -> Step {
        match (asked.method.as_str(), path(asked).as_slice()) {
            ("POST", ["predictions"] | ["models" | "deployments", _, _, "predictions"]) => Step::Submit,
            ("GET", ["predictions", _]) => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.header("authorization") != format!("Bearer {}", self.key()) {
            let detail = "You did not pass a valid authentication token";
            return problem(StatusCode::UNAUTHORIZED, "Unauthenticated", detail);
        }
        match (asked.method.as_str(), path(asked).as_slice()) {
            ("GET", ["account"]) => Json(json!({ "type": "user", "username": "acme" })).into_response(),
            ("GET", ["webhooks", "default", "secret"]) => {
                Json(json!({ "key": CALLBACK_SECRET })).into_response()
            }
            ("GET", ["models", owner, name]) => about(owner, name),
            ("POST", ["files"]) => upload(asked, desk),
            ("GET", ["predictions"]) => list(asked, desk),
            ("GET", ["predictions", id]) => match desk.look(id) {
                Some(job) => Json(prediction(&job, desk)).into_response(),
                None => missing(),
            },
            ("POST", ["predictions", id, "cancel"]) => match desk.cancel(id).and_then(|_| desk.job(id)) {
                Some(job) => Json(prediction(&job, desk)).into_response(),
                None => missing(),
            },
            ("POST", ["predictions"]) => create(asked, desk, Way::Version),
            ("POST", ["models", owner, name, "predictions"]) => {
                if !models::is_official(owner, name) {
                    return missing();
                }
                create(asked, desk, Way::Model(format!("{owner}/{name}")))
            }
            ("POST", ["deployments", owner, name, "predictions"]) => {
                create(asked, desk, Way::Model(format!("{owner}/{name}")))
            }
            _ => missing(),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let detail = format!("Request was throttled. Your rate limit resets in ~{retry_after_s}s.");
        (StatusCode::TOO_MANY_REQUESTS, Json(json!({ "detail": detail }))).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        problem(status, "Something went wrong", "Please try again later")
    }

    fn letter(&self, job: &Job, desk: &Desk, genuine: bool) -> Option<Letter> {
        let body = prediction(job, desk).to_string();
        let (id, time) = (format!("msg_{}", job.id), now_s().to_string());
        let secret = if genuine { CALLBACK_SECRET } else { "whsec_c3RyYW5nZXI=" };
        let secret = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).ok()?;
        mac.update(format!("{id}.{time}.{body}").as_bytes());
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("webhook-id", id),
                ("webhook-timestamp", time),
                ("webhook-signature", signature),
            ],
            body: body.into(),
        })
    }
}

/// The steps of the path behind the version.
fn path(asked: &Asked) -> Vec<&str> {
    let path = asked.path.strip_prefix("/v1/").unwrap_or_default();
    path.split('/').collect()
}

fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body = json!({ "title": title, "detail": detail, "status": status.as_u16() });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

fn missing() -> Response {
    problem(StatusCode::NOT_FOUND, "Not found", "The requested resource could not be found.")
}

fn invalid(detail: &str) -> Response {
    problem(StatusCode::UNPROCESSABLE_ENTITY, "Input validation failed", detail)
}

fn about(owner: &str, name: &str) -> Response {
    let official = models::is_official(owner, name);
    let version = json!({ "id": version_of(&format!("{owner}/{name}")), "openapi_schema": {} });
    let body = json!({ "owner": owner, "name": name, "visibility": "public", "is_official": official,
        "url": format!("https://replicate.com/{owner}/{name}"), "latest_version": version });
    Json(body).into_response()
}

/// The latest version of a model: any 64 digits, always the same.
fn version_of(name: &str) -> String {
    sha256(format!("version of {name}"))
}

/// How a prediction is asked for.
enum Way {
    /// By a version in the body.
    Version,
    /// By this model in the path.
    Model(String),
}

fn create(asked: &Asked, desk: &Desk, way: Way) -> Response {
    let Some(Value::Object(body)) = asked.json() else {
        return problem(StatusCode::BAD_REQUEST, "Bad request", "The body is not a JSON object");
    };
    let mut known = vec!["input", "webhook", "webhook_events_filter", "stream"];
    if matches!(way, Way::Version) {
        known.push("version");
    }
    if let Some(name) = body.keys().find(|name| !known.contains(&name.as_str())) {
        return invalid(&format!("- {name}: Additional property {name} is not allowed"));
    }
    let Some(Value::Object(input)) = body.get("input") else {
        return invalid("- input: is required");
    };
    let model = match way {
        Way::Model(name) => name,
        Way::Version => match version(&body) {
            Ok(name) => name,
            Err(refused) => return *refused,
        },
    };
    let callback_url = body.get("webhook").map(|url| url.as_str().unwrap_or_default().to_owned());
    if callback_url.as_ref().is_some_and(|url| !url.starts_with("http")) {
        return invalid("- webhook: Does not match format 'uri'");
    }
    let events = ["start", "output", "logs", "completed"];
    let filter = body.get("webhook_events_filter").map(|list| list.as_array().cloned().unwrap_or_default());
    if filter.is_some_and(|list| list.is_empty() || list.iter().any(|one| !events.iter().any(|e| one == e))) {
        return invalid("- webhook_events_filter: must be one of the known events");
    }
    if let Err(detail) = models::check(&model, input) {
        return invalid(&detail);
    }
    let word = |name: &str| input.get(name).and_then(Value::as_str);
    let outputs = input.get("num_outputs").and_then(Value::as_u64).unwrap_or(1);
    let order = Order {
        prompt: word("prompt").or_else(|| word("text")).unwrap_or_default().to_owned(),
        model,
        input: Value::Object(input.clone()),
        body: asked.body.clone(),
        outputs: u32::try_from(outputs).unwrap_or(1),
        token: None,
        callback_url,
    };
    let id = desk.uuid().replace('-', "")[..26].to_owned();
    let job = desk.take(id, order);
    (StatusCode::CREATED, Json(prediction(&job, desk))).into_response()
}

/// The model that the version in a body belongs to: an official one by its name alone, any other by its digits.
fn version(body: &Map<String, Value>) -> Result<String, Box<Response>> {
    let given = body.get("version").and_then(Value::as_str).unwrap_or_default();
    let refused = || Box::new(invalid("- version: Invalid version or not permitted"));
    match given.split_once(':') {
        Some((name, version)) if version == version_of(name) => Ok(name.to_owned()),
        None => match given.split_once('/') {
            Some((owner, name)) if models::is_official(owner, name) => Ok(given.to_owned()),
            None if given.len() == 64 => Ok("a/version".to_owned()),
            _ => Err(refused()),
        },
        Some(_) => Err(refused()),
    }
}

fn upload(asked: &Asked, desk: &Desk) -> Response {
    let [part] = asked.parts("content")[..] else {
        return problem(StatusCode::BAD_REQUEST, "Bad request", "Missing content");
    };
    let (Some(name), Some(kind)) = (&part.file_name, &part.content_type) else {
        return problem(StatusCode::BAD_REQUEST, "Bad request", "Missing content");
    };
    if name.len() > 255 || part.bytes.len() > FILE_MAX {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "Too large", "The file is too large");
    }
    let id = desk.uuid().replace('-', "")[..26].to_owned();
    desk.upload(id.clone(), part.bytes.clone());
    let body = json!({ "id": id, "name": name, "content_type": kind, "size": part.bytes.len(), "etag": id,
        "checksums": { "sha256": sha256(&part.bytes) }, "metadata": {}, "created_at": moment(now_s()),
        "expires_at": moment(now_s() + 86_400), "urls": { "get": format!("{}/v1/files/{id}", desk.origin) } });
    (StatusCode::CREATED, Json(body)).into_response()
}

fn list(asked: &Asked, desk: &Desk) -> Response {
    let after = asked.parameter("created_after").unwrap_or_default();
    let from: usize = asked.parameter("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let mut jobs = desk.listed();
    // Both moments are written the same way, so their texts compare as they do.
    jobs.retain(|job| moment(job.made_at) >= after);
    jobs.reverse();
    let page: Vec<_> = jobs.iter().skip(from).take(PAGE).map(|job| prediction(job, desk)).collect();
    let more = jobs.len() > from + PAGE;
    let next =
        more.then(|| format!("{}/v1/predictions?created_after={after}&cursor={}", desk.origin, from + PAGE));
    Json(json!({ "next": next, "previous": null, "results": page })).into_response()
}

/// `2026-11-21T08:00:00.000Z`.
fn moment(unix_s: u64) -> String {
    let at = utc(unix_s);
    let part = |from: usize, to: usize| &at[from..to];
    format!(
        "{}-{}-{}T{}:{}:{}.000Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(9, 11),
        part(11, 13),
        part(13, 15)
    )
}

/// A prediction as every answer and callback shows it.
fn prediction(job: &Job, desk: &Desk) -> Value {
    let (status, error) = match job.stand {
        Stand::Odd => ("hibernating", None),
        Stand::Waiting => ("starting", None),
        Stand::Running => ("processing", None),
        Stand::Ended(End::Made | End::Expired) => ("succeeded", None),
        Stand::Ended(End::Refused) => {
            let words = "The input or output was flagged as sensitive. Please try again with different inputs. (E005)";
            ("failed", Some(words))
        }
        Stand::Ended(End::Failed) => {
            ("failed", Some("Director: unexpected error handling prediction (E1000)"))
        }
        Stand::Ended(End::Canceled) => ("canceled", None),
    };
    let output = if job.end() == Some(End::Made) { models::output(job, desk) } else { Value::Null };
    let official =
        job.order.model.split_once('/').is_some_and(|(owner, name)| models::is_official(owner, name));
    let version = if official { "hidden".to_owned() } else { version_of(&job.order.model) };
    let url = format!("{}/v1/predictions/{}", desk.origin, job.id);
    let mut body = json!({
        "id": job.id, "model": job.order.model, "version": version, "input": job.order.input, "output": output,
        "logs": "", "error": error, "status": status, "data_removed": job.end() == Some(End::Expired),
        "source": "api", "created_at": moment(job.made_at),
        "urls": { "get": url, "cancel": format!("{url}/cancel"), "web": format!("https://replicate.com/p/{}", job.id) },
    });
    if job.end() == Some(End::Made) {
        body["metrics"] = json!({ "predict_time": 0.52, "total_time": 0.61 });
        body["completed_at"] = moment(now_s()).into();
    }
    body
}
