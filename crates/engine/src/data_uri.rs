//! The content of a `data:` URI, in base64 or percent-encoded.

use data_url::DataUrl;
use data_url::forgiving_base64::DecodeError;

/// A URI whose content cannot be had.
pub(crate) enum Unreadable {
    /// It has no comma, or is none at all.
    NoUri,
    /// Its base64 is none.
    NoBase64,
    /// More content than allowed.
    TooLarge,
}

/// Decodes, away from the threads that serve requests unless it is small. Stops at `bytes_max`.
pub(crate) async fn decode(uri: String, bytes_max: u64) -> Result<Vec<u8>, Unreadable> {
    const SMALL: usize = 256 << 10;
    if uri.len() <= SMALL {
        return decoded(&uri, bytes_max);
    }
    tokio::task::spawn_blocking(move || decoded(&uri, bytes_max)).await.unwrap_or(Err(Unreadable::NoUri))
}

fn decoded(uri: &str, bytes_max: u64) -> Result<Vec<u8>, Unreadable> {
    let url = DataUrl::process(uri).map_err(|_| Unreadable::NoUri)?;
    let mut bytes = Vec::new();
    let outcome = url.decode(|piece| {
        bytes.extend_from_slice(piece);
        if bytes.len() as u64 > bytes_max { Err(()) } else { Ok(()) }
    });
    match outcome {
        Ok(_) => Ok(bytes),
        Err(DecodeError::WriteError(())) => Err(Unreadable::TooLarge),
        Err(DecodeError::InvalidBase64(_)) => Err(Unreadable::NoBase64),
    }
}
