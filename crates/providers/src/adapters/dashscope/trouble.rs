//! What DashScope's codes mean. The same ones stand in an error, in a failed task and in a failed picture of several.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// An answer that is not a success.
pub(super) fn read(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let code = body["code"].as_str();
    let class = code.and_then(class).unwrap_or_else(|| by_status(reply.status));
    let trouble = Trouble::of(class, answer::code(code, reply.status)).after_s(reply.retry_after_s());
    answer::say(trouble, body["message"].as_str())
}

/// Something that failed inside of a success.
pub(super) fn of_output(output: &Value) -> Trouble {
    let code = output["code"].as_str();
    let class = code.and_then(class).unwrap_or(Unknown);
    let trouble = Trouble::of(class, code.map_or_else(|| "failed".to_owned(), |_| answer::code(code, 200)));
    answer::say(trouble, output["message"].as_str())
}

/// The class of a code, most of which come with a second word behind a dot.
fn class(code: &str) -> Option<TroubleClass> {
    Some(match code {
        "InternalError.Timeout" | "RequestTimeOut" => Timeout,
        "AllocationQuota.FreeTierOnly" => Quota,
        "Model.AccessDenied" => Credential,
        _ => match code.split('.').next().unwrap_or_default() {
            "InvalidParameter" | "InvalidURL" => Caller,
            word if word.starts_with("InvalidImage") => Caller,
            "DataInspectionFailed" | "IPInfringementSuspect" => ContentPolicy,
            "Arrearage" => Quota,
            "InvalidApiKey" | "AccessDenied" => Credential,
            // The route named it, not the caller.
            "ModelNotFound" => Unknown,
            "Throttling" | "LimitRequests" => Busy,
            "InternalError" | "ModelUnavailable" | "ServiceUnavailable" => Unavailable,
            _ => return None,
        },
    })
}

fn by_status(status: u16) -> TroubleClass {
    match status {
        400 | 413 | 415 | 422 => Caller,
        401 | 403 => Credential,
        402 => Quota,
        408 => Timeout,
        429 => Busy,
        500.. => Unavailable,
        _ => Unknown,
    }
}
