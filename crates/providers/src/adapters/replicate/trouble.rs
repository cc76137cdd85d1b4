//! What an answer that is not a success means, and what a failed model says.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// Reads a problem document, or whatever stands in its place.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let words = answer::detail_words(&body["detail"]);
    let class = match reply.status {
        401 | 403 => Credential,
        402 => Quota,
        404 | 410 => Gone,
        400 | 405 | 413 | 415 | 422 => Caller,
        408 => Timeout,
        429 => Busy,
        500..=599 => Unavailable,
        _ => Unknown,
    };
    // Titles are sentences, so the status is all there is to keep.
    let trouble = Trouble::of(class, answer::code(None, reply.status));
    let wait_s = if class == Busy { wait_s(reply, &body) } else { reply.retry_after_s() };
    answer::say(trouble.after_s(wait_s), words.as_deref())
}

/// The same where there is no job yet that could be gone: the route named the model, not the caller, and our key may
/// not see it.
pub(super) fn at_submit(reply: &Reply) -> Trouble {
    let trouble = read(reply);
    let class = if trouble.class == Gone { Credential } else { trouble.class };
    Trouble { class, ..trouble }
}

/// The same as the answer to a look. Only Replicate itself can say that a prediction is not there; a proxy's page
/// cannot.
pub(super) fn at_look(reply: &Reply) -> Result<Word, Trouble> {
    let trouble = read(reply);
    let own = answer::json(reply).is_some_and(|body| body["detail"].is_string());
    if trouble.class == Gone && own { Ok(Word::Failed(trouble)) } else { Err(trouble) }
}

/// Seconds to wait: from the headers, else from the sentence. Replicate documents the seconds in the sentence alone, so
/// there is no other way.
fn wait_s(reply: &Reply, body: &Value) -> Option<u32> {
    let header = |name| reply.header(name)?.trim().parse().ok();
    let sentence = || {
        let (_, rest) = body["detail"].as_str()?.split_once("resets in")?;
        let digits = rest.trim_start_matches([' ', '~']);
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits[..end].parse().ok()
    };
    reply.retry_after_s().or_else(|| header("ratelimit-reset")).or_else(sentence)
}

/// What a failed model's `error` means. It is a sentence of whoever wrote the model; Replicate's own endings carry a
/// code in it, and for the rest a few words that many models share are all there is to decide by.
pub(super) fn of_model(error: Option<&str>) -> Trouble {
    let Some(words) = error.map(str::trim).filter(|words| !words.is_empty()) else {
        return Trouble::of(Unknown, "model_failed");
    };
    if let Some(code) = code_in(words) {
        return answer::say(Trouble::of(class_of(code), code), Some(words));
    }
    let has = |part: &str| words.to_ascii_lowercase().contains(part);
    if ["nsfw", "flagged as sensitive", "flagged by", "safety system"].into_iter().any(has) {
        Trouble::of(ContentPolicy, "flagged").saying(words)
    } else if has("httpsconnectionpool") || has("max retries exceeded") {
        // The sentence holds the address, which may be a signed one: words of our own instead.
        Trouble::of(Caller, "input_unreachable").saying("an input file could not be fetched by the provider")
    } else if has("cuda out of memory") {
        Trouble::of(Caller, "out_of_memory").saying("the input is too large for the model")
    } else if has("prediction interrupted") {
        Trouble::of(Unavailable, "interrupted")
    } else {
        Trouble::of(Unknown, "model_failed")
    }
}

/// The first word of the form `E005` or `E1000`.
fn code_in(words: &str) -> Option<&str> {
    let is_code = |word: &&str| {
        let digits = word.strip_prefix('E').unwrap_or_default();
        matches!(digits.len(), 3 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    words.split(|c: char| !c.is_ascii_alphanumeric()).find(is_code)
}

fn class_of(code: &str) -> TroubleClass {
    match code {
        "E005" => ContentPolicy,
        // Out of memory: the input is too large for the machine.
        "E1001" => Caller,
        "E6716" => Timeout,
        // Our callback address was empty, which is nobody's fault but ours.
        "E4875" => Unknown,
        _ => Unavailable,
    }
}
