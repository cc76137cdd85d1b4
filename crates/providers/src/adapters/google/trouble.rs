//! What an answer that is not a success means, at both Googles.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// Reads the trouble out of `{"error":{…}}`, which some front ends put into a list.
pub(in crate::adapters) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let error = error_of(&body);
    let status = error["status"].as_str();
    let class = class_of(reply.status, status, error);
    // Interactions put a word where the other dialects have the number of the status.
    let code = reason(error).or(status).or(error["code"].as_str());
    let trouble = Trouble::of(class, answer::code(code, reply.status));
    answer::say(trouble.after_s(wait_s(error).or_else(|| reply.retry_after_s())), error["message"].as_str())
}

fn error_of(body: &Value) -> &Value {
    if body.is_array() { &body[0]["error"] } else { &body["error"] }
}

/// The same for the answer to a submit, where there is no job that could be gone: the route named a model that is not
/// there any more or not for our account.
pub(in crate::adapters) fn at_submit(reply: &Reply) -> Trouble {
    let trouble = read(reply);
    let class = if trouble.class == Gone { Credential } else { trouble.class };
    Trouble { class, ..trouble }
}

/// The same for a look. Only a job that is not there any more has ended; everything else is about this look.
pub(in crate::adapters) fn at_look(reply: &Reply) -> Result<Word, Trouble> {
    let trouble = read(reply);
    match trouble.class {
        // A proxy's 404 has no word of Google's in it.
        Gone if answer::json(reply).is_some_and(|body| error_of(&body)["status"] == "NOT_FOUND") => {
            Ok(Word::Failed(trouble))
        }
        // A good interaction was seen to be answered with 400 now and then; it says nothing about the job.
        Caller | ContentPolicy => Err(Trouble { class: Unavailable, message: None, ..trouble }),
        _ => Err(trouble),
    }
}

fn class_of(http: u16, status: Option<&str>, error: &Value) -> TroubleClass {
    let message = error["message"].as_str().unwrap_or_default();
    match (http, status) {
        (400, _) if reason(error) == Some("API_KEY_INVALID") => Credential,
        // Billing is off, or the API is not open in our region.
        (400, Some("FAILED_PRECONDITION")) => Credential,
        (400, _) if is_safety(message) => ContentPolicy,
        (400 | 500, _) if talked_instead(message) => Unavailable,
        (400 | 405 | 413 | 415 | 422, _) => Caller,
        (401 | 403, _) => Credential,
        (402, _) => Quota,
        (404 | 410, _) => Gone,
        (408 | 504, _) => Timeout,
        (429, _) if is_spent(error) => Quota,
        (429, _) => Busy,
        (499..=599, _) => Unavailable,
        _ => Unknown,
    }
}

/// The `error` of an operation that ended: a number of google.rpc, no HTTP status.
pub(super) fn of_operation(error: &Value) -> Trouble {
    let message = error["message"].as_str().unwrap_or_default();
    let (class, code) = match error["code"].as_i64() {
        Some(1) => (Unavailable, "CANCELLED"),
        Some(3) if is_safety(message) => (ContentPolicy, "INVALID_ARGUMENT"),
        Some(3) => (Caller, "INVALID_ARGUMENT"),
        Some(4) => (Timeout, "DEADLINE_EXCEEDED"),
        Some(5) => (Credential, "NOT_FOUND"),
        Some(7) => (Credential, "PERMISSION_DENIED"),
        Some(8) if is_spent(error) => (Quota, "RESOURCE_EXHAUSTED"),
        Some(8) => (Busy, "RESOURCE_EXHAUSTED"),
        Some(9) => (Credential, "FAILED_PRECONDITION"),
        Some(13) => (Unavailable, "INTERNAL"),
        Some(14) => (Unavailable, "UNAVAILABLE"),
        Some(16) => (Credential, "UNAUTHENTICATED"),
        _ => (Unknown, "operation_failed"),
    };
    answer::say(Trouble::of(class, code), Some(message))
}

/// One of the `errors` of an interaction that failed. Their codes are not listed anywhere; only a refusal has words
/// that are known.
pub(super) fn of_interaction(error: &Value) -> Trouble {
    let message = error["message"].as_str().unwrap_or_default();
    let class = if is_safety(message) { ContentPolicy } else { Unknown };
    let code = error["code"].as_str().unwrap_or("interaction_failed");
    answer::say(Trouble::of(class, answer::code(Some(code), 200)), Some(message))
}

fn details(error: &Value) -> impl Iterator<Item = &Value> {
    error["details"].as_array().into_iter().flatten()
}

fn reason(error: &Value) -> Option<&str> {
    details(error).find_map(|detail| detail["reason"].as_str())
}

/// `RetryInfo.retryDelay`, such as `31s` or `0.5s`, in whole seconds rounded up.
fn wait_s(error: &Value) -> Option<u32> {
    let delay = details(error).find_map(|detail| detail["retryDelay"].as_str())?.strip_suffix('s')?;
    let (whole, part) = delay.split_once('.').unwrap_or((delay, ""));
    let more = u32::from(part.bytes().any(|digit| digit != b'0'));
    whole.parse::<u32>().ok()?.checked_add(more)
}

/// Whether the quota is one that waiting a minute does not mend: that of the day, or none at all.
fn is_spent(error: &Value) -> bool {
    let mut violations = details(error).filter_map(|detail| detail["violations"].as_array()).flatten();
    violations.any(|violation| {
        let of_the_day = violation["quotaId"].as_str().is_some_and(|id| id.contains("PerDay"));
        of_the_day || violation["quotaValue"] == "0" || violation["quotaValue"] == 0
    })
}

/// Deciding by a sentence is against our rules, but a refused prompt or picture has the status and the code of a wrong
/// field. If the sentence changes, the class is `Caller`, which is final too.
fn is_safety(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("safety") || message.contains("request blocked")
}

/// The same: a voice that writes instead of speaking is refused by Google's own check of its answer, as if the request
/// were wrong. Once more is all that it takes.
fn talked_instead(message: &str) -> bool {
    message.contains("only supports AUDIO")
}
