//! The other contract: codes that are words, statuses in capitals, clips with a state of their own.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::{KEY, json_of};
use crate::checks::{Checked, flag, number, object, required, text};
use crate::desk::{Desk, End, Job, Order, Stand};
use crate::upstream::{Asked, Fake, Protocol, Step};

/// Starts the proxy.
pub async fn start() -> Fake {
    Fake::start(Proxy).await
}

struct Proxy;

impl Protocol for Proxy {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", path) if path.starts_with("/suno/submit/") => Step::Submit,
            ("GET", path) if path.starts_with("/suno/fetch/") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            return StatusCode::NOT_FOUND.into_response();
        }
        if asked.header("authorization") != format!("Bearer {KEY}") {
            return of_the_gateway(StatusCode::UNAUTHORIZED, "Invalid token");
        }
        let body = asked.json().unwrap_or_default();
        match asked.route() {
            ("POST", "/suno/submit/music") => submit("music", music(&body), body, asked, desk),
            ("POST", "/suno/submit/lyrics") => submit("lyrics", lyrics(&body), body, asked, desk),
            ("GET", path) => match path.strip_prefix("/suno/fetch/").and_then(|id| desk.look(id)) {
                Some(job) => good(&task(&job, desk)),
                None => bad("task_not_exist", "task_not_exist"),
            },
            _ => of_the_gateway(StatusCode::NOT_FOUND, "Invalid URL"),
        }
    }

    fn busy(&self, _: u32) -> Response {
        of_the_gateway(StatusCode::TOO_MANY_REQUESTS, "Too many requests")
    }

    fn fail(&self, status: StatusCode) -> Response {
        of_the_gateway(status, "No channel is available")
    }
}

fn music(body: &Value) -> Checked {
    let names = [
        "gpt_description_prompt",
        "prompt",
        "mv",
        "title",
        "tags",
        "make_instrumental",
        "task_id",
        "continue_clip_id",
        "continue_at",
        "callBackUrl",
    ];
    object(body, "body", &names)?;
    for name in ["gpt_description_prompt", "prompt", "mv", "title", "tags", "task_id", "continue_clip_id"] {
        text(&body[name], name, 5_000)?;
    }
    flag(&body["make_instrumental"], "make_instrumental")?;
    number(&body["continue_at"], "continue_at", 0.0..=480.0)?;
    if body["gpt_description_prompt"].is_null() {
        required(&body["prompt"], "prompt")?;
    }
    if body["continue_clip_id"].is_null() { Ok(()) } else { required(&body["task_id"], "task_id") }
}

fn lyrics(body: &Value) -> Checked {
    object(body, "body", &["prompt", "callBackUrl"])?;
    required(&body["prompt"], "prompt")?;
    text(&body["prompt"], "prompt", 5_000)
}

fn submit(action: &str, checked: Checked, body: Value, asked: &Asked, desk: &Desk) -> Response {
    if let Err(wrong) = checked {
        return bad("invalid_request", &wrong);
    }
    let prompt = body["gpt_description_prompt"].as_str().or_else(|| body["prompt"].as_str());
    let order = Order {
        model: action.to_owned(),
        prompt: prompt.unwrap_or_default().to_owned(),
        callback_url: body["callBackUrl"].as_str().map(str::to_owned),
        input: body,
        body: asked.body.clone(),
        outputs: if action == "music" { 2 } else { 1 },
        ..Order::default()
    };
    let job = desk.take(desk.uuid(), order);
    good(&json!(job.id))
}

fn task(job: &Job, desk: &Desk) -> Value {
    let (status, progress, reason) = match job.stand {
        Stand::Odd => ("DREAMING", "0%", ""),
        Stand::Waiting => ("NOT_START", "0%", ""),
        Stand::Running => ("IN_PROGRESS", "40%", ""),
        Stand::Ended(End::Made | End::Expired) => ("SUCCESS", "100%", ""),
        Stand::Ended(End::Refused) => ("FAILURE", "100%", "Song description failed moderation"),
        Stand::Ended(End::Failed | End::Canceled) => ("FAILURE", "100%", "Something is not right here"),
    };
    let clip = |nth: u32| {
        json!({ "id": format!("{}-{nth}", job.id), "title": "A song", "status": "complete",
            "audio_url": desk.file_url(job, nth, "mp3"), "video_url": "", "model_name": "chirp-v4", "text": "",
            "metadata": { "tags": null, "duration": 180.2, "error_type": null, "error_message": null } })
    };
    let live = json!({ "id": job.id, "status": "streaming", "audio_url": format!("{}/live", desk.origin) });
    let data = match (status, job.order.model.as_str()) {
        ("SUCCESS", "lyrics") => {
            json!({ "id": job.id, "text": "[Verse]", "title": "A song", "status": "complete" })
        }
        ("SUCCESS", _) => Value::Array((0..job.order.outputs).map(clip).collect()),
        ("IN_PROGRESS", "music") => json!([live]),
        _ => json!([]),
    };
    json!({ "task_id": job.id, "action": job.order.model.to_uppercase(), "status": status, "fail_reason": reason,
        "submit_time": 1_716_191_749, "start_time": 0, "finish_time": 0, "progress": progress, "data": data })
}

fn good(data: &Value) -> Response {
    json_of(&json!({ "code": "success", "message": "", "data": data })).into_response()
}

fn bad(code: &str, words: &str) -> Response {
    let body = json!({ "code": code, "message": words, "data": null });
    (StatusCode::BAD_REQUEST, json_of(&body)).into_response()
}

/// What the gateway in front says before it knows whose task it is.
fn of_the_gateway(status: StatusCode, words: &str) -> Response {
    let body = json!({ "error": { "message": words, "type": "new_api_error", "code": "" } });
    (status, json_of(&body)).into_response()
}
