//! Headers of our own that every dialect takes and gives, beside `Idempotency-Key`.

use http::{HeaderMap, HeaderValue};
use spool_domain::fault::Fault;

const DRY_RUN: &str = "spool-dry-run";
const REPLAYED: &str = "idempotent-replayed";

/// Whether the caller only wants to know what a request would become and cost: `Spool-Dry-Run`.
pub(crate) fn dry_run(headers: &HeaderMap) -> Result<bool, Fault> {
    match headers.get(DRY_RUN).map(HeaderValue::as_bytes) {
        None | Some(b"false") => Ok(false),
        Some(b"true") => Ok(true),
        Some(_) => Err(Fault::field("Spool-Dry-Run", "the header Spool-Dry-Run must be true or false")),
    }
}

/// Says that an earlier request with the same idempotency key made the job: `Idempotent-Replayed`.
pub(crate) fn note_replay(headers: &mut HeaderMap, replayed: bool) {
    if replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
}
