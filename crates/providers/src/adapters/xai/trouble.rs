//! What an answer that is not a success means.
//!
//! xAI has one status for several things, and where it has a code at all, that may be a sentence. So some classes
//! hang on words here, against our rules; where the words change, the class is that of the status.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// Reads either shape: `{"error":{"message","type","param","code"}}` or `{"code":"a sentence","error":"text"}`.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let (code, message) = match &body["error"] {
        Value::Object(error) => {
            let text = |name: &str| error.get(name).and_then(Value::as_str);
            (text("code").or(text("type")), text("message"))
        }
        error => (body["code"].as_str(), error.as_str()),
    };
    let said = format!("{} {}", code.unwrap_or_default(), message.unwrap_or_default()).to_ascii_lowercase();
    let trouble = Trouble::of(class_of(reply.status, &said), answer::code(code, reply.status));
    answer::say(trouble.after_s(reply.retry_after_s()), message)
}

/// The same for the answer to a submit: the route named a model or path that is not there.
pub(super) fn at_submit(reply: &Reply) -> Trouble {
    let trouble = read(reply);
    let class = if trouble.class == Gone { Credential } else { trouble.class };
    Trouble { class, ..trouble }
}

/// The same for a look. Only a request that is not there any more has ended; all else is about this look.
pub(super) fn at_look(reply: &Reply) -> Result<Word, Trouble> {
    let trouble = read(reply);
    match trouble.class {
        Gone if answer::json(reply).is_some_and(|body| !body["error"].is_null()) => Ok(Word::Failed(trouble)),
        Caller | ContentPolicy => Err(Trouble { class: Unavailable, message: None, ..trouble }),
        _ => Err(trouble),
    }
}

/// `said` is code and message in lower case.
fn class_of(status: u16, said: &str) -> TroubleClass {
    let is_key = || said.contains("api key");
    let is_credit = || said.contains("credit") || said.contains("billing");
    match status {
        400 | 401 if is_key() => Credential,
        400 | 403 if is_moderation(said) => ContentPolicy,
        400 | 405 | 413 | 415 | 422 => Caller,
        402 => Quota,
        403 | 429 if is_credit() => Quota,
        401 | 403 => Credential,
        404 | 410 => Gone,
        408 | 504 => Timeout,
        429 => Busy,
        500..=599 => Unavailable,
        _ => Unknown,
    }
}

/// A clip that failed. Only `internal_error` is a documented code.
pub(super) fn of_clip(body: &Value) -> Trouble {
    let error = &body["error"];
    let code = error["code"].as_str().unwrap_or("failed");
    let word = code.to_ascii_lowercase();
    let class = if body["video"]["respect_moderation"] == false || is_moderation(&word) {
        ContentPolicy
    } else if word == "internal_error" {
        Unavailable
    } else if word.contains("invalid") {
        Caller
    } else {
        Unknown
    };
    answer::say(Trouble::of(class, answer::code(Some(code), 200)), error["message"].as_str())
}

fn is_moderation(said: &str) -> bool {
    ["moderation", "moderated", "content policy", "content_policy", "safety"]
        .iter()
        .any(|word| said.contains(word))
}
