//! What Runway's errors and the codes of failed tasks mean.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// An answer that is not a success.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let words = body["error"].as_str();
    let class = match reply.status {
        400 if words.is_some_and(is_empty_balance) => Quota,
        400 | 413 | 415 | 422 => Caller,
        401 | 403 => Credential,
        402 => Quota,
        408 => Timeout,
        429 => Busy,
        500.. => Unavailable,
        // An endpoint that is not there was named by the route, not by the caller.
        _ => Unknown,
    };
    let trouble = Trouble::of(class, format!("http_{}", reply.status)).after_s(reply.retry_after_s());
    answer::say(trouble, words)
}

/// Deciding by a sentence is against our rules, but an empty account has status 400 here like a wrong parameter, and
/// nothing else tells them apart. If the sentence changes, the job fails as the caller's fault.
fn is_empty_balance(words: &str) -> bool {
    words.to_ascii_lowercase().contains("not have enough credits")
}

/// A failed task.
pub(super) fn of_task(body: &Value) -> Trouble {
    let code = body["failureCode"].as_str();
    let trouble = match code {
        Some(word) => Trouble::of(class(word), answer::code(code, 200)),
        // Documented to mean the same as `INTERNAL`.
        None => Trouble::of(Unavailable, "INTERNAL"),
    };
    answer::say(trouble, body["failure"].as_str())
}

/// The class of a failure code. Its third part is a diagnosis only and can name an input that was not sent.
fn class(code: &str) -> TroubleClass {
    let mut parts = code.split('.');
    match (parts.next(), parts.next()) {
        (Some("SAFETY"), _) | (Some("INPUT_PREPROCESSING"), Some("SAFETY")) => ContentPolicy,
        // Only another input ends differently.
        (Some("INTERNAL"), Some("BAD_OUTPUT")) | (Some("ASSET"), _) => Caller,
        (Some("INPUT_PREPROCESSING" | "THIRD_PARTY" | "INTERNAL"), _) => Unavailable,
        _ => Unknown,
    }
}
