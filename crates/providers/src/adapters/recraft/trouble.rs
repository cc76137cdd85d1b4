//! What an answer that is not a success means.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// Reads `{"code","message"}`, which clients also know inside of `error`, or a sentence there.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let said = if body["error"].is_object() { &body["error"] } else { &body };
    let code = said["code"].as_str();
    let words = said["message"].as_str().or_else(|| body["error"].as_str());
    let trouble = Trouble::of(class_of(reply.status, said), answer::code(code, reply.status));
    answer::say(trouble.after_s(reply.retry_after_s()), words)
}

/// The status decides, but for 400: invalid parameters, refused content and an empty balance all come so, and only the
/// code tells them apart.
fn class_of(status: u16, said: &Value) -> TroubleClass {
    let code = said["code"].as_str().unwrap_or_default().to_ascii_lowercase();
    let speaks_of = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    match status {
        400 | 422 if speaks_of(&["credit", "balance", "units"]) => Quota,
        400 | 403 | 422 if speaks_of(&["nsfw", "moderation", "policy", "safety"]) => ContentPolicy,
        400 | 405 | 413 | 415 | 422 => Caller,
        // The route named the path, not the caller.
        401 | 403 | 404 => Credential,
        402 => Quota,
        408 => Timeout,
        429 => Busy,
        500..=599 => Unavailable,
        _ => Unknown,
    }
}
