//! Somebody who is told: an HTTP server on this machine that keeps what it gets and answers as it was told to.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// What arrived.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Call {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Answers that are given before the usual 200.
type Answers = Arc<Mutex<VecDeque<(u16, String)>>>;

pub(crate) struct Receiver {
    base: String,
    calls: UnboundedReceiver<Call>,
    answers: Answers,
    server: tokio::task::JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (sender, calls) = unbounded_channel();
        let answers = Answers::default();
        let given = Arc::clone(&answers);
        let app = Router::new().fallback(async move |request: Request| {
            let (head, body) = request.into_parts();
            let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let (status, text) = given.lock().pop_front().unwrap_or((200, String::new()));
            sender.send(Call { path: head.uri.path().to_owned(), headers: head.headers, bytes }).unwrap();
            Response::builder().status(status).body(Body::from(text)).unwrap()
        });
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, calls, answers, server }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Answers the next calls so, one after the other.
    pub(crate) fn answer(&self, statuses: &[u16]) {
        self.answers.lock().extend(statuses.iter().map(|status| (*status, String::new())));
    }

    /// Answers the next call with this text.
    pub(crate) fn say(&self, status: u16, text: String) {
        self.answers.lock().push_back((status, text));
    }

    /// The next call. The time is far beyond what any takes; it only ends a test that would wait for ever.
    pub(crate) async fn next(&mut self) -> Call {
        tokio::time::timeout(Duration::from_secs(60), self.calls.recv()).await.expect("no call came").unwrap()
    }

    /// Whether nothing has come that was not taken.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.calls.try_recv().is_err()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}
