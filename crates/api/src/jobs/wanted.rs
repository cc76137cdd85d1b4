//! What a run is of: a model, or a tool by one of its models.

use std::sync::Arc;

use serde_json::Value;
use spool_domain::catalogue::{Tool, Unknown, Words};
use spool_domain::fault::Fault;

use crate::tools;

/// What the path names.
pub(crate) enum Wanted {
    /// A model, by id or alias.
    Model(String),
    /// A tool; the body may say by which of its models.
    Tool(Arc<Tool>),
}

/// The model of an order, and in whose words its input is.
pub(super) struct Chosen {
    pub(super) model: String,
    pub(super) words: Words,
}

impl Wanted {
    /// The call and what it names, as idempotency tells requests apart.
    pub(super) fn named(&self) -> (&'static str, &str) {
        match self {
            Self::Model(name) => (super::RUN_PATH, name),
            Self::Tool(tool) => (tools::RUN_PATH, &tool.id),
        }
    }

    /// The model that is to do it. The body is looked at for its `model` only.
    pub(super) fn choose(self, body: &Value) -> Result<Chosen, Fault> {
        let tool = match self {
            // The contract is silent on inputs that the model does not have. A misspelt one would be paid for and
            // ignored.
            Self::Model(model) => {
                let words = Words::Names { unknown: Unknown::Refuse, numeric_strings: false };
                return Ok(Chosen { model, words });
            }
            Self::Tool(tool) => tool,
        };
        let asked = match body.get("model") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name.as_str()),
            Some(_) => return Err(Fault::field("model", "model must be the id of one of the tool's models")),
        };
        let service = tool.service(asked).ok_or_else(|| no_such_model(&tool, asked.unwrap_or_default()))?;
        Ok(Chosen { model: service.model.id.clone(), words: Words::Tool(Arc::clone(service)) })
    }
}

fn no_such_model(tool: &Tool, name: &str) -> Fault {
    let shown: String = name.chars().take(80).collect();
    let near = tool.nearest_model(name).map_or_else(String::new, |near| format!(" did you mean {near}?"));
    let models: Vec<&str> = tool.services.iter().map(|service| service.model.id.as_str()).collect();
    let message = format!(
        "model is `{shown}`, which does not serve the tool {};{near} its models are: {}",
        tool.id,
        models.join(", ")
    );
    Fault::field("model", message)
}
