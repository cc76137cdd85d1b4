//! Callbacks: signed as documented, or by somebody else.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer, SigningKey};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use url::Url;

use crate::bill::sha256;

/// The fake's own key, and the one that a forger would use.
const GENUINE: [u8; 32] = [7; 32];
const FORGED: [u8; 32] = [8; 32];

/// The published keys.
pub(super) fn keys() -> Value {
    let x = URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(&GENUINE).verifying_key().as_bytes());
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x }] })
}

/// One callback, ready to be sent as often as is wanted.
#[derive(Clone)]
pub(super) struct Letter {
    url: String,
    headers: [(&'static str, String); 5],
    body: Bytes,
}

impl Letter {
    /// Signs `body` about this request, or has it signed by a stranger.
    pub(super) fn new(url: String, request_id: &str, body: Bytes, genuine: bool) -> Self {
        let time = now_s().to_string();
        let user = "user-fake";
        let message = format!("{request_id}\n{user}\n{time}\n{}", sha256(&body));
        let key = SigningKey::from_bytes(if genuine { &GENUINE } else { &FORGED });
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("x-fal-webhook-request-id", request_id.to_owned()),
            ("x-fal-webhook-user-id", user.to_owned()),
            ("x-fal-webhook-timestamp", time),
            ("x-fal-webhook-signature", HEXLOWER.encode(&key.sign(message.as_bytes()).to_bytes())),
        ];
        Self { url, headers, body }
    }

    /// Delivers it once; the receiver's status, or nothing if it could not be reached.
    pub(super) async fn deliver(&self) -> Option<u16> {
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
        let mut answer = std::pin::pin!(sender.send_request(request));
        // The connection has to be driven while the answer is awaited. A receiver that closes it right away can
        // end it first; the answer has then been read already.
        let answer = tokio::select! {
            answer = &mut answer => answer,
            _ = connection => answer.await,
        };
        Some(answer.ok()?.status().as_u16())
    }
}

#[expect(clippy::disallowed_methods, reason = "a fake plays another machine, which has a clock of its own")]
fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
