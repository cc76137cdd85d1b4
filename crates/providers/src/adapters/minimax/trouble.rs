//! What MiniMax's codes mean. The HTTP status is nearly always 200.

use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Quota, Unavailable, Unknown};
use serde_json::Value;
use spool_domain::adapter::{Reply, Trouble, TroubleClass};

use super::super::answer;

/// An answer with this code, which is not 0.
pub(super) fn of_code(code: i64, words: &Value) -> Trouble {
    let class = match code {
        1002 | 1039 | 1041 | 2045 => Busy,
        1004 | 2038 | 2049 | 2061 => Credential,
        1008 | 1028 | 1030 | 2056 => Quota,
        1013 | 1024 | 1033 => Unavailable,
        1026 | 1027 => ContentPolicy,
        1042 | 1043 | 1044 | 2013 | 2037 | 2039 | 2042 | 2048 => Caller,
        // Among them 1000 and 1001: an unknown error and a timeout, after which a job may have been made all the same.
        _ => Unknown,
    };
    answer::say(Trouble::of(class, code.to_string()), words.as_str())
}

/// An answer without a code of MiniMax's.
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

/// A job that ended badly: the code beside it may say why.
pub(super) fn of_end(error: &Value) -> Trouble {
    let given = [&error["status_code"], &error["code"]];
    let code = given.into_iter().find_map(|code| code.as_i64().or_else(|| code.as_str()?.parse().ok()));
    let words = if error["status_msg"].is_string() { &error["status_msg"] } else { &error["message"] };
    match code {
        None | Some(0) => Trouble::of(Unavailable, "failed"),
        Some(code) => of_code(code, words),
    }
}
