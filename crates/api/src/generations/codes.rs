//! Faults in the words of the generations dialect.

use axum::response::Response;
use spool_domain::fault::{Fault, Kind};

use crate::answer;

/// The dialect's code and HTTP status of a fault.
pub(super) fn code(kind: Kind) -> (&'static str, u16) {
    match kind {
        Kind::InvalidInput | Kind::UnknownModel | Kind::Conflict | Kind::ProviderRejected => {
            ("invalid_input", 400)
        }
        // The contract has this pair at a sibling call of the same service.
        Kind::TooLarge => ("invalid_input", 413),
        Kind::Unauthenticated => ("unauthenticated", 401),
        Kind::InsufficientCredit => ("insufficient_quota", 402),
        // A key without the permission cannot use the model either; the table has no other 403.
        Kind::ModelUnavailable | Kind::Forbidden => ("model_unavailable", 403),
        Kind::NotFound => ("not_found", 404),
        Kind::MethodNotAllowed => ("method_not_allowed", 405),
        Kind::ContentPolicy => ("content_policy", 422),
        // Only callers who send the header `Idempotency-Key` meet these two; they are not in the contract's table.
        Kind::IdempotencyMismatch => ("idempotency_mismatch", 422),
        Kind::IdempotencyBusy => ("idempotency_busy", 409),
        Kind::RateLimited | Kind::Overloaded => ("rate_limited", 429),
        Kind::ProviderFailed | Kind::ProviderUnavailable | Kind::OutcomeUnknown | Kind::AssetLost => {
            ("provider_unavailable", 502)
        }
        Kind::ProviderTimeout => ("provider_timeout", 504),
        // A canceled job is an outcome here and no fault; should it ever be shown as one, it is our mistake.
        Kind::Canceled | Kind::Internal => ("internal_error", 500),
    }
}

/// A fault as an answer.
pub(crate) fn refuse(fault: &Fault) -> Response {
    let (code, status) = code(fault.kind);
    answer::envelope(fault, status, code)
}
