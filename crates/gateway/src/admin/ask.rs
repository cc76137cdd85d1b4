//! Asks the running server through its socket, or opens the folder when no server is there.

use std::path::Path;

use anyhow::{Context, bail};
use spool_store::sqlite::OpenError;
use tokio::net::UnixStream;

use super::{Answer, Request, perform, socket};
use crate::house::House;
use crate::http;

/// Does what the request says: in the running server, or in the folder itself.
pub async fn ask(dir: &Path, request: Request) -> anyhow::Result<Answer> {
    if let Some(answer) = ask_server(dir, &request).await? {
        return Ok(answer);
    }
    let opened = match request {
        // The audit looks; it does not make a folder out of a typing mistake.
        Request::Audit => House::open_for_audit(dir),
        _ => House::open(dir).await.map(|(house, _)| house),
    };
    let house = opened.map_err(|error| explain(dir, error))?;
    let answer = perform(&house, request).await?;
    house.store.close();
    Ok(answer)
}

/// Asks the running server; none if none answers.
pub async fn ask_server(dir: &Path, request: &Request) -> anyhow::Result<Option<Answer>> {
    // A socket without a server behind it refuses; a missing one is not there. Both mean: no server.
    let Ok(stream) = UnixStream::connect(socket::path(dir)).await else { return Ok(None) };
    let body = serde_json::to_vec(request)?;
    let answer = http::exchange(stream, http::post("localhost", "/", None, body)).await;
    let answer = answer.context("the running server did not answer on its admin socket")?;
    if answer.status != 200 {
        bail!("the running server is of another version (HTTP {}): use its own `spool`", answer.status);
    }
    Ok(Some(serde_json::from_slice(&answer.body).context("the running server is of another version")?))
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
