//! ComfyUI: graphs in a queue, their history, and files.

mod graph;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use crate::desk::{self, Desk, End, Job, Order, Stand};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// Starts it.
pub async fn start() -> Fake {
    Fake::start(ComfyUi).await
}

struct ComfyUi;

impl Protocol for ComfyUi {
    fn key(&self) -> &'static str {
        ""
    }

    /// The queue is where everybody looks first; the history only shows what that look has brought about.
    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", "/prompt") => Step::Submit,
            ("GET", "/queue") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if !asked.header("origin").is_empty() {
            return StatusCode::FORBIDDEN.into_response();
        }
        match asked.route() {
            ("POST", "/prompt") => submit(asked, desk),
            ("POST", "/upload/image") => upload(asked, desk),
            ("GET", "/queue") => queue(desk),
            ("GET", "/history") => history(desk.listed(), asked.parameter("max_items")),
            ("GET", "/view") => view(asked, desk),
            ("GET", "/system_stats") => {
                Json(json!({ "system": { "comfyui_version": "0.3.64" }, "devices": [] })).into_response()
            }
            ("GET", path) => match path.strip_prefix("/history/") {
                Some(id) => history(newest(desk, id).into_iter().collect(), None),
                None => self.fail(StatusCode::NOT_FOUND),
            },
            ("POST", path) => {
                match path.strip_prefix("/api/jobs/").and_then(|rest| rest.strip_suffix("/cancel")) {
                    Some(id) => cancel(id, desk),
                    None => self.fail(StatusCode::NOT_FOUND),
                }
            }
            _ => self.fail(StatusCode::METHOD_NOT_ALLOWED),
        }
    }

    fn busy(&self, retry_after_s: u32) -> Response {
        let answer = self.fail(StatusCode::TOO_MANY_REQUESTS);
        ([(header::RETRY_AFTER, retry_after_s.to_string())], answer).into_response()
    }

    fn fail(&self, status: StatusCode) -> Response {
        (status, format!("{status}")).into_response()
    }
}

fn refuse(kind: &str, message: &str, node_errors: Value) -> Response {
    let error = json!({ "type": kind, "message": message, "details": "", "extra_info": {} });
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error, "node_errors": node_errors }))).into_response()
}

fn submit(asked: &Asked, desk: &Desk) -> Response {
    let body = asked.json().unwrap_or_default();
    let Some(nodes) = body["prompt"].as_object() else {
        return refuse("no_prompt", "No prompt provided", json!({}));
    };
    let id = match body["prompt_id"].as_str() {
        Some(id) if graph::is_uuid(id) => id.to_owned(),
        Some(_) => return refuse("invalid_prompt_id", "prompt_id must be a UUID", json!({})),
        None => desk.uuid(),
    };
    if let Err((kind, message, node_errors)) = graph::check(nodes, desk) {
        return refuse(kind, message, node_errors);
    }
    let text = |class: &str, name: &str| {
        let node = nodes.values().find(|node| node["class_type"] == class)?;
        node["inputs"][name].as_str().map(str::to_owned)
    };
    let prefix = ["SaveImage", "SaveVideo"].iter().find_map(|class| text(class, "filename_prefix"));
    let input = json!({ "prompt": body["prompt"], "extra_data": body["extra_data"], "prompt_id": id, "prefix": prefix,
        "extension": if text("SaveVideo", "filename_prefix").is_some() { "mp4" } else { "png" } });
    let order = Order {
        model: "workflow".to_owned(),
        prompt: text("CLIPTextEncode", "text").unwrap_or_default(),
        token: body["extra_data"]["spool"].as_str().map(str::to_owned),
        body: asked.body.clone(),
        outputs: 1,
        input,
        ..Order::default()
    };
    // An id can be used again; the book's own ids are never the same.
    let own = if desk.job(&id).is_some() { desk.uuid() } else { id.clone() };
    desk.take(own, order);
    Json(json!({ "prompt_id": id, "number": desk.number(), "node_errors": {} })).into_response()
}

fn upload(asked: &Asked, desk: &Desk) -> Response {
    let [file] = asked.parts("image")[..] else { return StatusCode::BAD_REQUEST.into_response() };
    let (Some(name), Some("input")) = (&file.file_name, asked.part("type")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let folder = asked.part("subfolder").unwrap_or_default();
    if folder.starts_with('/') || folder.contains("..") || file.bytes.is_empty() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    desk.upload(format!("{folder}/{name}"), file.bytes.clone());
    Json(json!({ "name": name, "subfolder": folder, "type": "input" })).into_response()
}

/// Everybody's prompts go one step on when the queue is looked at.
fn queue(desk: &Desk) -> Response {
    for job in desk.all() {
        desk.look(&job.id);
    }
    let jobs = desk.listed();
    let standing =
        |stand: Stand| -> Vec<Value> { jobs.iter().filter(|job| job.stand == stand).map(prompt).collect() };
    Json(json!({ "queue_running": standing(Stand::Running), "queue_pending": standing(Stand::Waiting) }))
        .into_response()
}

fn prompt(job: &Job) -> Value {
    let given = |name: &str| job.order.input[name].clone();
    json!([1, given("prompt_id"), given("prompt"), given("extra_data"), ["9"]])
}

/// The last prompt that was queued under this id.
fn newest(desk: &Desk, id: &str) -> Option<Job> {
    desk.all().into_iter().rev().find(|job| job.order.input["prompt_id"] == id)
}

/// What has ended; a prompt that was taken out of the queue leaves no trace.
fn history(jobs: Vec<Job>, max_items: Option<String>) -> Response {
    let max = max_items.and_then(|max| max.parse().ok()).unwrap_or(usize::MAX);
    let ended: Vec<_> = jobs.iter().filter_map(|job| Some((id_of(job), entry(job)?))).collect();
    let newest = ended.len().saturating_sub(max);
    Json(ended.into_iter().skip(newest).collect::<Map<_, _>>()).into_response()
}

fn id_of(job: &Job) -> String {
    job.order.input["prompt_id"].as_str().unwrap_or_default().to_owned()
}

fn entry(job: &Job) -> Option<Value> {
    let started = json!(["execution_start", { "prompt_id": job.id, "timestamp": job.made_at * 1_000 }]);
    let failed = json!(["execution_error", { "prompt_id": job.id, "node_id": "5", "node_type": "KSampler",
        "exception_type": "RuntimeError", "exception_message": "the shapes do not fit\n", "traceback": [] }]);
    let (status, last, made) = match job.stand {
        Stand::Odd => ("resting", json!(["execution_cached", {}]), false),
        Stand::Ended(End::Made | End::Expired) => ("success", json!(["execution_success", {}]), true),
        Stand::Ended(End::Failed | End::Refused) => ("error", failed, false),
        Stand::Ended(End::Canceled) | Stand::Waiting | Stand::Running => return None,
    };
    let (folder, name) = file_of(job);
    let outputs = if made {
        json!({ "7": { "images": [{ "filename": name, "subfolder": folder, "type": "output" }] },
            "8": { "images": [{ "filename": "preview.png", "subfolder": "", "type": "temp" }] } })
    } else {
        json!({})
    };
    Some(json!({ "prompt": prompt(job), "outputs": outputs, "meta": {},
        "status": { "status_str": status, "completed": made, "messages": [started, last] } }))
}

/// Folder and name of the file that a prompt saves.
fn file_of(job: &Job) -> (String, String) {
    let text = |name: &str| job.order.input[name].as_str().unwrap_or_default();
    let prefix = text("prefix");
    let (folder, name) = prefix.rsplit_once('/').unwrap_or(("", prefix));
    (folder.to_owned(), format!("{name}_00001_.{}", text("extension")))
}

fn view(asked: &Asked, desk: &Desk) -> Response {
    let part = |name: &str| asked.parameter(name).unwrap_or_default();
    let named = (part("subfolder"), part("filename"));
    let made = |job: &Job| job.end() == Some(End::Made) && part("type") == "output" && file_of(job) == named;
    match desk.all().into_iter().find(made) {
        Some(job) => {
            let extension = job.order.input["extension"].as_str().unwrap_or_default();
            let (kind, bytes) = desk::output(&job, 0, extension);
            ([(header::CONTENT_TYPE, kind)], bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn cancel(id: &str, desk: &Desk) -> Response {
    let before = newest(desk, id).and_then(|job| desk.cancel(&job.id));
    let open = before.is_some_and(|before| !matches!(before, Stand::Ended(_)));
    Json(json!({ "cancelled": open })).into_response()
}
