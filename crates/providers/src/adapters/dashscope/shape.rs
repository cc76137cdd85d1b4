//! The lists that DashScope wants where a route gives an object.

use serde_json::{Map, Value, json};

/// The body with `input.media` as a list of typed files and `input.messages` as one message.
pub(super) fn shaped(body: &Map<String, Value>) -> Map<String, Value> {
    let mut body = body.clone();
    let Some(Value::Object(input)) = body.get_mut("input") else { return body };
    if let Some(media @ Value::Object(_)) = input.get_mut("media") {
        *media = typed(media);
    }
    if let Some(messages @ Value::Object(_)) = input.get_mut("messages") {
        *messages = json!([{ "role": "user", "content": content(messages) }]);
    }
    body
}

/// The files of an object whose keys are their types.
fn typed(media: &Value) -> Value {
    let files = media.as_object().into_iter().flatten().flat_map(|(kind, files)| {
        each(files).into_iter().map(move |url| json!({ "type": kind, "url": url }))
    });
    files.collect()
}

/// Pictures come before the text that speaks of them.
fn content(message: &Value) -> Value {
    let pictures = each(&message["image"]).into_iter().map(|url| json!({ "image": url }));
    let text = each(&message["text"]).into_iter().map(|text| json!({ "text": text }));
    pictures.chain(text).collect()
}

/// The items of a list, or the one value; none for null.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}
