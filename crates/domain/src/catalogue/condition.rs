//! `when = { mode = "pro", start_image_url = { given = true } }`

use indexmap::IndexMap;
use serde_json::Value;
use toml::de::DeValue;

use super::param::{Kind, Param};
use super::problem::Notes;
use super::search;
use super::toml_walk::{Node, Table, float, kind, whole};

/// What must be true of a parameter set. All parts together; no parts always hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Condition(pub(super) Vec<(String, Test)>);

/// What must be true of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// It is in the set, or it is not. Defaults count as given.
    Given(bool),
    /// Its value is one of these.
    Any(Vec<Expected>),
}

/// A value or a range of values.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expected {
    Text(String),
    Int(i64),
    Truth(bool),
    Range { min: Option<f64>, max: Option<f64> },
}

impl Condition {
    /// Whether it holds for these values.
    pub fn holds(&self, values: &IndexMap<String, Value>) -> bool {
        self.0.iter().all(|(name, test)| test.holds(values.get(name)))
    }

    /// The parameters it names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The part about one parameter.
    pub(super) fn of(&self, name: &str) -> Option<&Test> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, test)| test)
    }
}

impl Test {
    fn holds(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Given(wanted) => value.is_some() == *wanted,
            Self::Any(all) => all.iter().any(|expected| expected.is(value)),
        }
    }
}

impl Expected {
    pub(super) fn is(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Truth(wanted), value) => value.and_then(Value::as_bool).unwrap_or(false) == *wanted,
            (Self::Text(wanted), Some(Value::String(text))) => wanted == text,
            (Self::Int(wanted), Some(value)) => value.as_i64() == Some(*wanted),
            (Self::Range { min, max }, Some(value)) => value.as_f64().is_some_and(|number| {
                min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max)
            }),
            _ => false,
        }
    }

    /// For messages.
    pub(super) fn show(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
            Self::Range { min, max } => match (min, max) {
                (Some(min), Some(max)) => format!("{min} to {max}"),
                (Some(min), None) => format!("at least {min}"),
                (None, Some(max)) => format!("at most {max}"),
                (None, None) => "any number".into(),
            },
        }
    }
}

/// Reads a `when` table against the parameters it may name.
pub(super) fn read(table: Table, params: &IndexMap<String, Param>, notes: &mut Notes) -> Condition {
    let what = table.what.clone();
    let mut parts = Vec::new();
    for entry in table.into_entries() {
        let Some(param) = params.get(entry.key) else {
            unknown_param(entry.key, &what, params, &entry.at, notes);
            continue;
        };
        if let Some(test) = test(entry.key, param, entry.value, &what, notes) {
            parts.push((entry.key.to_owned(), test));
        }
    }
    Condition(parts)
}

/// Notes that a name is none of the parameters.
pub(super) fn unknown_param(
    name: &str,
    what: &str,
    params: &IndexMap<String, Param>,
    at: &std::ops::Range<usize>,
    notes: &mut Notes,
) {
    let fix = match search::nearest(params.keys().map(String::as_str), name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name one of the model's parameters".to_owned(),
    };
    notes.add(at, format!("{what} names the unknown parameter `{name}`"), fix);
}

fn test(name: &str, param: &Param, node: Node, what: &str, notes: &mut Notes) -> Option<Test> {
    if let DeValue::Table(inner) = node.get_ref() {
        let mut table = Table::new(inner, node.span(), format!("`{name}` in {what}"));
        if let Some(given) = table.truth("given", notes) {
            if param.always_there() || (param.required && !param.may_be_absent()) {
                let fix = "leave the condition out, or test for a value";
                notes.add(
                    &table.at,
                    format!("`{name}` in {what} is always given, so testing for it means nothing"),
                    fix,
                );
            }
            table.finish(notes);
            return Some(Test::Given(given));
        }
    }
    if let DeValue::Array(items) = node.get_ref() {
        if items.is_empty() {
            notes.add(&node.span(), format!("`{name}` in {what} lists no value"), "list at least one value");
        }
        return Some(Test::Any(
            items.iter().filter_map(|item| expected(name, param, item, what, notes)).collect(),
        ));
    }
    Some(Test::Any(vec![expected(name, param, node, what, notes)?]))
}

/// Reads one expected value and checks that the parameter can have it.
pub(super) fn expected(
    name: &str,
    param: &Param,
    node: Node,
    what: &str,
    notes: &mut Notes,
) -> Option<Expected> {
    let found = match (node.get_ref(), &param.kind) {
        (DeValue::String(text), Kind::Choice { one_of, .. }) if one_of.iter().any(|word| word == text) => {
            Expected::Text(text.as_ref().to_owned())
        }
        (DeValue::String(text), Kind::Size { words, free })
            if free.is_some() || words.contains_key(text.as_ref()) =>
        {
            Expected::Text(text.as_ref().to_owned())
        }
        (DeValue::Boolean(truth), Kind::Bool) => Expected::Truth(*truth),
        (value @ DeValue::Integer(_), Kind::Int { min, max, one_of }) => {
            let number = whole(value)?;
            let within = min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max);
            if !within || !(one_of.is_empty() || one_of.contains(&number)) {
                let fix = "use a value within the parameter's bounds";
                notes.add(&node.span(), format!("`{name}` in {what} can never be {number}"), fix);
            }
            Expected::Int(number)
        }
        (
            DeValue::Table(inner),
            Kind::Int { .. } | Kind::Number { .. } | Kind::Choice { or_number: Some(_), .. },
        ) => {
            let mut table = Table::new(inner, node.span(), format!("`{name}` in {what}"));
            let (min, max) = (table.number("min", notes), table.number("max", notes));
            if let (Some(low), Some(high)) = (min, max)
                && low > high
            {
                notes.add(
                    &table.at,
                    format!("`{name}` in {what} has min {low} above max {high}"),
                    "swap them",
                );
            }
            table.finish(notes);
            Expected::Range { min, max }
        }
        (value, of) => {
            let shown = value.as_str().map_or_else(
                || float(value).map_or(kind(value).into(), |n| n.to_string()),
                |t| format!("\"{t}\""),
            );
            let fix = match of {
                Kind::Choice { one_of, .. } => format!("use one of: {}", one_of.join(", ")),
                Kind::Bool => "use true or false".to_owned(),
                Kind::Int { .. } => "use a whole number, or { min = …, max = … }".to_owned(),
                Kind::Number { .. } => "use { min = …, max = … }".to_owned(),
                _ => "use { given = true } or { given = false }".to_owned(),
            };
            notes.add(&node.span(), format!("`{name}` in {what} can never be {shown}"), fix);
            return None;
        }
    };
    Some(found)
}
