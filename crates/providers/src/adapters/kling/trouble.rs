//! What Kling's errors mean. The HTTP status alone says little: 429 stands for an empty pack as well as for haste.

use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown};
use serde_json::Value;
use spool_domain::adapter::{Reply, Trouble, TroubleClass};

use super::super::answer;

/// The code of a resource that is not there: a model at submit, a job when it is asked for.
const NO_RESOURCE: i64 = 1203;

/// An answer with this code, which is not 0.
pub(super) fn of_code(code: i64, message: &Value, reply: &Reply) -> Trouble {
    let class = match code {
        1000..=1002 | 1100 | 1103 | 1304 => Credential,
        // The token is too young or too old. The next call carries a new one.
        1003 | 1004 => Unavailable,
        1101 | 1102 => Quota,
        1200 | 1201 => Caller,
        1300 | 1301 => ContentPolicy,
        1302 | 1303 => Busy,
        5000 | 5001 => Unavailable,
        5002 => Timeout,
        // Among them 1202 and 1203: an endpoint or a model that is not there.
        _ => Unknown,
    };
    let trouble = Trouble::of(class, code.to_string()).after_s(reply.retry_after_s());
    answer::say(trouble, message.as_str())
}

/// An answer without a code of Kling's, such as a gateway's page.
pub(super) fn of_status(reply: &Reply) -> Trouble {
    let class = match reply.status {
        401 | 403 => Credential,
        402 => Quota,
        429 => Busy,
        500.. => Unavailable,
        _ => Unknown,
    };
    Trouble::of(class, answer::code(None, reply.status)).after_s(reply.retry_after_s())
}

/// Whether Kling itself said that it does not have the job.
pub(super) fn is_absent(trouble: &Trouble) -> bool {
    trouble.code == NO_RESOURCE.to_string()
}

/// A job that ended badly. A refusal after acceptance has no code, so this is the one place where words decide: taking a
/// refusal for an outage would carry refused content to the next provider.
pub(super) fn of_end(words: &str) -> Trouble {
    let lower = words.to_lowercase();
    let refusal = ["risk control", "moderation", "sensitive", "policy", "violat", "safety"];
    if refusal.iter().any(|sign| lower.contains(sign)) {
        answer::say(Trouble::of(ContentPolicy, "failed_by_policy"), Some(words))
    } else {
        Trouble::of(Unavailable, "failed")
    }
}
