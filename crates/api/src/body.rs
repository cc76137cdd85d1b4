//! Reading a request's body: bounded in size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::header;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;
use spool_domain::fault::{Fault, Kind};
use tokio::sync::SemaphorePermit;

use crate::Api;

/// The largest JSON body of calls that order nothing, bytes; also what every order may have without asking for room.
pub(crate) const BYTES_MAX: usize = 1 << 20;

/// How long a large body may take altogether, and how long its sender may be silent.
const LARGE_READ_MAX: Duration = Duration::from_secs(5 * 60);
const PIECE_MAX: Duration = Duration::from_secs(30);

/// A body must be here after this time; whoever sends slower holds memory for nothing.
const READ_MAX: Duration = Duration::from_secs(30);

/// Reads JSON. The place of a mistake is told, the text is not.
pub(crate) fn parse(body: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Fault::new(Kind::InvalidInput, format!("the body is not valid JSON ({place})"))
    })
}

/// Reads the whole body.
pub(crate) async fn read(parts: &Parts, body: Body) -> Result<Bytes, Fault> {
    let too_large = || too_large(BYTES_MAX as u64);
    if stated(parts).is_some_and(|length| length > BYTES_MAX as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(READ_MAX, Limited::new(body, BYTES_MAX).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) | Err(_) => Err(not_arrived()),
    }
}

/// Reads the whole body of a call that orders work, which may hold files as `data:` URIs. A body that is larger than
/// others needs one of a few places, kept until the order is admitted.
pub(crate) async fn read_order<'a>(
    api: &'a Api,
    parts: &Parts,
    body: Body,
) -> Result<(Bytes, Option<SemaphorePermit<'a>>), Fault> {
    let bytes_max = api.engine.settings().body_bytes_max;
    let stated = stated(parts);
    if stated.is_some_and(|length| length > bytes_max) {
        return Err(too_large(bytes_max));
    }
    match stated {
        Some(length) if length <= BYTES_MAX as u64 => Ok((read(parts, body).await?, None)),
        _ => {
            let reading = Box::pin(read_large(api, body, bytes_max));
            tokio::time::timeout(LARGE_READ_MAX, reading).await.map_err(|_| not_arrived())?
        }
    }
}

async fn read_large<'a>(
    api: &'a Api,
    mut body: Body,
    bytes_max: u64,
) -> Result<(Bytes, Option<SemaphorePermit<'a>>), Fault> {
    let (mut collected, mut room) = (BytesMut::new(), None);
    loop {
        let piece = tokio::time::timeout(PIECE_MAX, body.frame()).await.map_err(|_| not_arrived())?;
        let Some(piece) = piece else { return Ok((collected.freeze(), room)) };
        let Ok(piece) = piece.map_err(|_| not_arrived())?.into_data() else { continue };
        let size = collected.len() + piece.len();
        if size as u64 > bytes_max {
            return Err(too_large(bytes_max));
        }
        if size > BYTES_MAX && room.is_none() {
            room = Some(api.large_place()?);
        }
        collected.extend_from_slice(&piece);
    }
}

fn stated(parts: &Parts) -> Option<u64> {
    parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok())
}

fn too_large(bytes_max: u64) -> Fault {
    Fault::new(Kind::TooLarge, format!("The body is larger than {bytes_max} bytes."))
}

fn not_arrived() -> Fault {
    Fault::new(Kind::InvalidInput, "The body did not arrive.")
}
