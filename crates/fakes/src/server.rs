//! One HTTP/1.1 server on a free port of 127.0.0.1, which can also hang up instead of answering.

use std::convert::Infallible;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

/// A running server; dropping it ends it with its connections and tasks.
pub(crate) struct Server {
    address: SocketAddr,
    tasks: Tasks,
}

/// Work of a fake that outlives the request that caused it, though not the fake.
#[derive(Clone, Default)]
pub(crate) struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.lock().spawn(work);
    }
}

impl Server {
    /// Takes a port, without serving yet: fakes name their own address in answers.
    pub(crate) async fn bind() -> (TcpListener, SocketAddr) {
        let bound = async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = listener.local_addr()?;
            std::io::Result::Ok((listener, address))
        };
        #[expect(
            clippy::expect_used,
            reason = "a test that gets no port on the loopback interface cannot go on"
        )]
        bound.await.expect("a free port on 127.0.0.1")
    }

    pub(crate) fn serve(listener: TcpListener, address: SocketAddr, router: Router, tasks: Tasks) -> Self {
        tasks.spawn(accept(listener, router));
        Self { address, tasks }
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tasks.0.lock().abort_all();
    }
}

/// An answer that is none: the connection is closed without a byte.
pub(crate) fn hang_up() -> Response {
    let mut response = ().into_response();
    response.extensions_mut().insert(HangUp);
    response
}

#[derive(Clone, Copy, Debug)]
struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the fake hangs up")
    }
}

impl std::error::Error for HangUp {}

async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(connection(stream, router.clone()));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, router: Router) {
    // Without it, small answers wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: http::Request<hyper::body::Incoming>| {
        let router = router.clone();
        async move {
            let request: Request = request.map(Body::new);
            let Ok(response): Result<Response, Infallible> = router.oneshot(request).await;
            // An error here makes hyper close the connection, which no response can.
            if response.extensions().get::<HangUp>().is_some() { Err(HangUp) } else { Ok(response) }
        }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
