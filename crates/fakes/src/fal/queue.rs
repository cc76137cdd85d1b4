//! The queue's side of the wire.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::apps::App;
use super::callback;
use super::job::{End, Job};
use super::{Behaviour, Callbacks, KEY, Look};
use crate::letter::Letter;
use crate::published_keys;
use crate::script::{Count, Script};
use crate::server::{Tasks, hang_up};

/// Counts over all fakes of the process, so that two never give the same id.
static JOBS: AtomicU64 = AtomicU64::new(1);

pub(super) struct Provider {
    pub(super) origin: String,
    pub(super) script: Script<Behaviour>,
    pub(super) looks: Script<Look>,
    pub(super) jobs: Mutex<Vec<Job>>,
    pub(super) more_apps: Mutex<Vec<App>>,
    pub(super) callbacks: Mutex<Callbacks>,
    pub(super) tasks: Tasks,
    pub(super) accepted: Count,
}

pub(super) async fn answer(
    State(state): State<Arc<Provider>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    match (method.as_str(), path.split_once('/')) {
        ("GET", Some((".well-known", "jwks.json"))) => {
            return axum::Json(published_keys::published()).into_response();
        }
        ("GET", Some(("files", name))) => return state.file(name),
        _ => {}
    }
    if headers
        .get(header::AUTHORIZATION)
        .is_none_or(|value| value.as_bytes() != format!("Key {KEY}").as_bytes())
    {
        return refuse(StatusCode::UNAUTHORIZED, "Authentication is required to access this application");
    }
    match (method.as_str(), path.split_once("/requests/")) {
        ("POST", None) => state.submit(path, uri.query().unwrap_or_default(), &headers, &body).await,
        ("GET", Some((base, rest))) => match rest.split_once('/') {
            None => state.look(base, rest, true).await,
            Some((id, "status")) => state.look(base, id, false).await,
            Some(_) => refuse(StatusCode::NOT_FOUND, "Path not found"),
        },
        ("PUT", Some((base, rest))) if rest.ends_with("/cancel") => {
            state.cancel(base, rest.trim_end_matches("/cancel"))
        }
        _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
    }
}

impl Provider {
    pub(super) fn new(origin: String, tasks: Tasks) -> Self {
        Self {
            origin,
            script: Script::new(),
            looks: Script::new(),
            jobs: Mutex::default(),
            more_apps: Mutex::default(),
            callbacks: Mutex::new(Callbacks::Delivered(1)),
            tasks,
            accepted: Count::default(),
        }
    }

    // --- submit ---

    async fn submit(
        self: &Arc<Self>,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Response {
        let known =
            App::known(path).or_else(|| self.more_apps.lock().iter().find(|app| app.path == path).cloned());
        let Some(app) = known else { return refuse(StatusCode::NOT_FOUND, "Application not found") };
        let kind =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Ok(Value::Object(input)) = serde_json::from_slice::<Value>(body) else {
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, "The body is not a JSON object");
        };
        if !kind.starts_with("application/json") {
            return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json");
        }
        let mut asked =
            Asked { app, input, body: body.clone(), callback_url: None, behaviour: self.script.take() };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "fal_webhook" if url::Url::parse(&value).is_ok() => {
                    asked.callback_url = Some(value.into_owned())
                }
                "fal_max_queue_length" => {}
                _ => return refuse(StatusCode::UNPROCESSABLE_ENTITY, "A query parameter is not valid"),
            }
        }
        self.behave(asked).await
    }

    async fn behave(self: &Arc<Self>, asked: Asked) -> Response {
        match asked.behaviour.clone() {
            Some(Behaviour::Slow(pause)) => {
                let response = self.accept(asked);
                tokio::time::sleep(pause).await;
                axum::Json(response).into_response()
            }
            Some(Behaviour::Held(gate)) => {
                let response = self.accept(asked);
                gate.pass().await;
                axum::Json(response).into_response()
            }
            Some(Behaviour::Busy { retry_after_s }) => busy(retry_after_s),
            Some(Behaviour::Locked) => {
                let words = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing";
                refuse(StatusCode::FORBIDDEN, words)
            }
            Some(Behaviour::Fail(status)) => {
                let body = json!({ "detail": "Internal error", "error_type": "internal_error" });
                (status, [("x-fal-error-type", "internal_error")], axum::Json(body)).into_response()
            }
            Some(Behaviour::Html) => page(StatusCode::OK),
            Some(Behaviour::Truncated) => cut(&self.accept(asked)),
            Some(Behaviour::Drop) => hang_up(),
            Some(Behaviour::AcceptThenDrop) => {
                self.accept(asked);
                hang_up()
            }
            Some(Behaviour::AcceptLate(gate)) => {
                let (heard, hears) = oneshot::channel();
                let this = self.clone();
                // A task of its own: this request's future ends with its connection.
                self.tasks.spawn(async move {
                    gate.pass().await;
                    let _ = heard.send(this.accept(asked));
                });
                hears.await.map_or_else(|_| hang_up(), |body| axum::Json(body).into_response())
            }
            _ => axum::Json(self.accept(asked)).into_response(),
        }
    }

    fn accept(&self, asked: Asked) -> Value {
        let id = format!("00000000-0000-4000-8000-{:012x}", JOBS.fetch_add(1, Ordering::SeqCst));
        let mut job = Job::new(id, asked.app, asked.input, &asked.body);
        job.callback_url = asked.callback_url;
        if let Some(behaviour) = &asked.behaviour {
            job.follow(behaviour);
        }
        let mut answer = self.described(&job, "IN_QUEUE");
        answer["queue_position"] = job.waiting.into();
        if job.callback_url.is_some() {
            answer["gateway_request_id"] = job.id.clone().into();
        }
        self.jobs.lock().push(job);
        self.accepted.one_more();
        answer
    }

    fn described(&self, job: &Job, status: &str) -> Value {
        let root = format!("{}/{}/requests/{}", self.origin, App::base(&job.app.path), job.id);
        json!({ "status": status, "request_id": job.id, "response_url": root,
            "status_url": format!("{root}/status"), "cancel_url": format!("{root}/cancel") })
    }

    // --- looks ---

    async fn look(&self, base: &str, id: &str, result: bool) -> Response {
        let behaviour = self.looks.take();
        match &behaviour {
            Some(Look::Held(gate)) => gate.pass().await,
            Some(Look::Busy { retry_after_s }) => return busy(*retry_after_s),
            Some(Look::Page(status)) => return page(*status),
            Some(Look::Drop) => return hang_up(),
            Some(Look::Truncated) | None => {}
        }
        let mut jobs = self.jobs.lock();
        let Some(job) = jobs.iter_mut().find(|job| job.id == id && App::base(&job.app.path) == base) else {
            return refuse(StatusCode::NOT_FOUND, "Request not found");
        };
        let (status, body) = if result { self.result(job) } else { self.status(job) };
        if matches!(behaviour, Some(Look::Truncated)) {
            return cut(&body);
        }
        let mut response = (status, [("x-fal-request-id", id)], axum::Json(body)).into_response();
        if result && status == StatusCode::OK {
            response.headers_mut().insert("x-fal-billable-units", http::HeaderValue::from_static("1"));
        }
        response
    }

    fn status(&self, job: &mut Job) -> (StatusCode, Value) {
        let position = job.waiting;
        let (status, word) = job.look();
        let mut body = self.described(job, word);
        match word {
            "IN_QUEUE" => body["queue_position"] = position.into(),
            "COMPLETED" => {
                body["logs"] = Value::Null;
                body["metrics"] = json!({ "inference_time": 0.4 });
                if let Some((words, kind)) = job.error() {
                    body["error"] = words.into();
                    body["error_type"] = kind.into();
                }
                self.tell(job);
            }
            _ => body["logs"] = Value::Null,
        }
        (status, body)
    }

    fn result(&self, job: &Job) -> (StatusCode, Value) {
        if job.is_done() {
            job.result(&self.origin)
        } else {
            (StatusCode::BAD_REQUEST, json!({ "detail": "Request is still in progress" }))
        }
    }

    fn file(&self, name: &str) -> Response {
        let jobs = self.jobs.lock();
        let found =
            name.split_once('/').and_then(|(id, name)| jobs.iter().find(|job| job.id == id)?.file(name));
        match found {
            Some((kind, bytes)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    // --- cancel ---

    fn cancel(&self, base: &str, id: &str) -> Response {
        let word =
            |status: StatusCode, word: &str| (status, axum::Json(json!({ "status": word }))).into_response();
        let mut jobs = self.jobs.lock();
        let Some(job) = jobs.iter_mut().find(|job| job.id == id && App::base(&job.app.path) == base) else {
            return word(StatusCode::NOT_FOUND, "NOT_FOUND");
        };
        if job.is_done() {
            return word(StatusCode::BAD_REQUEST, "ALREADY_COMPLETED");
        }
        let queued = job.waiting > 0;
        if !job.stubborn {
            job.end = End::Canceled;
            job.finish();
        }
        if queued && !job.stubborn {
            word(StatusCode::OK, "OK")
        } else {
            word(StatusCode::ACCEPTED, "CANCELLATION_REQUESTED")
        }
    }

    // --- callbacks ---

    /// Sends the callback of a job that has ended, once.
    pub(super) fn tell(&self, job: &mut Job) {
        if std::mem::replace(&mut job.told, true) {
            return;
        }
        let (times, genuine) = match *self.callbacks.lock() {
            Callbacks::Delivered(times) => (times, true),
            Callbacks::Forged => (1, false),
        };
        if let Some(letter) = self.callback(job, genuine) {
            self.tasks.spawn(async move {
                for _ in 0..times {
                    letter.deliver().await;
                }
            });
        }
    }

    pub(super) fn callback(&self, job: &Job, genuine: bool) -> Option<Letter> {
        let url = job.callback_url.clone()?;
        let (status, payload) = job.result(&self.origin);
        let mut body = json!({ "request_id": job.id, "gateway_request_id": job.id, "payload": payload });
        if status == StatusCode::OK {
            body["status"] = "OK".into();
        } else {
            body["status"] = "ERROR".into();
            body["error"] = format!("Invalid status code: {}", status.as_u16()).into();
        }
        Some(callback::letter(url, &job.id, body.to_string().into(), genuine))
    }
}

/// A submit in order.
struct Asked {
    app: App,
    input: Map<String, Value>,
    body: Bytes,
    callback_url: Option<String>,
    behaviour: Option<Behaviour>,
}

fn refuse(status: StatusCode, words: &str) -> Response {
    (status, axum::Json(json!({ "detail": words }))).into_response()
}

fn busy(retry_after_s: u32) -> Response {
    let response = refuse(StatusCode::TOO_MANY_REQUESTS, "Too many requests");
    ([(header::RETRY_AFTER, retry_after_s.to_string())], response).into_response()
}

fn page(status: StatusCode) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html")], "<html><h1>Please stand by</h1></html>").into_response()
}

/// Half of the JSON, as if it were all.
fn cut(body: &Value) -> Response {
    let whole = body.to_string();
    ([(header::CONTENT_TYPE, "application/json")], whole[..whole.len() / 2].to_owned()).into_response()
}
