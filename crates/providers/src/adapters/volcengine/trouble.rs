//! What Ark's errors mean. Codes have tails that say more, so their beginnings decide.

use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Unavailable, Unknown};
use serde_json::Value;
use spool_domain::adapter::{Reply, Trouble, TroubleClass};

use super::super::answer;

/// An answer that is no success.
pub(super) fn of_reply(reply: &Reply) -> Trouble {
    let body = answer::json(reply).unwrap_or_default();
    let code = body["error"]["code"].as_str();
    let class = code.and_then(class_of).unwrap_or(match reply.status {
        401 | 403 => Credential,
        402 => Quota,
        429 => Busy,
        500.. => Unavailable,
        _ => Unknown,
    });
    let trouble = Trouble::of(class, answer::code(code, reply.status)).after_s(reply.retry_after_s());
    answer::say(trouble, body["error"]["message"].as_str())
}

/// The error of a task, or of one picture.
pub(super) fn of_error(error: &Value) -> Trouble {
    let code = error["code"].as_str();
    let class = code.and_then(class_of).unwrap_or(Unknown);
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let word = code.filter(|code| !code.is_empty() && code.len() <= 64 && code.bytes().all(plain));
    answer::say(Trouble::of(class, word.unwrap_or("failed")), error["message"].as_str())
}

fn class_of(code: &str) -> Option<TroubleClass> {
    let begins = |starts: &[&str]| starts.iter().any(|start| code.starts_with(start));
    Some(match () {
        () if begins(&["MissingParameter", "InvalidParameter"]) => Caller,
        // Of inputs and outputs, of texts, pictures, clips and sounds.
        () if code.contains("SensitiveContentDetected") || code.contains("RiskDetection") => ContentPolicy,
        () if begins(&["AuthenticationError", "AccessDenied", "OperationDenied", "ModelNotOpen"]) => {
            Credential
        }
        () if begins(&["AccountOverdueError", "QuotaExceeded", "SetLimitExceeded"]) => Quota,
        () if begins(&["InvalidEndpoint"]) => Unknown,
        () if begins(&["NotFound"]) => Gone,
        () if begins(&[
            "RateLimitExceeded",
            "ModelAccountRpmRateLimitExceeded",
            "ModelAccountTpmRateLimitExceeded",
            "ServerOverloaded",
            "ModelLoadingError",
            "InflightBatchsizeExceeded",
        ]) =>
        {
            Busy
        }
        () if begins(&["InternalServiceError"]) => Unavailable,
        () => return None,
    })
}
