//! Workflows with places for parameters.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use spool_domain::adapter::{Token, Trouble, TroubleClass};

/// Parameters that are no parameters of the workflow.
const OUR_OWN: [&str; 2] = ["workflow", "defaults"];

/// Seeds go through JavaScript in places, which counts to 2^53 only.
const SEED_MAX: u64 = 1 << 53;

/// The route's workflow with the parameters in their places.
pub(super) fn filled(input: &Map<String, Value>, token: &Token) -> Result<Value, Trouble> {
    let mut graph = graph(input.get("workflow"))?;
    let value = |name: &str| {
        let given = input.get(name).filter(|value| !value.is_null() && !OUR_OWN.contains(&name));
        let usual = || input.get("defaults")?.get(name);
        let seed = || (name == "seed").then(|| seed(token).into());
        given.or_else(usual).cloned().or_else(seed)
    };
    for node in graph.values_mut() {
        fill(&mut node["inputs"], &value);
        // Whatever saves files gets a name of its own: without one, the last run's files would be given again.
        if let Some(prefix) = node["inputs"].get_mut("filename_prefix").filter(|prefix| prefix.is_string()) {
            *prefix = format!("spool/{}", token.0).into();
        }
    }
    Ok(graph.into())
}

/// Reads the workflow and checks that it has the API format.
fn graph(workflow: Option<&Value>) -> Result<Map<String, Value>, Trouble> {
    let wrong = |code: &str, words: &str| Err(Trouble::of(TroubleClass::Caller, code).saying(words));
    let read = match workflow {
        None | Some(Value::Null) => {
            return wrong(
                "no_workflow",
                "the route of this model brings no workflow; write one into its `set`",
            );
        }
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(other) => other.clone(),
    };
    match read {
        Value::Object(graph) if graph.contains_key("nodes") || graph.contains_key("links") => wrong(
            "workflow_in_ui_format",
            "the route's workflow is in the format that the editor saves; export it in the API format instead",
        ),
        Value::Object(graph) if !graph.is_empty() && graph.values().all(is_node) => Ok(graph),
        _ => wrong("not_a_workflow", "the route's workflow is no graph in ComfyUI's API format"),
    }
}

fn is_node(node: &Value) -> bool {
    node["class_type"].is_string() && node["inputs"].is_object()
}

/// Puts values where their names stand, with their own types: never into the text of the JSON, where a quotation mark
/// would end it.
fn fill(place: &mut Value, value: &impl Fn(&str) -> Option<Value>) {
    match place {
        Value::Object(fields) => {
            fields.retain(|_, field| match name_in(field) {
                Some(name) => value(name).map(|value| *field = value).is_some(),
                None => {
                    fill(field, value);
                    true
                }
            });
        }
        Value::Array(items) => items.iter_mut().for_each(|item| match name_in(item) {
            Some(name) => *item = value(name).unwrap_or_default(),
            None => fill(item, value),
        }),
        _ => {}
    }
}

/// The name in `"{{name}}"`.
fn name_in(field: &Value) -> Option<&str> {
    let name = field.as_str()?.strip_prefix("{{")?.strip_suffix("}}")?;
    (!name.is_empty() && !name.contains(['{', '}'])).then(|| name.trim())
}

fn seed(token: &Token) -> u64 {
    let mut bytes: [u8; 8] = Default::default();
    bytes.copy_from_slice(&Sha256::digest(format!("seed {}", token.0))[..8]);
    u64::from_le_bytes(bytes) % SEED_MAX
}
