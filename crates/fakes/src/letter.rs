//! A callback on its way to whoever asked for it.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

/// One callback, ready to be sent as often as is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) url: String,
    /// Lower-case names.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Letter {
    /// Delivers it once with POST; the receiver's status and body, or nothing if it could not be reached.
    pub(crate) async fn deliver(&self) -> Option<(u16, Bytes)> {
        let url = Url::parse(&self.url).ok()?;
        let host = url.host_str()?;
        let port = url.port_or_known_default()?;
        let stream = TcpStream::connect((host, port)).await.ok()?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let mut request = http::Request::post(target).header("host", format!("{host}:{port}"));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(self.body.clone())).ok()?;
        let mut exchange = std::pin::pin!(async {
            let answer = sender.send_request(request).await.ok()?;
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            Some((status, body))
        });
        // The connection has to be driven while the answer is awaited. A receiver that closes it right away can
        // end it first; the answer has then been read already.
        tokio::select! {
            answer = &mut exchange => answer,
            _ = connection => exchange.await,
        }
    }
}

/// The time on the fake's own clock, Unix seconds.
#[expect(clippy::disallowed_methods, reason = "a fake plays another machine, which has a clock of its own")]
pub(crate) fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
