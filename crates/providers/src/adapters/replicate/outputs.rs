//! What models put out: an address, several, words in pieces, or an object of these.

use serde_json::Value;
use spool_domain::adapter::Output;

use crate::adapters::answer;

/// Fields of an object in which a transcript stands, the wanted one first. The other fields of such an object are its
/// times and languages.
const WORDS: &[&str] = &["translation", "transcription", "text"];

/// The outputs in order; nothing if this is no output that can be handed out.
pub(super) fn read(output: &Value) -> Option<Vec<Output>> {
    match output {
        Value::Null => Some(Vec::new()),
        Value::String(text) if is_address(text) => Some(vec![answer::file(text)?]),
        Value::String(text) => Some(vec![Output::Text(text.clone())]),
        Value::Array(items) => read_list(items),
        Value::Object(fields) => {
            if let Some(words) = WORDS.iter().find_map(|name| fields.get(*name)?.as_str())
                && !is_address(words)
            {
                return Some(vec![Output::Text(words.to_owned())]);
            }
            let mut files = Vec::new();
            fields.values().try_for_each(|value| collect(value, &mut files))?;
            (!files.is_empty()).then_some(files)
        }
        Value::Bool(_) | Value::Number(_) => None,
    }
}

/// A list is one of files, or one text in pieces: language models put out word by word.
fn read_list(items: &[Value]) -> Option<Vec<Output>> {
    let mut files = Vec::new();
    items.iter().try_for_each(|item| collect(item, &mut files))?;
    if !files.is_empty() || items.is_empty() {
        return Some(files);
    }
    let pieces: Option<String> = items.iter().map(Value::as_str).collect();
    Some(vec![Output::Text(pieces?)])
}

/// Appends every file in there; nothing if one cannot be read.
fn collect(value: &Value, to: &mut Vec<Output>) -> Option<()> {
    match value {
        Value::String(text) if is_address(text) => to.push(answer::file(text)?),
        Value::Array(items) => items.iter().try_for_each(|item| collect(item, to))?,
        Value::Object(fields) => fields.values().try_for_each(|field| collect(field, to))?,
        _ => {}
    }
    Some(())
}

fn is_address(text: &str) -> bool {
    ["https://", "http://", "data:"].iter().any(|start| text.starts_with(start))
}
