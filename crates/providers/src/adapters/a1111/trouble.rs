//! What an answer that is not a success means.

use spool_domain::adapter::TroubleClass::{self, Busy, Caller, Credential, Timeout, Unavailable, Unknown};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// Reads `{"error", "detail", "errors"}`, or FastAPI's `{"detail"}`.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let code = body["error"].as_str().filter(|error| *error != "HTTPException");
    let words = answer::detail_words(&body["detail"]).filter(|words| !words.is_empty());
    let class = class(reply.status, code, words.as_deref());
    let trouble = Trouble::of(class, answer::code(code, reply.status)).after_s(reply.retry_after_s());
    answer::say(trouble, words.as_deref().or_else(|| body["errors"].as_str()))
}

fn class(status: u16, code: Option<&str>, words: Option<&str>) -> TroubleClass {
    match (status, code, words) {
        (401 | 403, ..) => Credential,
        // The frame's own words for a path that is not there: the server runs without `--api`. Any other words name a
        // sampler, an upscaler or a picture that is not there.
        (404 | 405, _, None | Some("Not Found" | "Method Not Allowed")) => Credential,
        (400 | 404 | 413 | 415 | 422, ..) => Caller,
        // What the interface found wrong by itself has words and no name: a picture that cannot be read.
        (500, None, Some(words)) if words != "Internal Server Error" => Caller,
        (408, ..) => Timeout,
        (429, ..) => Busy,
        (500..=599, ..) => Unavailable,
        _ => Unknown,
    }
}
