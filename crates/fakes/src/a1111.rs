//! A web interface of Stable Diffusion that runs with `--api` and `--api-auth`.

mod check;

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order};
use crate::media;
use crate::rules::Fault;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The credential that it accepts.
pub const KEY: &str = "user:fake-a1111";

/// Starts it.
pub async fn start() -> Fake {
    Fake::start(A1111).await
}

struct A1111;

impl Protocol for A1111 {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        if asked.route().0 == "POST" { Step::Submit } else { Step::Other }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.header("authorization") != format!("Basic {}", STANDARD.encode(KEY)) {
            return told(StatusCode::UNAUTHORIZED, "Incorrect username or password");
        }
        match asked.route() {
            ("GET", "/sdapi/v1/cmd-flags") => Json(json!({ "api": true, "listen": false })).into_response(),
            ("POST", path) => match path.strip_prefix("/sdapi/v1/") {
                Some(path @ ("txt2img" | "img2img" | "extra-single-image")) => submit(path, asked, desk),
                _ => told(StatusCode::NOT_FOUND, "Not Found"),
            },
            _ => told(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let answer = told(StatusCode::TOO_MANY_REQUESTS, "busy");
        ([(header::RETRY_AFTER, retry_after_s.to_string())], answer).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        broken(status, "OutOfMemoryError", "CUDA out of memory. Tried to allocate 2 GiB")
    }
}

fn told(status: StatusCode, detail: &str) -> Response {
    (status, Json(json!({ "detail": detail }))).into_response()
}

fn broken(status: StatusCode, error: &str, errors: &str) -> Response {
    (status, Json(json!({ "error": error, "detail": "", "body": "", "errors": errors }))).into_response()
}

fn submit(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let input = match check::request(path, asked) {
        Ok(input) => input,
        Err(check::Refusal::Fields(fault)) => return unprocessable(&fault),
        Err(check::Refusal::Words(status, words)) => return told(status, words),
    };
    if desk.coming() == End::Failed {
        return broken(
            StatusCode::INTERNAL_SERVER_ERROR,
            "NansException",
            "A tensor with all NaNs was produced in Unet.",
        );
    }
    let number = |name: &str| input[name].as_u64().and_then(|n| u32::try_from(n).ok());
    let order = Order {
        model: path.to_owned(),
        prompt: input["prompt"].as_str().unwrap_or_default().to_owned(),
        body: asked.body.clone(),
        outputs: number("batch_size").unwrap_or(1) * number("n_iter").unwrap_or(1),
        input,
        ..Order::default()
    };
    let job = desk.make(desk.uuid(), order);
    if path == "extra-single-image" {
        return Json(json!({ "html_info": "<p>done</p>", "image": picture(&job, 0) })).into_response();
    }
    let mut images: Vec<_> = (0..job.order.outputs).map(|nth| picture(&job, nth)).collect();
    // Several pictures that are saved have a grid in front.
    let grid = job.order.input["save_images"] == true && images.len() > 1;
    if grid {
        images.insert(0, images[0].clone());
    }
    let seeds: Vec<_> = (0..job.order.outputs).map(|nth| 123 + nth).collect();
    let info =
        json!({ "seed": 123, "all_seeds": seeds, "infotexts": [], "index_of_first_image": u32::from(grid) });
    Json(json!({ "images": images, "parameters": job.order.input, "info": info.to_string() })).into_response()
}

fn unprocessable(fault: &Fault) -> Response {
    let (kind, words) = match fault {
        Fault::Missing(_) => ("missing", "Field required"),
        Fault::Unknown(_) => ("extra_forbidden", "Extra inputs are not permitted"),
        Fault::Wrong(_) => ("value_error", "Value is not allowed"),
    };
    let finding = json!({ "loc": ["body", fault.field()], "msg": words, "type": kind });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": [finding] }))).into_response()
}

/// Small, whatever was asked for: the size is the adapter's business only as far as it is sent.
fn picture(job: &Job, nth: u32) -> Value {
    STANDARD.encode(media::picture(64, 64, media::colour(&job.order.prompt, nth), "png")).into()
}
