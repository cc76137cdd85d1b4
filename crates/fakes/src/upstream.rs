//! What all fakes but the oldest two are built on: a server that behaves, or misbehaves, before a provider's protocol
//! gets to see the request, and a desk with the jobs behind it. A fake is then its protocol and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri, header};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::oneshot;

pub use crate::bill::Paid;
use crate::desk::{Desk, End, Job, Plan};
use crate::letter::Letter;
use crate::script::{Gate, Script};
use crate::server::{Server, Tasks, hang_up};

/// The secret that fakes sign callbacks with where an operator has it from the provider: `whsec_` and base64 for those
/// that sign as Standard Webhooks says.
pub const CALLBACK_SECRET: &str = "whsec_c3Bvb2wtZmFrZS1jYWxsYmFjay1zZWNyZXQtMDAwMDE=";

/// What to do with a submit, and with the job that comes of it. A job waits for one look and runs for one, then
/// succeeds, unless something else is said here.
#[derive(Clone, Debug)]
pub enum Behaviour {
    // --- The answer to the submit ---
    /// Accept, and answer only after this long.
    Slow(Duration),
    /// Accept, and answer when the gate opens.
    Held(Gate),
    /// The documented answer to too many requests or jobs, with the seconds to wait where the protocol tells them.
    Busy {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// This status with the documented error; nothing is accepted.
    Fail(StatusCode),
    /// 200 with a page instead of what was promised; nothing is accepted.
    Html,
    /// This status and the whole request back; nothing is accepted.
    Mirror(StatusCode, Mirror),
    /// Accept, and answer with half of the answer.
    Truncated,
    /// Hang up; nothing is accepted.
    Drop,
    /// Accept, and hang up without a word.
    AcceptThenDrop,
    /// Accept when the gate opens, even if nobody waits for the answer any more.
    AcceptLate(Gate),

    // --- The way of the job ---
    /// So many looks find it waiting, then so many running.
    Queue {
        /// Looks while it waits.
        waiting: u32,
        /// Looks while it runs.
        running: u32,
    },
    /// So many looks are answered with a state that no documentation knows.
    UnknownStatus {
        /// How many.
        looks: u32,
    },
    /// The content is refused, the way the provider does it.
    Refuse,
    /// The provider fails the job.
    FailJob,
    /// It is made and billed, but the outputs are gone when they are fetched.
    Expire,
    /// A cancel is noted and then forgotten.
    IgnoreCancel,
}

/// What to do with a look at a job.
#[derive(Clone, Debug)]
pub enum Look {
    /// Answer only when the gate opens.
    Held(Gate),
    /// The documented answer to too many requests.
    Busy {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// This status with a gateway's page.
    Page(StatusCode),
    /// This status and the whole request back.
    Mirror(StatusCode, Mirror),
    /// The right answer, cut in half.
    Truncated,
    /// Hang up.
    Drop,
}

/// How a request is given back, by servers that tell more than they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mirror {
    /// A page with the target, all headers and the body, such as frameworks show while they are being worked on.
    Page,
    /// JSON with the body as a text wherever some provider puts a code, a type, a state or its words. No headers.
    Json,
}

/// What happens to the callback when a job ends that has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callbacks {
    /// It is delivered this often; 0 loses it.
    Delivered(u32),
    /// It is delivered once, signed by a stranger where it is signed at all.
    Forged,
}

/// What a request is to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It starts work that is paid.
    Submit,
    /// It asks how a job is, or fetches its result's description.
    Look,
    /// Anything else: uploads, lists, cancelling, balances.
    Other,
}

/// A request, read whole.
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// The path without the query, from the first slash on.
    pub(crate) path: String,
    /// The query without the question mark.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The parts of a multipart body, in order; nothing if it is none or cannot be read.
    pub(crate) form: Option<Vec<Part>>,
}

impl Asked {
    /// A header's text; empty where it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON, if it says that it is and can be read.
    pub(crate) fn json(&self) -> Option<Value> {
        let is_json = self.header("content-type").starts_with("application/json");
        is_json.then(|| serde_json::from_slice(&self.body).ok()).flatten()
    }

    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The method and path, for matching.
    pub(crate) fn route(&self) -> (&str, &str) {
        (self.method.as_str(), &self.path)
    }

    /// The parts of this name, in order.
    pub(crate) fn parts(&self, name: &str) -> Vec<&Part> {
        self.form.iter().flatten().filter(|part| part.name == name).collect()
    }

    /// The text of the first part of this name.
    pub(crate) fn part(&self, name: &str) -> Option<&str> {
        self.parts(name).first().map(|part| part.text())
    }
}

/// One part of a multipart body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Part {
    /// The part as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }
}

/// A provider's protocol.
pub(crate) trait Protocol: Send + Sync + 'static {
    /// The credential that it accepts, as an operator would write it.
    fn key(&self) -> &'static str;

    /// The path behind the origin that belongs to the base URL, such as `/v1`; empty for none.
    fn prefix(&self) -> &'static str {
        ""
    }

    /// What a request is.
    fn step(&self, asked: &Asked) -> Step;

    /// Answers a request as the provider does: credential first, then form and content, then the deed.
    fn answer(&self, asked: &Asked, desk: &Desk) -> Response;

    /// The documented answer to too many requests.
    fn busy(&self, retry_after_s: u32) -> Response;

    /// The documented error with this status.
    fn fail(&self, status: StatusCode) -> Response;

    /// The callback about a job as it stands; signed by a stranger, or telling lies where nothing is signed, if it is not
    /// to be genuine.
    fn letter(&self, _job: &Job, _desk: &Desk, _genuine: bool) -> Option<Letter> {
        None
    }
}

/// A running fake.
pub struct Fake {
    server: Server,
    stage: Arc<Stage>,
}

struct Stage {
    protocol: Box<dyn Protocol>,
    desk: Desk,
    script: Script<Behaviour>,
    looks: Script<Look>,
    callbacks: Mutex<Callbacks>,
    requests: AtomicU64,
    looked: AtomicU64,
    turn: Mutex<()>,
    tasks: Tasks,
}

impl Fake {
    /// Starts a server that speaks this protocol.
    pub(crate) async fn start(protocol: impl Protocol) -> Self {
        let (listener, address) = Server::bind().await;
        let tasks = Tasks::default();
        let stage = Arc::new(Stage {
            protocol: Box::new(protocol),
            desk: Desk::at(format!("http://{address}")),
            script: Script::new(),
            looks: Script::new(),
            callbacks: Mutex::new(Callbacks::Delivered(1)),
            requests: AtomicU64::new(0),
            looked: AtomicU64::new(0),
            turn: Mutex::new(()),
            tasks: tasks.clone(),
        });
        let router =
            Router::new().fallback(enter).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&stage));
        Self { server: Server::serve(listener, address, router, tasks), stage }
    }

    /// What an operator would configure.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.server.origin(), self.stage.protocol.prefix())
    }

    /// `http://127.0.0.1:port`.
    pub fn origin(&self) -> String {
        self.server.origin()
    }

    /// The credential that it accepts.
    pub fn key(&self) -> &'static str {
        self.stage.protocol.key()
    }

    /// What was accepted and is charged, in order. Jobs that fail, are refused or are canceled in time are not.
    pub fn bill(&self) -> Vec<Paid> {
        self.stage.desk.bill()
    }

    /// The ids of everything that was accepted, in order.
    pub fn accepted(&self) -> Vec<String> {
        self.stage.desk.all().into_iter().map(|job| job.id).collect()
    }

    /// The inputs of everything that was accepted, in order.
    pub fn inputs(&self) -> Vec<Value> {
        self.stage.desk.all().into_iter().map(|job| job.order.input).collect()
    }

    /// Returns once this many requests have been accepted.
    pub async fn has_accepted(&self, count: u64) {
        self.stage.desk.taken.reached(count).await;
    }

    /// How many requests came in, of any kind but for files.
    pub fn requests(&self) -> u64 {
        self.stage.requests.load(Ordering::SeqCst)
    }

    /// How many of them were looks at jobs.
    pub fn looks(&self) -> u64 {
        self.stage.looked.load(Ordering::SeqCst)
    }

    /// How often this job was looked at.
    pub fn looks_of(&self, id: &str) -> u32 {
        self.stage.desk.job(id).map_or(0, |job| job.looks)
    }

    /// What was uploaded under this name.
    pub fn uploaded(&self, name: &str) -> Option<Bytes> {
        self.stage.desk.uploaded(name)
    }

    /// Does this to the next submit that has nothing of its own asked for yet.
    pub fn next(&self, behaviour: Behaviour) {
        self.stage.script.next(behaviour);
    }

    /// Does this to every submit from now on, as far as nothing else is asked for; `None` ends it.
    pub fn always(&self, behaviour: impl Into<Option<Behaviour>>) {
        self.stage.script.always(behaviour.into());
    }

    /// Does this to the next look.
    pub fn next_look(&self, look: Look) {
        self.stage.looks.next(look);
    }

    /// Hides jobs that are accepted from now on from so many lists and lookups.
    pub fn lag(&self, lists: u32) {
        self.stage.desk.lag(lists);
    }

    /// What happens to callbacks of jobs that end from now on; at first each is delivered once.
    pub fn callbacks(&self, callbacks: Callbacks) {
        *self.stage.callbacks.lock() = callbacks;
    }

    /// Brings a job to its end without waiting for looks, callback included.
    pub fn finish(&self, id: &str) {
        self.stage.desk.finish(id);
        self.stage.tell();
    }

    /// Makes a job's outputs be gone.
    pub fn expire(&self, id: &str) {
        self.stage.desk.expire(id);
    }

    /// Delivers the callback of a job now, whatever its state: the receiver's status and body, or nothing if the job has
    /// no callback or the receiver was not reached.
    pub async fn call_back(&self, id: &str, genuine: bool) -> Option<(u16, Bytes)> {
        let job = self.stage.desk.job(id)?;
        let letter = self.stage.protocol.letter(&job, &self.stage.desk, genuine)?;
        letter.deliver().await
    }

    /// The callback of a job as it would be delivered now: headers with lower-case names, and the body.
    pub fn callback_of(&self, id: &str, genuine: bool) -> Option<(Vec<(String, String)>, Bytes)> {
        let job = self.stage.desk.job(id)?;
        let letter = self.stage.protocol.letter(&job, &self.stage.desk, genuine)?;
        let headers = letter.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Some((headers, letter.body))
    }
}

async fn enter(
    State(stage): State<Arc<Stage>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let (&Method::GET, Some(path)) = (&method, uri.path().strip_prefix("/files/"))
        && let Some((kind, bytes)) = stage.desk.file(path)
    {
        return ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    }
    stage.requests.fetch_add(1, Ordering::SeqCst);
    let query = uri.query().unwrap_or_default().to_owned();
    let form = match headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) {
        Some(kind) if kind.starts_with("multipart/form-data") => read_form(kind, &body).await,
        _ => None,
    };
    let asked = Asked { method, path: uri.path().to_owned(), query, headers, body, form };
    match stage.protocol.step(&asked) {
        Step::Submit => stage.submit(asked).await,
        Step::Look => stage.look(asked).await,
        Step::Other => stage.answer(&asked, Plan::default()),
    }
}

impl Stage {
    /// Lets the protocol answer; a job that it takes goes by this plan.
    fn answer(&self, asked: &Asked, plan: Plan) -> Response {
        let response = {
            // One request at a time, so that the plan meets its own job.
            let _turn = self.turn.lock();
            self.desk.plan(plan);
            self.protocol.answer(asked, &self.desk)
        };
        self.tell();
        response
    }

    async fn submit(self: &Arc<Self>, asked: Asked) -> Response {
        let behaviour = self.script.take();
        let usual = Plan::default();
        let plan = match &behaviour {
            Some(Behaviour::Queue { waiting, running }) => {
                Plan { waiting: *waiting, running: *running, ..usual }
            }
            Some(Behaviour::UnknownStatus { looks }) => Plan { odd: *looks, ..usual },
            Some(Behaviour::Refuse) => Plan { end: End::Refused, ..usual },
            Some(Behaviour::FailJob) => Plan { end: End::Failed, ..usual },
            Some(Behaviour::Expire) => Plan { end: End::Expired, ..usual },
            Some(Behaviour::IgnoreCancel) => Plan { deaf: true, ..usual },
            _ => usual,
        };
        match behaviour {
            Some(Behaviour::Busy { retry_after_s }) => self.protocol.busy(retry_after_s),
            Some(Behaviour::Fail(status)) => self.protocol.fail(status),
            Some(Behaviour::Html) => page(StatusCode::OK),
            Some(Behaviour::Mirror(status, mirror)) => mirrored(&asked, status, mirror),
            Some(Behaviour::Drop) => hang_up(),
            Some(Behaviour::Slow(pause)) => {
                let response = self.answer(&asked, plan);
                tokio::time::sleep(pause).await;
                response
            }
            Some(Behaviour::Held(gate)) => {
                let response = self.answer(&asked, plan);
                gate.pass().await;
                response
            }
            Some(Behaviour::Truncated) => half(self.answer(&asked, plan)).await,
            Some(Behaviour::AcceptThenDrop) => {
                let _ = self.answer(&asked, plan);
                hang_up()
            }
            Some(Behaviour::AcceptLate(gate)) => {
                let (stage, (sender, receiver)) = (Arc::clone(self), oneshot::channel());
                // A task of its own, because hyper drops this one when the sender of the request goes away.
                self.tasks.spawn(async move {
                    gate.pass().await;
                    let _ = sender.send(stage.answer(&asked, plan));
                });
                receiver.await.unwrap_or_else(|_| hang_up())
            }
            _ => self.answer(&asked, plan),
        }
    }

    async fn look(&self, asked: Asked) -> Response {
        self.looked.fetch_add(1, Ordering::SeqCst);
        match self.looks.take() {
            None => self.answer(&asked, Plan::default()),
            Some(Look::Held(gate)) => {
                gate.pass().await;
                self.answer(&asked, Plan::default())
            }
            Some(Look::Busy { retry_after_s }) => self.protocol.busy(retry_after_s),
            Some(Look::Page(status)) => page(status),
            Some(Look::Mirror(status, mirror)) => mirrored(&asked, status, mirror),
            Some(Look::Truncated) => half(self.answer(&asked, Plan::default())).await,
            Some(Look::Drop) => hang_up(),
        }
    }

    /// Calls back about the jobs that ended.
    fn tell(&self) {
        let callbacks = *self.callbacks.lock();
        for job in self.desk.take_ended() {
            let (times, genuine) = match callbacks {
                Callbacks::Delivered(times) => (times, true),
                Callbacks::Forged => (1, false),
            };
            if let Some(letter) = self.protocol.letter(&job, &self.desk, genuine) {
                self.tasks.spawn(async move {
                    for _ in 0..times {
                        letter.deliver().await;
                    }
                });
            }
        }
    }
}

/// A page where JSON was promised.
fn page(status: StatusCode) -> Response {
    let body = "<html><body><h1>Something is not right</h1></body></html>";
    (status, [(header::CONTENT_TYPE, "text/html")], body).into_response()
}

/// The request as an answer.
fn mirrored(asked: &Asked, status: StatusCode, mirror: Mirror) -> Response {
    let body = String::from_utf8_lossy(&asked.body);
    match mirror {
        Mirror::Page => {
            let mut text = format!("<html><body><pre>{} {}?{}\n", asked.method, asked.path, asked.query);
            for (name, value) in &asked.headers {
                text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
            }
            text.push_str(&format!("\n{body}</pre></body></html>"));
            (status, [(header::CONTENT_TYPE, "text/html")], text).into_response()
        }
        Mirror::Json => {
            let finding = json!({
                "code": body, "type": body, "status": body, "reason": body, "name": body, "message": body, "msg": body,
                "detail": body, "loc": ["body", body], "param": body,
            });
            let mut answer = finding.clone();
            answer["error"] = finding.clone();
            answer["errors"] = json!([finding]);
            answer["base_resp"] = json!({ "status_code": body, "status_msg": body });
            (status, Json(answer)).into_response()
        }
    }
}

/// The same answer with half of its body.
async fn half(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body.slice(..body.len() / 2)))
}

/// Reads a multipart body.
async fn read_form(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    let boundary = multer::parse_boundary(content_type).ok()?;
    let pieces = futures::stream::iter([Ok::<_, std::convert::Infallible>(body.clone())]);
    let mut form = multer::Multipart::new(pieces, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.ok()? {
        parts.push(Part {
            name: field.name()?.to_owned(),
            file_name: field.file_name().map(str::to_owned),
            content_type: field.content_type().map(ToString::to_string),
            bytes: field.bytes().await.ok()?,
        });
    }
    Some(parts)
}
