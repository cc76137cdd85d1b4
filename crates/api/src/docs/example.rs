//! A call as `curl` would make it.

use serde_json::{Map, Value, json};

use super::page::{Call, objects, text};
use super::shape::referred;

/// How deep an example follows a shape; the document has none that contains itself.
const DEPTH_MAX: u32 = 6;

/// The command, with the required fields of the body.
pub(super) fn curl(document: &Value, call: &Call, open: bool) -> String {
    let mut command = String::from("curl -sS");
    match call.method {
        "get" => {}
        "head" => command.push_str(" --head"),
        other => command.push_str(&format!(" -X {}", other.to_uppercase())),
    }
    command.push_str(&format!(" \"$SPOOL_URL{}\"", call.path));
    if !open {
        command.push_str(" \\\n  -H \"Authorization: Bearer $SPOOL_KEY\"");
    }
    let body = &call.operation["requestBody"];
    let wanted = body.get("example").or_else(|| body["content"]["application/json"].get("example"));
    let schema = &body["content"]["application/json"]["schema"];
    if wanted.is_some() || schema.is_object() {
        let body = wanted.cloned().unwrap_or_else(|| value(document, schema, 0));
        command.push_str(" \\\n  -H \"Content-Type: application/json\"");
        command.push_str(&format!(" \\\n  -d '{}'", body.to_string().replace('\'', "'\\''")));
    }
    command
}

/// A value that fits a schema, as far as its types and first choices go.
fn value(document: &Value, schema: &Value, depth: u32) -> Value {
    if depth > DEPTH_MAX {
        return json!({});
    }
    if let Some(name) = referred(schema) {
        return value(document, &document["components"]["schemas"][name], depth + 1);
    }
    let first = |name: &str| objects(&schema[name]).next();
    if let Some(given) = schema.get("const").or_else(|| first("examples")).or_else(|| schema.get("default")) {
        return given.clone();
    }
    if let Some(choice) = first("enum") {
        return choice.clone();
    }
    if let (Value::Null, Some(choice)) = (&schema["type"], first("anyOf").or_else(|| first("oneOf"))) {
        return value(document, choice, depth + 1);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" if text(schema, "format") == "uri" => json!("https://client.example/picture.png"),
        "string" => json!("…"),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => json!(true),
        "array" => json!([value(document, &schema["items"], depth + 1)]),
        _ => Value::Object(fields(document, schema, depth)),
    }
}

/// The required fields, those of the first choice included.
fn fields(document: &Value, schema: &Value, depth: u32) -> Map<String, Value> {
    let choice = objects(&schema["anyOf"]).next().unwrap_or(&Value::Null);
    let required = objects(&schema["required"]).chain(objects(&choice["required"]));
    let named = required.filter_map(Value::as_str).filter_map(|name| {
        let property = schema["properties"].get(name)?;
        Some((name.to_owned(), value(document, property, depth + 1)))
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(path: &str, method: &str) -> String {
        let document = crate::openapi::document();
        let operation = document["paths"][path][method].clone();
        curl(&document, &Call { method, path, operation: &operation }, false)
    }

    #[test]
    fn the_required_fields_are_in_the_example() {
        let command = command("/v1/generations", "post");
        let body = command.split("-d '").nth(1).unwrap().trim_end_matches('\'');
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["model"], "flux-1.1-pro");
        assert!(body["input"]["prompt"].is_string());
    }

    #[test]
    fn a_call_without_a_body_sends_none() {
        assert_eq!(
            command("/v1/models", "get"),
            "curl -sS \"$SPOOL_URL/v1/models\" \\\n  -H \"Authorization: Bearer $SPOOL_KEY\""
        );
    }
}
