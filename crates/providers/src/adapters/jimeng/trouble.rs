//! What errors mean. They come in two shapes: from the product with a number, and from the gateway before it with a word.

use TroubleClass::{Busy, Caller, ContentPolicy, Credential, Quota, Unavailable, Unknown};
use serde_json::Value;
use spool_domain::adapter::{Reply, Trouble, TroubleClass};

use super::super::answer;

/// The code of a success.
const WELL: i64 = 10_000;

/// The data of a success.
pub(super) fn read(reply: &Reply) -> Result<Value, Trouble> {
    let Some(mut body) = answer::json(reply).filter(Value::is_object) else {
        return Err(if reply.is_success() { Trouble::unreadable(reply) } else { of_status(reply, None) });
    };
    let gateway = &body["ResponseMetadata"]["Error"]["Code"];
    if gateway.is_string() {
        return Err(of_gateway(reply, gateway.as_str()));
    }
    match body["code"].as_i64() {
        Some(WELL) if reply.is_success() => Ok(body["data"].take()),
        Some(code) if code != WELL => Err(of_code(code, &body["message"], reply)),
        _ if reply.is_success() => Err(Trouble::unreadable(reply)),
        _ => Err(of_status(reply, None)),
    }
}

/// Whether an answer came from the product, so that the gateway had let the call pass.
pub(super) fn is_products(reply: &Reply) -> bool {
    answer::json(reply).is_some_and(|body| body["code"].is_i64())
}

/// Whether the trouble that a look met is that of the job: what is refused, or could not be judged, are its pictures
/// and words. Limits and outages are those of the look; what is done and has a code has failed by it.
pub(super) fn ends_job(trouble: &Trouble, reply: &Reply) -> bool {
    let done = || answer::json(reply).is_some_and(|body| body["data"]["status"] == "done");
    let judged = matches!(trouble.code.as_str(), "50520" | "50521" | "50522");
    is_products(reply) && (trouble.class == ContentPolicy || judged || done())
}

fn of_code(code: i64, words: &Value, reply: &Reply) -> Trouble {
    let class = match code {
        50411 | 50412 | 50413 | 50511 | 50512 | 50516 | 50517 | 50518 | 50519 => ContentPolicy,
        50520..=50522 | 50500 | 50501 => Unavailable,
        50429 | 50430 => Busy,
        50215 => Caller,
        // Among them 50400: wrong parameters, a service that is not open, or no money.
        _ => Unknown,
    };
    let trouble = Trouble::of(class, code.to_string()).after_s(reply.retry_after_s());
    answer::say(trouble, words.as_str())
}

/// A signature, a key or an action that is not right.
fn of_gateway(reply: &Reply, code: Option<&str>) -> Trouble {
    match reply.status {
        429 | 500.. => of_status(reply, code),
        _ => Trouble::of(Credential, answer::code(code, reply.status)),
    }
}

fn of_status(reply: &Reply, code: Option<&str>) -> Trouble {
    let class = match reply.status {
        401 | 403 => Credential,
        402 => Quota,
        429 => Busy,
        500.. => Unavailable,
        _ => Unknown,
    };
    Trouble::of(class, answer::code(code, reply.status)).after_s(reply.retry_after_s())
}
