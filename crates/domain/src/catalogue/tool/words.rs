//! A tool's input in the words of one of its models.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::super::model::{Model, Params};
use super::super::param::{Kind, Param};
use super::super::role_words;
use super::super::validate::{self, Given, How, Refusal, Unknown};
use super::Service;
use super::reach::{self, Way};

impl Service {
    /// Checks an input in the tool's words and brings it into the model's: both have their say, and both name the
    /// tool's parameters.
    pub(in super::super) fn validate(&self, input: &Map<String, Value>) -> Result<Params, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let asked = self.asked(input, &mut refusals);
        let mut given = Vec::new();
        for (place, (name, value)) in
            asked.iter().filter_map(|(name, value)| Some((self.params.get_index_of(name)?, (name, value))))
        {
            let word = self.callers_word(place, input);
            self.bring(place, word.unwrap_or(name), value, &mut given, &mut refusals);
        }
        if !refusals.is_empty() {
            return Err(refusals);
        }
        for (name, value) in &self.set {
            if let Some(slot) = self.model.params.get_index_of(name) {
                given.push(Given { slot, word: Cow::Borrowed(name), value: Cow::Borrowed(value) });
            }
        }
        let callers = self.callers_words(input);
        let how = How { assume: true, callers: &callers, ..How::names(Unknown::Refuse) };
        let Model { params, rules, id, .. } = &*self.model;
        let values = validate::fill(params, rules, given, how, &mut refusals);
        for refusal in &mut refusals {
            // The tool would have taken it: whose bound it is tells what to do.
            refusal.message = format!("{} (this is a bound of {id})", refusal.message);
        }
        if refusals.is_empty() {
            self.refuse_ignored(input, &asked, &values, &mut refusals);
        }
        if refusals.is_empty() { Ok(Params(values)) } else { Err(refusals) }
    }

    /// What the caller said and the model passes over, because of something else that was said.
    fn refuse_ignored(
        &self,
        input: &Map<String, Value>,
        asked: &IndexMap<String, Value>,
        values: &IndexMap<String, Value>,
        refusals: &mut Vec<Refusal>,
    ) {
        for (place, (name, param)) in self.params.iter().enumerate() {
            let said = std::iter::once(name).chain(&param.aliases).any(|word| input.contains_key(word));
            let slots = match &self.ways[place] {
                // Fewer pictures than places is no loss.
                Way::Spread { slots } => &slots[..1],
                other => &other.slots()[..],
            };
            let mut theirs = slots.iter().filter_map(|slot| self.model.params.get_index(*slot));
            if said && asked.contains_key(name) && theirs.any(|(theirs, _)| !values.contains_key(theirs)) {
                let word = self.callers_word(place, input).unwrap_or(name);
                let id = &self.model.id;
                refusals.push(Refusal::new(
                    word,
                    format!("has no effect on {id} together with what else is given; leave it out"),
                ));
            }
        }
    }

    /// The number of outputs, where the model has no word for it and the order itself says it.
    pub fn outputs(&self, input: &Map<String, Value>) -> Option<u32> {
        let place = self.ways.iter().position(|way| matches!(way, Way::Outputs))?;
        let asked = self.asked(input, &mut Vec::new());
        let (name, _) = self.params.get_index(place)?;
        asked.get(name)?.as_u64().and_then(|count| u32::try_from(count).ok())
    }

    /// What holds where the caller says nothing, by the tool's parameters.
    pub fn defaults(&self) -> Map<String, Value> {
        let pairs = self.params.iter().zip(&self.ways);
        let default = |((name, param), way): ((&String, &Param), &Way)| {
            let theirs = |slot: &usize| {
                let param = &self.model.params[*slot];
                param.assume.as_ref().or(param.default.as_ref()).cloned()
            };
            let value = param.default.clone().or_else(|| match way {
                Way::To { template: Some(_), .. } => None,
                Way::To { slot, values, .. } if values.is_empty() => theirs(slot),
                Way::To { slot, values, .. } => {
                    let theirs = theirs(slot)?;
                    values.iter().find(|(_, value)| **value == theirs).map(|(word, _)| word.clone().into())
                }
                Way::AsMeant { slot } => {
                    let theirs = theirs(slot)?;
                    self.model.params[*slot].means.get(theirs.as_str()?).map(|word| word.clone().into())
                }
                Way::Outputs => Some(1.into()),
                Way::Nowhere { .. } | Way::AsItem { .. } | Way::Spread { .. } | Way::AsSize { .. } => None,
            });
            Some((name.clone(), value?))
        };
        pairs.filter_map(default).collect()
    }

    /// A path into the model's parameters in the words of the tool's caller.
    pub(in super::super) fn callers_path(&self, path: &str, input: &Map<String, Value>) -> String {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let slot = self.model.params.get_index_of(name);
        let found =
            self.ways.iter().enumerate().find(|(_, way)| way.slots().iter().any(|to| Some(*to) == slot));
        let Some((place, way)) = found else { return path.to_owned() };
        let Some(word) = self.callers_word(place, input) else { return path.to_owned() };
        match (way, rest) {
            (Way::Spread { slots }, _) => {
                let nth = slots.iter().position(|to| Some(*to) == slot).unwrap_or_default();
                format!("{word}.{nth}")
            }
            (Way::AsItem { .. }, _) | (_, None) => word.to_owned(),
            (_, Some(rest)) => format!("{word}.{rest}"),
        }
    }

    /// The tool's own check: its bounds and defaults.
    fn asked(&self, input: &Map<String, Value>, refusals: &mut Vec<Refusal>) -> IndexMap<String, Value> {
        let how = How::names(Unknown::Refuse);
        let mut given = Vec::with_capacity(input.len());
        for (key, value) in input {
            match validate::slot(&self.params, key) {
                Some(slot) => {
                    given.push(Given { slot, word: Cow::Borrowed(key), value: Cow::Borrowed(value) });
                }
                None => how.unknown(&self.params, key, key.clone(), value, &mut Vec::new(), refusals),
            }
        }
        validate::fill(&self.params, &[], given, how, refusals)
    }

    /// One value on its way into the model.
    fn bring<'a>(
        &'a self,
        place: usize,
        word: &str,
        value: &Value,
        given: &mut Vec<Given<'a>>,
        refusals: &mut Vec<Refusal>,
    ) {
        let role = self.params[place].role;
        let kind = |slot: &usize| &self.model.params[*slot].kind;
        let mut put = |slot: usize, word: String, value: Value| {
            given.push(Given { slot, word: Cow::Owned(word), value: Cow::Owned(value) });
        };
        let id = &self.model.id;
        match &self.ways[place] {
            Way::Outputs => {}
            Way::Nowhere { others } => {
                let others = match others.as_slice() {
                    [] => "no model of this tool takes it; leave it out".to_owned(),
                    some => format!("models of this tool that take it: {}", some.join(", ")),
                };
                refusals.push(Refusal::new(word, format!("is not taken by {id}; {others}")));
            }
            Way::To { slot, template: Some(template), .. } => {
                let text = template.replacen("{}", value.as_str().unwrap_or_default(), 1);
                put(*slot, word.to_owned(), text.into());
            }
            Way::To { slot, values, .. } if values.is_empty() => {
                let value = role.map_or_else(|| value.clone(), |role| reach::near(kind(slot), role, value));
                put(*slot, word.to_owned(), value);
            }
            Way::To { slot, values, .. } => match values.get(&plain(value)) {
                Some(theirs) => put(*slot, word.to_owned(), theirs.clone()),
                None => {
                    let words: Vec<&str> = values.keys().map(String::as_str).collect();
                    refusals.push(lacking(word, &words, id));
                }
            },
            Way::AsItem { slot } => put(*slot, word.to_owned(), vec![value.clone()].into()),
            Way::Spread { slots } => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                if items.len() > slots.len() {
                    let (given, most) = (items.len(), slots.len());
                    refusals
                        .push(Refusal::new(word, format!("has {given} items; {id} takes at most {most}")));
                }
                for (nth, (slot, item)) in slots.iter().zip(items).enumerate() {
                    put(*slot, format!("{word}.{nth}"), item.clone());
                }
            }
            Way::AsSize { slot } => {
                let wanted = value.as_str().and_then(role_words::ratio);
                if let (Kind::Size { words, .. }, Some(wanted)) = (kind(slot), wanted)
                    && let Some(near) = role_words::nearest_size(words, wanted)
                {
                    put(*slot, word.to_owned(), near.into());
                }
            }
            Way::AsMeant { slot } => {
                let means = &self.model.params[*slot].means;
                let wanted = value.as_str().unwrap_or_default();
                match means.iter().find(|(_, meant)| meant.eq_ignore_ascii_case(wanted)) {
                    Some((theirs, _)) => put(*slot, word.to_owned(), theirs.clone().into()),
                    None => {
                        let words: Vec<&str> = means.values().map(String::as_str).collect();
                        refusals.push(lacking(word, &words, id));
                    }
                }
            }
        }
    }

    /// The word that the caller used for a parameter of the tool, its name if they used none.
    fn callers_word(&self, place: usize, input: &Map<String, Value>) -> Option<&str> {
        let (name, param) = self.params.get_index(place)?;
        let used = std::iter::once(name).chain(&param.aliases).find(|word| input.contains_key(*word));
        Some(used.unwrap_or(name))
    }

    /// The tool's words by the model's names.
    fn callers_words(&self, input: &Map<String, Value>) -> Vec<(String, String)> {
        let pairs = self.ways.iter().enumerate().flat_map(|(place, way)| {
            way.slots().into_iter().filter_map(move |slot| {
                let (theirs, _) = self.model.params.get_index(slot)?;
                Some((theirs.clone(), self.callers_word(place, input)?.to_owned()))
            })
        });
        pairs.collect()
    }
}

fn lacking(word: &str, words: &[&str], id: &str) -> Refusal {
    Refusal::new(word, format!("is nothing that {id} has; allowed with it: {}", words.join(", ")))
}

/// A value as a key: a text without its quotes.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
