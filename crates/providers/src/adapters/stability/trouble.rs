//! What an answer that is not a success means.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// Who asks too often is locked out for so long, seconds; no header says so.
const LOCKOUT_S: u32 = 60;

/// Reads `{"id","name","errors":["a sentence"]}`.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let name = body["name"].as_str();
    let class = match (reply.status, name) {
        (403, Some("content_moderation")) => ContentPolicy,
        (401 | 403, _) => Credential,
        (402, _) => Quota,
        (404 | 410, _) => Gone,
        (400 | 405 | 413 | 415 | 422, _) => Caller,
        (408, _) => Timeout,
        (429, _) => Busy,
        (500..=599, _) => Unavailable,
        _ => Unknown,
    };
    let wait_s = reply.retry_after_s().or((class == Busy).then_some(LOCKOUT_S));
    let sentences: Vec<_> =
        body["errors"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let trouble = Trouble::of(class, answer::code(name, reply.status)).after_s(wait_s);
    answer::say(trouble, Some(&sentences.join("; ")))
}

/// The same where there is no job yet that could be gone: the route named the path, not the caller.
pub(super) fn at_submit(reply: &Reply) -> Trouble {
    let trouble = read(reply);
    let class = if trouble.class == Gone { Credential } else { trouble.class };
    Trouble { class, ..trouble }
}

/// The same as the answer to a look: a few statuses are documented as ends, where Stability itself gives them. A proxy's
/// page ends nothing.
pub(super) fn at_look(reply: &Reply) -> Result<Word, Trouble> {
    let trouble = read(reply);
    let own = answer::json(reply).is_some_and(|body| body["name"].is_string());
    match reply.status {
        // The id is one that it gave us, so the fault is not the caller's.
        400 if own => Ok(Word::Failed(Trouble { class: Unknown, message: None, ..trouble })),
        404 | 500 if own => Ok(Word::Failed(trouble)),
        403 if trouble.class == ContentPolicy => Ok(Word::Failed(trouble)),
        _ => Err(trouble),
    }
}
