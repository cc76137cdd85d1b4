//! A file server for tests of fetching: any bytes, redirects, answers that break off.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{StatusCode, Uri, header};
use hyper::body::Frame;
use parking_lot::Mutex;

use crate::server::{Server, Tasks};

/// The running server.
pub struct Fake {
    server: Server,
    shelf: Arc<Shelf>,
}

#[derive(Default)]
struct Shelf {
    items: Mutex<HashMap<String, Item>>,
    fetches: Mutex<HashMap<String, u32>>,
}

#[derive(Clone)]
enum Item {
    File { kind: String, bytes: Bytes },
    Redirect(String),
    Status(StatusCode),
    CutShort { kind: String, bytes: Bytes },
}

impl Fake {
    /// Starts an empty server.
    pub async fn start() -> Self {
        let shelf = Arc::new(Shelf::default());
        let (listener, address) = Server::bind().await;
        let router = Router::new().fallback(fetch).with_state(shelf.clone());
        Self { server: Server::serve(listener, address, router, Tasks::default()), shelf }
    }

    /// Serves these bytes as `name` with this content type; returns the URL.
    pub fn put(&self, name: &str, kind: &str, bytes: impl Into<Bytes>) -> String {
        self.place(name, Item::File { kind: kind.to_owned(), bytes: bytes.into() })
    }

    /// Announces these bytes in full and hangs up after half of them at most; returns the URL.
    pub fn put_cut_short(&self, name: &str, kind: &str, bytes: impl Into<Bytes>) -> String {
        self.place(name, Item::CutShort { kind: kind.to_owned(), bytes: bytes.into() })
    }

    /// Answers `name` with a 302 to there; returns the URL.
    pub fn redirect(&self, name: &str, to: &str) -> String {
        self.place(name, Item::Redirect(to.to_owned()))
    }

    /// Answers `name` with this status and nothing else; returns the URL.
    pub fn refuse(&self, name: &str, status: StatusCode) -> String {
        self.place(name, Item::Status(status))
    }

    /// How often `name` was fetched.
    pub fn fetches_of(&self, name: &str) -> u32 {
        self.shelf.fetches.lock().get(name).copied().unwrap_or(0)
    }

    fn place(&self, name: &str, item: Item) -> String {
        self.shelf.items.lock().insert(name.to_owned(), item);
        format!("{}/{name}", self.server.origin())
    }
}

async fn fetch(State(shelf): State<Arc<Shelf>>, uri: Uri) -> Response {
    let name = uri.path().trim_start_matches('/').to_owned();
    *shelf.fetches.lock().entry(name.clone()).or_default() += 1;
    let item = shelf.items.lock().get(&name).cloned();
    match item {
        Some(Item::File { kind, bytes }) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        Some(Item::Redirect(to)) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Some(Item::Status(status)) => status.into_response(),
        Some(Item::CutShort { kind, bytes }) => {
            let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_LENGTH, bytes.len().to_string())];
            let half = bytes.slice(..bytes.len() / 2);
            // The stream breaks off with an error, which closes the connection below the announced length.
            (headers, Body::new(BrokenOff::Piece(half))).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A body that fails after its first piece.
enum BrokenOff {
    Piece(Bytes),
    Pause,
    End,
}

impl hyper::body::Body for BrokenOff {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match std::mem::replace(&mut *self, Self::End) {
            Self::Piece(piece) => {
                *self = Self::Pause;
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            // hyper sends what it has when a body makes it wait; an error at once would swallow the piece.
            Self::Pause => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::End => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
        }
    }
}
