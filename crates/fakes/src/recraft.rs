//! Recraft: drawing, and work on pictures; each answer brings its files and what they cost.

mod paths;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, End, Order};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// Starts a server.
pub async fn start() -> Fake {
    Fake::start(Recraft).await
}

struct Recraft;

impl Protocol for Recraft {
    fn key(&self) -> &'static str {
        "recraft-fake-0123456789"
    }

    fn prefix(&self) -> &'static str {
        "/v1"
    }

    fn step(&self, asked: &Asked) -> Step {
        if asked.method == http::Method::POST { Step::Submit } else { Step::Other }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        // Links need no key; those that are gone end up here.
        if asked.path.starts_with("/files/") {
            return error(StatusCode::NOT_FOUND, "not_found", "No such file");
        }
        if asked.header("authorization") != format!("Bearer {}", self.key()) {
            return error(StatusCode::UNAUTHORIZED, "unauthorized", "Invalid token");
        }
        match asked.route() {
            ("GET", "/v1/users/me") => {
                let body = json!({ "id": "u1", "email": "a@acme.test", "name": "Acme", "credits": 1_000 });
                Json(body).into_response()
            }
            ("POST", path) => match path.strip_prefix("/v1/images/").filter(|path| paths::is_known(path)) {
                Some(path) => make(asked, path, desk),
                None => error(StatusCode::NOT_FOUND, "not_found", "No such path"),
            },
            _ => error(StatusCode::NOT_FOUND, "not_found", "No such path"),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let body = json!({ "code": "rate_limit_exceeded", "message": "Slow down" });
        let wait = [("retry-after", retry_after_s.to_string())];
        (StatusCode::TOO_MANY_REQUESTS, wait, Json(body)).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "internal", "Something went wrong")
    }
}

fn error(status: StatusCode, code: &str, words: &str) -> Response {
    (status, Json(json!({ "code": code, "message": words }))).into_response()
}

fn make(asked: &Asked, path: &str, desk: &Desk) -> Response {
    let Some(Value::Object(input)) = asked.json() else {
        return error(StatusCode::BAD_REQUEST, "invalid_parameter", "The body is not a JSON object");
    };
    if let Err(misfit) = paths::check(path, &input) {
        let words = format!("{} {}", misfit.field, misfit.why);
        return error(StatusCode::BAD_REQUEST, "invalid_parameter", &words);
    }
    if desk.coming() == End::Refused {
        return error(StatusCode::BAD_REQUEST, "nsfw_content", "The prompt was refused");
    }
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let count = input.get("n").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
    let model = text("model");
    let is_vector = model.ends_with("_vector") || path == "vectorize";
    let extension = if is_vector { "svg" } else { "png" };
    let credits = paths::units(path, &model) * u64::from(count);
    let order = Order {
        prompt: text("prompt"),
        body: asked.body.clone(),
        outputs: count,
        model: if model.is_empty() { path.to_owned() } else { model },
        input: Value::Object(input),
        ..Order::default()
    };
    let job = desk.make(desk.uuid(), order);
    let image = |nth| json!({ "image_id": job.id, "url": desk.file_url(&job, nth, extension) });
    let mut body = json!({ "created": job.made_at, "credits": credits });
    if paths::draws(path) {
        body["data"] = (0..count).map(image).collect();
    } else {
        body["image"] = image(0);
    }
    Json(body).into_response()
}
