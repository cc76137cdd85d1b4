//! The envelope around every answer, and what its codes mean.

use serde_json::Value;
use spool_domain::adapter::TroubleClass::{
    self, Busy, Caller, ContentPolicy, Credential, Quota, Timeout, Unavailable, Unknown,
};
use spool_domain::adapter::{Reply, Trouble};

use crate::adapters::answer;

/// What is inside of the envelope. Another code than 0 is trouble, whatever the HTTP status.
pub(super) fn open(reply: &Reply) -> Result<Value, Trouble> {
    let envelope = answer::json(reply).unwrap_or_default();
    match envelope["ErrCode"].as_u64() {
        Some(0) if reply.is_success() => Ok(envelope["Resp"].clone()),
        Some(code) if code != 0 => {
            let trouble = Trouble::of(class(code), code.to_string()).after_s(reply.retry_after_s());
            Err(answer::say(trouble, envelope["ErrMsg"].as_str()))
        }
        _ if reply.is_success() => Err(Trouble::unreadable(reply)),
        // Not PixVerse's own words but a proxy's.
        _ => Err(Trouble::of(by_status(reply.status), format!("http_{}", reply.status))
            .after_s(reply.retry_after_s())),
    }
}

/// Whether the code says for certain that nothing was made.
pub(super) fn is_refusal(trouble: &Trouble) -> bool {
    let own = trouble.code.parse::<u64>().is_ok();
    own && matches!(trouble.class, Caller | ContentPolicy | Credential | Quota | Busy)
}

/// Whether the code of a look says that there is no such clip any more: not found, or deleted.
pub(super) fn is_missing(trouble: &Trouble) -> bool {
    matches!(trouble.code.as_str(), "500008" | "500064")
}

fn class(code: u64) -> TroubleClass {
    match code {
        // Parameters, prompts, ids, files and templates that are not as they should be.
        400_011 | 400_013 | 400_017..=400_019 | 400_032 => Caller,
        500_008 | 500_030..=500_033 | 500_041 | 500_042 | 500_064 | 500_070 | 500_071 => Caller,
        701_002 | 701_003 => Caller,
        400_012 | 500_020 => Credential,
        500_044 => Busy,
        500_054 | 500_063 => ContentPolicy,
        // The second is the month's share of templates.
        500_090 | 500_060 => Quota,
        500_069 | 500_100 => Unavailable,
        _ => Unknown,
    }
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
