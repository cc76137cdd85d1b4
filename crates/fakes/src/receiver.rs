//! A receiver of webhooks: keeps what it hears, answers as it is told, and can be away for a while.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::server::{Server, Tasks, hang_up};

/// The receiver.
pub struct Fake {
    server: Option<Server>,
    address: SocketAddr,
    ear: Arc<Ear>,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Path and query.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// What it was answered; nothing where the connection was closed instead.
    pub status: Option<u16>,
}

impl Heard {
    /// A header's text, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// How one request is answered.
#[derive(Clone, Debug)]
pub enum Answer {
    /// With this status, and this header if any.
    Status(u16, Option<(&'static str, String)>),
    /// With this status after this time.
    Late(u16, Duration),
    /// Not at all: the connection is closed.
    HangUp,
}

#[derive(Default)]
struct Ear {
    heard: Mutex<Vec<Heard>>,
    answers: Mutex<VecDeque<Answer>>,
    news: Notify,
}

impl Fake {
    /// Starts a receiver that answers 204 until it is told otherwise.
    pub async fn start() -> Self {
        let (listener, address) = Server::bind().await;
        let ear = Arc::new(Ear::default());
        let server = Some(serve(listener, address, &ear));
        Self { server, address, ear }
    }

    /// Where it listens, with this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers the next requests like this, one after the other, and 204 after them.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.ear.answers.lock().extend(answers);
    }

    /// Goes away: connections are refused.
    pub fn leave(&mut self) {
        self.server = None;
    }

    /// Comes back at the same port. False if somebody else has it now.
    pub async fn come_back(&mut self) -> bool {
        let Ok(listener) = TcpListener::bind(self.address).await else { return false };
        self.server = Some(serve(listener, self.address, &self.ear));
        true
    }

    /// What was heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.ear.heard.lock().clone()
    }

    /// Waits until that many requests have come.
    pub async fn wait_for(&self, requests: usize) -> Vec<Heard> {
        self.wait_until(|heard| heard.len() >= requests).await
    }

    /// Waits until what was heard is enough.
    pub async fn wait_until(&self, enough: impl Fn(&[Heard]) -> bool) -> Vec<Heard> {
        loop {
            let news = self.ear.news.notified();
            let heard = self.heard();
            if enough(&heard) {
                return heard;
            }
            news.await;
        }
    }
}

fn serve(listener: TcpListener, address: SocketAddr, ear: &Arc<Ear>) -> Server {
    let router = Router::new().fallback(hear).with_state(Arc::clone(ear));
    Server::serve(listener, address, router, Tasks::default())
}

async fn hear(State(ear): State<Arc<Ear>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|collected| collected.to_bytes()).unwrap_or_default();
    let target = parts.uri.path_and_query().map(|target| target.to_string()).unwrap_or_default();
    let answer = ear.answers.lock().pop_front().unwrap_or(Answer::Status(204, None));
    let status = match &answer {
        Answer::Status(status, _) | Answer::Late(status, _) => Some(*status),
        Answer::HangUp => None,
    };
    ear.heard.lock().push(Heard { target, headers: parts.headers, body, status });
    ear.news.notify_waiters();
    match answer {
        Answer::Status(status, None) => code(status).into_response(),
        Answer::Status(status, Some(header)) => (code(status), [header], "as told").into_response(),
        Answer::Late(status, after) => {
            tokio::time::sleep(after).await;
            code(status).into_response()
        }
        Answer::HangUp => hang_up(),
    }
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
