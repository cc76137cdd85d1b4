//! What an answer that is not a success means, and whether it is the end of the job.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble, Word};

use crate::adapters::answer;

/// An answer, understood.
pub(super) struct Read {
    pub(super) trouble: Trouble,
    pub(super) end: End,
}

/// Whether the answer to a look is the job's own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The look failed; the job goes on.
    No,
    /// The job has no result yet.
    NotYet,
    /// The job ended so.
    Failed,
    /// The job ended because somebody canceled it.
    Canceled,
}

/// Reads any of the documented error bodies: the model's, the platform's, the account's.
pub(super) fn read(reply: &Reply) -> Read {
    let Some(body) = answer::json(reply) else {
        // Not fal's own words but a proxy's: never the end of a job.
        return account(reply, None, End::No);
    };
    let named = body["error_type"].as_str().or_else(|| reply.header("x-fal-error-type"));
    if let Some(word) = named.and_then(platform) {
        return match word {
            Word::Failed(trouble) => {
                Read { trouble: answer::say(trouble, body["detail"].as_str()), end: End::Failed }
            }
            _ => Read { trouble: Trouble::of(Unavailable, "client_cancelled"), end: End::Canceled },
        };
    }
    let finding = body["detail"]
        .as_array()
        .and_then(|findings| findings.first())
        .and_then(|first| first["type"].as_str());
    match finding {
        Some(kind) => model(reply, kind, &body),
        None => account(reply, Some(&body), replayed(reply.status, &body)),
    }
}

/// The same for the answer to a submit, where there is no job yet that could be gone: the endpoint is unknown,
/// and the route named it, not the caller.
pub(super) fn at_submit(reply: &Reply) -> Trouble {
    let trouble = read(reply).trouble;
    let class = if trouble.class == Gone { Credential } else { trouble.class };
    Trouble { class, ..trouble }
}

/// A platform error by its type, which is also named in the status of a job that it ended.
pub(super) fn platform(kind: &str) -> Option<Word> {
    let class = match kind {
        "request_timeout" | "startup_timeout" => Timeout,
        "runner_scheduling_failure"
        | "runner_connection_timeout"
        | "runner_disconnected"
        | "runner_connection_refused"
        | "runner_connection_error"
        | "runner_incomplete_response"
        | "runner_server_error"
        | "client_disconnected"
        | "internal_error" => Unavailable,
        "bad_request" => Caller,
        "client_cancelled" => return Some(Word::Canceled),
        _ => return None,
    };
    Some(Word::Failed(Trouble::of(class, kind)))
}

/// A model's own error: a list of findings, the first of which names the type.
fn model(reply: &Reply, kind: &str, body: &Value) -> Read {
    let class = match kind {
        "internal_server_error" | "downstream_service_error" | "downstream_service_unavailable" => {
            Unavailable
        }
        "generation_timeout" => Timeout,
        // Nothing was generated because nothing was allowed to be: the same order would end the same way.
        "content_policy_violation" | "no_media_generated" => ContentPolicy,
        _ if (400..500).contains(&reply.status) => Caller,
        _ => Unavailable,
    };
    // fal's own word on whether to try again weighs more than our table; the reverse (not worth repeating *there*) says
    // nothing against another provider.
    let worth_repeating =
        reply.header("x-fal-retryable").is_some_and(|word| word.eq_ignore_ascii_case("true"));
    let class = if class == Caller && worth_repeating { Unavailable } else { class };
    let trouble = Trouble::of(class, answer::code(Some(kind), reply.status));
    Read { trouble: answer::say(trouble, answer::detail_words(&body["detail"]).as_deref()), end: End::Failed }
}

/// Everything without a type: the account, the request as such, or a model that gave one sentence.
fn account(reply: &Reply, body: Option<&Value>, end: End) -> Read {
    let detail = body.map(|body| &body["detail"]);
    let words = detail.and_then(answer::detail_words);
    let class = match reply.status {
        401 => Credential,
        402 => Quota,
        403 if words.as_deref().is_some_and(is_empty_balance) => Quota,
        403 => Credential,
        404 | 410 => Gone,
        400 | 405 | 413 | 415 | 422 => Caller,
        408 => Timeout,
        429 => Busy,
        499..=599 => Unavailable,
        _ => Unknown,
    };
    let code = body.and_then(|body| body["error"]["code"].as_str());
    let trouble = Trouble::of(class, answer::code(code, reply.status)).after_s(reply.retry_after_s());
    Read { trouble: answer::say(trouble, words.as_deref()), end }
}

/// Whether an untyped JSON answer to a look is the model's, replayed. What concerns our account or our pace is
/// not; a missing request is the end, since it was there when it was accepted.
fn replayed(status: u16, body: &Value) -> End {
    match status {
        400 if body["detail"].as_str().is_some_and(is_not_ready) => End::NotYet,
        400 | 404 | 410 | 413 | 415 | 422 | 499..=599 if !body["detail"].is_null() => End::Failed,
        _ => End::No,
    }
}

/// Deciding by a sentence is against our rules, but fal tells a locked account with money from one without in
/// no other way. If the sentence changes, the class is `Credential`, with which the job also goes to the next route.
fn is_empty_balance(words: &str) -> bool {
    words.to_ascii_lowercase().contains("balance")
}

/// The same: a result asked for too early has no type. Taking it for the model's refusal would fail a good job.
fn is_not_ready(words: &str) -> bool {
    words.to_ascii_lowercase().contains("still in progress")
}

#[cfg(test)]
mod tests {
    use spool_domain::adapter::TroubleClass;

    use super::*;

    /// Our table knows exactly the documented types of platform errors.
    #[test]
    fn every_documented_platform_error_has_its_class() {
        let class = |kind| match platform(kind) {
            Some(Word::Failed(trouble)) => Some(trouble.class),
            _ => None,
        };
        let rows: &[(&str, TroubleClass)] = &[
            ("request_timeout", Timeout),
            ("startup_timeout", Timeout),
            ("runner_scheduling_failure", Unavailable),
            ("runner_connection_timeout", Unavailable),
            ("runner_disconnected", Unavailable),
            ("runner_connection_refused", Unavailable),
            ("runner_connection_error", Unavailable),
            ("runner_incomplete_response", Unavailable),
            ("runner_server_error", Unavailable),
            ("client_disconnected", Unavailable),
            ("bad_request", Caller),
            ("internal_error", Unavailable),
        ];
        for (kind, expected) in rows {
            assert_eq!(class(kind), Some(*expected), "{kind}");
        }
        assert_eq!(platform("client_cancelled"), Some(Word::Canceled));
        assert_eq!(platform("something_new"), None);
    }
}
