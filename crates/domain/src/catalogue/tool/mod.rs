//! Tools: what can be made, in words that need no knowledge of models.
//!
//! A tool is one `[[tool]]` stanza: parameters of its own, and the models that serve it, the first being the default.
//! Its parameters reach those of a model by their roles, or as the stanza says. What a model has no place for is
//! refused by name; nothing is dropped. A call of a tool becomes an ordinary order of the model.

mod link;
mod price;
mod reach;
mod read;
mod words;

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::model::Model;
use super::param::{Kind, Param};
use super::schema;
use super::search;
use super::task::Makes;

pub(super) use self::link::link;
use self::reach::Way;
pub(super) use self::read::{Draft, read};

/// One tool.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its name in paths, such as `remove-background`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// One or two sentences for people.
    pub description: String,
    /// Where people look for it: among the tools for pictures, clips or sounds.
    pub kind: Makes,
    /// What comes out.
    pub makes: Makes,
    /// What goes in, in the order of the stanza.
    pub params: Arc<IndexMap<String, Param>>,
    /// The models that serve it, the default first; never empty.
    pub services: Vec<Arc<Service>>,
    /// The file of the stanza.
    pub file: String,
    /// The line of the stanza, counted from 1.
    pub line: u32,
}

/// A model at a tool's service.
#[derive(Clone, Debug)]
pub struct Service {
    /// The model.
    pub model: Arc<Model>,
    /// What the tool always says to it, in the model's own parameter names.
    pub set: IndexMap<String, Value>,
    /// The tool's parameters.
    params: Arc<IndexMap<String, Param>>,
    /// Where each of them goes.
    ways: Vec<Way>,
}

impl Tool {
    /// The service by the model with this id or alias; the default one without a name.
    pub fn service(&self, model: Option<&str>) -> Option<&Arc<Service>> {
        match model {
            None => self.services.first(),
            Some(name) => self.services.iter().find(|service| {
                service.model.id == name || service.model.aliases.iter().any(|alias| alias == name)
            }),
        }
    }

    /// The id of one of its models that looks most like `name`, if any does.
    pub fn nearest_model(&self, name: &str) -> Option<&str> {
        let names = self.services.iter().flat_map(|service| {
            std::iter::once(&service.model.id).chain(&service.model.aliases).map(String::as_str)
        });
        let near = search::nearest(names, name)?;
        self.service(Some(near)).map(|service| service.model.id.as_str())
    }

    /// The JSON Schema (2020-12) of its input.
    pub fn schema(&self) -> Value {
        schema::of_tool(self)
    }

    /// The smallest call, by the default model: a value for every parameter that must be given.
    pub fn smallest(&self) -> Map<String, Value> {
        self.service(None).map_or_else(|| smallest(&self.params), |service| service.smallest())
    }
}

impl Service {
    /// The tool's parameters that this model has a place for.
    pub fn takes(&self) -> impl Iterator<Item = &str> {
        let pairs = self.params.keys().zip(&self.ways);
        pairs.filter(|(_, way)| !matches!(way, Way::Nowhere { .. })).map(|(name, _)| name.as_str())
    }

    /// The tool's parameters that may be left out of a call, but not with this model.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        let needed = |slot: &usize| {
            let theirs = &self.model.params[*slot];
            theirs.required && theirs.assume.is_none()
        };
        let pairs = self.params.iter().zip(&self.ways);
        let pairs = pairs.filter(|((_, param), _)| !param.required && param.default.is_none());
        pairs.filter(move |(_, way)| way.slots().iter().any(needed)).map(|((name, _), _)| name.as_str())
    }

    /// The smallest call of the tool with this model.
    pub fn smallest(&self) -> Map<String, Value> {
        let mut call = smallest(&self.params);
        for name in self.needs() {
            let value = self.params.get(name).map(|param| sample(&param.kind));
            call.extend(value.map(|value| (name.to_owned(), value)));
        }
        call
    }
}

fn smallest(params: &IndexMap<String, Param>) -> Map<String, Value> {
    let required = params.iter().filter(|(_, param)| param.required);
    required.map(|(name, param)| (name.clone(), sample(&param.kind))).collect()
}

/// A value that the type takes.
fn sample(kind: &Kind) -> Value {
    match kind {
        Kind::Text { uuid: true, .. } => "3f0c1b9a-2d4e-4c6f-8a10-5b7c9d1e2f34".into(),
        Kind::Text { max_chars, .. } => {
            let words = "A lighthouse at dawn.";
            words.chars().take(max_chars.unwrap_or(usize::MAX)).collect::<String>().into()
        }
        Kind::Int { min, max, one_of } => one_of.first().copied().or(*min).or(*max).unwrap_or(1).into(),
        Kind::Number { min, max } => min.or(*max).unwrap_or(1.0).into(),
        Kind::Bool => true.into(),
        Kind::Choice { one_of, .. } => one_of.first().cloned().unwrap_or_default().into(),
        Kind::Size { words, free } => match (words.keys().next(), free) {
            (Some(word), _) => word.clone().into(),
            (None, Some(free)) => {
                let side = free.min.next_multiple_of(free.multiple_of);
                format!("{side}x{side}").into()
            }
            (None, None) => Value::Null,
        },
        Kind::Media { earlier: Some(_), .. } => format!("job_{}", "0".repeat(32)).into(),
        Kind::Media { of, .. } => {
            let end = match of {
                super::Media::Image => "png",
                super::Media::Video => "mp4",
                super::Media::Audio => "mp3",
            };
            format!("https://example.com/{of}.{end}").into()
        }
        Kind::List { of, min, .. } => vec![sample(of); (*min).max(1)].into(),
        Kind::Objects { .. } | Kind::Refused => Value::Null,
    }
}
