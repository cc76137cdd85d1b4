//! The client for calls to providers and for fetching results (U10, S1-S4).
//!
//! Ours rather than a ready-made one because three promises need the connection itself: the bytes written are
//! counted (none written means not sent), no first byte goes out after the deadline, and a connection goes to
//! exactly the address that was checked. HTTP/1.1 only, no redirects, no retries, no proxy from the environment.

mod meter;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

pub(crate) use self::meter::boot_ms;
use self::meter::{Meter, Metered};
use crate::address::{self, Allow};

/// A connection that was idle longer than this is not used again: the other side may be closing it right now,
/// and a request written into a closing connection has an unknown outcome.
const IDLE_MAX: Duration = Duration::from_secs(5);
/// At most this many idle connections an origin; more are closed.
const IDLE_PER_ORIGIN: usize = 256;
/// Opening a connection, TLS included, may take this long at most.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// Whether the target's address is trusted.
#[derive(Clone, Copy)]
pub(crate) enum Guard<'a> {
    /// The operator configured this host: any address will do.
    Configured,
    /// A provider or tenant named it: every address must be public or allowed (S1-S3).
    Foreign { allow: &'a Allow, http_allowed: bool },
}

/// One request.
pub(crate) struct Outgoing<'a> {
    pub(crate) method: http::Method,
    pub(crate) url: &'a Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) guard: Guard<'a>,
    /// Open a new connection even where an idle one is at hand.
    pub(crate) fresh: bool,
    /// On the clock of `boot_ms`: no first byte after this.
    pub(crate) send_deadline_ms: Option<u64>,
}

/// No answer came.
#[derive(Debug, thiserror::Error)]
#[error("{why:?} after {sent} bytes")]
pub(crate) struct Unanswered {
    /// Bytes of the request that were written; zero proves that nothing was sent.
    pub(crate) sent: u64,
    pub(crate) why: Why,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The URL or its address is not allowed.
    Refused,
    /// The name has no address.
    Resolve,
    /// No connection.
    Connect,
    /// The time was up.
    Timeout,
    /// The connection broke, or what came was not HTTP.
    Broken,
    /// The body is larger than allowed.
    TooLarge,
    /// The credential cannot be used, or was not taken where a token is given for it.
    Credential,
    /// Whoever gives out tokens is in trouble.
    Token,
}

impl Why {
    /// The short word in records.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Refused => "address_refused",
            Self::Resolve => "no_address",
            Self::Connect => "no_connection",
            Self::Timeout => "timeout",
            Self::Broken => "connection_broken",
            Self::TooLarge => "answer_too_large",
            Self::Credential => "credential_not_taken",
            Self::Token => "no_token",
        }
    }
}

type Sender = SendRequest<Full<Bytes>>;

struct Idle {
    sender: Sender,
    meter: Arc<Meter>,
    since: Instant,
}

/// Who turns names into addresses.
enum Names {
    /// The machine's resolver.
    System,
    /// What a test says, question by question.
    #[cfg(test)]
    Scripted(Mutex<std::collections::VecDeque<Vec<std::net::IpAddr>>>),
}

impl Names {
    async fn resolve(&self, host: &str, port: u16) -> std::io::Result<Vec<SocketAddr>> {
        match self {
            Self::System => Ok(tokio::net::lookup_host((host, port)).await?.collect()),
            #[cfg(test)]
            Self::Scripted(script) => {
                let next = script.lock().pop_front().unwrap_or_default();
                Ok(next.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
            }
        }
    }
}

/// The client: TLS roots and idle connections.
pub(crate) struct Client {
    names: Names,
    tls: TlsConnector,
    idle: Mutex<HashMap<String, Vec<Idle>>>,
}

/// An answer whose body is still to be read.
pub(crate) struct Answer<'a> {
    pub(crate) response: Response<Incoming>,
    client: &'a Client,
    origin: String,
    sender: Sender,
    meter: Arc<Meter>,
}

impl Client {
    pub(crate) fn new() -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Early data would be a second copy of a request that costs money (U10).
        config.enable_early_data = false;
        Self { names: Names::System, tls: TlsConnector::from(Arc::new(config)), idle: Mutex::default() }
    }

    /// Sends a request and waits for the head of the answer. The caller sets the time limit around it.
    async fn send(&self, outgoing: Outgoing<'_>, progress: &Progress) -> Result<Answer<'_>, Unanswered> {
        let unsent = |why| Unanswered { sent: 0, why };
        let guarded = matches!(outgoing.guard, Guard::Foreign { .. });
        let origin =
            format!("{}{}", outgoing.url.origin().ascii_serialization(), if guarded { "!" } else { "" });
        let request = request(&outgoing).ok_or(unsent(Why::Refused))?;

        let mut request = request;
        if !outgoing.fresh {
            // An idle connection that turns out to be closed before one byte was written costs nothing: try the next.
            while let Some(idle) = self.take_idle(&origin) {
                idle.meter.begin(outgoing.send_deadline_ms);
                progress.watch(&idle.meter);
                let Idle { mut sender, meter, .. } = idle;
                match sender.try_send_request(request).await {
                    Ok(response) => return Ok(Answer { response, client: self, origin, sender, meter }),
                    Err(mut error) => match error.take_message() {
                        Some(unsent_request) if meter.sent() == 0 => request = unsent_request,
                        _ => return Err(Unanswered { sent: meter.sent().max(1), why: Why::Broken }),
                    },
                }
            }
        }
        let (mut sender, meter) = self.connect(&outgoing).await.map_err(unsent)?;
        meter.begin(outgoing.send_deadline_ms);
        progress.watch(&meter);
        match sender.send_request(request).await {
            Ok(response) => Ok(Answer { response, client: self, origin, sender, meter }),
            Err(_) => Err(Unanswered { sent: meter.sent(), why: Why::Broken }),
        }
    }

    /// Sends a request and reads the whole answer, within a time and a size.
    pub(crate) async fn call(
        &self,
        outgoing: Outgoing<'_>,
        limit: Duration,
        bytes_max: usize,
    ) -> Result<Response<Bytes>, Unanswered> {
        let progress = Progress::default();
        let exchange = async {
            let answer = self.send(outgoing, &progress).await?;
            answer.whole(bytes_max).await
        };
        match tokio::time::timeout(limit, Box::pin(exchange)).await {
            Ok(answer) => answer,
            Err(_) => Err(Unanswered { sent: progress.sent(), why: Why::Timeout }),
        }
    }

    /// Sends a request and waits at most `limit` for the head of the answer; the body is the caller's to read.
    pub(crate) async fn open(
        &self,
        outgoing: Outgoing<'_>,
        limit: Duration,
    ) -> Result<Answer<'_>, Unanswered> {
        let progress = Progress::default();
        match tokio::time::timeout(limit, Box::pin(self.send(outgoing, &progress))).await {
            Ok(answer) => answer,
            Err(_) => Err(Unanswered { sent: progress.sent(), why: Why::Timeout }),
        }
    }

    fn take_idle(&self, origin: &str) -> Option<Idle> {
        let mut idle = self.idle.lock();
        let connections = idle.get_mut(origin)?;
        while let Some(connection) = connections.pop() {
            if connection.since.elapsed() < IDLE_MAX && !connection.sender.is_closed() {
                return Some(connection);
            }
        }
        idle.remove(origin);
        None
    }

    async fn connect(&self, outgoing: &Outgoing<'_>) -> Result<(Sender, Arc<Meter>), Why> {
        tokio::time::timeout(CONNECT_MAX, self.open_connection(outgoing)).await.unwrap_or(Err(Why::Connect))
    }

    async fn open_connection(&self, outgoing: &Outgoing<'_>) -> Result<(Sender, Arc<Meter>), Why> {
        let host = outgoing.url.host_str().ok_or(Why::Refused)?;
        let addresses = resolve(&self.names, outgoing).await?;
        let mut stream = None;
        for address in addresses {
            if let Ok(open) = TcpStream::connect(address).await
                && open.peer_addr().is_ok_and(|peer| peer == address)
            {
                stream = Some(open);
                break;
            }
        }
        let stream = stream.ok_or(Why::Connect)?;
        stream.set_nodelay(true).map_err(|_| Why::Connect)?;
        let meter = Arc::new(Meter::default());
        let sender = if outgoing.url.scheme() == "https" {
            let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
            let name = ServerName::try_from(bare).map_err(|_| Why::Refused)?;
            let tls = self.tls.connect(name, stream).await.map_err(|_| Why::Connect)?;
            handshake(Metered::new(TokioIo::new(tls), Arc::clone(&meter))).await?
        } else {
            handshake(Metered::new(TokioIo::new(stream), Arc::clone(&meter))).await?
        };
        Ok((sender, meter))
    }
}

impl Answer<'_> {
    /// Reads the rest, up to a size; the connection is kept for the next request.
    async fn whole(mut self, bytes_max: usize) -> Result<Response<Bytes>, Unanswered> {
        let mut collected: Vec<Bytes> = Vec::new();
        let mut size = 0;
        while let Some(piece) = self.piece().await? {
            size += piece.len();
            if size > bytes_max {
                return Err(Unanswered { sent: self.meter.sent().max(1), why: Why::TooLarge });
            }
            collected.push(piece);
        }
        let body = if collected.len() == 1 { collected.remove(0) } else { collected.concat().into() };
        let parts = std::mem::take(self.response.headers_mut());
        let mut response = Response::new(body);
        *response.status_mut() = self.response.status();
        *response.headers_mut() = parts;
        self.keep();
        Ok(response)
    }

    /// The next piece of the body; none at its end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Unanswered> {
        loop {
            match self.response.body_mut().frame().await {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(_)) => {
                    return Err(Unanswered { sent: self.meter.sent().max(1), why: Why::Broken });
                }
            }
        }
    }

    /// Keeps the connection of a fully read answer for the next request.
    pub(crate) fn keep(self) {
        if self.sender.is_closed() {
            return;
        }
        let mut idle = self.client.idle.lock();
        let connections = idle.entry(self.origin).or_default();
        if connections.len() < IDLE_PER_ORIGIN {
            connections.push(Idle { sender: self.sender, meter: self.meter, since: Instant::now() });
        }
    }
}

/// Which connection a request is on, so that a timeout from outside can tell how much was sent.
#[derive(Default)]
struct Progress(Mutex<Option<Arc<Meter>>>);

impl Progress {
    fn watch(&self, meter: &Arc<Meter>) {
        *self.0.lock() = Some(Arc::clone(meter));
    }

    fn sent(&self) -> u64 {
        self.0.lock().as_ref().map_or(0, |meter| meter.sent())
    }
}

/// The addresses to try, all of them checked: one that is not allowed spoils the whole name (S2).
async fn resolve(names: &Names, outgoing: &Outgoing<'_>) -> Result<Vec<SocketAddr>, Why> {
    let url = outgoing.url;
    let port = url.port_or_known_default().ok_or(Why::Refused)?;
    let addresses: Vec<SocketAddr> = match address::literal(url) {
        Some(ip) => vec![SocketAddr::new(ip, port)],
        None => {
            let host = url.host_str().ok_or(Why::Refused)?;
            names.resolve(host, port).await.map_err(|_| Why::Resolve)?
        }
    };
    if let Guard::Foreign { allow, .. } = outgoing.guard {
        for target in &addresses {
            address::check_target(*target, allow).map_err(|_| Why::Refused)?;
        }
    }
    if addresses.is_empty() { Err(Why::Resolve) } else { Ok(addresses) }
}

async fn handshake<T>(io: T) -> Result<Sender, Why>
where
    T: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(io).await.map_err(|_| Why::Connect)?;
    // Ends by itself when the sender is dropped or the other side closes.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

/// The request in HTTP's form: origin-form target and `Host`; nothing if the URL cannot be asked.
fn request(outgoing: &Outgoing<'_>) -> Option<Request<Full<Bytes>>> {
    let url = outgoing.url;
    if let Guard::Foreign { http_allowed, allow } = outgoing.guard {
        // A literal on the allow list may be plain http on any port; names are judged again once resolved.
        let listed = address::literal(url).is_some_and(|ip| allow.contains(ip));
        if !listed {
            address::check_url_form(url, http_allowed).ok()?;
        }
    }
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = host(url)?;
    let mut request = Request::new(Full::new(outgoing.body.clone()));
    *request.method_mut() = outgoing.method.clone();
    *request.uri_mut() = target.parse().ok()?;
    *request.headers_mut() = outgoing.headers.clone();
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_str(&host).ok()?);
    headers
        .insert(header::USER_AGENT, HeaderValue::from_static(concat!("spool/", env!("CARGO_PKG_VERSION"))));
    Some(request)
}

/// What stands in the `Host` header.
pub(crate) fn host(url: &Url) -> Option<String> {
    Some(match url.port() {
        Some(port) => format!("{}:{port}", url.host_str()?),
        None => url.host_str()?.to_owned(),
    })
}

/// One header of a provider's call, if its name and value can stand in HTTP.
pub(crate) fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
}
