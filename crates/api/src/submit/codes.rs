//! Faults in the words of the dialect.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::response::Response;
use spool_domain::fault::{Fault, Kind};

use super::wire::{Refusal, Trouble};
use crate::answer;

/// The dialect's code and HTTP status of a fault.
fn code(kind: Kind) -> (&'static str, u16) {
    match kind {
        // A provider's word about a request is only ever heard here when its adapter cannot write the request out.
        Kind::InvalidInput | Kind::Conflict | Kind::ProviderRejected | Kind::ContentPolicy => {
            ("invalid_request", 400)
        }
        Kind::TooLarge => ("invalid_request", 413),
        Kind::UnknownModel => ("model_not_found", 400),
        Kind::Unauthenticated => ("invalid_api_key", 401),
        Kind::InsufficientCredit => ("insufficient_user_quota", 403),
        // The contract's table has no such row; the others would mislead.
        Kind::Forbidden => ("forbidden", 403),
        Kind::NotFound => ("task_not_found", 404),
        Kind::MethodNotAllowed => ("method_not_allowed", 405),
        // Only callers who send the header `Idempotency-Key` meet these two; they are not in the contract's table.
        Kind::IdempotencyBusy => ("idempotency_busy", 409),
        Kind::IdempotencyMismatch => ("idempotency_mismatch", 422),
        Kind::RateLimited | Kind::Overloaded => ("rate_limit_exceeded", 429),
        Kind::ModelUnavailable
        | Kind::ProviderFailed
        | Kind::ProviderUnavailable
        | Kind::ProviderTimeout
        | Kind::OutcomeUnknown
        | Kind::AssetLost => ("no_available_provider", 503),
        // A canceled job is a failed task here and no fault of a request; shown as one, it is our mistake.
        Kind::Canceled | Kind::Internal => ("internal_error", 500),
    }
}

/// A fault as an answer. The id in its message stands in the log too.
pub(super) fn refuse(fault: &Fault) -> Response {
    let (code, status) = code(fault.kind);
    let id = request_id();
    tracing::info!(request.id = %id, code, status, "refused request {id}: {status} {code}");
    let error = Trouble {
        message: format!("{} (request id: {id})", fault.message),
        kind: "api_error",
        param: fault.param.as_deref().unwrap_or_default(),
        code,
    };
    answer::refusal(fault, status, &Refusal { error })
}

/// Sixteen hex digits that name one refusal. A keyed hash of a counter: it tells nobody how many there were.
fn request_id() -> String {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the contract's table, and ours for the kinds that it leaves out.
    #[test]
    fn every_kind_has_its_code_and_status() {
        let mut seen = Vec::new();
        for (kinds, expected) in [
            (
                &[Kind::InvalidInput, Kind::Conflict, Kind::ProviderRejected, Kind::ContentPolicy][..],
                ("invalid_request", 400),
            ),
            (&[Kind::TooLarge], ("invalid_request", 413)),
            (&[Kind::UnknownModel], ("model_not_found", 400)),
            (&[Kind::Unauthenticated], ("invalid_api_key", 401)),
            (&[Kind::InsufficientCredit], ("insufficient_user_quota", 403)),
            (&[Kind::Forbidden], ("forbidden", 403)),
            (&[Kind::NotFound], ("task_not_found", 404)),
            (&[Kind::MethodNotAllowed], ("method_not_allowed", 405)),
            (&[Kind::IdempotencyBusy], ("idempotency_busy", 409)),
            (&[Kind::IdempotencyMismatch], ("idempotency_mismatch", 422)),
            (&[Kind::RateLimited, Kind::Overloaded], ("rate_limit_exceeded", 429)),
            (
                &[
                    Kind::ModelUnavailable,
                    Kind::ProviderFailed,
                    Kind::ProviderUnavailable,
                    Kind::ProviderTimeout,
                    Kind::OutcomeUnknown,
                    Kind::AssetLost,
                ],
                ("no_available_provider", 503),
            ),
            (&[Kind::Canceled, Kind::Internal], ("internal_error", 500)),
        ] {
            for kind in kinds {
                assert_eq!(code(*kind), expected, "{kind:?}");
                assert_eq!(refuse(&Fault::of(*kind)).status(), expected.1);
                seen.push(*kind);
            }
        }
        assert_eq!(seen.len(), Kind::ALL.len());
        assert!(Kind::ALL.iter().all(|kind| seen.contains(kind)));
    }

    #[test]
    fn no_two_refusals_have_one_id() {
        let ids: std::collections::HashSet<String> = (0..1_000).map(|_| request_id()).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| id.len() == 16));
    }
}
