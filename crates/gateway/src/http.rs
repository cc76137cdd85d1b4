//! A small HTTP client for the command line: one connection for each exchange.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

/// How long opening a connection may take.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// The largest answer that is read into memory, bytes: far above any JSON of the API.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// A whole answer.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

/// A `GET` of a path.
pub fn get(host: &str, path: &str, key: Option<&str>) -> anyhow::Result<Request<Full<Bytes>>> {
    request("GET", host, path, key, Vec::new())
}

/// A `POST` of JSON to a path.
pub fn post(
    host: &str,
    path: &str,
    key: Option<&str>,
    json: Vec<u8>,
) -> anyhow::Result<Request<Full<Bytes>>> {
    request("POST", host, path, key, json)
}

/// Any other request.
pub fn request(
    method: &str,
    host: &str,
    path: &str,
    key: Option<&str>,
    json: Vec<u8>,
) -> anyhow::Result<Request<Full<Bytes>>> {
    let mut request = Request::builder().method(method).uri(path).header(HOST, host).header(ACCEPT, "*/*");
    if !json.is_empty() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    if let Some(key) = key {
        let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| anyhow::anyhow!("the key holds characters that no key has"))?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    Ok(request.body(Full::from(json))?)
}

/// Sends a request to the origin of a URL; the answer's body streams.
pub async fn open(url: &Url, request: Request<Full<Bytes>>) -> anyhow::Result<Response<Incoming>> {
    let host = url.host_str().context("the address names no host")?;
    let port = url.port_or_known_default().context("the address names no port")?;
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let connect = TcpStream::connect((name, port));
    let stream = tokio::time::timeout(CONNECT_WAIT, connect)
        .await
        .with_context(|| format!("{host}:{port} does not answer"))?
        .with_context(|| format!("{host}:{port}"))?;
    stream.set_nodelay(true)?;
    if url.scheme() == "https" {
        let name = ServerName::try_from(name.to_owned()).context("the host's name")?;
        let stream = tls().connect(name, stream).await.with_context(|| format!("TLS with {host}"))?;
        send(stream, request).await
    } else {
        send(stream, request).await
    }
}

/// Sends a request over a connection and reads the whole answer.
pub async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: anyhow::Result<Request<Full<Bytes>>>,
) -> anyhow::Result<Answer> {
    whole(send(stream, request?).await?).await
}

/// Reads an answer whole.
pub async fn whole(response: Response<Incoming>) -> anyhow::Result<Answer> {
    let status = response.status().as_u16();
    match Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await {
        Ok(body) => Ok(Answer { status, body: body.to_bytes() }),
        Err(error) => bail!("the answer broke off: {error}"),
    }
}

async fn send(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> anyhow::Result<Response<Incoming>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the answer's body, or when the sender is dropped.
    tokio::spawn(drive(connection));
    Ok(sender.send_request(request).await?)
}

async fn drive(connection: impl Future<Output = hyper::Result<()>>) {
    if let Err(error) = connection.await {
        tracing::debug!("a connection ended: {error}");
    }
}

fn tls() -> TlsConnector {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
