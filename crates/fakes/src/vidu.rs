//! Vidu's platform API.

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
use crate::signing;
use crate::upstream::{Asked, Fake, Protocol, Step};

/// The API key that the fake accepts.
pub const KEY: &str = "vda_fake_key";

/// Starts one.
pub async fn start() -> Fake {
    Fake::start(Vidu).await
}

struct Vidu;

impl Protocol for Vidu {
    fn key(&self) -> &'static str {
        KEY
    }

    fn step(&self, asked: &Asked) -> Step {
        match asked.route() {
            ("POST", path) if path.ends_with("/cancel") => Step::Other,
            ("POST", _) => Step::Submit,
            ("GET", path) if path.ends_with("/creations") => Step::Look,
            _ => Step::Other,
        }
    }

    fn answer(&self, asked: &Asked, desk: &Desk) -> Response {
        if asked.path.starts_with("/files/") {
            return StatusCode::NOT_FOUND.into_response();
        }
        if asked.header("authorization") != format!("Token {KEY}") {
            return said(StatusCode::UNAUTHORIZED, "Unauthorized");
        }
        let task = asked.path.strip_prefix("/ent/v2/tasks/");
        match (asked.method.as_str(), task, asked.path.as_str()) {
            ("GET", _, "/ent/v2/credits") => {
                Json(json!({ "remains": [{ "type": "metered", "credit_remain": 9_000, "concurrency_limit": 5,
                    "current_concurrency": 0, "queue_count": 0 }] }))
                .into_response()
            }
            ("GET", _, "/ent/v2/tasks") => list(asked, desk),
            ("GET", Some(rest), _) => match rest.strip_suffix("/creations").and_then(|id| desk.look(id)) {
                Some(job) => Json(shown(&job, desk)).into_response(),
                None => said(StatusCode::NOT_FOUND, "TaskNotFound"),
            },
            ("POST", Some(rest), _) => match rest.strip_suffix("/cancel").and_then(|id| desk.cancel(id)) {
                Some(_) => Json(json!({})).into_response(),
                None => said(StatusCode::NOT_FOUND, "TaskNotFound"),
            },
            ("POST", None, path) => submit(path, asked, desk),
            _ => said(StatusCode::NOT_FOUND, "BadRequest"),
        }
    }

    fn busy(&self, _: u32) -> Response {
        said(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests")
    }

    fn fail(&self, status: StatusCode) -> Response {
        said(status, "InternalServiceFailure")
    }

    fn letter(&self, job: &Job, desk: &Desk, genuine: bool) -> Option<Letter> {
        let url = job.order.callback_url.clone()?;
        let address = url::Url::parse(&url).ok()?;
        let date = http_date(now_s());
        let nonce = desk.uuid();
        let mut parameters: Vec<_> = address.query().into_iter().flat_map(|query| query.split('&')).collect();
        parameters.sort_unstable();
        let message = format!(
            "POST\n{}\n{}\nvidu\n{date}\nx-request-nonce:{nonce}\n",
            address.path(),
            parameters.join("&")
        );
        let key = if genuine { KEY } else { "a stranger's" };
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
        mac.update(message.as_bytes());
        Some(Letter {
            url,
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("date", date),
                ("x-hmac-algorithm", "hmac-sha256".to_owned()),
                ("x-hmac-access-key", "vidu".to_owned()),
                ("x-hmac-signed-headers", "x-request-nonce".to_owned()),
                ("x-request-nonce", nonce),
                ("x-hmac-signature", STANDARD.encode(mac.finalize().into_bytes())),
            ],
            body: shown(job, desk).to_string().into(),
        })
    }
}

fn said(status: StatusCode, reason: &str) -> Response {
    let body = json!({ "code": status.as_u16(), "reason": reason, "message": "what is wrong, in words",
        "metadata": { "trace_id": "fake-trace" } });
    (status, Json(body)).into_response()
}

fn submit(path: &str, asked: &Asked, desk: &Desk) -> Response {
    let Some(Value::Object(body)) = asked.json() else { return said(StatusCode::BAD_REQUEST, "BadRequest") };
    if let Err(what) = bodies::check(path, &body) {
        let reason = match () {
            () if what.ends_with("is not known") => "FieldUnwanted",
            () if what.ends_with("is missing") => "FieldLacking",
            () => "FieldInvalid",
        };
        let body = json!({ "code": 400, "reason": reason, "message": what, "metadata": {} });
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let order = Order {
        model: path.trim_start_matches('/').to_owned(),
        prompt: text("prompt").unwrap_or_default(),
        outputs: 1,
        token: text("payload"),
        callback_url: text("callback_url"),
        input: Value::Object(body.clone()),
        body: asked.body.clone(),
    };
    let job = desk.take(desk.number().to_string(), order);
    let mut echo = Value::Object(body);
    echo["task_id"] = json!(job.id);
    echo["state"] = json!("created");
    echo["credits"] = json!(100);
    echo["created_at"] = json!(rfc3339(job.made_at));
    Json(echo).into_response()
}

/// A job as polls and callbacks show it.
fn shown(job: &Job, desk: &Desk) -> Value {
    let (state, code) = match job.stand {
        Stand::Odd => ("hibernating", ""),
        Stand::Waiting => ("queueing", ""),
        Stand::Running => ("processing", ""),
        Stand::Ended(End::Made | End::Expired) => ("success", ""),
        Stand::Ended(End::Refused) => ("failed", "CreationPolicyViolation"),
        Stand::Ended(End::Failed) => ("failed", "InternalServiceFailure"),
        Stand::Ended(End::Canceled) => ("failed", "UserCancelled"),
    };
    let kind = if job.order.model.ends_with("image") { "png" } else { "mp4" };
    let url = desk.file_url(job, 0, kind);
    let made =
        if state == "success" { json!([{ "id": job.id, "url": url, "cover_url": url }]) } else { json!([]) };
    json!({ "id": job.id, "state": state, "err_code": code, "credits": 100, "payload": job.order.token,
        "bgm": false, "off_peak": false, "creations": made })
}

/// The list, one job a page so that pages are turned.
fn list(asked: &Asked, desk: &Desk) -> Response {
    let number = |name: &str| asked.parameter(name).map_or(Some(0), |text| text.parse::<usize>().ok());
    let (Some(size), Some(from)) = (number("pager.pagesz"), number("pager.page_token")) else {
        return said(StatusCode::BAD_REQUEST, "FieldInvalid");
    };
    if size > 100 {
        return said(StatusCode::BAD_REQUEST, "PageSizeOutOfRange");
    }
    // Times of this form are in the order of their texts.
    let within = |job: &Job| {
        let made = rfc3339(job.made_at);
        let after = asked.parameter("created_at.from").is_none_or(|from| from <= made);
        after && asked.parameter("created_at.to").is_none_or(|to| made <= to)
    };
    let jobs: Vec<_> = desk.listed().into_iter().filter(within).collect();
    let next = if from + 1 < jobs.len() { (from + 1).to_string() } else { String::new() };
    let page: Vec<_> = jobs
        .iter()
        .skip(from)
        .take(1)
        .map(|job| {
            let mut task = shown(job, desk);
            task["created_at"] = json!(rfc3339(job.made_at));
            task
        })
        .collect();
    Json(json!({ "tasks": page, "next_page_token": next })).into_response()
}

/// `2025-10-09T08:53:20Z`.
fn rfc3339(unix_s: u64) -> String {
    let utc = signing::utc(unix_s);
    format!("{}-{}-{}T{}:{}:{}Z", &utc[..4], &utc[4..6], &utc[6..8], &utc[9..11], &utc[11..13], &utc[13..15])
}

/// `Thu, 09 Oct 2025 08:53:20 GMT`.
fn http_date(unix_s: u64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let utc = signing::utc(unix_s);
    let month = utc[4..6].parse::<usize>().map_or("Jan", |month| MONTHS[(month - 1) % 12]);
    let day = DAYS[(unix_s / 86_400 % 7) as usize];
    format!(
        "{day}, {} {month} {} {}:{}:{} GMT",
        &utc[6..8],
        &utc[..4],
        &utc[9..11],
        &utc[11..13],
        &utc[13..15]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_protocol_wants_them() {
        assert_eq!(rfc3339(1_760_000_000), "2025-10-09T08:53:20Z");
        assert_eq!(http_date(1_760_000_000), "Thu, 09 Oct 2025 08:53:20 GMT");
    }
}
