//! What an answer that is not a success means, and what a refused job says.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// Reads FastAPI's `detail`: a sentence, or a list of findings.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let class = match reply.status {
        401 | 403 => Credential,
        402 => Quota,
        404 => Gone,
        400 | 405 | 413 | 415 | 422 => Caller,
        408 => Timeout,
        // Too many tasks at a time, or too many requests: the answer does not tell which.
        429 => Busy,
        500..=599 => Unavailable,
        _ => Unknown,
    };
    let code = answer::code(body["detail"][0]["type"].as_str(), reply.status);
    let trouble = Trouble::of(class, code).after_s(reply.retry_after_s());
    answer::say(trouble, answer::detail_words(&body["detail"]).as_deref())
}

/// The same where there is no job yet that could be gone: the route named the endpoint, not the caller.
pub(super) fn at_submit(reply: &Reply) -> Trouble {
    let trouble = read(reply);
    let class = if trouble.class == Gone { Credential } else { trouble.class };
    Trouble { class, ..trouble }
}

/// A refusal, with its reasons where they are listed.
pub(super) fn moderated(code: &str, body: &Value) -> Trouble {
    let reasons = body["details"]["Moderation Reasons"].as_array();
    let reasons: Vec<_> = reasons.into_iter().flatten().filter_map(Value::as_str).collect();
    let what =
        if code == "request_moderated" { "the request was refused" } else { "the result was withheld" };
    let words = if reasons.is_empty() { what.to_owned() } else { format!("{what}: {}", reasons.join(", ")) };
    Trouble::of(ContentPolicy, code).saying(&words)
}
