//! What an answer that is not a success means. Pictures have `{"code","message"}`, clips `{"message","errorCode"}`.

use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// Reads the trouble by the status; the clips' word is its code.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let class = match reply.status {
        401 | 403 => Credential,
        // 412: the account has no subscription.
        402 | 412 => Quota,
        404 => Gone,
        400 | 405 | 413 | 415 | 422 => Caller,
        408 | 504 => Timeout,
        // 425: credits are being bought at this moment.
        425 | 429 => Busy,
        500..=599 => Unavailable,
        _ => Unknown,
    };
    let trouble = Trouble::of(class, answer::code(body["errorCode"].as_str(), reply.status));
    answer::say(trouble.after_s(reply.retry_after_s()), body["message"].as_str())
}

/// The same for the answer to a submit, where there is nothing yet that could be gone.
pub(super) fn at_submit(reply: &Reply) -> Trouble {
    let trouble = read(reply);
    let class = if trouble.class == Gone { Credential } else { trouble.class };
    Trouble { class, ..trouble }
}

/// The same for a look. Only a job that is not there any more has ended.
pub(super) fn at_look(reply: &Reply) -> Result<Word, Trouble> {
    let trouble = read(reply);
    match trouble.class {
        Gone if answer::json(reply).is_some_and(|body| body["message"].is_string()) => {
            Ok(Word::Failed(trouble))
        }
        // 409: the link is asked for a moment too early.
        Caller | ContentPolicy => Err(Trouble { class: Unknown, message: None, ..trouble }),
        _ => Err(trouble),
    }
}

/// Why a clip's request failed.
pub(super) fn of_request(code: &str) -> TroubleClass {
    match code {
        "INSUFFICIENT_CREDITS" => Quota,
        "INVALID_INPUT" => Caller,
        "FORBIDDEN" | "UNAUTHORIZED" => Credential,
        "TIMEOUT_UPLOAD_SOURCE" | "TIMEOUT_QUEUE" | "TIMEOUT_PROCESSING" => Timeout,
        "PROCESSING_FAILURE" | "SERVER_MAINTENANCE" | "SERVER_ERROR" | "HARDWARE_FAILURE" => Unavailable,
        // Among them CREDIT_DIFFERENCE: the clip turned out to be another than was estimated.
        _ => Unknown,
    }
}
