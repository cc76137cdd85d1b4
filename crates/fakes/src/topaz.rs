//! Topaz Labs: forms and processes for pictures, requests and uploads for clips.

mod check;

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::Letter;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The key that the fake accepts.
pub const KEY: &str = "topaz-fake-key";

/// Starts the server.
pub async fn start() -> Fake {
    Fake::start(Topaz).await
}

/// What the jobs of clips are called in the book; those of pictures are called by their paths.
const CLIP: &str = "video";

/// How many jobs a page of a list shows: few, so that tests see more than one.
const PAGE: usize = 2;

struct Topaz;

impl Protocol for Topaz {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", _) => Step::Submit,
            ("GET", path)
                if path.starts_with("/image/v1/status/") || path.starts_with("/image/v1/download/") =>
            {
                Step::Look
            }
            ("GET", path) if path.starts_with("/video/") && path.ends_with("/status") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        let (method, path) = asked.route();
        if path.starts_with("/files/") {
            return StatusCode::NOT_FOUND.into_response();
        }
        // Uploads go to a host of its own, which knows who may by the address.
        if let ("PUT", Some(id)) = (method, path.strip_prefix("/upload/")) {
            return upload(id, asked, desk);
        }
        if asked.header("x-api-key") != KEY {
            return error(StatusCode::UNAUTHORIZED, "Unauthorized");
        }
        if let Some(path) = path.strip_prefix("/image/v1/") {
            return picture(method, path, asked, desk);
        }
        match (method, path.strip_prefix("/video/")) {
            ("POST", Some("express")) => request(asked, desk),
            ("GET", Some("history")) => history(asked, desk),
            (_, Some(rest)) => match (method, rest.split_once('/')) {
                ("GET", Some((id, "status"))) => clip(id, desk),
                ("DELETE", None) => cancel_clip(rest, desk),
                _ => error(StatusCode::NOT_FOUND, "Not Found"),
            },
            _ => error(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let wait = [(header::RETRY_AFTER, retry_after_s.to_string())];
        (wait, error(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        error(status, "Something is not right here")
    }

    fn letter(&self, job: &Job, desk: &Desk, genuine: bool) -> Option<Letter> {
        let id = if genuine { job.id.as_str() } else { "11111111-1111-4111-8111-111111111111" };
        let made = job.end() == Some(End::Made);
        let mut body = if job.order.model == CLIP {
            json!({ "requestId": id, "status": if made { "complete" } else { "failed" } })
        } else {
            json!({ "notification_id": format!("01J{:023}", job.looks), "process_id": id,
                "status": if made { "Completed" } else { "Failed" }, "progress": 100,
                "creation_time": job.made_at, "modification_time": job.made_at })
        };
        if made && job.order.model != CLIP {
            body["download_url"] = desk.file_url(job, 0, extension(job)).into();
        }
        Some(Letter {
            url: job.order.callback_url.clone()?,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into(),
        })
    }
}

// --- pictures ---

fn picture(method: &str, path: &str, asked: &Asked, desk: &Desk) -> Response {
    let of_pictures = |id: &str| desk.job(id).filter(|job| job.order.model != CLIP);
    match (method, path.split_once('/')) {
        ("POST", _) => process(path, asked, desk),
        ("GET", None) if path == "status" => list(asked, desk),
        ("GET", Some(("status", id))) => match of_pictures(id).and_then(|_| desk.look(id)) {
            Some(job) => ok(&state(&job)),
            None => error(StatusCode::NOT_FOUND, "Not Found"),
        },
        ("GET", Some(("download", id))) => match of_pictures(id) {
            Some(job) if job.end() == Some(End::Made) => {
                let url = desk.file_url(&job, 0, extension(&job));
                ok(&json!({ "download_url": url, "head_url": url, "expiry": job.made_at + 3_600 }))
            }
            Some(job) if job.end().is_none() => error(StatusCode::CONFLICT, "The image is not ready"),
            _ => error(StatusCode::NOT_FOUND, "Not Found"),
        },
        ("DELETE", Some(("cancel", id))) => match of_pictures(id).and_then(|_| desk.cancel(id)) {
            Some(Stand::Ended(_)) => error(StatusCode::CONFLICT, "The job has ended"),
            Some(_) => StatusCode::NO_CONTENT.into_response(),
            None => error(StatusCode::NOT_FOUND, "Not Found"),
        },
        _ => error(StatusCode::NOT_FOUND, "Not Found"),
    }
}

fn process(path: &str, asked: &Asked, desk: &Desk) -> Response {
    if let Err((status, wrong)) = check::picture(path, asked) {
        return error(status, &wrong);
    }
    // What is no file, as JSON: that is what tests look at.
    let parts = asked.form.iter().flatten().filter(|part| part.file_name.is_none());
    let input: serde_json::Map<_, _> = parts.map(|part| (part.name.clone(), part.text().into())).collect();
    let order = Order {
        model: path.to_owned(),
        prompt: asked.part("prompt").unwrap_or_default().to_owned(),
        callback_url: asked.part("webhook_url").map(str::to_owned),
        input: input.into(),
        body: asked.body.clone(),
        outputs: 1,
        ..Order::default()
    };
    let job = desk.take(desk.uuid(), order);
    ok(&json!({ "process_id": job.id, "source_id": desk.uuid(), "eta": job.made_at + 30 }))
}

/// The state of a process, as it also stands in the list.
fn state(job: &Job) -> Value {
    let (status, progress) = match job.stand {
        Stand::Odd => ("Dreaming", 0),
        Stand::Waiting => ("Pending", 0),
        Stand::Running => ("Processing", 42),
        Stand::Ended(End::Made | End::Expired) => ("Completed", 100),
        Stand::Ended(End::Refused | End::Failed) => ("Failed", 42),
        Stand::Ended(End::Canceled) => ("Cancelled", 42),
    };
    json!({ "process_id": job.id, "filename": "file.png", "category": "Enhance", "status": status,
        "progress": progress, "eta": job.made_at + 30, "creation_time": job.made_at, "modification_time": job.made_at,
        "credits": 1, "options_json": "{}", "crop_to_fill": false })
}

fn list(asked: &Asked, desk: &Desk) -> Response {
    if asked.parameter("paginated").as_deref() != Some("true") {
        return error(StatusCode::BAD_REQUEST, "this server has too many for one page");
    }
    let jobs: Vec<_> = desk.listed().into_iter().filter(|job| job.order.model != CLIP).collect();
    let from: usize = asked.parameter("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let data: Vec<_> = jobs.iter().skip(from).take(PAGE).map(state).collect();
    let more = jobs.len() > from + PAGE;
    let cursor = more.then(|| (from + PAGE).to_string());
    ok(&json!({ "data": data, "pagination": { "next_cursor": cursor, "has_next_page": more } }))
}

fn extension(job: &Job) -> &'static str {
    if job.order.input["output_format"] == "png" { "png" } else { "jpeg" }
}

// --- clips ---

fn request(asked: &Asked, desk: &Desk) -> Response {
    let body = asked.json().unwrap_or_default();
    if asked.body.len() > 3_000 {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    if let Err(wrong) = check::clip(&body) {
        return refused(&wrong);
    }
    let order = Order {
        model: CLIP.to_owned(),
        callback_url: body["notifications"]["webhookUrl"].as_str().map(str::to_owned),
        input: body,
        body: asked.body.clone(),
        outputs: 1,
        ..Order::default()
    };
    let job = desk.take(desk.uuid(), order);
    ok(&json!({ "requestId": job.id, "uploadId": job.id, "uploadUrls": [place(&job.id, desk)] }))
}

fn place(id: &str, desk: &Desk) -> String {
    format!("{}/upload/{id}?signature=1", desk.origin)
}

fn upload(id: &str, asked: &Asked, desk: &Desk) -> Response {
    let is_known = desk.job(id).is_some_and(|job| job.order.model == CLIP);
    if !is_known || asked.query != "signature=1" || asked.body.is_empty() {
        return StatusCode::FORBIDDEN.into_response();
    }
    desk.upload(id.to_owned(), asked.body.clone());
    ([(header::ETAG, "\"5d41402abc4b2a76b9719d911017c592\"")], StatusCode::OK).into_response()
}

fn clip(id: &str, desk: &Desk) -> Response {
    let Some(job) = desk.job(id).filter(|job| job.order.model == CLIP) else {
        return error(StatusCode::NOT_FOUND, "Not Found");
    };
    if desk.uploaded(id).is_none() && job.end().is_none() {
        let said = json!({ "status": "accepted", "progress": 0, "uploadId": id, "urls": [place(id, desk)] });
        return ok(&said);
    }
    let job = desk.look(id).unwrap_or(job);
    let mut said = json!({ "estimates": { "cost": [1, 2], "time": [10, 20] } });
    let (status, progress) = match job.stand {
        Stand::Odd => ("dreaming", 0.0),
        Stand::Waiting => ("initializing", 0.0),
        Stand::Running => ("processing", 41.7),
        Stand::Ended(End::Made | End::Expired) => {
            let url = desk.file_url(&job, 0, "mp4");
            said["download"] =
                json!({ "url": url, "expiresIn": 86_400_000, "expiresAt": (job.made_at + 86_400) * 1_000 });
            ("complete", 100.0)
        }
        Stand::Ended(End::Refused | End::Failed) => {
            said["errorCode"] = "PROCESSING_FAILURE".into();
            said["message"] = "Something is not right here".into();
            ("failed", 41.7)
        }
        Stand::Ended(End::Canceled) => ("canceled", 41.7),
    };
    said["status"] = status.into();
    said["progress"] = progress.into();
    ok(&said)
}

fn cancel_clip(id: &str, desk: &Desk) -> Response {
    let known = desk.job(id).filter(|job| job.order.model == CLIP);
    match known.and_then(|_| desk.cancel(id)) {
        Some(Stand::Ended(_)) => refused("it has ended"),
        Some(_) => ok(&json!({ "message": "Cancellation in progress. Partial credits have been refunded." })),
        None => error(StatusCode::NOT_FOUND, "Not Found"),
    }
}

/// The newest first.
fn history(asked: &Asked, desk: &Desk) -> Response {
    let mut jobs: Vec<_> = desk.listed().into_iter().filter(|job| job.order.model == CLIP).collect();
    jobs.reverse();
    let from: usize = asked.parameter("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let record = |job: &Job| {
        json!({ "id": job.id, "status": "accepted", "ts": { "requested": job.made_at * 1_000 }, "version": "api",
            "filters": job.order.input["filters"], "output": job.order.input["output"] })
    };
    let result: Vec<_> = jobs.iter().skip(from).take(PAGE).map(record).collect();
    let next = (jobs.len() > from + PAGE).then(|| (from + PAGE).to_string());
    ok(&json!({ "result": result, "nextCursor": next }))
}

// --- answers ---

fn json_of(body: &Value) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string())
}

fn ok(body: &Value) -> Response {
    json_of(body).into_response()
}

fn error(status: StatusCode, words: &str) -> Response {
    (status, json_of(&json!({ "code": status.as_u16(), "message": words }))).into_response()
}

/// What the clips' service says to a request that is not in order.
fn refused(words: &str) -> Response {
    (StatusCode::BAD_REQUEST, json_of(&json!({ "message": words, "errorCode": "INVALID_INPUT" })))
        .into_response()
}
