//! The way to `/admin/v1`: the running server's socket, or the same routes over the opened folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Body;
use http_body_util::BodyExt;
use hyper::{Method, Request};
use serde_json::Value;
use spool_api::Api;
use spool_domain::catalogue::Catalogue;
use spool_store::sqlite::OpenError;
use tokio::net::UnixStream;
use tower::ServiceExt;

use super::socket;
use crate::config::Config;
use crate::house::{House, Upstreams};
use crate::http::{self, Answer};

/// The largest answer that is read into memory, bytes: far above any page.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Where a command is put to.
pub enum Way {
    /// The running server of this folder.
    Server(PathBuf),
    /// The folder itself, opened here.
    Here(Box<Here>),
}

/// The opened folder with an engine at rest.
pub struct Here {
    house: House,
    router: Router,
}

impl Way {
    /// The running server, if one answers on the folder's socket; else the folder. `look_only` is for commands that
    /// must not make a folder out of a typing mistake.
    pub async fn find(
        config: Config,
        catalogue: impl FnOnce(&Config) -> anyhow::Result<Catalogue>,
        look_only: bool,
    ) -> anyhow::Result<Self> {
        let dir = config.data.clone();
        // A socket without a server behind it refuses; a missing one is not there. Both mean: no server.
        if UnixStream::connect(socket::path(&dir)).await.is_ok() {
            return Ok(Self::Server(dir));
        }
        let opened = if look_only {
            House::open_for_audit(&dir)
        } else {
            House::open(&dir).await.map(|(house, _)| house)
        };
        let house = opened.map_err(|error| explain(&dir, error))?;
        let catalogue = Arc::new(catalogue(&config)?);
        let upstreams = Upstreams { providers: config.providers, master_key: config.master_key };
        let engine = house.engine_at_rest(config.engine, catalogue, upstreams).await?;
        let api = Api::new(engine, None)?;
        api.audits_against(house.book.clone());
        let router = spool_api::console(&api);
        Ok(Self::Here(Box::new(Here { house, router })))
    }

    /// One call. What is refused becomes an error in the API's words.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = match self {
            Self::Server(dir) => {
                let stream = UnixStream::connect(socket::path(dir)).await?;
                let request = http::request(method.as_str(), "localhost", path, None, body.into_bytes());
                let answer = http::exchange(stream, request).await;
                answer.context("the running server did not answer on its admin socket")?
            }
            Self::Here(here) => {
                let request = Request::builder().method(method).uri(path).body(Body::from(body))?;
                // A router always answers.
                let Ok(response) = here.router.clone().oneshot(request).await;
                let status = response.status().as_u16();
                let limited = http_body_util::Limited::new(response.into_body(), ANSWER_BYTES_MAX);
                match limited.collect().await {
                    Ok(body) => Answer { status, body: body.to_bytes() },
                    Err(error) => bail!("the answer broke off: {error}"),
                }
            }
        };
        let json: Value =
            serde_json::from_slice(&answer.body).context("the running server is of another version")?;
        if !(200..300).contains(&answer.status) {
            let message = json["error"]["message"].as_str();
            bail!("{}", message.unwrap_or("the running server is of another version: use its own `spool`"));
        }
        Ok(json)
    }

    /// Gives the folder free.
    pub fn leave(self) {
        if let Self::Here(here) = self {
            here.house.store.close();
        }
    }
}

/// Where the server listens that runs on this folder, if one does.
pub async fn server_url(dir: &Path) -> anyhow::Result<Option<String>> {
    if UnixStream::connect(socket::path(dir)).await.is_err() {
        return Ok(None);
    }
    let answer = Way::Server(dir.to_owned()).ask(Method::GET, socket::URL_PATH, None).await?;
    let url = answer["url"].as_str().context("the running server is of another version")?;
    Ok(Some(url.to_owned()))
}

fn explain(dir: &Path, error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<OpenError>() {
        Some(OpenError::InUse(_)) => anyhow::anyhow!(
            "another process has the data folder {} and does not answer on {}: a command that is at work, or a \
             server that is starting or stopping. Try again in a moment",
            dir.display(),
            socket::path(dir).display()
        ),
        _ => error,
    }
}
