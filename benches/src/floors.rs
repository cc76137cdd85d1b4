//! The floors: the least that a server built from the same libraries must do for the same kind of answer. Each runs
//! as a process of its own, prints `listening <address>` and ends when its standard input closes.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::Result;
use crate::commit::Commits;

/// Serves the floor that the words name: `<name> <upstream address> <folder>`.
pub(crate) fn main(words: &[String]) -> Result<()> {
    let [name, upstream, dir] = words else {
        return Err("floor: wants a name, the upstream's address and a folder".into());
    };
    let (upstream, dir) = (upstream.parse()?, PathBuf::from(dir));
    // Parents die too; then the pipe to them closes.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(name, upstream, &dir))
}

struct Floor {
    commits: Commits,
    upstream: Upstream,
    dir: PathBuf,
    files: AtomicU64,
    news: Notify,
}

async fn serve(name: &str, upstream: SocketAddr, dir: &Path) -> Result<()> {
    let floor = Arc::new(Floor {
        commits: Commits::start(dir)?,
        upstream: Upstream { address: upstream, idle: Mutex::default() },
        dir: dir.to_owned(),
        files: AtomicU64::new(0),
        news: Notify::new(),
    });
    let router = match name {
        "proxy" => Router::new().fallback(proxy),
        "two-commits" => Router::new().fallback(two_commits),
        "two-commits-and-file" => Router::new().fallback(two_commits_and_file),
        "one-commit" => Router::new().fallback(one_commit),
        "waiting" => Router::new().route("/release", post(release)).fallback(get(waiting)),
        _ => return Err(format!("floor: `{name}` is none").into()),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening {}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router.with_state(floor)).await?)
}

/// Any failure is a 500, which the load generator reports.
struct Failed(Box<dyn std::error::Error + Send + Sync>);

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}

type Answer = std::result::Result<Bytes, Failed>;

async fn proxy(State(floor): State<Arc<Floor>>, body: Bytes) -> Answer {
    Ok(floor.upstream.post("/v1/images/generations", body).await?)
}

async fn two_commits(State(floor): State<Arc<Floor>>, body: Bytes) -> Answer {
    let order: serde_json::Value = serde_json::from_slice(&body)?;
    floor.commits.row(body.clone()).await?;
    let answer = floor.upstream.post("/v1/images/generations", body).await?;
    floor.commits.row(answer.clone()).await?;
    drop(order);
    Ok(answer)
}

async fn two_commits_and_file(State(floor): State<Arc<Floor>>, body: Bytes) -> Answer {
    let order: serde_json::Value = serde_json::from_slice(&body)?;
    floor.commits.row(body.clone()).await?;
    let answer = floor.upstream.post("/v1/images/generations", body).await?;
    let file = floor.upstream.get("/files/picture.png").await?;
    let name = format!("{}.png", floor.files.fetch_add(1, Ordering::Relaxed));
    let dir = floor.dir.clone();
    tokio::task::spawn_blocking(move || keep(&dir, &name, &file)).await??;
    floor.commits.row(answer.clone()).await?;
    drop(order);
    Ok(answer)
}

/// Writes a file so that it survives a power cut: its bytes, then its name in the folder.
fn keep(dir: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().create_new(true).write(true).open(dir.join(name))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    File::open(dir)?.sync_all()
}

async fn one_commit(State(floor): State<Arc<Floor>>, body: Bytes) -> Answer {
    let order: serde_json::Value = serde_json::from_slice(&body)?;
    floor.commits.row(body).await?;
    Ok(Bytes::from(format!("{{\"model\":{}}}", order["model"])))
}

async fn waiting(State(floor): State<Arc<Floor>>) -> &'static str {
    floor.news.notified().await;
    "{\"status\":\"completed\"}"
}

async fn release(State(floor): State<Arc<Floor>>) -> &'static str {
    floor.news.notify_waiters();
    "{}"
}

/// A client that keeps its connections: one per request under way.
struct Upstream {
    address: SocketAddr,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

impl Upstream {
    async fn post(&self, path: &str, body: Bytes) -> Result<Bytes> {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request.header("host", "upstream").body(Full::new(body))?).await
    }

    async fn get(&self, path: &str) -> Result<Bytes> {
        self.send(Request::get(path).header("host", "upstream").body(Full::default())?).await
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Bytes> {
        let idle = self.idle.lock().pop();
        let mut sender = match idle {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let answer = sender.send_request(request).await?;
        if !answer.status().is_success() {
            return Err(format!("the upstream answered {}", answer.status()).into());
        }
        let body = answer.into_body().collect().await?.to_bytes();
        self.idle.lock().push(sender);
        Ok(body)
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
