//! What a price can be multiplied by.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::check;
use super::param::{Kind, Param};
use super::problem::Notes;
use super::role::Role;

/// Parts per unit in which quantities are counted: exact for nine decimals.
pub(super) const NANO: i128 = 1_000_000_000;

/// The pixels of one megapixel.
const MEGAPIXEL: u64 = 1 << 20;

/// A bounded quantity of a parameter set.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Quantity {
    /// The value of the parameter with role `duration`.
    Seconds(String),
    /// Started thousands of characters of a text.
    ThousandCharacters(String),
    /// Started megapixels (1024 × 1024) of a size, and what its words stand for.
    Megapixels(String, IndexMap<String, Option<(u32, u32)>>),
    /// Started thousands of characters of one field over a list of objects.
    ThousandItemCharacters(String, String),
}

impl Quantity {
    /// The word in `usd_per` and in price tables.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Seconds(_) => "second",
            Self::Megapixels(..) => "megapixel",
            Self::ThousandCharacters(_) | Self::ThousandItemCharacters(..) => "thousand_characters",
        }
    }

    /// How much of it there is, in billionths, rounded up.
    pub(super) fn of(&self, values: &IndexMap<String, Value>) -> i128 {
        let chars = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
        let thousands = |chars: usize| chars.div_ceil(1000) as i128 * NANO;
        match self {
            Self::Seconds(name) => values.get(name).and_then(Value::as_number).map_or(0, nano),
            Self::ThousandCharacters(name) => thousands(values.get(name).map_or(0, chars)),
            Self::Megapixels(name, words) => {
                let size = values.get(name).and_then(Value::as_str).unwrap_or_default();
                let sides = words.get(size).copied().flatten().or_else(|| check::pixels(size));
                let pixels = sides.map_or(0, |(width, height)| u64::from(width) * u64::from(height));
                i128::from(pixels.div_ceil(MEGAPIXEL)) * NANO
            }
            Self::ThousandItemCharacters(list, field) => {
                let items = values.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                thousands(items.iter().filter_map(|item| item.get(field)).map(chars).sum())
            }
        }
    }

    /// Reads the word of `usd_per`; notes a problem where the model has no such bounded quantity.
    pub(super) fn read(
        word: &str,
        counted: Option<&str>,
        params: &IndexMap<String, Param>,
        (what, at): (&str, &Range<usize>),
        notes: &mut Notes,
    ) -> Option<Self> {
        let with_role = |role| params.iter().find(|(_, param)| param.role == Some(role));
        match word {
            "second" => {
                let Some((name, param)) = with_role(Role::Duration) else {
                    notes.add(
                        at,
                        format!("{what} counts seconds, but no parameter has the role duration"),
                        "give one that role, or use a fixed `usd`",
                    );
                    return None;
                };
                let bounded = match &param.kind {
                    Kind::Int { min, max, one_of } => {
                        one_of.iter().all(|one| *one >= 0)
                            && (!one_of.is_empty() || (*min >= Some(0) && max.is_some()))
                    }
                    Kind::Number { min, max } => *min >= Some(0.0) && max.is_some(),
                    _ => false,
                };
                if !bounded || param.may_be_absent() {
                    let fix =
                        "make it an int or number with min and max or one_of, and with a default or required";
                    notes.add(
                        at,
                        format!("{what} counts seconds, but `{name}` can be missing or has no bounds"),
                        fix,
                    );
                    return None;
                }
                Some(Self::Seconds(name.clone()))
            }
            "thousand_characters" => {
                let bounded = |kind: &Kind| matches!(kind, Kind::Text { max_chars: Some(_), .. });
                let name = counted
                    .or_else(|| with_role(Role::Prompt).map(|(name, _)| name.as_str()))
                    .unwrap_or("prompt");
                let (first, field) =
                    name.split_once('.').map_or((name, None), |(list, field)| (list, Some(field)));
                let found = match (params.get(first).map(|param| &param.kind), field) {
                    (Some(kind), None) if bounded(kind) => Some(Self::ThousandCharacters(first.to_owned())),
                    (Some(Kind::Objects { shape, max: Some(_), .. }), Some(field))
                        if shape.params.get(field).is_some_and(|param| bounded(&param.kind)) =>
                    {
                        Some(Self::ThousandItemCharacters(first.to_owned(), field.to_owned()))
                    }
                    _ => None,
                };
                if found.is_none() {
                    let fix = "give that text max_chars, or name another with counted = \"parameter\" or \"list.field\"";
                    notes.add(
                        at,
                        format!("{what} counts the characters of `{name}`, which is not a bounded text"),
                        fix,
                    );
                }
                found
            }
            "megapixel" => {
                let found = with_role(Role::Size).and_then(|(name, param)| match &param.kind {
                    Kind::Size { words, .. } if words.values().all(Option::is_some) => {
                        (!param.may_be_absent()).then(|| Self::Megapixels(name.clone(), words.clone()))
                    }
                    _ => None,
                });
                if found.is_none() {
                    notes.add(
                        at,
                        format!("{what} counts megapixels, but no size says how many there are"),
                        "give a parameter the role size, a default, and pixels for each of its words",
                    );
                }
                found
            }
            other => {
                notes.add(
                    at,
                    format!("{what} has the unknown unit `{other}`"),
                    "use second, megapixel or thousand_characters",
                );
                None
            }
        }
    }
}

/// A number in billionths, rounded up, by its decimal digits: exact where a float is not.
fn nano(number: &Number) -> i128 {
    if let Some(whole) = number.as_i64() {
        return i128::from(whole) * NANO;
    }
    // The display of an f64 is its shortest exact decimal form and never has an exponent.
    let text = number.as_f64().map(|float| format!("{float}")).unwrap_or_default();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let kept = &fraction[..fraction.len().min(9)];
    let digits: i128 = format!("{whole}{kept:0<9}").parse().unwrap_or(i128::from(i64::MAX) * NANO);
    digits + i128::from(fraction.len() > 9)
}
