//! Envelopes: what a status or a code says that is no success.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Gone, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// What an answer carries, if both its status and its envelope say that it is a success.
pub(super) fn data(reply: &Reply) -> Result<Value, Trouble> {
    let body = answer::json(reply).filter(Value::is_object);
    let Some(mut body) = body else {
        return Err(if reply.is_success() { Trouble::unreadable(reply) } else { read(reply, &Value::Null) });
    };
    let code = &body["code"];
    let is_good =
        code == 200 || code == 1 || code.as_str().is_some_and(|word| word.eq_ignore_ascii_case("success"));
    match (reply.is_success(), is_good, code.is_null()) {
        (true, true, _) => Ok(body["data"].take()),
        // No envelope at all.
        (true, false, true) if body["error"].is_null() => Err(Trouble::unreadable(reply)),
        _ => Err(read(reply, &body)),
    }
}

/// The trouble that an envelope tells: by its own code first, else by the status.
fn read(reply: &Reply, body: &Value) -> Trouble {
    let error = &body["error"];
    let message = body["msg"].as_str().or(body["message"].as_str()).or(error["message"].as_str());
    let (class, code) = match (&body["code"], error) {
        (Value::Number(code), _) => {
            let code = code.as_u64().unwrap_or(0);
            (of_code(code, message.unwrap_or_default()), format!("code_{code}"))
        }
        (Value::String(word), _) => (of_word(reply.status, word), answer::code(Some(word), reply.status)),
        (_, Value::Object(error)) => {
            let word = |name: &str| error.get(name).and_then(Value::as_str);
            let code = answer::code(word("code").or(word("type")), reply.status);
            // Of the second contract's own gateway: it has no other way to say that the account is empty.
            let class = if reply.status == 403 { Quota } else { of_status(reply.status) };
            (class, code)
        }
        _ => (of_status(reply.status), answer::code(None, reply.status)),
    };
    answer::say(Trouble::of(class, code).after_s(reply.retry_after_s()), message)
}

/// The first contract's codes.
pub(super) fn of_code(code: u64, message: &str) -> TroubleClass {
    match code {
        401 | 403 => Credential,
        402 => Quota,
        // At sunoapi.org the credits are gone, at kie.ai these were too many requests: only the words tell which. What
        // does not say so is taken for the former, which waiting would not mend.
        429 if is_pace(message) => Busy,
        429 => Quota,
        405 | 430 => Busy,
        400 | 404 | 409 | 413 | 422 | 451 => Caller,
        408 => Timeout,
        455 | 500..=599 => Unavailable,
        _ => Unknown,
    }
}

fn is_pace(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    says(&["too many", "too frequent", "frequency", "rate"]) && !says(&["credit", "balance"])
}

/// The second contract's words. Most name a field; the status tells the rest.
fn of_word(status: u16, word: &str) -> TroubleClass {
    match word {
        "invalid_request" | "prompt_empty" => Caller,
        "task_not_exist" => Gone,
        _ => of_status(status),
    }
}

fn of_status(status: u16) -> TroubleClass {
    match status {
        400 | 404 | 413 | 415 | 422 => Caller,
        401 | 403 => Credential,
        402 => Quota,
        408 | 504 => Timeout,
        429 => Busy,
        455 | 500..=599 => Unavailable,
        _ => Unknown,
    }
}

/// The same for a look: it says nothing about the job, and nothing that its caller should read.
pub(super) fn of_look(trouble: Trouble) -> Trouble {
    match trouble.class {
        Caller | ContentPolicy | Gone => Trouble { class: Unknown, message: None, ..trouble },
        _ => trouble,
    }
}
