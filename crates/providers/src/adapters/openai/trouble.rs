//! What an answer that is not a success means.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{self, Busy, Caller, ContentPolicy, Credential, Quota, Timeout};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// What the several shapes of error bodies have in common.
#[derive(Default)]
struct Said {
    code: Option<String>,
    message: Option<String>,
}

/// Reads the trouble out of any shape that servers of this dialect are known to use.
pub(super) fn read(reply: &Reply) -> Trouble {
    let said = read_body(reply);
    let class = class_of(reply.status, said.code.as_deref());
    let trouble = Trouble::of(class, answer::code(said.code.as_deref(), reply.status)).after_s(wait_s(reply));
    answer::say(trouble, said.message.as_deref())
}

/// What a clip says that failed: its error names a code, or has words only.
pub(super) fn of_job(error: &Value) -> Trouble {
    let code = error["code"].as_str();
    let class = match code {
        Some("moderation_blocked" | "content_policy_violation") => ContentPolicy,
        _ => TroubleClass::Unavailable,
    };
    let code = code.filter(|code| answer::code(Some(code), 0) == **code).unwrap_or("video_failed");
    answer::say(Trouble::of(class, code), error["message"].as_str())
}

/// The code decides where it is one of the few that matter more than the status; else the status does.
fn class_of(status: u16, code: Option<&str>) -> TroubleClass {
    match (status, code) {
        (_, Some("moderation_blocked" | "content_policy_violation")) => ContentPolicy,
        // An empty account comes as a 400 and as a 429; waiting mends neither.
        (_, Some("billing_hard_limit_reached" | "insufficient_quota")) | (402, _) => Quota,
        (401 | 403, _) => Credential,
        // The route named the model, not the caller: there is no such model here, or our key may not use it.
        (404, _) => Credential,
        (400 | 405 | 413 | 415 | 422, _) => Caller,
        (408, _) => Timeout,
        (429, _) => Busy,
        (409 | 500..=599, _) => TroubleClass::Unavailable,
        _ => TroubleClass::Unknown,
    }
}

/// `{"error":{…}}`, `{"error":"text"}`, `{"detail":…}` in FastAPI's shapes, or plain text, in this order.
fn read_body(reply: &Reply) -> Said {
    let Some(body) = answer::json(reply) else { return Said { code: None, message: plain_text(reply) } };
    match (&body["error"], &body["detail"]) {
        (Value::Object(_), _) => object(&body["error"]),
        (Value::String(text), _) => Said { code: None, message: Some(text.clone()) },
        (_, detail @ Value::Object(_)) => match &detail["error"] {
            // Kokoro: the code stands in `error`, next to the message.
            Value::String(code) => Said { code: Some(code.clone()), message: answer::detail_words(detail) },
            Value::Object(_) => object(&detail["error"]),
            _ => object(detail),
        },
        (_, Value::Array(findings)) => Said {
            code: findings.first().and_then(|finding| text(&finding["type"])),
            message: answer::detail_words(&body["detail"]),
        },
        (_, detail) => Said { code: None, message: answer::detail_words(detail) },
    }
}

fn object(error: &Value) -> Said {
    Said { code: text(&error["code"]).or_else(|| text(&error["type"])), message: text(&error["message"]) }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The body as words for a person; a proxy's HTML page is none.
fn plain_text(reply: &Reply) -> Option<String> {
    let text = std::str::from_utf8(&reply.body).ok()?.trim();
    (!text.is_empty() && !text.starts_with(['<', '{', '['])).then(|| text.to_owned())
}

/// `retry-after-ms` is the finer of the two headers; we wait whole seconds, rounded up.
fn wait_s(reply: &Reply) -> Option<u32> {
    let from_ms = reply.header("retry-after-ms").and_then(|ms| ms.trim().parse::<u32>().ok());
    from_ms.map(|ms| ms.div_ceil(1_000)).or_else(|| reply.retry_after_s())
}
