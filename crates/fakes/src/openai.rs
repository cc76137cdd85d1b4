//! OpenAI's image API, and a self-hosted server that speaks the same dialect. `hosted` and `self_hosted` start servers that
//! speak all of it: pictures, speech, transcripts and clips.

mod check;
mod fields;
mod service;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::oneshot;

pub use self::service::{hosted, self_hosted};
pub use crate::bill::Paid;
use crate::bill::sha256;
use crate::media;
use crate::script::{Count, Gate, Script};
use crate::server::{Server, Tasks, hang_up};

/// The key that the hosted fake accepts. The self-hosted one asks for none.
pub const KEY: &str = "sk-fake-openai";

/// The running server.
pub struct Fake {
    server: Server,
    state: Arc<Provider>,
}

/// What to do with a request that is in order. Requests that are not get the documented error first.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// Accept, and answer only after this long.
    Slow(Duration),
    /// Accept, and answer when the gate opens.
    Held(Gate),
    /// 429 `rate_limit_exceeded` with `Retry-After`.
    Busy {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// 429 `insufficient_quota`.
    QuotaSpent,
    /// 400 `moderation_blocked`.
    Refuse,
    /// This status with the documented server error; nothing is accepted.
    Fail(StatusCode),
    /// 200 with a page instead of JSON; nothing is accepted.
    Html,
    /// Accept, and answer with half of the JSON.
    Truncated,
    /// Accept, and answer without pictures.
    Empty,
    /// Hang up; nothing is accepted.
    Drop,
    /// Accept, and hang up without a word.
    AcceptThenDrop,
    /// Accept when the gate opens, even if nobody waits for the answer any more.
    AcceptLate(Gate),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Hosted,
    SelfHosted,
}

struct Provider {
    dialect: Dialect,
    script: Script<Behaviour>,
    bill: Mutex<Vec<Paid>>,
    inputs: Mutex<Vec<Value>>,
    requests: AtomicU64,
    files: Mutex<HashMap<String, (String, Bytes)>>,
    tasks: Tasks,
    accepted: Count,
}

impl Fake {
    /// The hosted service: strict about fields and key, always base64.
    pub async fn start() -> Self {
        Self::start_as(Dialect::Hosted).await
    }

    /// A self-hosted server: any model, no key, `response_format` (by default `url`, with relative addresses),
    /// FastAPI's errors.
    pub async fn start_self_hosted() -> Self {
        Self::start_as(Dialect::SelfHosted).await
    }

    async fn start_as(dialect: Dialect) -> Self {
        let (listener, address) = Server::bind().await;
        let tasks = Tasks::default();
        let state = Arc::new(Provider {
            dialect,
            script: Script::new(),
            bill: Mutex::default(),
            inputs: Mutex::default(),
            requests: AtomicU64::new(0),
            files: Mutex::default(),
            tasks: tasks.clone(),
            accepted: Count::default(),
        });
        let router =
            Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(state.clone());
        Self { server: Server::serve(listener, address, router, tasks), state }
    }

    /// What an operator would configure, with the version.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.server.origin())
    }

    /// What was accepted, in order.
    pub fn bill(&self) -> Vec<Paid> {
        self.state.bill.lock().clone()
    }

    /// The bodies of everything that was accepted, in order.
    pub fn inputs(&self) -> Vec<Value> {
        self.state.inputs.lock().clone()
    }

    /// Returns once this many requests have been accepted.
    pub async fn has_accepted(&self, count: u64) {
        self.state.accepted.reached(count).await;
    }

    /// How many requests came in, of any kind.
    pub fn requests(&self) -> u64 {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// Does this to the next generation or edit that has nothing of its own asked for yet.
    pub fn next(&self, behaviour: Behaviour) {
        self.state.script.next(behaviour);
    }

    /// Does this to every one from now on, as far as nothing else is asked for; `None` ends it.
    pub fn always(&self, behaviour: impl Into<Option<Behaviour>>) {
        self.state.script.always(behaviour.into());
    }
}

/// A request in order.
struct Asked {
    body: Value,
    digest: String,
}

async fn answer(
    State(state): State<Arc<Provider>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    state.requests.fetch_add(1, Ordering::SeqCst);
    if let (&Method::GET, Some(name)) = (&method, uri.path().strip_prefix("/generated-images/")) {
        return state.file(name);
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if state.dialect == Dialect::Hosted && bearer != Some(&format!("Bearer {KEY}")) {
        return error(
            StatusCode::UNAUTHORIZED,
            "invalid_request_error",
            "invalid_api_key",
            None,
            "Incorrect API key provided.",
        );
    }
    match (method.as_str(), uri.path()) {
        ("GET", "/v1/models") => models().into_response(),
        ("POST", path @ ("/v1/images/generations" | "/v1/images/edits")) => {
            match check::request(path, &headers, &body, state.dialect == Dialect::Hosted) {
                Ok(asked) => state.generate(Asked { body: asked, digest: sha256(&body) }).await,
                Err(refusal) => *refusal,
            }
        }
        _ => {
            error(StatusCode::NOT_FOUND, "invalid_request_error", "unknown_url", None, "Unknown request URL.")
        }
    }
}

impl Provider {
    async fn generate(self: &Arc<Self>, asked: Asked) -> Response {
        let limited =
            |code: &str, message: &str| error(StatusCode::TOO_MANY_REQUESTS, code, code, None, message);
        match self.script.take() {
            None => self.accept(&asked),
            Some(Behaviour::Slow(pause)) => {
                let response = self.accept(&asked);
                tokio::time::sleep(pause).await;
                response
            }
            Some(Behaviour::Held(gate)) => {
                let response = self.accept(&asked);
                gate.pass().await;
                response
            }
            Some(Behaviour::Busy { retry_after_s }) => {
                let response = limited("rate_limit_exceeded", "Rate limit reached.");
                ([(header::RETRY_AFTER, retry_after_s.to_string())], response).into_response()
            }
            Some(Behaviour::QuotaSpent) => limited("insufficient_quota", "You exceeded your current quota."),
            Some(Behaviour::Refuse) => {
                let message = "Your request was rejected by the safety system.";
                error(
                    StatusCode::BAD_REQUEST,
                    "image_generation_user_error",
                    "moderation_blocked",
                    None,
                    message,
                )
            }
            Some(Behaviour::Fail(status)) => {
                error(status, "server_error", "server_error", None, "The server had an error.")
            }
            Some(Behaviour::Html) => page(StatusCode::OK),
            Some(Behaviour::Truncated) => {
                let whole = self.pictures(&asked).to_string();
                self.charge(&asked);
                ([(header::CONTENT_TYPE, "application/json")], whole[..whole.len() / 2].to_owned())
                    .into_response()
            }
            Some(Behaviour::Empty) => {
                self.charge(&asked);
                axum::Json(json!({ "created": 1_760_000_000, "data": [] })).into_response()
            }
            Some(Behaviour::Drop) => hang_up(),
            Some(Behaviour::AcceptThenDrop) => {
                self.charge(&asked);
                hang_up()
            }
            Some(Behaviour::AcceptLate(gate)) => {
                let (heard, hears) = oneshot::channel();
                let this = self.clone();
                // A task of its own: this request's future ends with its connection.
                self.tasks.spawn(async move {
                    gate.pass().await;
                    let _ = heard.send(this.accept(&asked));
                });
                hears.await.unwrap_or_else(|_| hang_up())
            }
        }
    }

    fn accept(&self, asked: &Asked) -> Response {
        self.charge(asked);
        axum::Json(self.pictures(asked)).into_response()
    }

    fn charge(&self, asked: &Asked) {
        self.inputs.lock().push(asked.body.clone());
        let mut bill = self.bill.lock();
        let id = format!("req_{:08}", bill.len() + 1);
        bill.push(Paid {
            id,
            model: asked.text("model").to_owned(),
            outputs: asked.count(),
            prompt_sha256: sha256(asked.text("prompt")),
            body_sha256: asked.digest.clone(),
            callback_url: None,
        });
        self.accepted.one_more();
    }

    fn pictures(&self, asked: &Asked) -> Value {
        let format = asked.body["output_format"].as_str().unwrap_or("png");
        let (width, height) = media::size(asked.text("size")).unwrap_or((1024, 1024));
        let as_url = self.dialect == Dialect::SelfHosted && asked.body["response_format"] != "b64_json";
        let data: Vec<_> = (0..asked.count())
            .map(|nth| {
                let file = media::picture(width, height, media::colour(asked.text("prompt"), nth), format);
                if as_url {
                    json!({ "url": self.keep(file, format) })
                } else {
                    json!({ "b64_json": STANDARD.encode(file) })
                }
            })
            .collect();
        json!({ "created": 1_760_000_000, "data": data, "output_format": format, "size": format!("{width}x{height}"),
            "usage": { "input_tokens": 50, "output_tokens": 4160, "total_tokens": 4210 } })
    }

    fn keep(&self, file: Bytes, format: &str) -> String {
        let mut files = self.files.lock();
        let name = format!("{:08}.{format}", files.len() + 1);
        files.insert(name.clone(), (format!("image/{format}"), file));
        format!("/generated-images/{name}")
    }

    fn file(&self, name: &str) -> Response {
        match self.files.lock().get(name).cloned() {
            Some((kind, bytes)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

impl Asked {
    fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    fn count(&self) -> u32 {
        self.body["n"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(1)
    }
}

fn models() -> axum::Json<Value> {
    let data: Vec<_> = check::MODELS.iter().map(|id| json!({ "id": id, "object": "model" })).collect();
    axum::Json(json!({ "object": "list", "data": data }))
}

fn error(status: StatusCode, kind: &str, code: &str, param: Option<&str>, message: &str) -> Response {
    let error = json!({ "message": message, "type": kind, "param": param, "code": code });
    (status, axum::Json(json!({ "error": error }))).into_response()
}

fn page(status: StatusCode) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html")], "<html><h1>Please stand by</h1></html>").into_response()
}
