//! Reading a request's body: bounded in size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;
use spool_domain::fault::{Fault, Kind};

/// The largest JSON body, bytes. Inputs are URLs, and the longest prompt is far below.
pub(crate) const BYTES_MAX: usize = 1 << 20;

/// A body must be here after this time; whoever sends slower holds memory for nothing.
const READ_MAX: Duration = Duration::from_secs(30);

/// Reads the whole body.
pub(crate) async fn read(parts: &Parts, body: Body) -> Result<Bytes, Fault> {
    let too_large = || Fault::new(Kind::TooLarge, format!("The body is larger than {BYTES_MAX} bytes."));
    let stated =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if stated.is_some_and(|length: u64| length > BYTES_MAX as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(READ_MAX, Limited::new(body, BYTES_MAX).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) | Err(_) => Err(Fault::new(Kind::InvalidInput, "The body did not arrive.")),
    }
}

/// Reads the body as JSON. The refusal says where it is broken, and never what is there.
pub(crate) fn json(body: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Fault::new(Kind::InvalidInput, format!("the body is not valid JSON ({place})"))
    })
}
