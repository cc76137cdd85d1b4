//! What Vidu's errors mean: the same words stand in the `reason` of an answer and in the `err_code` of a job.

use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Gone, Quota, Unavailable, Unknown};
use serde_json::Value;
use spool_domain::adapter::{Reply, Trouble, TroubleClass};

use super::super::answer;

/// An answer that is no success.
pub(super) fn of_reply(body: &Value, reply: &Reply) -> Trouble {
    let reason = body["reason"].as_str();
    let class = reason.and_then(class_of).unwrap_or(match reply.status {
        401 | 403 => Credential,
        402 => Quota,
        429 => Busy,
        500.. => Unavailable,
        _ => Unknown,
    });
    let trouble = Trouble::of(class, answer::code(reason, reply.status)).after_s(reply.retry_after_s());
    answer::say(trouble, body["message"].as_str())
}

/// A job that ended badly; Vidu gives no words with the code.
pub(super) fn of_code(code: Option<&str>, words: Option<&str>) -> Trouble {
    let class = code.and_then(class_of).unwrap_or(Unknown);
    let plain =
        |code: &&str| !code.is_empty() && code.len() <= 64 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    answer::say(Trouble::of(class, code.filter(plain).unwrap_or("failed")), words)
}

fn class_of(reason: &str) -> Option<TroubleClass> {
    Some(match reason {
        "TaskPromptPolicyViolation"
        | "AuditSubmitIllegal"
        | "CreationPolicyViolation"
        | "PhotoAuditNotPass"
        | "AuditFailed" => ContentPolicy,
        "CreditInsufficient" => Quota,
        "TooManyRequests" | "SystemThrottling" | "QuotaExceeded" | "OperationInProcess" => Busy,
        "InternalServiceFailure" | "ModelUnavailable" => Unavailable,
        "BadRequest"
        | "FieldLacking"
        | "FieldUnwanted"
        | "FieldInvalid"
        | "FieldItemCountOutOfRange"
        | "PageSizeOutOfRange"
        | "ImageDownloadFailure"
        | "ImageFormatInvalid"
        | "ImageSizeInvalid"
        | "ImageCheckBodyJointsFailed"
        | "ImageCheckFaceFailed"
        | "ImageObjectsUndetected" => Caller,
        "Unauthorized" | "Forbidden" => Credential,
        "TaskNotFound" => Gone,
        face if face.starts_with("FaceDetect") => Caller,
        _ => return None,
    })
}
