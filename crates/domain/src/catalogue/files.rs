//! The files that a set of parameters names, wherever in it they stand.

use std::borrow::Borrow;

use serde_json::{Map, Value};

use super::model::{Model, Params};
use super::param::Kind;
use super::role::Role;
use super::task::Media;
use super::validate::Words;

/// One file that a set of parameters names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileAt<'a> {
    /// The kind of file that belongs there.
    pub of: Media,
    /// The most bytes it may have, where the model says.
    pub max_bytes: Option<u64>,
    /// If it must be an output of an earlier job: the models that may have made it.
    pub earlier: Option<&'a [String]>,
    /// The dotted path in the model's own words, such as `image_urls.1`.
    pub path: String,
    /// What was given: one of the forms of `Reference`.
    pub text: &'a str,
}

impl Model {
    /// The files that the parameters name, in the order of the stanza.
    pub fn files<'a>(&'a self, params: &'a Params) -> Vec<FileAt<'a>> {
        let mut found = Vec::new();
        for (name, param) in &self.params {
            if let Some(value) = params.get(name) {
                collect(&param.kind, value, name, &mut found);
            }
        }
        found
    }

    /// A path of `files` in the words that the caller used.
    pub fn callers_path(&self, path: &str, input: &Map<String, Value>, words: impl Borrow<Words>) -> String {
        let words = words.borrow();
        if let Words::Tool(service) = words {
            return service.callers_path(path, input);
        }
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let Some(param) = self.params.get(name) else { return path.to_owned() };
        let word = match (words, param.role) {
            (Words::Roles, Some(role @ Role::Image(number))) => format!("{}.{number}", role.callers_word()),
            (Words::Roles, Some(role)) => role.callers_word().to_owned(),
            _ if input.contains_key(name) => name.to_owned(),
            _ => param
                .aliases
                .iter()
                .find(|alias| input.contains_key(*alias))
                .map_or(name, |alias| alias)
                .to_owned(),
        };
        match rest {
            Some(rest) => format!("{word}.{rest}"),
            None => word,
        }
    }
}

impl Params {
    /// Puts a text where `Model::files` found a file, and gives the one that stood there. A path that leads to none
    /// changes nothing.
    pub fn put_file(&mut self, path: &str, text: String) -> Option<String> {
        let mut steps = path.split('.');
        let mut place = steps.next().and_then(|name| self.0.get_mut(name));
        for step in steps {
            place = match place {
                Some(Value::Array(items)) => step.parse().ok().and_then(|nth: usize| items.get_mut(nth)),
                Some(Value::Object(fields)) => fields.get_mut(step),
                _ => None,
            };
        }
        match place {
            Some(Value::String(place)) => Some(std::mem::replace(place, text)),
            _ => None,
        }
    }
}

fn collect<'a>(kind: &'a Kind, value: &'a Value, path: &str, found: &mut Vec<FileAt<'a>>) {
    match (kind, value) {
        (Kind::Media { of, max_bytes, earlier }, Value::String(text)) => {
            let earlier = earlier.as_deref();
            found.push(FileAt { of: *of, max_bytes: *max_bytes, earlier, path: path.to_owned(), text });
        }
        (Kind::List { of, .. }, Value::Array(items)) if matches!(**of, Kind::Media { .. }) => {
            for (nth, item) in items.iter().enumerate() {
                collect(of, item, &format!("{path}.{nth}"), found);
            }
        }
        (Kind::Objects { shape, .. }, Value::Array(items)) => {
            for (nth, item) in items.iter().enumerate() {
                for (name, param) in &shape.params {
                    if let Some(inner) = item.get(name) {
                        collect(&param.kind, inner, &format!("{path}.{nth}.{name}"), found);
                    }
                }
            }
        }
        _ => {}
    }
}
