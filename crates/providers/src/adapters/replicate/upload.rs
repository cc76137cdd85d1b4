//! Files that are too large to stand in the input: they are uploaded first, which is free, and named by their address.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use spool_domain::adapter::{Call, Token, Trouble};

use crate::adapters::form::{File, Form};

/// The longest `data:` URI that stands in an input, characters. Replicate's own advice.
const INLINE_MAX: usize = 256 * 1024;

/// The call that uploads the first file that is too large, if there is one.
pub(super) fn next(input: &Map<String, Value>) -> Result<Option<Call>, Trouble> {
    let found = input.iter().find_map(|(name, value)| Some((name, large(value)?)));
    let Some((name, uri)) = found else { return Ok(None) };
    let file = File::of(uri, name)?;
    // No token is known here. What is in the file cannot hold its own digest, so that makes a boundary just as well.
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&file.bytes));
    let mut form = Form::new(&Token(digest[..32].to_owned()));
    form.file("content", &file);
    Ok(Some(form.post("/files")))
}

/// Whether there is such a file.
pub(super) fn is_due(input: &Map<String, Value>) -> bool {
    input.values().any(|value| large(value).is_some())
}

/// Puts the address where the file was, and wherever else the same one is.
pub(super) fn replace(input: &mut Map<String, Value>, url: &str) {
    let Some(uri) = input.values().find_map(large).cloned() else { return };
    input.values_mut().for_each(|value| put(value, &uri, url));
}

fn large(value: &Value) -> Option<&Value> {
    match value {
        Value::String(text) => (text.len() > INLINE_MAX && text.starts_with("data:")).then_some(value),
        Value::Array(items) => items.iter().find_map(large),
        Value::Object(fields) => fields.values().find_map(large),
        _ => None,
    }
}

fn put(value: &mut Value, uri: &Value, url: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, uri, url)),
        Value::Object(fields) => fields.values_mut().for_each(|field| put(field, uri, url)),
        value if value == uri => *value = Value::from(url),
        _ => {}
    }
}
