//! Answers: JSON bodies and the envelope for faults.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use spool_domain::fault::{Fault, Kind};

/// How a dialect shows a fault.
pub(crate) type Refuse = fn(&Fault) -> Response;

/// Must not be kept by anybody on the way.
pub(crate) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// A JSON answer that nobody keeps.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => json_bytes(status, bytes),
        // All bodies are structs and maps with text keys, which always serialise.
        Err(error) => {
            tracing::error!("an answer could not be written: {error}");
            json_bytes(StatusCode::INTERNAL_SERVER_ERROR, "{}")
        }
    }
}

/// The same for a body that is JSON already.
pub(crate) fn json_bytes(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Inside<'a>,
}

#[derive(Serialize)]
struct Inside<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    param: Option<&'a str>,
}

/// A fault as `{"error":{"code","message","param"}}` with the given status and code.
pub(crate) fn envelope(fault: &Fault, status: u16, code: &str) -> Response {
    let error = Inside { code, message: &fault.message, param: fault.param.as_deref() };
    refusal(fault, status, &Envelope { error })
}

/// A fault as a body of a dialect's own, with the headers that every refusal carries.
pub(crate) fn refusal(fault: &Fault, status: u16, body: &impl Serialize) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, body);
    let headers = response.headers_mut();
    if let Some(seconds) = retry_after_s(fault) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if fault.kind == Kind::Unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// Seconds after which another try may help, for faults that pass by themselves.
fn retry_after_s(fault: &Fault) -> Option<u32> {
    let passing = matches!(fault.kind, Kind::RateLimited | Kind::Overloaded | Kind::IdempotencyBusy);
    fault.retry_after_s.or_else(|| passing.then_some(1))
}

/// A fault as the shared routes show it: the code and status of the table in `docs/errors.md`.
pub(crate) fn refuse(fault: &Fault) -> Response {
    envelope(fault, fault.kind.http(), fault.kind.code())
}
