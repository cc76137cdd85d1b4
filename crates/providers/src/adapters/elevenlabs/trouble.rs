//! What an answer that is not a success means.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// Reads any of the four forms of `detail`: an object with a code, an older one with a status only, FastAPI's list of
/// findings, or a sentence.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let detail = &body["detail"];
    let code = match detail {
        Value::Object(_) => detail["code"].as_str().or_else(|| detail["status"].as_str()),
        Value::Array(_) => detail[0]["type"].as_str(),
        _ => None,
    };
    let trouble = Trouble::of(class(reply.status, code), answer::code(code, reply.status));
    answer::say(trouble.after_s(wait_s(reply)), answer::detail_words(detail).as_deref())
}

/// The code decides where it says more than the status: an empty account can be a 401, a refused content a 400 or a 403.
fn class(status: u16, code: Option<&str>) -> TroubleClass {
    match (status, code) {
        (_, Some("content_against_policy" | "bad_prompt" | "bad_composition_plan")) => ContentPolicy,
        (_, Some("quota_exceeded" | "insufficient_credits" | "payment_required")) | (402, _) => Quota,
        (_, Some("voice_not_found")) => Caller,
        (401 | 403, _) => Credential,
        // The route named the path and the model.
        (404 | 405, _) => Credential,
        (400 | 413 | 415 | 422, _) => Caller,
        (408, _) => Timeout,
        (409 | 425 | 429, _) => Busy,
        (500..=599, _) => Unavailable,
        _ => Unknown,
    }
}

/// `retry-after-ms` is the finer of the two headers; we wait whole seconds, rounded up.
fn wait_s(reply: &Reply) -> Option<u32> {
    let from_ms = reply.header("retry-after-ms").and_then(|ms| ms.trim().parse::<u32>().ok());
    from_ms.map(|ms| ms.div_ceil(1_000)).or_else(|| reply.retry_after_s())
}
