//! What Higgsfield's errors mean.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// An answer that is not a success.
pub(super) fn read(reply: &Reply) -> Trouble {
    let words = answer::json(reply).as_ref().and_then(words);
    let class = match reply.status {
        400 if words.as_deref().is_some_and(is_full) => Busy,
        400 | 413 | 415 | 422 => Caller,
        401 => Credential,
        // Documented for an empty account; a key without rights is not told from it.
        402 | 403 => Quota,
        408 => Timeout,
        429 => Busy,
        500.. => Unavailable,
        // A model that is not there was named by the route, not by the caller.
        _ => Unknown,
    };
    let trouble = Trouble::of(class, format!("http_{}", reply.status)).after_s(reply.retry_after_s());
    answer::say(trouble, words.as_deref())
}

/// The same for a look: a request that is not there any more is the end of it, if Higgsfield itself says so.
pub(super) fn at_look(reply: &Reply) -> Result<Word, Trouble> {
    let own = answer::json(reply).as_ref().and_then(words).is_some();
    match reply.status {
        404 if own => Ok(Word::Failed(Trouble::of(Gone, "http_404"))),
        _ => Err(read(reply)),
    }
}

/// The sentence of an error stands in one of several places.
fn words(body: &Value) -> Option<String> {
    ["detail", "details", "message", "error"].iter().find_map(|name| answer::detail_words(&body[*name]))
}

/// Deciding by a sentence is against our rules, but too many open requests have status 400 here like a wrong parameter,
/// and nothing else tells them apart. If the sentence changes, the job fails as the caller's fault.
fn is_full(words: &str) -> bool {
    words.to_ascii_lowercase().contains("concurren")
}
