//! What an answer that is not a success means, and why a generation failed.

use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// Reads `{"error": "a sentence", "reject_reason": "a word"}`.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let class = match reply.status {
        401 | 403 => Credential,
        402 => Quota,
        404 | 410 => Gone,
        400 | 405 | 413 | 415 => Caller,
        // Only prompts and pictures that fail the safety checks end so.
        422 => ContentPolicy,
        408 => Timeout,
        429 => Busy,
        500..=599 => Unavailable,
        _ => Unknown,
    };
    let code = answer::code(body["reject_reason"].as_str(), reply.status);
    let trouble = Trouble::of(class, code).after_s(reply.retry_after_s());
    answer::say(trouble, body["error"].as_str())
}

/// The same where there is no job yet that could be gone: the route named the path, not the caller.
pub(super) fn at_submit(reply: &Reply) -> Trouble {
    let trouble = read(reply);
    let class = if trouble.class == Gone { Credential } else { trouble.class };
    Trouble { class, ..trouble }
}

/// The same as the answer to a look. Only Ideogram itself can say that a generation is not there; a proxy's page cannot.
pub(super) fn at_look(reply: &Reply) -> Result<Word, Trouble> {
    let trouble = read(reply);
    let own = answer::json(reply).is_some_and(|body| body["error"].is_string());
    if trouble.class == Gone && own { Ok(Word::Failed(trouble)) } else { Err(trouble) }
}

/// The reason of a failed generation. The list of reasons is not published; what is about safety says so by its name.
pub(super) fn of_failure(reason: Option<&str>) -> Trouble {
    let code = match answer::code(reason, 0) {
        code if code == "http_0" => "failed".to_owned(),
        code => code,
    };
    let name = code.to_ascii_lowercase();
    if ["safety", "moderation", "policy"].into_iter().any(|part| name.contains(part)) {
        Trouble::of(ContentPolicy, code).saying("the generation failed the safety checks")
    } else {
        Trouble::of(Unavailable, code)
    }
}
