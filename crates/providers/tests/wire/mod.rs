//! A real socket between an adapter and a fake: what the engine's client does, without its care.

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use spool_domain::adapter::{Adapter, Auth, Call, Method, Reply, Token, Work};
use spool_domain::catalogue::Wish;
use tokio::net::TcpStream;

/// No answer came; whether the call was understood is unknown.
#[derive(Debug)]
pub(crate) struct Lost;

/// A provider's address and key, with its adapter.
pub(crate) struct Line<'a> {
    pub(crate) adapter: &'a dyn Adapter,
    pub(crate) base_url: String,
    pub(crate) key: &'a str,
}

impl Line<'_> {
    /// Makes one call on a connection of its own. The key goes only where the base URL is.
    pub(crate) async fn exchange(&self, call: &Call) -> Result<Reply, Lost> {
        let url = if call.target.starts_with('/') {
            format!("{}{}", self.base_url, call.target)
        } else {
            call.target.clone()
        };
        let (host, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
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
        if let Auth::Header { name, prefix } = self.adapter.manifest().auth
            && self.base_url.starts_with(&format!("http://{host}"))
        {
            request = request.header(name, format!("{prefix}{}", self.key));
        }
        send(host, request.body(Full::new(call.body.clone())).unwrap()).await
    }
}

async fn send(host: &str, request: Request<Full<bytes::Bytes>>) -> Result<Reply, Lost> {
    let stream = TcpStream::connect(host).await.map_err(|_| Lost)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|_| Lost)?;
    let connection = tokio::spawn(connection);
    let answer = async {
        let answer = sender.send_request(request).await.map_err(|_| Lost)?;
        let (head, body) = answer.into_parts();
        let headers = head.headers.iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
        Ok(Reply { status: head.status.as_u16(), headers, body })
    };
    let answer = answer.await;
    connection.abort();
    answer
}

/// An order as the engine makes it from a route.
pub(crate) fn work(model: &str, input: Value, count: u32) -> Work {
    let wish = json!({
        "makes": "image", "width": 64, "height": 64, "duration_ms": 0, "seed": null, "prompt": "", "format": "png"
    });
    let wish: Wish = serde_json::from_value(wish).unwrap();
    let input = input.as_object().unwrap().clone();
    Work { model: model.to_owned(), input, makes: wish.makes, count, wish, callback_url: None }
}

/// Any token: the providers tested here take none.
pub(crate) fn token() -> Token {
    Token("00ff".to_owned())
}
