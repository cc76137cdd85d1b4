//! The JSON Schema of a model's input. It describes the proper form; the server also takes aliases, other letter
//! case and nulls. What JSON Schema cannot say (`ordered`, sums over a list) is left to the server.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::condition::{Condition, Expected, Test};
use super::model::Model;
use super::param::{FreeSize, Kind, Param};
use super::rule::{Demand, Rule};
use super::task::Media;
use super::tool::Tool;

/// The forms of a reference to a file; the server looks more closely at URLs and the content of `data:` URIs.
const FILE_PATTERN: &str = "^([hH][tT][tT][pP][sS]?://|[dD][aA][tT][aA]:[^,]*,|file_[0-9a-v]{32}$|((job|gen|task)_)?[0-9a-v]{32}(#[1-9][0-9]{0,2})?$)";

/// The forms of a reference to an earlier job.
const EARLIER_PATTERN: &str = "^(file_[0-9a-v]{32}|((job|gen|task)_)?[0-9a-v]{32}(#[1-9][0-9]{0,2})?)$";

pub(super) fn of_model(model: &Model) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), model.name.clone().into());
    if !model.description.is_empty() {
        schema.insert("description".into(), model.description.clone().into());
    }
    schema.extend(of_shape(&model.params, &model.rules));
    if model.open {
        schema.insert("additionalProperties".into(), true.into());
    }
    Value::Object(schema)
}

pub(super) fn of_tool(tool: &Tool) -> Value {
    let mut schema = Map::new();
    schema.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".into(), tool.name.clone().into());
    if !tool.description.is_empty() {
        schema.insert("description".into(), tool.description.clone().into());
    }
    schema.extend(of_shape(&tool.params, &[]));
    Value::Object(schema)
}

fn of_shape(params: &IndexMap<String, Param>, rules: &[Rule]) -> Map<String, Value> {
    let offered = || params.iter().filter(|(_, param)| !matches!(param.kind, Kind::Refused));
    let properties: Map<String, Value> =
        offered().map(|(name, param)| (name.clone(), of_param(param))).collect();
    let required: Vec<&str> = offered()
        .filter(|(_, param)| param.required && param.ignored_when.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    let dependent: Map<String, Value> = offered()
        .filter(|(_, param)| !param.needs.is_empty())
        .map(|(name, param)| (name.clone(), json!(param.needs)))
        .collect();
    if !dependent.is_empty() {
        schema.insert("dependentRequired".into(), dependent.into());
    }
    let all: Vec<Value> = rules.iter().filter_map(|rule| of_rule(rule, params)).collect();
    if !all.is_empty() {
        schema.insert("allOf".into(), all.into());
    }
    schema.insert("additionalProperties".into(), false.into());
    schema
}

fn of_param(param: &Param) -> Value {
    let mut schema = of_kind(&param.kind);
    if let (Value::Object(fields), Kind::Text { .. } | Kind::List { .. } | Kind::Objects { .. }) =
        (&mut schema, &param.kind)
        && param.required
    {
        // Blank counts as missing.
        let least = if matches!(param.kind, Kind::Text { .. }) { "minLength" } else { "minItems" };
        fields.entry(least).or_insert_with(|| 1.into());
    }
    if let Value::Object(fields) = &mut schema {
        if let Some(default) = &param.default {
            fields.insert("default".into(), default.clone());
        }
        if !param.help.is_empty() {
            fields.insert("description".into(), param.help.clone().into());
        }
    }
    schema
}

fn of_kind(kind: &Kind) -> Value {
    let mut schema = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            schema.insert(key.to_owned(), value);
        }
    };
    match kind {
        Kind::Text { max_chars, uuid } => {
            put("type", Some("string".into()));
            put("maxLength", max_chars.map(Value::from));
            put("format", uuid.then(|| "uuid".into()));
            put("pattern", uuid.then(|| "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$".into()));
        }
        Kind::Int { min, max, one_of } => {
            put("type", Some("integer".into()));
            put("minimum", min.map(Value::from));
            put("maximum", max.map(Value::from));
            put("enum", (!one_of.is_empty()).then(|| json!(one_of)));
        }
        Kind::Number { min, max } => {
            put("type", Some("number".into()));
            put("minimum", min.map(Value::from));
            put("maximum", max.map(Value::from));
        }
        Kind::Bool => put("type", Some("boolean".into())),
        Kind::Choice { one_of, or_number: None } => {
            put("type", Some("string".into()));
            put("enum", Some(json!(one_of)));
        }
        Kind::Choice { one_of, or_number: Some((min, max)) } => {
            put(
                "anyOf",
                Some(json!([{ "enum": one_of }, { "type": "number", "minimum": min, "maximum": max }])),
            );
        }
        Kind::Size { words, free } => {
            let mut forms = vec![json!({ "enum": words.keys().collect::<Vec<_>>() })];
            if let Some(FreeSize { min, max, multiple_of }) = free {
                let side =
                    json!({ "type": "integer", "minimum": min, "maximum": max, "multipleOf": multiple_of });
                forms.push(json!({ "type": "string", "pattern": "^[0-9]+x[0-9]+$" }));
                forms.push(json!({
                    "type": "object",
                    "properties": { "width": side.clone(), "height": side },
                    "required": ["width", "height"],
                    "additionalProperties": false,
                }));
            }
            put("anyOf", Some(forms.into()));
        }
        Kind::Media { of, earlier: Some(_), .. } => {
            put("type", Some("string".into()));
            put("contentMediaType", Some(media_range(*of).into()));
            put("pattern", Some(EARLIER_PATTERN.into()));
        }
        Kind::Media { of, earlier: None, .. } => {
            put("type", Some("string".into()));
            put("contentMediaType", Some(media_range(*of).into()));
            // All forms are one, a bare id included.
            put("format", Some("uri-reference".into()));
            put("pattern", Some(FILE_PATTERN.into()));
        }
        Kind::List { of, min, max, commas: _ } => {
            put("type", Some("array".into()));
            put("items", Some(of_kind(of)));
            put("minItems", (*min > 0).then(|| (*min).into()));
            put("maxItems", max.map(Value::from));
        }
        Kind::Objects { shape, min, max } => {
            put("type", Some("array".into()));
            put("items", Some(Value::Object(of_shape(&shape.params, &shape.rules))));
            put("minItems", (*min > 0).then(|| (*min).into()));
            put("maxItems", max.map(Value::from));
        }
        Kind::Refused => return Value::Bool(false),
    }
    Value::Object(schema)
}

/// What the file may be, for forms that let people choose one. No validator asserts it.
fn media_range(of: Media) -> &'static str {
    match of {
        Media::Image => "image/*",
        Media::Video => "video/*",
        Media::Audio => "audio/*",
    }
}

/// The rule as a schema of the whole object; none if it cannot be said.
fn of_rule(rule: &Rule, params: &IndexMap<String, Param>) -> Option<Value> {
    let named =
        |names: &[String]| -> Vec<Value> { names.iter().map(|name| json!({ "required": [name] })).collect() };
    let demand = match &rule.demand {
        Demand::AnyOf(names) => json!({ "anyOf": named(names) }),
        Demand::OneOf(names) => json!({ "oneOf": named(names) }),
        Demand::AtMostOne(names) => {
            let pairs = names.iter().enumerate().flat_map(|(i, first)| {
                names[i + 1..].iter().map(move |second| json!({ "not": { "required": [first, second] } }))
            });
            json!({ "allOf": pairs.collect::<Vec<_>>() })
        }
        Demand::Requires(names) => json!({ "required": names }),
        Demand::Forbids(names) => json!({ "not": { "anyOf": named(names) } }),
        Demand::Allow(name, allowed) => {
            let words: Vec<Value> = allowed.iter().map(of_expected).collect();
            let mut schema = json!({ "properties": { name: { "anyOf": words } } });
            let default = params.get(name).and_then(|param| param.default.as_ref());
            if default.is_some_and(|default| !allowed.iter().any(|one| one.is(Some(default)))) {
                schema["required"] = json!([name]);
            }
            schema
        }
        Demand::MaxChars(name, max) => json!({ "properties": { name: { "maxLength": max } } }),
        Demand::Ordered(..) => return None,
    };
    if rule.when.0.is_empty() {
        return Some(demand);
    }
    Some(json!({ "if": of_condition(&rule.when, params), "then": demand }))
}

fn of_condition(condition: &Condition, params: &IndexMap<String, Param>) -> Value {
    let parts = condition.0.iter().map(|(name, test)| {
        let default = params.get(name).and_then(|param| param.default.as_ref());
        match test {
            Test::Given(given) => {
                let named = json!({ "required": [name] });
                if *given { named } else { json!({ "not": named }) }
            }
            Test::Any(all) => {
                let mut schema = json!({ "properties": { name: { "anyOf": all.iter().map(of_expected).collect::<Vec<_>>() } } });
                // Left out, it is its default; the part must hold then exactly if the default fits.
                if !all.iter().any(|one| one.is(default)) {
                    schema["required"] = json!([name]);
                }
                schema
            }
        }
    });
    json!({ "allOf": parts.collect::<Vec<_>>() })
}

fn of_expected(expected: &Expected) -> Value {
    match expected {
        Expected::Text(word) => json!({ "const": word }),
        Expected::Int(number) => json!({ "const": number }),
        Expected::Truth(truth) => json!({ "const": truth }),
        Expected::Range { min, max } => {
            let mut schema = json!({ "type": "number" });
            if let Some(min) = min {
                schema["minimum"] = json!(min);
            }
            if let Some(max) = max {
                schema["maximum"] = json!(max);
            }
            schema
        }
    }
}
