//! Faults in the words of the tasks dialect.

use axum::response::Response;
use spool_domain::fault::{Fault, Kind};

use super::wire::{Envelope, Trouble};
use crate::answer;

/// The code of a task that failed, whatever the reason: the message tells it.
pub(super) const FAILED: &str = "generation_failed";

/// The code of a task that was cancelled through another dialect.
pub(super) const CANCELLED: &str = "cancelled";

/// The dialect's code and HTTP status of a refusal.
pub(super) fn code(kind: Kind) -> (&'static str, u16) {
    match kind {
        // The contract has one status for whatever is wrong with the parameters, a body too large included.
        Kind::InvalidInput
        | Kind::TooLarge
        | Kind::Conflict
        | Kind::ProviderRejected
        | Kind::ContentPolicy => ("validation_error", 400),
        // There is no 403: a key that may not do this is not the right key.
        Kind::Unauthenticated | Kind::Forbidden => ("authentication_failed", 401),
        Kind::InsufficientCredit => ("insufficient_balance", 402),
        // A model that cannot be had is as good as none; the message says which of the two it is.
        Kind::UnknownModel | Kind::ModelUnavailable => ("model_not_found", 404),
        Kind::NotFound => ("task_not_found", 404),
        Kind::MethodNotAllowed => ("validation_error", 405),
        // Only callers who send the header `Idempotency-Key` meet these two; they are not in the contract's table.
        Kind::IdempotencyMismatch => ("idempotency_mismatch", 422),
        Kind::IdempotencyBusy => ("idempotency_busy", 409),
        Kind::RateLimited | Kind::Overloaded => ("rate_limit_exceeded", 429),
        // What goes wrong at a provider is the end of a task and never an answer.
        Kind::ProviderFailed
        | Kind::ProviderUnavailable
        | Kind::ProviderTimeout
        | Kind::OutcomeUnknown
        | Kind::AssetLost
        | Kind::Canceled
        | Kind::Internal => ("internal_error", 500),
    }
}

/// A fault as an answer.
pub(super) fn refuse(fault: &Fault) -> Response {
    let (code, status) = code(fault.kind);
    refuse_as(fault, code, status)
}

/// The same under another code.
pub(super) fn refuse_as(fault: &Fault, code: &'static str, status: u16) -> Response {
    let data = Trouble { message: &fault.message, code };
    answer::refusal(fault, status, &Envelope { code: status, success: false, data })
}
