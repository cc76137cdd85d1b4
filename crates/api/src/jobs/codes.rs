//! Faults in the words of the run dialect.

use axum::response::Response;
use serde::Serialize;
use spool_domain::fault::{Fault, Kind};

use crate::answer;

/// The dialect's code and HTTP status of a fault. `INFERENCE_FAILED` is in the contract's table but never sent:
/// whatever a provider reported is `PROVIDER_FAILURE`.
pub(super) fn code(kind: Kind) -> (&'static str, u16) {
    match kind {
        // The contract lists all statuses, and 413 and 422 are not among them.
        Kind::InvalidInput | Kind::TooLarge | Kind::Conflict | Kind::IdempotencyMismatch => {
            ("INVALID_INPUT", 400)
        }
        Kind::MethodNotAllowed => ("INVALID_INPUT", 405),
        Kind::Unauthenticated => ("UNAUTHORIZED", 401),
        Kind::Forbidden => ("FORBIDDEN", 403),
        Kind::InsufficientCredit => ("QUOTA_EXCEEDED", 403),
        Kind::UnknownModel => ("MODEL_NOT_FOUND", 404),
        Kind::NotFound => ("JOB_NOT_FOUND", 404),
        // All three pass by themselves, and the answer says after how many seconds to come again.
        Kind::RateLimited | Kind::Overloaded | Kind::IdempotencyBusy => ("RATE_LIMITED", 429),
        Kind::ProviderFailed
        | Kind::ProviderRejected
        | Kind::ContentPolicy
        | Kind::OutcomeUnknown
        | Kind::AssetLost => ("PROVIDER_FAILURE", 500),
        Kind::ModelUnavailable | Kind::ProviderUnavailable => ("MODEL_UNAVAILABLE", 503),
        Kind::ProviderTimeout => ("TIMEOUT", 503),
        // A canceled job is a status here and no fault; should it ever be shown as one, it is our mistake.
        Kind::Canceled | Kind::Internal => ("INTERNAL_ERROR", 500),
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Inside<'a>,
}

#[derive(Serialize)]
struct Inside<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details<'a>>,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
}

#[derive(Serialize)]
struct Details<'a> {
    field: &'a str,
}

/// A fault as an answer.
pub(crate) fn refuse(fault: &Fault) -> Response {
    let (code, status) = code(fault.kind);
    refuse_as(fault, code, status)
}

/// The same with a code of another call's own.
pub(crate) fn refuse_as(fault: &Fault, code: &'static str, status: u16) -> Response {
    let details = match fault.kind {
        Kind::IdempotencyMismatch => Some(Details { field: "Idempotency-Key" }),
        _ => fault.param.as_deref().map(|field| Details { field }),
    };
    let retry_after = answer::retry_after_s(fault);
    let error = Inside { code, message: &fault.message, details, retry_after };
    answer::refusal(fault, status, &Envelope { error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_code_and_status_of_the_contract() {
        let table = [
            ("INVALID_INPUT", 400),
            ("UNAUTHORIZED", 401),
            ("FORBIDDEN", 403),
            ("QUOTA_EXCEEDED", 403),
            ("MODEL_NOT_FOUND", 404),
            ("JOB_NOT_FOUND", 404),
            ("RATE_LIMITED", 429),
            ("PROVIDER_FAILURE", 500),
            ("MODEL_UNAVAILABLE", 503),
            ("TIMEOUT", 503),
            ("INTERNAL_ERROR", 500),
        ];
        let mut seen = std::collections::BTreeSet::new();
        for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::MethodNotAllowed) {
            let pair = code(*kind);
            assert!(table.contains(&pair), "{kind:?}: {pair:?}");
            seen.insert(pair);
        }
        assert_eq!(seen.len(), table.len());
    }

    #[tokio::test]
    async fn the_envelope_has_the_field_and_the_seconds() {
        let shown = async |fault: Fault| {
            let response = refuse(&fault);
            let header = response.headers().get("retry-after").cloned();
            let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
            (serde_json::from_slice::<serde_json::Value>(&bytes).unwrap(), header)
        };
        let (body, header) = shown(Fault::field("input.prompt", "input.prompt is required")).await;
        let error = serde_json::json!({ "code": "INVALID_INPUT", "message": "input.prompt is required",
            "details": { "field": "input.prompt" } });
        assert_eq!((&body["error"], header), (&error, None));
        let (body, header) = shown(Fault::of(Kind::RateLimited).after_s(7)).await;
        assert_eq!((&body["error"]["retry_after"], header.unwrap().as_bytes()), (&7.into(), b"7".as_slice()));
        let (body, _) = shown(Fault::of(Kind::IdempotencyMismatch)).await;
        assert_eq!(body["error"]["details"]["field"], "Idempotency-Key");
    }
}
