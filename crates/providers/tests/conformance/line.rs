//! A real socket between an adapter and a fake: what the engine's client does, without its care.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::json;
use spool_domain::adapter::{
    Adapter, Auth, Call, Handle, Lost, Method, Output, Reply, Sought, Token, Trouble, Word, Work,
};
use spool_domain::catalogue::{Makes, Wish};
use tokio::net::TcpStream;

/// No answer came; whether the call was understood is unknown.
#[derive(Debug)]
pub(crate) struct Silence;

/// A provider's address and credential, with its adapter.
pub(crate) struct Line<'a> {
    pub(crate) adapter: &'a dyn Adapter,
    pub(crate) base_url: String,
    pub(crate) key: String,
}

/// The most looks until a job must have ended.
const LOOKS_MAX: usize = 12;
/// The most calls that one look, lookup or list may take.
const CALLS_MAX: usize = 4;

impl Line<'_> {
    fn url(&self, target: &str) -> String {
        if target.starts_with('/') { format!("{}{target}", self.base_url) } else { target.to_owned() }
    }

    /// Makes one call on a connection of its own, with the credential if it goes where the base URL is.
    pub(crate) async fn exchange(&self, call: &Call) -> Result<Reply, Silence> {
        let url = self.url(&call.target);
        let (host, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let home = self.base_url.strip_prefix("http://").unwrap().split('/').next() == Some(host);
        let method = match call.method {
            Method::Get => hyper::Method::GET,
            Method::Post => hyper::Method::POST,
            Method::Put => hyper::Method::PUT,
            Method::Delete => hyper::Method::DELETE,
            Method::Patch => hyper::Method::PATCH,
        };
        let mut request = Request::builder().method(method).uri(format!("/{target}")).header("host", host);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let manifest = self.adapter.manifest();
        if let Some(name) = manifest.request_id_header
            && !call.headers.iter().any(|(given, _)| *given == name)
        {
            request = request.header(name, uuid());
        }
        if home && !self.key.is_empty() {
            for (name, value) in self.signed(call, host, &format!("/{target}")) {
                request = request.header(name, value);
            }
        }
        send(host, request.body(Full::new(call.body.clone())).unwrap()).await
    }

    /// The headers of the credential.
    fn signed(&self, call: &Call, host: &str, target: &str) -> Vec<(&'static str, String)> {
        let key = &self.key;
        match self.adapter.manifest().auth {
            Auth::Open => Vec::new(),
            Auth::Header { name, prefix } => vec![(name, format!("{prefix}{key}"))],
            Auth::Basic => vec![("authorization", format!("Basic {}", STANDARD.encode(key)))],
            // How tokens are made is the engine's business; here the credential is a ready one.
            Auth::Jwt | Auth::GoogleAccount => vec![("authorization", format!("Bearer {key}"))],
            Auth::Volcengine { service, region } => {
                let content_type = call.headers.iter().find(|(name, _)| *name == "content-type");
                let content_type = content_type.map_or("", |(_, value)| value.as_str());
                spool_fakes::signing::volcengine(key, service, region, host, target, content_type, &call.body)
            }
        }
    }

    /// Fetches an output.
    pub(crate) async fn fetch(&self, output: &Output) -> (u16, bytes::Bytes) {
        let call = match output {
            Output::Url(url) | Output::Guarded(url) => Call::get(url.as_str()),
            Output::Bytes(bytes) => return (200, bytes.clone()),
            Output::Text(text) => return (200, text.clone().into()),
        };
        let url = self.url(&call.target);
        // Without the credential where none is promised: a server that wants one refuses.
        let open = Line { adapter: self.adapter, base_url: self.base_url.clone(), key: String::new() };
        let line = if matches!(output, Output::Guarded(_)) { self } else { &open };
        let reply = line.exchange(&Call::get(url)).await.unwrap();
        if let (301..=308, Some(place)) = (reply.status, reply.header("location")) {
            let reply = open.exchange(&Call::get(place)).await.unwrap();
            return (reply.status, reply.body);
        }
        (reply.status, reply.body)
    }

    /// Prepares and submits.
    pub(crate) async fn submit(&self, work: &Work, token: &Token) -> Result<Result<Word, Trouble>, Silence> {
        let mut work = work.clone();
        while let Some(call) = self.adapter.prepare(&work).unwrap() {
            let reply = self.exchange(&call).await.unwrap();
            self.adapter.read_prepared(&mut work, &reply).unwrap();
        }
        let call = self.adapter.submit(&work, token).unwrap();
        assert_eq!(self.adapter.submit(&work, token).unwrap(), call, "a submit is repeatable to the byte");
        Ok(self.adapter.read_submit(&work.model, &self.exchange(&call).await?))
    }

    /// One look, with the further calls that it asks for. A file that the job waits for is handed in.
    pub(crate) async fn look(&self, work: &Work, handle: &Handle) -> Result<Result<Word, Trouble>, Silence> {
        let mut call = self.adapter.poll(handle);
        for _ in 0..CALLS_MAX {
            match self.adapter.read_poll(handle, &self.exchange(&call).await?) {
                Ok(Word::Then(next)) => call = next,
                Ok(Word::Wanting) => {
                    let reply = self.exchange(&self.adapter.supply(work, handle).unwrap()).await?;
                    assert!(reply.is_success(), "the file was not taken: {}", reply.status);
                    return Ok(Ok(Word::Pending { progress: None, wait_ms: 0 }));
                }
                read => return Ok(read),
            }
        }
        panic!("a look takes {CALLS_MAX} calls at most")
    }

    /// Looks until the job has ended; looks that go wrong are repeated.
    pub(crate) async fn end(&self, work: &Work, handle: &Handle) -> Word {
        for _ in 0..LOOKS_MAX {
            match self.look(work, handle).await {
                Ok(Ok(Word::Pending { .. })) | Ok(Err(_)) | Err(_) => {}
                Ok(Ok(end)) => return end,
            }
        }
        panic!("{LOOKS_MAX} looks and no end")
    }

    /// One lookup, with its further calls.
    pub(crate) async fn seek(&self, work: &Work, token: &Token) -> Option<Handle> {
        let lost = Lost { token, model: &work.model, since_unix_ms: now_ms() - 1_000 };
        let mut call = self.adapter.lookup(&lost).unwrap();
        for _ in 0..CALLS_MAX {
            let reply = self.exchange(&call).await.unwrap();
            match self.adapter.read_lookup(&lost, &reply).unwrap() {
                Sought::Found(handle) => return Some(handle),
                Sought::Absent => return None,
                Sought::Then(next) => call = next,
            }
        }
        panic!("a lookup takes {CALLS_MAX} calls at most")
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks at the clock as its fake does")]
pub(crate) fn now_ms() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64
}

/// A UUID that was not given out before.
fn uuid() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("00000000-0000-4000-8000-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn send(host: &str, request: Request<Full<bytes::Bytes>>) -> Result<Reply, Silence> {
    let stream = TcpStream::connect(host).await.map_err(|_| Silence)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Silence)?;
    let connection = tokio::spawn(connection);
    let answer = async {
        let answer = sender.send_request(request).await.map_err(|_| Silence)?;
        let (head, body) = answer.into_parts();
        let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap().to_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = body.collect().await.map_err(|_| Silence)?.to_bytes();
        Ok(Reply { status: head.status.as_u16(), headers, body })
    };
    let answer = answer.await;
    connection.abort();
    answer
}

/// An order as the engine makes it from a route.
pub(crate) fn work(makes: Makes, model: &str, input: serde_json::Value) -> Work {
    let wish = json!({
        "makes": makes.as_str(), "width": 64, "height": 64, "duration_ms": 0, "seed": null, "prompt": "", "format": "png"
    });
    let wish: Wish = serde_json::from_value(wish).unwrap();
    let input = input.as_object().unwrap().clone();
    Work { model: model.to_owned(), input, makes, count: 1, wish, callback_url: None }
}
