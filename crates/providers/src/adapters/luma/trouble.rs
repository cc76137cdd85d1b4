//! What errors and failures mean, at both services: the body of an error has one `detail` in either.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// An answer that is not a success.
pub(super) fn read(reply: &Reply) -> Trouble {
    let words = answer::json(reply).and_then(|body| answer::detail_words(&body["detail"]));
    let said = words.as_deref().unwrap_or_default();
    let class = match reply.status {
        400 if is_empty_balance(said) => Quota,
        400 if is_moderation(said) => ContentPolicy,
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
    answer::say(trouble, words.as_deref())
}

/// The same for a look: a generation that is not there any more is the end of it, if the service itself says so.
pub(super) fn at_look(reply: &Reply) -> Result<Word, Trouble> {
    let own = answer::json(reply).is_some_and(|body| !body["detail"].is_null());
    match reply.status {
        404 if own => Ok(Word::Failed(Trouble::of(Gone, "http_404"))),
        _ => Err(read(reply)),
    }
}

/// A generation that the Dream Machine failed. It gives a sentence and nothing else, so this decides by sentences; what
/// it does not know is a failure of theirs.
pub(super) fn of_generation(body: &Value) -> Trouble {
    let words = body["failure_reason"].as_str();
    let said = words.unwrap_or_default().to_ascii_lowercase();
    let any = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
    let (class, code) = match () {
        () if is_moderation(&said) => (ContentPolicy, "moderation"),
        () if any(&["accessible", "fetch", "download"]) => (Caller, "input"),
        () if any(&["prompt"]) => (Caller, "prompt"),
        () => (Unavailable, "failed"),
    };
    answer::say(Trouble::of(class, code), words)
}

/// A generation that an agent failed.
pub(super) fn of_agent(body: &Value) -> Trouble {
    let code = body["failure_code"].as_str();
    let class = match code {
        Some("content_moderated") => ContentPolicy,
        Some("generation_failed" | "output_not_found") => Unavailable,
        Some("budget_exhausted") => Quota,
        _ => Unknown,
    };
    answer::say(Trouble::of(class, answer::code(code, 200)), body["failure_reason"].as_str())
}

/// Deciding by a sentence is against our rules, but an empty account, a refused prompt and a wrong parameter all have
/// status 400. If the sentences change, the job fails as the caller's fault.
fn is_empty_balance(words: &str) -> bool {
    words.to_ascii_lowercase().contains("insufficient credits")
}

fn is_moderation(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    words.contains("moderation") || words.contains("blacklisted")
}
