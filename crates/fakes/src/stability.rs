//! Stability AI: forms in, files out; two slow paths whose results are fetched by id.

mod paths;

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value, json};

use self::paths::Path;
use crate::bill::sha256;
use crate::desk::{self, Desk, End, Job, Order, Stand};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The largest request, bytes.
const REQUEST_MAX: usize = 10 * 1024 * 1024;

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(Stability).await
}

struct Stability;

impl Protocol for Stability {
    fn key(&self) -> &'static str {
        "sk-fake-0123456789"
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", _) => Step::Submit,
            ("GET", path) if path.starts_with("/v2beta/results/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.header("authorization") != format!("Bearer {}", self.key()) {
            return error(StatusCode::UNAUTHORIZED, "unauthorized", "authorization: missing or invalid key");
        }
        match asked.route() {
            ("GET", "/v1/user/balance") => Json(json!({ "credits": 12.3 })).into_response(),
            ("GET", path) => match path.strip_prefix("/v2beta/results/").and_then(|id| desk.look(id)) {
                Some(job) => result(&job),
                None => error(StatusCode::NOT_FOUND, "not_found", "id: no such result"),
            },
            ("POST", path) => match path.strip_prefix("/v2beta/").and_then(paths::find) {
                Some(path) => make(asked, path, desk),
                None => error(StatusCode::NOT_FOUND, "not_found", "no such path"),
            },
            _ => error(StatusCode::NOT_FOUND, "not_found", "no such path"),
        }
    }

    fn busy(&self, _: u32) -> Response {
        let words = "You have exceeded the rate limit of 150 requests within a 10 second period";
        error(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", words)
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "internal_error", "Something went wrong")
    }
}

fn error(status: StatusCode, name: &str, words: &str) -> Response {
    (status, Json(json!({ "id": "fa1e", "name": name, "errors": [words] }))).into_response()
}

fn make(asked: &Asked, path: &Path, desk: &Desk) -> Response {
    let Some(parts) = &asked.form else {
        return error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_request", "content-type: must be a form");
    };
    if asked.body.len() > REQUEST_MAX {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "body: at most 10MiB");
    }
    let accept = asked.header("accept");
    if !path.answers_with(accept) {
        return error(StatusCode::BAD_REQUEST, "bad_request", "accept: not supported");
    }
    if let Err(misfit) = path.check(parts) {
        return error(StatusCode::BAD_REQUEST, "bad_request", &format!("{}: {}", misfit.field, misfit.why));
    }
    let texts = parts.iter().filter(|part| part.file_name.is_none());
    let input: Map<_, _> = texts.map(|part| (part.name.clone(), Value::from(part.text()))).collect();
    let text = |name: &str| asked.part(name).unwrap_or_default().to_owned();
    let prompt = if asked.part("prompt").is_some() { text("prompt") } else { text("background_prompt") };
    let order = Order {
        model: path.name.to_owned(),
        prompt,
        body: asked.body.clone(),
        outputs: 1,
        input: Value::Object(input),
        ..Order::default()
    };
    let id = sha256(desk.uuid());
    if path.is_slow {
        let job = desk.take(id, order);
        return Json(json!({ "id": job.id })).into_response();
    }
    if desk.coming() == End::Failed {
        return error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong");
    }
    file(&desk.make(id, order))
}

/// The file itself; a refused one is there too, blurred.
fn file(job: &Job) -> Response {
    let asked = job.order.input["output_format"].as_str();
    let (kind, bytes) = match (job.order.model.starts_with("audio/"), asked) {
        (true, Some("wav")) => ("audio/wav".to_owned(), silence()),
        (true, _) => desk::output(job, 0, "mp3"),
        (false, Some(format @ ("jpeg" | "webp"))) => desk::output(job, 0, format),
        (false, _) => desk::output(job, 0, "png"),
    };
    let reason = if job.end() == Some(End::Refused) { "CONTENT_FILTERED" } else { "SUCCESS" };
    let headers = [("content-type", kind), ("finish-reason", reason.to_owned()), ("seed", "42".to_owned())];
    (headers, bytes).into_response()
}

fn result(job: &Job) -> Response {
    let waiting = |status: &str| {
        (StatusCode::ACCEPTED, Json(json!({ "id": job.id, "status": status }))).into_response()
    };
    match job.stand {
        Stand::Odd => waiting("dreaming"),
        Stand::Waiting | Stand::Running => waiting("in-progress"),
        Stand::Ended(End::Made | End::Refused) => file(job),
        Stand::Ended(End::Expired) => error(StatusCode::NOT_FOUND, "not_found", "id: no such result"),
        // Nothing is canceled here.
        Stand::Ended(End::Failed | End::Canceled) => {
            error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong")
        }
    }
}

/// A tenth of a second of nothing: WAV, 8 kHz, 8 bits.
fn silence() -> Bytes {
    const SAMPLES: u32 = 800;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + SAMPLES).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1u16, 1].iter().flat_map(|word| word.to_le_bytes()));
    file.extend([8_000u32, 8_000].iter().flat_map(|word| word.to_le_bytes()));
    file.extend([1u16, 8].iter().flat_map(|word| word.to_le_bytes()));
    file.extend(b"data");
    file.extend(SAMPLES.to_le_bytes());
    file.resize(file.len() + SAMPLES as usize, 128);
    file.into()
}
