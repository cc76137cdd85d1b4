//! A JSON Schema in words. What the document uses is shown; conditions between fields are left to the document itself.

use maud::{Markup, html};
use serde_json::Value;

use super::page::{objects, prose, text};

/// Where the page has a named shape.
pub(super) fn anchor(name: &str) -> String {
    format!("shape-{name}")
}

/// The last part of a reference.
pub(super) fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// A schema with everything in it; named shapes are links.
pub(super) fn show(schema: &Value) -> Markup {
    if let Some(name) = referred(schema) {
        return html! { p { a href={ "#" (anchor(name)) } { code { (name) } } } };
    }
    html! {
        (line(schema))
        (fields(schema))
        @if schema["items"].is_object() { div.inner { "Each: " (show(&schema["items"])) } }
        @for (word, name) in [("One of these:", "oneOf"), ("One or more of these:", "anyOf"), ("All of these:", "allOf")] {
            @if objects(&schema[name]).any(telling) {
                p { (word) }
                ul { @for choice in objects(&schema[name]).filter(|choice| telling(choice)) { li { (show(choice)) } } }
            }
        }
    }
}

/// Whether a part of `anyOf` and its like says more than which fields go together.
fn telling(schema: &Value) -> bool {
    let said = ["$ref", "type", "const", "enum", "properties", "items", "anyOf", "oneOf", "allOf"];
    schema.get("if").is_none() && said.iter().any(|name| schema.get(name).is_some())
}

fn fields(schema: &Value) -> Markup {
    let required = |name: &str| objects(&schema["required"]).any(|one| one == name);
    let properties = schema["properties"].as_object();
    html! {
        @if let Some(properties) = properties.filter(|properties| !properties.is_empty()) {
            dl.inner {
                @for (name, property) in properties {
                    dt { code { (name) } @if required(name) { " " span.note { "required" } } }
                    dd { (show(property)) }
                }
            }
        }
    }
}

/// Type, bounds and meaning in one paragraph.
fn line(schema: &Value) -> Markup {
    let facts = facts(schema);
    let description = text(schema, "description");
    html! {
        @if !facts.is_empty() || !description.is_empty() {
            p {
                @if !facts.is_empty() { span.note { (facts.join(", ")) } @if !description.is_empty() { ". " } }
                (prose(description))
            }
        }
    }
}

fn facts(schema: &Value) -> Vec<String> {
    let mut facts = Vec::new();
    match &schema["type"] {
        Value::String(kind) => facts.push(kind.clone()),
        Value::Array(kinds) => {
            facts.push(kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "));
        }
        _ => {}
    }
    if let Some(one) = schema.get("const") {
        facts.push(format!("always {one}"));
    }
    if schema["enum"].is_array() {
        let all: Vec<String> = objects(&schema["enum"]).map(Value::to_string).collect();
        facts.push(format!("one of {}", all.join(" · ")));
    }
    for (name, word) in [
        ("format", "format"),
        ("pattern", "pattern"),
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "characters at least"),
        ("maxLength", "characters at most"),
        ("minItems", "entries at least"),
        ("maxItems", "entries at most"),
        ("default", "default"),
    ] {
        match schema.get(name) {
            Some(Value::String(text)) => facts.push(format!("{word} {text}")),
            Some(value) => facts.push(format!("{word} {value}")),
            None => {}
        }
    }
    if let Some(first) = objects(&schema["examples"]).next() {
        facts.push(format!("such as {first}"));
    }
    facts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_schema_says_is_said() {
        let schema = json!({
            "type": "object", "required": ["a"], "description": "Of `x` <b>.",
            "properties": {
                "a": { "type": "integer", "minimum": 1, "maximum": 9, "default": 2 },
                "b": { "enum": ["x", null] },
                "c": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } },
            },
        });
        let shown = show(&schema).into_string();
        for part in [
            "Of <code>x</code> &lt;b&gt;.",
            "<code>a</code> <span class=\"note\">required</span>",
            "integer, at least 1, at most 9, default 2",
            "one of &quot;x&quot; · null",
            "<a href=\"#shape-Thing\"><code>Thing</code></a>",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn conditions_are_left_out() {
        let schema = json!({ "type": "object", "allOf": [{ "if": {}, "then": { "required": ["a"] } }], "anyOf": [{ "required": ["a"] }] });
        assert_eq!(show(&schema).into_string(), "<p><span class=\"note\">object</span></p>");
    }
}
