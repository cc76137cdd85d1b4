//! The way of a model to a provider: the same parameters in the provider's words.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use super::check;
use super::condition::Condition;
use super::model::{Model, Params};
use super::role::Role;
use crate::money::MicroUsd;

/// One `[[model.routes]]` entry.
#[derive(Clone, Debug)]
pub struct Route {
    /// The provider's name in the configuration.
    pub provider: String,
    pub(super) when: Condition,
    pub(super) upstream: Vec<Piece>,
    pub(super) moves: Vec<(String, Move)>,
    pub(super) set: Vec<(String, Value)>,
    pub(super) drop: Vec<String>,
    pub(super) count: Option<(String, u32)>,
    pub(super) cost: Cost,
}

/// What a provider is asked: its name for the model, and the input in its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Upstream {
    /// The provider's model name or endpoint path.
    pub model: String,
    /// The provider's parameters.
    pub input: Map<String, Value>,
}

/// A part of the upstream's name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    Text(String),
    Param(String),
    Task,
    /// What the stars of a family's id stand for.
    Rest,
}

/// How one parameter is sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Move {
    /// The provider's name; dots make inner objects.
    pub(super) name: Option<String>,
    /// Values in other words.
    pub(super) values: Vec<(String, Value)>,
    /// Values that are said by sending nothing.
    pub(super) without: Vec<String>,
    /// The factor between our unit and the provider's.
    pub(super) times: Option<f64>,
    /// The type it is sent as.
    pub(super) turn: Option<Turn>,
    /// The unit that is written behind it.
    pub(super) suffix: String,
}

/// A change of type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Numbers as texts.
    Text,
    /// Texts as numbers.
    Number,
    /// One value as a list of one.
    List,
    /// A list as its first item.
    First,
    /// `WxH` as `{"width", "height"}`; words stay.
    Size,
    /// `WxH` as two fields, `width` and `height`; anything else is not sent.
    Sides,
    /// A list as a field for each item: `name`, `name_2`, `name_3`.
    Numbered,
}

/// What one output costs us at the provider.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cost {
    /// As much as the customer pays.
    Price,
    /// A fixed amount.
    Fixed(MicroUsd),
    /// This many hundredths of the price.
    Percent(u32),
}

/// What providers call the number of outputs of one call.
const MULTIPLIERS: [&str; 6] = ["n", "num_images", "num_outputs", "num_videos", "sample_count", "batch_size"];

impl Route {
    /// Whether this route can make what these parameters ask for.
    pub fn serves(&self, params: &Params) -> bool {
        self.when.holds(params)
    }

    /// How many outputs one call makes; larger counts are spread over calls.
    pub fn count_max(&self) -> u32 {
        self.count.as_ref().map_or(1, |(_, max)| *max)
    }

    /// What one output costs us at this provider, as far as the stanza says; else the price before markup.
    pub fn cost(&self, unit_price: MicroUsd) -> MicroUsd {
        match self.cost {
            Cost::Price => unit_price,
            Cost::Fixed(amount) => amount,
            Cost::Percent(percent) => {
                let hundredths = i128::from(unit_price.0) * i128::from(percent);
                let amount = hundredths / 100 + i128::from(hundredths % 100 > 0);
                MicroUsd(i64::try_from(amount).unwrap_or(i64::MAX))
            }
        }
    }

    /// The request in the provider's words, for `count` outputs of one call.
    pub fn render(&self, model: &Model, params: &Params, count: u32) -> Upstream {
        let mut input = Map::new();
        for (name, value) in params.iter() {
            if !model.params.contains_key(name) {
                if !self.is_taken(model, name) {
                    put(&mut input, name, value.clone());
                }
                continue;
            }
            let is_count = model.params.get(name).is_some_and(|param| param.role == Some(Role::Count));
            if is_count || self.drop.contains(name) || self.names(name) {
                continue;
            }
            match self.moved(name) {
                Some(how) => {
                    if let Some(value) = how.apply(value) {
                        how.put(&mut input, how.name.as_deref().unwrap_or(name), value);
                    }
                }
                None => put(&mut input, name, value.clone()),
            }
        }
        for (name, value) in &self.set {
            put(&mut input, name, value.clone());
        }
        if let Some((name, max)) = &self.count {
            put(&mut input, name, count.min(*max).into());
        }
        Upstream { model: self.upstream_name(model, params), input }
    }

    /// The provider's name for the model.
    pub fn upstream_name(&self, model: &Model, params: &Params) -> String {
        let mut text = String::new();
        for piece in &self.upstream {
            match piece {
                Piece::Text(part) => text.push_str(part),
                // A family itself is never ordered, only its members, whose names are written out.
                Piece::Rest => {}
                Piece::Task => text.push_str(model.task(params).as_str()),
                Piece::Param(name) => {
                    let value = params.get(name).and_then(|value| match self.moved(name) {
                        Some(how) => how.apply(value),
                        None => Some(value.clone()),
                    });
                    match value {
                        Some(Value::String(word)) => text.push_str(&word),
                        Some(other) => text.push_str(&other.to_string()),
                        None => {}
                    }
                }
            }
        }
        text
    }

    fn moved(&self, name: &str) -> Option<&Move> {
        self.moves.iter().find(|(other, _)| other == name).map(|(_, how)| how)
    }

    /// Whether a word that only the caller knows would change what the route itself decides, and with it the
    /// price: a name that the route writes, or one that multiplies outputs of a model with prices of its own.
    fn is_taken(&self, model: &Model, name: &str) -> bool {
        let first = |path: &str| path.split('.').next() == name.split('.').next();
        (MULTIPLIERS.contains(&name) && !model.open)
            || self.moves.iter().any(|(_, how)| how.name.as_deref().is_some_and(first))
            || (matches!(name, "width" | "height")
                && self.moves.iter().any(|(_, how)| how.turn == Some(Turn::Sides)))
            || self.set.iter().any(|(path, _)| first(path))
            || self.count.as_ref().is_some_and(|(path, _)| first(path))
    }

    /// Whether the upstream's name already says this parameter.
    fn names(&self, name: &str) -> bool {
        self.upstream.iter().any(|piece| matches!(piece, Piece::Param(other) if other == name))
    }
}

impl Move {
    /// Sets what the value has become: one field, or several.
    fn put(&self, input: &mut Map<String, Value>, name: &str, value: Value) {
        match (self.turn, value) {
            (Some(Turn::Sides), Value::Object(sides)) => input.extend(sides),
            (Some(Turn::Sides), _) => {}
            (Some(Turn::Numbered), Value::Array(items)) => {
                for (place, item) in items.into_iter().enumerate() {
                    let name = if place == 0 { name.to_owned() } else { format!("{name}_{}", place + 1) };
                    put(input, &name, item);
                }
            }
            (_, value) => put(input, name, value),
        }
    }

    /// The value as it is sent; none if nothing is sent.
    fn apply(&self, value: &Value) -> Option<Value> {
        let written = |value: &Value| match value {
            Value::String(word) => word.clone(),
            other => other.to_string(),
        };
        if !(self.without.is_empty() && self.values.is_empty()) {
            let word = written(value);
            if self.without.contains(&word) {
                return None;
            }
            if let Some((_, other)) = self.values.iter().find(|(ours, _)| *ours == word) {
                return match self.turn {
                    Some(Turn::Sides) => Some(sides(other).unwrap_or_default()),
                    _ => Some(other.clone()),
                };
            }
        }
        let mut value = value.clone();
        if let (Some(times), Some(number)) = (self.times, value.as_f64()) {
            let product = number * times;
            value = if product.fract() == 0.0 && product.abs() < 1e15 {
                (product as i64).into()
            } else {
                Number::from_f64(product).map_or(Value::Null, Value::Number)
            };
        }
        value = match self.turn {
            Some(Turn::Text) => written(&value).into(),
            Some(Turn::Number) => match value.as_str().and_then(|text| text.parse::<f64>().ok()) {
                Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => (number as i64).into(),
                Some(number) => number.into(),
                None => value,
            },
            Some(Turn::List) => Value::Array(vec![value]),
            Some(Turn::First) => match value {
                Value::Array(items) => items.into_iter().next()?,
                other => other,
            },
            Some(Turn::Size) => sides(&value).unwrap_or(value),
            Some(Turn::Sides) => sides(&value).unwrap_or_default(),
            Some(Turn::Numbered) | None => value,
        };
        if !self.suffix.is_empty() {
            value = format!("{}{}", written(&value), self.suffix).into();
        }
        Some(value)
    }
}

/// `WxH` as an object.
fn sides(value: &Value) -> Option<Value> {
    let (width, height) = check::pixels(value.as_str()?)?;
    Some(json!({ "width": width, "height": height }))
}

/// Sets a field; dots in its name make inner objects.
fn put(input: &mut Map<String, Value>, name: &str, value: Value) {
    let Some((first, rest)) = name.split_once('.') else {
        input.insert(name.to_owned(), value);
        return;
    };
    let inner = input.entry(first).or_insert_with(|| Value::Object(Map::new()));
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}
