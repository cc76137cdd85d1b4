//! xAI's pictures and clips.

use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::checks::{Checked, choice, int, link_or_data, list, object, required, text};
use crate::desk::{Desk, End, Job, Order, Stand, output};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The key that the fake accepts.
pub const KEY: &str = "xai-fake-key";

/// Starts the server.
pub async fn start() -> Fake {
    Fake::start(Xai).await
}

const RATIOS: &[&str] = &[
    "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1",
    "auto",
];
const CLIP_RATIOS: &[&str] = &["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"];
const PICTURE_MODELS: &[&str] = &["grok-imagine-image", "grok-imagine-image-2.0"];
const CLIP_MODELS: &[&str] = &["grok-imagine-video", "grok-imagine-video-1.5", "grok-imagine-video-1.5-lite"];

struct Xai;

impl Protocol for Xai {
    fn key(&self) -> &'static str {
        KEY
    }

    fn prefix(&self) -> &'static str {
        "/v1"
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", _) => Step::Submit,
            ("GET", path) if path.starts_with("/v1/videos/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            // Results lie on a host of their own, which wants no key; what is gone there is gone.
            return StatusCode::NOT_FOUND.into_response();
        }
        if asked.header("authorization") != format!("Bearer {KEY}") {
            let words = "Incorrect API key provided. You can obtain an API key from https://console.x.ai.";
            return error(StatusCode::BAD_REQUEST, "Client specified an invalid argument", words);
        }
        let body = asked.json().unwrap_or_default();
        let checked = |wrong: Checked| wrong.err();
        match asked.route() {
            ("GET", "/v1/models") => ok(json!({ "data": [] })),
            ("POST", "/v1/images/generations") => match checked(pictures(&body, false)) {
                None => draw(asked, &body, desk),
                Some(wrong) => refuse(&wrong),
            },
            ("POST", "/v1/images/edits") => match checked(pictures(&body, true)) {
                None => draw(asked, &body, desk),
                Some(wrong) => refuse(&wrong),
            },
            ("POST", "/v1/videos/generations") => film(asked, &body, desk, generation(&body)),
            ("POST", "/v1/videos/edits") => {
                film(asked, &body, desk, edit(&body, &["prompt", "video", "model"]))
            }
            ("POST", "/v1/videos/extensions") => {
                film(asked, &body, desk, edit(&body, &["prompt", "video", "model", "duration"]))
            }
            ("GET", path) => match path.strip_prefix("/v1/videos/").and_then(|id| desk.look(id)) {
                Some(job) => clip(&job, desk),
                None => {
                    error(StatusCode::NOT_FOUND, "Some requested entity was not found", "No such request.")
                }
            },
            _ => error(StatusCode::NOT_FOUND, "Some requested entity was not found", "No such path."),
        }
    }

    fn busy(&self, _: u32) -> Response {
        error(StatusCode::TOO_MANY_REQUESTS, "Some resource has been exhausted", "Too many requests.")
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "The service is currently unavailable", "Please try again.")
    }
}

fn prompt(body: &Value, max_chars: usize) -> Checked {
    required(&body["prompt"], "prompt")?;
    text(&body["prompt"], "prompt", max_chars)
}

/// A request for pictures. `size` and everything else that OpenAI has and xAI does not is refused.
fn pictures(body: &Value, is_edit: bool) -> Checked {
    let fields = ["model", "prompt", "n", "aspect_ratio", "resolution", "quality", "response_format", "user"];
    let more: &[&str] = if is_edit { &["image", "images"] } else { &[] };
    object(body, "body", &[&fields[..], more].concat())
        .map_err(|wrong| format!("Argument not supported: {wrong}"))?;
    prompt(body, 8_000)?;
    required(&body["model"], "model")?;
    choice(&body["model"], "model", PICTURE_MODELS)?;
    int(&body["n"], "n", 1..=10)?;
    choice(&body["aspect_ratio"], "aspect_ratio", RATIOS)?;
    let newer = body["model"] == "grok-imagine-image-2.0";
    let sizes: &[&str] = if newer { &["1k", "1.5k", "2k"] } else { &["1k", "2k"] };
    choice(&body["resolution"], "resolution", sizes)?;
    if !newer && !body["quality"].is_null() {
        return Err("Argument not supported: quality".to_owned());
    }
    choice(&body["quality"], "quality", &["low", "medium"])?;
    choice(&body["response_format"], "response_format", &["url", "b64_json"])?;
    if is_edit {
        let one = &body["image"];
        let several = list(&body["images"], "images", 3)?;
        if one.is_null() == several.is_empty() {
            return Err("either image or images must be given".to_owned());
        }
        for image in several.iter().chain((!one.is_null()).then_some(one)) {
            object(image, "image", &["url", "type"])?;
            required(&image["url"], "image.url")?;
            link_or_data(&image["url"], "image.url")?;
            choice(&image["type"], "image.type", &["image_url"])?;
        }
    }
    Ok(())
}

fn source(value: &Value, at: &str) -> Checked {
    object(value, at, &["url"])?;
    required(&value["url"], at)?;
    link_or_data(&value["url"], at)
}

fn generation(body: &Value) -> Checked {
    let fields =
        ["model", "prompt", "duration", "aspect_ratio", "resolution", "image", "reference_images", "user"];
    object(body, "body", &fields)?;
    prompt(body, 4_096)?;
    choice(&body["model"], "model", CLIP_MODELS)?;
    int(&body["duration"], "duration", 1..=15)?;
    choice(&body["aspect_ratio"], "aspect_ratio", CLIP_RATIOS)?;
    let references = list(&body["reference_images"], "reference_images", 7)?;
    let sharpest = body["model"] == "grok-imagine-video-1.5" && references.is_empty();
    let lines: &[&str] = if sharpest { &["480p", "720p", "1080p"] } else { &["480p", "720p"] };
    choice(&body["resolution"], "resolution", lines)?;
    if !body["image"].is_null() {
        source(&body["image"], "image")?;
        if !references.is_empty() {
            return Err("image and reference_images exclude each other".to_owned());
        }
    }
    references.iter().try_for_each(|image| source(image, "reference_images"))
}

fn edit(body: &Value, fields: &[&str]) -> Checked {
    object(body, "body", fields)?;
    prompt(body, 4_096)?;
    choice(&body["model"], "model", CLIP_MODELS)?;
    int(&body["duration"], "duration", 1..=15)?;
    source(&body["video"], "video")
}

fn order(asked: &Asked, body: &Value) -> Order {
    Order {
        model: body["model"].as_str().unwrap_or_default().to_owned(),
        prompt: body["prompt"].as_str().unwrap_or_default().to_owned(),
        input: body.clone(),
        body: asked.body.clone(),
        outputs: body["n"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
        ..Order::default()
    }
}

fn draw(asked: &Asked, body: &Value, desk: &Desk) -> Response {
    if desk.coming() == End::Failed {
        return error(StatusCode::INTERNAL_SERVER_ERROR, "Internal error", "Please try again.");
    }
    let job = desk.make(desk.uuid(), order(asked, body));
    // A request that is blocked as a whole has an empty list.
    let made = if job.end() == Some(End::Refused) { 0 } else { job.order.outputs };
    let inside = body["response_format"] == "b64_json";
    let data: Vec<_> = (0..made)
        .map(|nth| {
            let mut image =
                json!({ "revised_prompt": "", "respect_moderation": true, "mime_type": "image/jpeg" });
            if inside {
                image["b64_json"] = STANDARD.encode(output(&job, nth, "jpeg").1).into();
            } else {
                image["url"] = desk.file_url(&job, nth, "jpeg").into();
            }
            image
        })
        .collect();
    ok(json!({ "data": data, "usage": { "cost_in_usd_ticks": u64::from(made) * 200_000_000 } }))
}

fn film(asked: &Asked, body: &Value, desk: &Desk, checked: Checked) -> Response {
    match checked {
        Ok(()) => {
            let job = desk.take(desk.uuid(), order(asked, body));
            ok(json!({ "request_id": job.id }))
        }
        Err(wrong) => refuse(&wrong),
    }
}

fn clip(job: &Job, desk: &Desk) -> Response {
    let none = json!({ "duration": 0, "respect_moderation": true });
    ok(match job.stand {
        Stand::Odd => json!({ "status": "dreaming" }),
        // The first thing that is heard of a clip is nothing.
        Stand::Waiting => return StatusCode::ACCEPTED.into_response(),
        Stand::Running => {
            return (StatusCode::ACCEPTED, ok(json!({ "status": "pending", "progress": 40 })))
                .into_response();
        }
        Stand::Ended(End::Made | End::Expired) => {
            json!({ "status": "done", "model": job.order.model, "progress": 100,
            "video": { "url": desk.file_url(job, 0, "mp4"), "duration": 6, "respect_moderation": true },
            "usage": { "cost_in_usd_ticks": 500_000_000 } })
        }
        Stand::Ended(End::Refused) => json!({ "status": "done", "model": job.order.model,
            "video": { "url": "", "duration": 0, "respect_moderation": false } }),
        Stand::Ended(End::Failed | End::Canceled) => json!({ "status": "failed", "model": "", "video": none,
            "error": { "code": "internal_error", "message": "Something is not right here." } }),
    })
}

fn json_of(body: Value) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string())
}

fn ok(body: Value) -> Response {
    json_of(body).into_response()
}

fn refuse(wrong: &str) -> Response {
    error(StatusCode::BAD_REQUEST, "Client specified an invalid argument", wrong)
}

/// Where a code would be, xAI has a sentence.
fn error(status: StatusCode, code: &str, words: &str) -> Response {
    (status, json_of(json!({ "code": code, "error": words }))).into_response()
}
