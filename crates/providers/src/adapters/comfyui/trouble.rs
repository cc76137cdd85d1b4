//! What refusals and failed runs mean.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// An answer that is not a success. What is wrong with a node says more than the sum of it.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    if let (400, Some(trouble)) = (reply.status, of_nodes(&body)) {
        return trouble;
    }
    let error = &body["error"];
    let trouble = Trouble::of(class(reply.status), answer::code(error["type"].as_str(), reply.status));
    let words = error["message"].as_str().or_else(|| error.as_str());
    answer::say(trouble.after_s(reply.retry_after_s()), words)
}

fn class(status: u16) -> TroubleClass {
    match status {
        400 | 413 | 415 | 422 => Caller,
        // 403 is the server's answer to a strange origin, or a proxy's to a wrong key; without the path there is no
        // ComfyUI.
        401 | 403 | 404 | 405 => Credential,
        402 => Quota,
        408 => Timeout,
        429 => Busy,
        500..=599 => Unavailable,
        _ => Unknown,
    }
}

/// The first of `node_errors`; none if there is none. Its details can name every file of the server, so only the node and
/// the kind of the error are told.
pub(super) fn of_nodes(body: &Value) -> Option<Trouble> {
    let node = body["node_errors"].as_object()?.values().next()?;
    let error = &node["errors"][0];
    let code = answer::code(error["type"].as_str().or_else(|| body["error"]["type"].as_str()), 400);
    let words = [&node["class_type"], &error["message"]].map(|part| part.as_str().unwrap_or_default());
    Some(answer::say(Trouble::of(Caller, code), Some(words.join(": ").trim_matches([':', ' ']))))
}

/// What a run died of. Memory may be free again, or there may be more of it elsewhere; all else would happen again.
pub(super) fn of_run(error: &Value) -> Trouble {
    let kind = error["exception_type"].as_str();
    let class = match kind {
        Some("torch.OutOfMemoryError" | "torch.cuda.OutOfMemoryError" | "OOMError") => Unavailable,
        _ => Caller,
    };
    let code = kind.filter(|kind| answer::code(Some(kind), 0) == **kind).unwrap_or("execution_error");
    answer::say(Trouble::of(class, code), error["exception_message"].as_str())
}
