//! Speech and transcripts.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{Call, Method, Token, Trouble};

use crate::adapters::form::{File, Form};

/// The call that speaks a text. Without `model`, the input names it, or the server has one of its own.
pub(in crate::adapters) fn call(model: Option<&str>, input: &Map<String, Value>) -> Call {
    let mut body = Map::new();
    body.extend(model.map(|model| ("model".to_owned(), json!(model))));
    body.extend(input.clone());
    Call::json(Method::Post, "/audio/speech", &body)
}

/// The call that writes a recording down.
pub(in crate::adapters) fn transcription(
    path: &str,
    model: Option<&str>,
    input: &Map<String, Value>,
    token: &Token,
) -> Result<Call, Trouble> {
    let mut form = Form::new(token);
    form.file("file", &File::of(input.get("file").unwrap_or(&Value::Null), "file")?);
    form.field("model", &json!(model));
    for (name, value) in input {
        match value {
            _ if name == "file" => {}
            Value::Array(items) => {
                for item in items {
                    form.field(&format!("{name}[]"), item);
                }
            }
            value => form.field(name, value),
        }
    }
    Ok(form.post(path))
}
