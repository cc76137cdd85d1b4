//! Kling: both dialects on one host.

mod bodies;

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::desk::{Desk, End, Job, Order, Stand};
use crate::letter::{Letter, now_s};
use crate::upstream::{Asked, CALLBACK_SECRET, Fake, Protocol, Step};

/// The API key that the fake accepts.
pub const KEY: &str = "kling-fake-key";

/// Starts one.
pub async fn start() -> Fake {
    Fake::start(Kling).await
}

struct Kling;

/// A job's id has this many digits.
const ID_LENGTH: usize = 18;

/// What an endpoint makes.
fn extension(path: &str) -> &'static str {
    match path.split('/').nth(2) {
        Some("images") => "png",
        Some("audio") => "mp3",
        _ => "mp4",
    }
}

fn is_older(path: &str) -> bool {
    path.starts_with("/v1/")
}

impl Protocol for Kling {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        let last = asked.path.rsplit('/').next().unwrap_or_default();
        match asked.route() {
            ("POST", "/tasks") => Step::Other,
            ("POST", _) => Step::Submit,
            ("GET", "/tasks") if asked.parameter("task_ids").is_some() => Step::Look,
            ("GET", _) if last.len() == ID_LENGTH => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            return StatusCode::NOT_FOUND.into_response();
        }
        match asked.header("authorization").strip_prefix("Bearer ") {
            None => return said(StatusCode::UNAUTHORIZED, 1001, "Authorization is empty"),
            Some(KEY) => {}
            Some(_) => return said(StatusCode::UNAUTHORIZED, 1002, "Authorization is invalid"),
        }
        match asked.route() {
            ("GET", "/account/costs") => costs(asked),
            ("GET", "/tasks") => tasks(asked, desk),
            ("POST", "/tasks") => list(asked, desk),
            ("GET", path) if is_older(path) => one(path, desk),
            ("POST", path) => submit(path, asked, desk),
            _ => said(StatusCode::NOT_FOUND, 1202, "no such method"),
        }
    }

    fn busy(&self, _: u32) -> Response {
        said(StatusCode::TOO_MANY_REQUESTS, 1303, "parallel task over resource pack limit")
    }

    fn fail(&self, status: StatusCode) -> Response {
        let code = match status.as_u16() {
            503 => 5001,
            504 => 5002,
            _ => 5000,
        };
        said(status, code, "something is not right here")
    }

    fn letter(&self, job: &Job, desk: &Desk, genuine: bool) -> Option<Letter> {
        let body = task(job, desk).to_string();
        let (id, time) = (format!("msg_{}", job.id), now_s().to_string());
        let secret = if genuine { CALLBACK_SECRET } else { "whsec_c3RyYW5nZXI=" };
        let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
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

fn said(status: StatusCode, code: i64, message: &str) -> Response {
    let body = json!({ "code": code, "message": message, "request_id": "fake-request" });
    (status, Json(body)).into_response()
}

fn well(data: Value) -> Response {
    let body = json!({ "code": 0, "message": "SUCCEED", "request_id": "fake-request", "data": data });
    Json(body).into_response()
}

fn wrong(what: &str) -> Response {
    said(StatusCode::BAD_REQUEST, 1201, what)
}

fn submit(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let Some(Value::Object(body)) = asked.json() else { return wrong("the body is no JSON object") };
    let Some(read) = bodies::read(path, &body) else {
        return said(StatusCode::NOT_FOUND, 1203, "no such model or method");
    };
    let asked_for = match read {
        Ok(asked_for) => asked_for,
        Err(what) => return wrong(&what),
    };
    let options = if is_older(path) { Some(&body) } else { body["options"].as_object() };
    let option = |name: &str| options.and_then(|at| at.get(name)?.as_str()).map(str::to_owned);
    let token = option("external_task_id");
    if token.as_deref().is_some_and(|token| desk.by_token(token).is_some()) {
        return wrong("external_task_id was used before");
    }
    // The older endpoints look at the words at once; the newer ones refuse later.
    if is_older(path) && desk.coming() == End::Refused {
        return said(StatusCode::BAD_REQUEST, 1301, "the content was refused");
    }
    let order = Order {
        model: path.trim_start_matches('/').to_owned(),
        prompt: asked_for.prompt,
        outputs: asked_for.outputs,
        token,
        callback_url: option("callback_url"),
        input: Value::Object(body),
        body: asked.body.clone(),
    };
    let id = format!("{}", 860_000_000_000_000_000 + desk.number());
    // Spoken text is there at once.
    let job = if path == "/v1/audio/tts" { desk.make(id, order) } else { desk.take(id, order) };
    well(task(&job, desk))
}

/// A job as its dialect shows it.
fn task(job: &Job, desk: &Desk) -> Value {
    let path = format!("/{}", job.order.model);
    let (older, kind) = (is_older(&path), extension(&path));
    let (state, words) = match job.stand {
        Stand::Odd => ("hibernating", ""),
        Stand::Waiting => ("submitted", ""),
        Stand::Running => ("processing", ""),
        Stand::Ended(End::Made | End::Expired) => (if older { "succeed" } else { "succeeded" }, ""),
        Stand::Ended(End::Refused) => ("failed", "the clip did not pass risk control"),
        Stand::Ended(End::Failed | End::Canceled) => ("failed", "the machine stopped"),
    };
    let made = matches!(job.stand, Stand::Ended(End::Made | End::Expired));
    let files: Vec<_> =
        (0..job.order.outputs).filter(|_| made).map(|nth| desk.file_url(job, nth, kind)).collect();
    let time = job.made_at * 1_000;
    if older {
        let name = match kind {
            "png" => "images",
            "mp3" => "audios",
            _ => "videos",
        };
        let files: Vec<_> =
            files.iter().enumerate().map(|(at, url)| older_file(job, kind, at, url)).collect();
        let mut shown = json!({
            "task_id": job.id, "task_status": state, "task_status_msg": words,
            "task_info": { "external_task_id": job.order.token }, "created_at": time, "updated_at": time,
        });
        if made {
            shown["task_result"] = json!({ name: files });
            shown["final_unit_deduction"] = json!("1");
        }
        return shown;
    }
    let files: Vec<_> = files
        .iter()
        .map(|url| json!({ "type": "video", "id": job.id, "url": url, "watermark_url": "", "duration": "5.041" }))
        .collect();
    let billing = json!([{ "charge_type": "cash", "cash_type": "balance", "amount": "0.42", "currency": "USD",
        "package_type": "video", "list_price": "0.42" }]);
    json!({
        "id": job.id, "status": state, "message": words, "create_time": time, "update_time": time,
        "external_id": job.order.token, "outputs": files, "billing": if made { billing } else { json!([]) },
    })
}

fn older_file(job: &Job, kind: &str, at: usize, url: &str) -> Value {
    match kind {
        "png" => json!({ "index": at, "url": url, "watermark_url": "" }),
        _ => json!({ "id": job.id, "url": url, "duration": "5.041" }),
    }
}

/// A job of an older endpoint, by its id or by ours.
fn one(path: &str, desk: &Desk) -> Response {
    let (endpoint, name) = path.rsplit_once('/').unwrap_or_default();
    let found = if name.len() == ID_LENGTH {
        desk.look(name)
    } else {
        desk.listed().into_iter().find(|job| job.order.token.as_deref() == Some(name))
    };
    match found {
        Some(job) if format!("/{}", job.order.model) == endpoint => well(task(&job, desk)),
        _ => said(StatusCode::NOT_FOUND, 1203, "no such task"),
    }
}

/// Jobs of the newer endpoints, by their ids or by ours. What is not there is left out.
fn tasks(asked: &Asked, desk: &Desk) -> Response {
    let found: Vec<_> = match (asked.parameter("task_ids"), asked.parameter("external_task_ids")) {
        (Some(ids), None) => ids.split(',').filter_map(|id| desk.look(id)).collect(),
        (None, Some(names)) => {
            let names: Vec<_> = names.split(',').collect();
            let named = |job: &Job| job.order.token.as_deref().is_some_and(|token| names.contains(&token));
            desk.listed().into_iter().filter(named).collect()
        }
        _ => return wrong("either task_ids or external_task_ids"),
    };
    let newer = found.iter().filter(|job| !is_older(&format!("/{}", job.order.model)));
    well(newer.map(|job| task(job, desk)).collect())
}

/// The list of the newer endpoints, one job a page so that pages are turned.
fn list(asked: &Asked, desk: &Desk) -> Response {
    let Some(Value::Object(body)) = asked.json() else { return wrong("the body is no JSON object") };
    if let Err(what) = bodies::list(&body) {
        return wrong(&what);
    }
    let from: usize = body.get("cursor").and_then(|at| at.as_str()?.parse().ok()).unwrap_or(0);
    let jobs: Vec<_> =
        desk.listed().into_iter().filter(|job| !is_older(&format!("/{}", job.order.model))).collect();
    let next = if from + 1 < jobs.len() { (from + 1).to_string() } else { String::new() };
    let page: Vec<_> = jobs.iter().skip(from).take(1).map(|job| task(job, desk)).collect();
    well(json!({ "count": jobs.len(), "result": page, "next_cursor": next }))
}

fn costs(asked: &Asked) -> Response {
    let time = |name: &str| asked.parameter(name).and_then(|text| text.parse::<u64>().ok());
    match (time("start_time"), time("end_time")) {
        (Some(start), Some(end)) if start < end => {
            well(json!({ "code": 0, "msg": "ok", "resource_pack_subscribe_infos": [] }))
        }
        _ => wrong("start_time and end_time"),
    }
}
