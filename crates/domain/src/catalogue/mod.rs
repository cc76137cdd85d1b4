//! The catalogue: models as data.
//!
//! A model is one stanza of a TOML file: its parameters with bounds, the rules between them, its prices and
//! its routes to providers. [`Catalogue::read`] checks all of it and reports every problem at once, with
//! file, line and what to do. What was read cannot fail later: every combination of parameters that passes
//! [`Model::validate`] has a price, and every route can be written out. `docs/adding-a-model.md` has all keys.
//!
//! What stops the start:
//!
//! | problem | example |
//! |---|---|
//! | TOML syntax | a missing quote |
//! | a key or value that is not known or of another type | `max_char = 5`, `required = "yes"` |
//! | a key that is missing | a stanza without `makes` |
//! | a bound that cannot be | `min > max`, empty `one_of`, a value listed twice |
//! | a default outside its own bounds | `one_of = [5, 10], default = 7` |
//! | required with default | the default would never be used |
//! | a role that is not in the vocabulary, used twice, or on a parameter of another type | `role = "promt"` |
//! | a doubled parameter name or alias | `aliases = ["prompt"]` next to `prompt` |
//! | a doubled model id or alias | two stanzas `a/b` in one file |
//! | a rule, condition, map or template that names an unknown parameter or value | `when = { mode = "max" }` |
//! | a rule that can never be broken, or never be met | `requires` of a required parameter |
//! | a price that is not an amount, or has no bounded quantity | `usd = "4 cents"` |
//! | a combination without a price | `mode = "std"` when only `pro` has a row |
//! | a price row that never matches | a row behind one that takes everything |
//! | an override that changes nothing or meets no model | `[[override]]` of `a/c` |
//! | a tool with an unknown model, or one that makes something else or cannot serve it | `models = [{ id = "a/c" }]` |
//! | a model without route, an unknown provider, `count.max = 0` | `provider = "fall"` |

mod check;
mod condition;
mod family;
mod files;
mod model;
mod origin;
mod overrides;
mod param;
mod param_read;
mod price;
mod price_table;
mod problem;
mod proof;
mod quantity;
mod read;
mod role;
mod role_words;
mod route;
mod route_read;
mod routing;
mod rule;
mod schema;
mod search;
mod shape;
mod shipped;
mod stanza;
mod task;
mod toml_walk;
mod tool;
mod validate;
mod wish;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

pub use condition::Condition;
pub use files::FileAt;
pub use model::{Model, Params, Retired, TAGS};
pub use origin::{Asked, Given, Origin};
pub use param::{Kind, Param};
pub use price::{Metered, Prices};
pub use price_table::{PriceRow, PriceSpan, PriceTable};
pub use problem::{Problem, Source};
pub use role::Role;
pub use route::{Route, Upstream};
pub use routing::Routing;
pub use rule::Rule;
pub use shape::Shape;
pub use shipped::shipped;
pub use task::{Makes, Media, Task};
pub use tool::{Service, Tool};
pub use validate::{Refusal, Unknown, Words};
pub use wish::Wish;

/// All models this server knows, checked.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Those that can be ordered, sorted by id.
    models: Vec<Arc<Model>>,
    /// Every model, by its id and its aliases.
    names: HashMap<String, Arc<Model>>,
    /// Those of them whose id is a pattern, the longest first.
    families: Vec<Arc<Model>>,
    /// In the order of the files.
    tools: Vec<Arc<Tool>>,
    left_out: Vec<Problem>,
}

impl Catalogue {
    /// Reads the sources in order. A stanza of a later source replaces the one with the same id, so that
    /// operators change a model without touching the shipped files. `providers` are the names that routes
    /// may use. Either all is well, or every problem is reported.
    pub fn read(sources: &[Source], providers: &[&str]) -> Result<Self, Vec<Problem>> {
        read::catalogue(sources, providers)
    }

    /// All models that can be ordered, sorted by id.
    pub fn models(&self) -> &[Arc<Model>] {
        &self.models
    }

    /// The model with exactly this id or alias, or the member of a family with this name. It may be one that is
    /// switched off: jobs that were admitted before go on.
    pub fn find(&self, name: &str) -> Option<Arc<Model>> {
        let own = self.names.get(name).filter(|model| !model.is_family() || model.id == name);
        own.cloned().or_else(|| self.families.iter().find_map(|family| family.member(name)))
    }

    /// The id of the model that a name stands for. A name without a model stays what it is: its model may have left the
    /// catalogue, and its jobs are still there.
    pub fn id_of(&self, name: String) -> String {
        self.find(&name).map_or(name, |model| model.id.clone())
    }

    /// The same models, and those of an older catalogue that are gone, switched off: their jobs can end.
    pub fn keeping(mut self, older: &Self) -> Self {
        for model in older.names.values() {
            if !self.names.contains_key(&model.id) {
                let gone = Arc::new(Model { disabled: true, ..Model::clone(model) });
                self.families.extend(gone.is_family().then(|| Arc::clone(&gone)));
                self.names.insert(gone.id.clone(), gone);
            }
        }
        self
    }

    /// All tools, in the order of the files.
    pub fn tools(&self) -> &[Arc<Tool>] {
        &self.tools
    }

    /// The tool with exactly this id.
    pub fn tool(&self, id: &str) -> Option<&Arc<Tool>> {
        self.tools.iter().find(|tool| tool.id == id)
    }

    /// The tool's id that looks most like `id`, if any does.
    pub fn nearest_tool(&self, id: &str) -> Option<&str> {
        search::nearest(self.tools.iter().map(|tool| tool.id.as_str()), id)
    }

    /// The tools in which every one of the words occurs: in id, name, description, kind or models. Best first.
    pub fn search_tools(&self, words: &str) -> Vec<&Arc<Tool>> {
        search::tools(&self.tools, words)
    }

    /// Models that a file of the operator's has replaced and that tools of earlier files go on without, each with why.
    pub fn left_out(&self) -> &[Problem] {
        &self.left_out
    }

    /// The id or alias that looks most like `name`, if any does: for "did you mean".
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let offered = self.names.iter().filter(|(_, model)| !model.disabled);
        search::nearest(offered.map(|(name, _)| name.as_str()), name)
    }

    /// The models in which every one of the words occurs: in id, alias, name, tag, task, kind, vendor or description. Best
    /// first.
    pub fn search(&self, words: &str) -> Vec<&Arc<Model>> {
        search::models(&self.models, words)
    }
}
