//! Parts of answers that several providers share.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use spool_domain::adapter::{Output, Reply, Trouble};

/// The longest code we keep, characters.
const CODE_MAX: usize = 64;

/// The body as a JSON object or list.
pub(super) fn json(reply: &Reply) -> Option<Value> {
    serde_json::from_slice(&reply.body).ok()
}

/// A provider's code as it may stand in records and logs: a word, or else the HTTP status. A server that puts
/// a sentence where its code belongs must not get a prompt into our logs that way.
pub(super) fn code(word: Option<&str>, status: u16) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    match word {
        Some(word) if !word.is_empty() && word.len() <= CODE_MAX && word.bytes().all(plain) => {
            word.to_owned()
        }
        _ => format!("http_{status}"),
    }
}

/// What stands in an answer where a file is named: an address, or the file itself as a `data:` address.
/// Nothing where a `data:` address cannot be decoded.
pub(super) fn file(address: &str) -> Option<Output> {
    match address.strip_prefix("data:") {
        Some(data) => bytes(data.split_once(";base64,")?.1),
        None => Some(Output::Url(address.to_owned())),
    }
}

/// A file in base64, with or without a `data:` label in front.
pub(super) fn bytes(base64: &str) -> Option<Output> {
    let digits = match base64.strip_prefix("data:") {
        Some(data) => data.split_once(";base64,")?.1,
        None => base64,
    };
    let bytes = STANDARD.decode(digits).ok()?;
    (!bytes.is_empty()).then(|| Output::Bytes(bytes.into()))
}

/// The words of FastAPI's `detail`: one text, or a list of findings of the form `{loc, msg, type}`.
pub(super) fn detail_words(detail: &Value) -> Option<String> {
    match detail {
        Value::String(words) => Some(words.clone()),
        Value::Array(findings) => {
            let words: Vec<_> = findings.iter().filter_map(finding_words).collect();
            (!words.is_empty()).then(|| words.join("; "))
        }
        Value::Object(object) => {
            object.get("message").or_else(|| object.get("msg"))?.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

fn finding_words(finding: &Value) -> Option<String> {
    let words = finding["msg"].as_str()?;
    // The first step of `loc` is `body`, which says nothing to a caller.
    let path: Vec<_> = finding["loc"].as_array().into_iter().flatten().skip(1).map(step).collect();
    Some(if path.is_empty() { words.to_owned() } else { format!("{}: {words}", path.join(".")) })
}

fn step(step: &Value) -> String {
    step.as_str().map_or_else(|| step.to_string(), str::to_owned)
}

/// `trouble` with these words if its class lets the caller read them.
pub(super) fn say(trouble: Trouble, words: Option<&str>) -> Trouble {
    use spool_domain::adapter::TroubleClass::{Caller, ContentPolicy};
    match words {
        Some(words) if matches!(trouble.class, Caller | ContentPolicy) && !words.trim().is_empty() => {
            trouble.saying(words.trim())
        }
        _ => trouble,
    }
}
