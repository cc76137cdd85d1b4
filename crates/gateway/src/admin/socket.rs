//! The running server's door for its operator: a socket in the data folder that only its owner may open. Behind it
//! are the operator's routes of the API.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use axum::Json;
use axum::routing::get;
use serde_json::json;
use spool_api::Api;
use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

/// The socket's name in the data folder.
pub const NAME: &str = "admin.sock";

/// The call that tells where the server listens; only here, since whoever asks over HTTP knows it.
pub const URL_PATH: &str = "/url";

/// The socket of a running server. Its file goes when this is dropped.
pub struct Socket {
    path: PathBuf,
    stop: CancellationToken,
}

impl Socket {
    /// Opens the socket and answers on it until it is dropped. `url` is where the server listens.
    pub fn open(dir: &Path, api: &Arc<Api>, url: String) -> anyhow::Result<Self> {
        let path = path(dir);
        let told = || format!("the admin socket {}", path.display());
        // The lock on the folder is ours, so whoever made a socket that lies here is gone.
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).with_context(told)?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).with_context(told)?;
        let answer = Json(json!({ "url": url }));
        let router = spool_api::console(api).route(URL_PATH, get(async move || answer.clone()));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                tracing::error!("the admin socket ended: {error}");
            }
        });
        Ok(Self { path, stop })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        self.stop.cancel();
    }
}

/// Where the socket of a data folder is.
pub fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}
