//! A caller's input against a model's stanza. Two vocabularies come in, one parameter set goes out.

use std::borrow::{Borrow, Cow};
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::check;
use super::model::{Model, Params};
use super::param::{Kind, Param};
use super::role_words;
use super::rule::Rule;
use super::search;
use super::tool::Service;

/// In which words the caller speaks.
#[derive(Clone, Debug)]
pub enum Words {
    /// The common vocabulary. What does not fit the model is ignored; unknown words are refused.
    Roles,
    /// The model's own parameter names and their aliases.
    Names {
        /// What to do with keys that the model does not have.
        unknown: Unknown,
        /// Whether `"5"` is taken for 5 where a number belongs.
        numeric_strings: bool,
    },
    /// Those of a tool, with the model that serves it.
    Tool(Arc<Service>),
}

/// What happens to keys that the model does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The request is refused.
    Refuse,
    /// They are dropped.
    Ignore,
    /// They go to the provider as they are.
    Pass,
}

/// One thing that is wrong with a caller's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The caller's own word for the field, dotted inside lists: `elements.0.type`.
    pub param: String,
    /// One sentence that names the field, what was given and what is allowed. Never holds a prompt.
    pub message: String,
}

impl Refusal {
    /// `what` goes on after the field's name: "is required".
    pub(super) fn new(param: &str, what: impl AsRef<str>) -> Self {
        Self { param: param.to_owned(), message: format!("{param} {}", what.as_ref()) }
    }
}

/// One given value on its way into the parameter in `slot`.
pub(super) struct Given<'a> {
    pub(super) slot: usize,
    pub(super) word: Cow<'a, str>,
    pub(super) value: Cow<'a, Value>,
}

/// The manner of one validation.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    pub(super) roles: bool,
    pub(super) unknown: Unknown,
    pub(super) numeric_strings: bool,
    /// Where in the input this is: empty, or `elements.0`.
    pub(super) prefix: &'a str,
    /// Whether `assume` counts: the caller may have no word for it.
    pub(super) assume: bool,
    /// The caller's words for parameters, by the model's names, where they are others.
    pub(super) callers: &'a [(String, String)],
}

impl How<'static> {
    /// For callers who speak in the names of the stanza.
    pub(super) const fn names(unknown: Unknown) -> Self {
        Self { roles: false, unknown, numeric_strings: false, prefix: "", assume: false, callers: &[] }
    }
}

impl How<'_> {
    /// A key that is no parameter: refused, dropped, or kept for the provider.
    pub(super) fn unknown(
        self,
        params: &IndexMap<String, Param>,
        key: &str,
        word: String,
        value: &Value,
        extra: &mut Vec<(String, Value)>,
        refusals: &mut Vec<Refusal>,
    ) {
        match self.unknown {
            Unknown::Ignore => {}
            Unknown::Pass if value.is_null() => {}
            Unknown::Pass => extra.push((key.to_owned(), value.clone())),
            Unknown::Refuse => {
                let taken = params.iter().filter(|(_, param)| !matches!(param.kind, Kind::Refused));
                let names: Vec<&str> = taken.map(|(name, _)| name.as_str()).collect();
                refusals.push(Refusal::new(&word, format!("is not known; {}", search::hint(&names, key))));
            }
        }
    }

    fn word_of(self, name: &str, params: &IndexMap<String, Param>) -> String {
        if let Some((_, word)) = self.callers.iter().find(|(theirs, _)| theirs == name) {
            return word.clone();
        }
        match params.get(name).and_then(|param| param.role) {
            Some(role) if self.roles => role.callers_word().to_owned(),
            _ if self.prefix.is_empty() => name.to_owned(),
            _ => format!("{}.{name}", self.prefix),
        }
    }
}

impl Model {
    /// Checks an input and brings it into the model's own words: defaults filled in, words spelled as in the
    /// stanza, blank fields gone. All refusals at once.
    pub fn validate(
        &self,
        input: &Map<String, Value>,
        words: impl Borrow<Words>,
    ) -> Result<Params, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let mut extra = Vec::new();
        let how = match words.borrow() {
            Words::Roles => How { roles: true, assume: true, ..How::names(Unknown::Refuse) },
            Words::Names { unknown, numeric_strings } => {
                let unknown = if self.open { Unknown::Pass } else { *unknown };
                How { numeric_strings: *numeric_strings, ..How::names(unknown) }
            }
            Words::Tool(service) => return service.validate(input),
        };
        let given = if how.roles {
            role_words::translate(self, input, &mut refusals)
        } else {
            let mut given = Vec::with_capacity(input.len());
            for (key, value) in input {
                match slot(&self.params, key) {
                    Some(slot) => {
                        given.push(Given { slot, word: Cow::Borrowed(key), value: Cow::Borrowed(value) })
                    }
                    None => how.unknown(&self.params, key, key.clone(), value, &mut extra, &mut refusals),
                }
            }
            given
        };
        let mut values = fill(&self.params, &self.rules, given, how, &mut refusals);
        values.extend(extra);
        if refusals.is_empty() { Ok(Params(values)) } else { Err(refusals) }
    }
}

/// The place of the parameter with this name or alias.
pub(super) fn slot(params: &IndexMap<String, Param>, word: &str) -> Option<usize> {
    params
        .get_index_of(word)
        .or_else(|| params.values().position(|param| param.aliases.iter().any(|alias| alias == word)))
}

/// Checks the given values, fills in the rest, and applies the rules.
pub(super) fn fill(
    params: &IndexMap<String, Param>,
    rules: &[Rule],
    given: Vec<Given>,
    how: How,
    refusals: &mut Vec<Refusal>,
) -> IndexMap<String, Value> {
    let before = refusals.len();
    let mut words: Vec<Option<Cow<str>>> = vec![None; params.len()];
    let mut slots: Vec<Option<Value>> = vec![None; params.len()];
    for Given { slot, word, value } in given {
        let param = &params[slot];
        if check::blank(&param.kind, &value) {
            continue;
        }
        if let Some(first) = &words[slot] {
            refusals.push(Refusal::new(&word, format!("says the same as {first}; give one of them")));
            continue;
        }
        slots[slot] = check::value(&param.kind, &value, &word, how, refusals);
        words[slot] = Some(word);
    }
    add_unsaid(params, &words, &mut slots, how);
    add_sums(params, &words, &mut slots, refusals);

    let mut values: IndexMap<String, Value> = IndexMap::with_capacity(params.len());
    for (slot, value) in slots.into_iter().enumerate() {
        if let (Some(value), Some((name, _))) = (value, params.get_index(slot)) {
            values.insert(name.clone(), value);
        }
    }
    let ignored: Vec<&str> = params
        .iter()
        .filter(|(_, param)| param.ignored_when.as_ref().is_some_and(|condition| condition.holds(&values)))
        .map(|(name, _)| name.as_str())
        .collect();
    values.retain(|name, _| !ignored.contains(&name.as_str()));

    let sound = refusals.len() == before;
    for (slot, (name, param)) in params.iter().enumerate() {
        if words[slot].is_none() {
            if param.required && !values.contains_key(name) && !ignored.contains(&name.as_str()) {
                refusals.push(Refusal::new(&how.word_of(name, params), "is required"));
            }
            continue;
        }
        let lacking = param.needs.iter().find(|other| !values.contains_key(*other));
        if let Some(other) = lacking.filter(|_| sound && values.contains_key(name)) {
            let word = words[slot].as_deref().unwrap_or(name);
            refusals.push(Refusal::new(
                word,
                format!("needs {}; give both or neither", how.word_of(other, params)),
            ));
        }
    }
    // Rules over values that were refused would only repeat the same mistake in other words.
    if refusals.len() == before {
        for rule in rules {
            rule.check(&values, |name| how.word_of(name, params), refusals);
        }
    }
    values
}

/// Assumptions and defaults; those that need another parameter come last.
fn add_unsaid(
    params: &IndexMap<String, Param>,
    words: &[Option<Cow<str>>],
    slots: &mut [Option<Value>],
    how: How,
) {
    for dependent in [false, true] {
        for (slot, param) in params.values().enumerate() {
            if words[slot].is_some() || param.needs.is_empty() == dependent {
                continue;
            }
            let mut needed = param.needs.iter().filter_map(|other| params.get_index_of(other));
            if needed.all(|other| slots[other].is_some()) {
                let assumed = param.assume.as_ref().filter(|_| how.assume);
                slots[slot] = assumed.or(param.default.as_ref()).cloned();
            }
        }
    }
}

/// Parameters that are the sum of a field over a list that was given.
fn add_sums(
    params: &IndexMap<String, Param>,
    words: &[Option<Cow<str>>],
    slots: &mut [Option<Value>],
    refusals: &mut Vec<Refusal>,
) {
    for (slot, (name, param)) in params.iter().enumerate() {
        let Some((list, field)) = &param.sum_of else { continue };
        let Some(list_slot) = params.get_index_of(list) else { continue };
        let Some(items) = slots[list_slot].as_ref().and_then(Value::as_array) else { continue };
        let sum = items.iter().filter_map(|item| item.get(field)?.as_i64()).fold(0i64, i64::saturating_add);
        let Kind::Int { min, max, .. } = param.kind else { continue };
        if min.is_some_and(|min| sum < min) || max.is_some_and(|max| sum > max) {
            let word = words[list_slot].as_deref().unwrap_or(list);
            let allowed = check::allowed(&param.kind);
            refusals.push(Refusal::new(
                word,
                format!("has a total {field} of {sum}; allowed for {name}: {allowed}"),
            ));
        }
        slots[slot] = Some(sum.into());
    }
}
