//! A provider made for breaking: its adapter in each safety class, and a server that does one thing wrong at one point of
//! the protocol, the first time it gets there.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};
use spool_domain::adapter::{
    Adapter, Auth, Call, Callbacks, CancelWord, Handle, Lost, Manifest, Method, NO_JOB_STATUSES, Output,
    Reply, Safety, Sought, Token, Trouble, TroubleClass, Word, Work,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long the probe's provider may take for any answer, milliseconds: far above what a busy machine needs.
const TIMEOUT_MS: u64 = 4_000;

/// Where in the protocol something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Point {
    Upload,
    Submit,
    Look,
    Lookup,
    Cancel,
    Fetch,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fault {
    /// The connection is closed without a byte.
    HangsUp,
    /// The connection is reset.
    Resets,
    /// Half a status line, then the end.
    HalfAStatusLine,
    /// A head that promises a body, then the end.
    HeadOnly,
    /// Half of the right body, then the end.
    HalfABody,
    /// Bytes that are no HTTP.
    Garbage,
    /// 200 without a body.
    Empty,
    /// 200 with a page.
    Page,
    /// 200 with JSON of another shape.
    OtherJson,
    /// Nothing for longer than the caller waits.
    Silence,
    /// This status, with a body of the provider's own kind.
    Status(u16),
}

/// One combination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) safety: Safety,
    pub(crate) point: Point,
    pub(crate) fault: Fault,
    /// Whether the provider does what was asked before the fault shows.
    pub(crate) done: bool,
}

pub(crate) struct Probe {
    manifest: Manifest,
    uploads: bool,
}

impl Probe {
    pub(crate) fn new(provider: &'static str, safety: Safety, uploads: bool) -> Self {
        let manifest = Manifest {
            provider,
            base_url: "http://127.0.0.1:1",
            auth: Auth::Open,
            safety,
            no_job_statuses: NO_JOB_STATUSES,
            billed_on_failure: false,
            submit_timeout_ms: TIMEOUT_MS,
            call_timeout_ms: TIMEOUT_MS,
            poll_pace_ms: 20,
            listing_lag_ms: 0,
            retention_ms: 600_000,
            duration_max_ms: 600_000,
            concurrency: 0,
            callbacks: Callbacks::None,
            request_id_header: None,
            hosts: &[],
            unconfirmed: &[],
            verified_on: "2026-11-21",
        };
        Self { manifest, uploads }
    }
}

/// The class of a status, as most providers mean it.
pub(crate) fn class(status: u16) -> TroubleClass {
    match status {
        401 | 403 => TroubleClass::Credential,
        402 => TroubleClass::Quota,
        400 | 413 | 415 | 422 => TroubleClass::Caller,
        408 => TroubleClass::Timeout,
        429 => TroubleClass::Busy,
        500..=599 => TroubleClass::Unavailable,
        _ => TroubleClass::Unknown,
    }
}

fn read(reply: &Reply) -> Result<Value, Trouble> {
    if !reply.is_success() {
        return Err(Trouble::of(class(reply.status), format!("http_{}", reply.status)));
    }
    serde_json::from_slice(&reply.body).map_err(|_| Trouble::unreadable(reply))
}

fn handle(body: &Value) -> Option<Handle> {
    Some(Handle { id: body["id"].as_str()?.to_owned(), facts: Default::default() })
}

impl Adapter for Probe {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn prepare(&self, work: &Work) -> Result<Option<Call>, Trouble> {
        let due = self.uploads && !work.input.contains_key("upload");
        Ok(due.then(|| Call::json(Method::Post, "/upload", &json!({}))))
    }

    fn read_prepared(&self, work: &mut Work, reply: &Reply) -> Result<(), Trouble> {
        let id = read(reply)?["upload"].as_str().ok_or_else(|| Trouble::unreadable(reply))?.to_owned();
        work.input.insert("upload".to_owned(), id.into());
        Ok(())
    }

    fn submit(&self, work: &Work, token: &Token) -> Result<Call, Trouble> {
        Ok(Call::json(Method::Post, "/jobs", &json!({"input": work.input, "token": token.0})))
    }

    fn read_submit(&self, _: &str, reply: &Reply) -> Result<Word, Trouble> {
        let handle = handle(&read(reply)?).ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(Word::Accepted(handle, 0))
    }

    fn poll(&self, handle: &Handle) -> Call {
        Call::get(format!("/jobs/{}", handle.id))
    }

    fn read_poll(&self, _: &Handle, reply: &Reply) -> Result<Word, Trouble> {
        let body = read(reply)?;
        match body["state"].as_str() {
            Some("done") => {
                let url = body["url"].as_str().ok_or_else(|| Trouble::unreadable(reply))?;
                Ok(Word::Finished { outputs: vec![Output::Url(url.to_owned())], billed: None })
            }
            Some("canceled") => Ok(Word::Canceled),
            Some(_) => Ok(Word::Pending { progress: None, wait_ms: 20 }),
            None => Err(Trouble::unreadable(reply)),
        }
    }

    fn cancel(&self, handle: &Handle) -> Option<Call> {
        Some(Call { method: Method::Delete, ..Call::get(format!("/jobs/{}", handle.id)) })
    }

    fn read_cancel(&self, _: &Handle, reply: &Reply) -> Result<CancelWord, Trouble> {
        match read(reply)?["state"].as_str() {
            Some("canceled") => Ok(CancelWord::Noted),
            _ => Err(Trouble::unreadable(reply)),
        }
    }

    fn lookup(&self, lost: &Lost) -> Option<Call> {
        let looks = self.manifest.safety == Safety::Lookup;
        looks.then(|| Call::get(format!("/jobs?token={}", lost.token.0)))
    }

    fn read_lookup(&self, _: &Lost, reply: &Reply) -> Result<Sought, Trouble> {
        let body = read(reply)?;
        let jobs = body["jobs"].as_array().ok_or_else(|| Trouble::unreadable(reply))?;
        Ok(jobs.first().and_then(handle).map_or(Sought::Absent, Sought::Found))
    }
}

/// The server. The first part of a path is the number of a cell.
pub(crate) struct Breaker {
    pub(crate) base: String,
    pub(crate) books: Arc<Vec<Mutex<Book>>>,
}

/// What the server knows of a cell.
#[derive(Default)]
pub(crate) struct Book {
    /// The jobs that were made: the bill. By token.
    pub(crate) made: HashMap<String, String>,
    /// How often each point was reached.
    reached: HashMap<Point, u32>,
    canceled: bool,
    cancel_asked: bool,
}

impl Breaker {
    pub(crate) async fn start(cells: Vec<Cell>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let books: Arc<Vec<_>> = Arc::new(cells.iter().map(|_| Mutex::default()).collect());
        let (shared, cells, origin) = (Arc::clone(&books), Arc::new(cells), base.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (books, cells, origin) = (Arc::clone(&shared), Arc::clone(&cells), origin.clone());
                tokio::spawn(async move {
                    serve(stream, &books, &cells, &origin).await;
                });
            }
        });
        Self { base, books }
    }
}

/// One request, one answer, one connection.
async fn serve(mut stream: TcpStream, books: &[Mutex<Book>], cells: &[Cell], origin: &str) -> Option<()> {
    let mut request = Vec::new();
    let (head, body) = loop {
        let mut piece = [0; 8_192];
        let read = stream.read(&mut piece).await.ok()?;
        if read == 0 {
            return None;
        }
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let mut words = head.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (number, path) = target.trim_start_matches('/').split_once('/')?;
    let number: usize = number.parse().ok()?;
    let (cell, body) = (cells[number], serde_json::from_str::<Value>(&body).unwrap_or_default());
    let point = match (method, path) {
        ("POST", "upload") => Point::Upload,
        ("POST", "jobs") => Point::Submit,
        ("GET", "file.png") => Point::Fetch,
        ("DELETE", _) => Point::Cancel,
        ("GET", path) if path.starts_with("jobs?token=") => Point::Lookup,
        _ => Point::Look,
    };
    let first = {
        let mut book = books[number].lock();
        let reached = book.reached.entry(point).or_default();
        *reached += 1;
        *reached == 1
    };
    // A lookup happens only after an answer to a submit was lost.
    let lost = cell.point == Point::Lookup && point == Point::Submit && first;
    let broken = first && (point == cell.point || lost);
    let fault = if lost { Fault::HangsUp } else { cell.fault };
    let good = if broken && !cell.done {
        if point == Point::Cancel {
            books[number].lock().cancel_asked = true;
        }
        None
    } else {
        Some(good(point, path, &body, &mut books[number].lock(), &format!("{origin}/{number}"), cell))
    };
    let whole = |status: u16, kind: &str, bytes: &[u8]| {
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nretry-after: 1\r\n\
             connection: close\r\n\r\n",
            bytes.len()
        );
        [head.as_bytes(), bytes].concat()
    };
    let json = "application/json";
    let answer = match (broken, fault) {
        (false, _) => {
            let (kind, bytes) = good?;
            whole(200, kind, &bytes)
        }
        (true, Fault::HangsUp) => return None,
        (true, Fault::Resets) => {
            stream.set_zero_linger().ok()?;
            return None;
        }
        (true, Fault::HalfAStatusLine) => b"HTTP/1.1 2".to_vec(),
        (true, Fault::HeadOnly) => b"HTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n".to_vec(),
        (true, Fault::HalfABody) => {
            let (kind, bytes) = good.unwrap_or((json, b"{\"id\":\"0000000000\"}".to_vec()));
            let answer = whole(200, kind, &bytes);
            answer[..answer.len() - bytes.len() / 2].to_vec()
        }
        (true, Fault::Garbage) => b"\x16\x03\x01 this is no HTTP\r\n\r\n".to_vec(),
        (true, Fault::Empty) => whole(200, json, b""),
        (true, Fault::Page) => whole(200, "text/html", b"<html>down for a moment</html>"),
        (true, Fault::OtherJson) => whole(200, json, b"{\"hello\":[1]}"),
        (true, Fault::Silence) => {
            // Until the caller gives up and closes.
            let mut rest = [0; 16];
            while stream.read(&mut rest).await.ok()? > 0 {}
            return None;
        }
        (true, Fault::Status(status)) => whole(status, json, b"{\"error\":\"it is so\"}"),
    };
    stream.write_all(&answer).await.ok()?;
    stream.shutdown().await.ok()
}

/// What the provider does and says when nothing goes wrong.
fn good(
    point: Point,
    path: &str,
    body: &Value,
    book: &mut Book,
    origin: &str,
    cell: Cell,
) -> (&'static str, Vec<u8>) {
    let answer = match point {
        Point::Upload => json!({"upload": "u1"}),
        Point::Submit => {
            let token = body["token"].as_str().unwrap_or_default().to_owned();
            // Blind providers make a job for every call, the others one for every token.
            let name = match cell.safety {
                Safety::Blind => format!("{token}-{}", book.made.len()),
                Safety::Lookup | Safety::Idempotent => token,
            };
            let id = format!("j{}", book.made.len());
            json!({"id": book.made.entry(name).or_insert(id)})
        }
        Point::Lookup => {
            let token = path.trim_start_matches("jobs?token=");
            let jobs: Vec<_> = book.made.get(token).map(|id| json!({"id": id})).into_iter().collect();
            json!({"jobs": jobs})
        }
        Point::Cancel => {
            (book.canceled, book.cancel_asked) = (true, true);
            json!({"state": "canceled"})
        }
        Point::Look if cell.point == Point::Cancel && !book.cancel_asked => json!({"state": "running"}),
        Point::Look if book.canceled => json!({"state": "canceled"}),
        Point::Look => json!({"state": "done", "url": format!("{origin}/file.png")}),
        Point::Fetch => return ("image/png", PICTURE.to_vec()),
    };
    ("application/json", answer.to_string().into_bytes())
}

/// A picture of one pixel.
pub(crate) const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00,
    0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x62, 0x00, 0x01, 0x00, 0x00, 0x05, 0x00, 0x01,
    0x0d, 0x0a, 0x2d, 0xb4, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];
