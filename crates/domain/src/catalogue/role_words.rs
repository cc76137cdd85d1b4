//! From the common vocabulary to a model's own parameters.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::check;
use super::model::Model;
use super::param::Kind;
use super::role::Role;
use super::search;
use super::task::Makes;
use super::validate::{Given, Refusal};

const WORDS: [&str; 9] = [
    "prompt",
    "images",
    "aspect_ratio",
    "size",
    "duration",
    "resolution",
    "seed",
    "negative_prompt",
    "count",
];

/// Finds the parameter for every word. What the model has no parameter for is ignored.
pub(super) fn translate<'a>(
    model: &Model,
    input: &'a Map<String, Value>,
    refusals: &mut Vec<Refusal>,
) -> Vec<Given<'a>> {
    let mut given = Vec::with_capacity(input.len());
    for (word, value) in input {
        if value.is_null() {
            continue;
        }
        match word.as_str() {
            "images" => images(model, value, &mut given, refusals),
            "aspect_ratio" => aspect_ratio(model, input, value, &mut given, refusals),
            "size" => size(model, value, &mut given, refusals),
            "resolution" => resolution(model, value, &mut given),
            "prompt" | "duration" | "seed" | "negative_prompt" | "count" => {
                if let Some(slot) = Role::parse(word).and_then(|role| model.slot_of(role)) {
                    given.push(Given { slot, word: Cow::Borrowed(word), value: Cow::Borrowed(value) });
                }
            }
            _ => {
                refusals.push(Refusal::new(word, format!("is not known; {}", search::hint(&WORDS, word))));
            }
        }
    }
    given
}

/// All pictures go to the model's list; without one, each goes to the single reference with its number, and
/// those beyond are ignored: the first is the main one.
fn images<'a>(model: &Model, value: &'a Value, given: &mut Vec<Given<'a>>, refusals: &mut Vec<Refusal>) {
    let word = Cow::Borrowed("images");
    if let Some(slot) = model.slot_of(Role::Images) {
        return given.push(Given { slot, word, value: Cow::Borrowed(value) });
    }
    let Some(items) = value.as_array() else {
        return refusals.push(Refusal::new("images", "must be a list of files"));
    };
    for (number, item) in (0u8..8).zip(items) {
        if let Some(slot) = model.slot_of(Role::Image(number)) {
            given.push(Given {
                slot,
                word: Cow::Owned(format!("images.{number}")),
                value: Cow::Borrowed(item),
            });
        }
    }
}

/// A well-formed ratio that the model lacks becomes its nearest one. A model with sizes only takes the size of
/// the nearest shape, unless a size is given as well.
fn aspect_ratio<'a>(
    model: &Model,
    input: &Map<String, Value>,
    value: &'a Value,
    given: &mut Vec<Given<'a>>,
    refusals: &mut Vec<Refusal>,
) {
    let Some(wanted) = value.as_str().and_then(ratio) else {
        return refusals.push(Refusal::new("aspect_ratio", "must be W:H, such as 16:9"));
    };
    let word = Cow::Borrowed("aspect_ratio");
    if let Some(slot) = model.slot_of(Role::AspectRatio) {
        let near = match &model.params[slot].kind {
            Kind::Choice { one_of, .. }
                if !one_of.iter().any(|word| Some(word.as_str()) == value.as_str()) =>
            {
                nearest_ratio(one_of, wanted)
            }
            _ => None,
        };
        let value = near.map_or(Cow::Borrowed(value), |near| Cow::Owned(near.into()));
        given.push(Given { slot, word, value });
    } else if let Some(slot) = model.slot_of(Role::Size)
        && input.get("size").is_none_or(Value::is_null)
        && let Kind::Size { words, .. } = &model.params[slot].kind
        && let Some(near) = nearest_size(words, wanted)
    {
        given.push(Given { slot, word, value: Cow::Owned(near.into()) });
    }
}

/// Pixels that one of the model's words stands for become that word.
fn size<'a>(model: &Model, value: &'a Value, given: &mut Vec<Given<'a>>, refusals: &mut Vec<Refusal>) {
    let Some(wanted) = value.as_str().and_then(check::pixels) else {
        return refusals.push(Refusal::new("size", "must be WxH pixels, such as 1024x1024"));
    };
    let Some(slot) = model.slot_of(Role::Size) else { return };
    let meant = match &model.params[slot].kind {
        Kind::Size { words, .. } => {
            words.iter().find(|(_, pixels)| **pixels == Some(wanted)).map(|(word, _)| word)
        }
        _ => None,
    };
    let value = meant.map_or(Cow::Borrowed(value), |word| Cow::Owned(word.clone().into()));
    given.push(Given { slot, word: Cow::Borrowed("size"), value });
}

/// Picture models use a resolution that they have and ignore any other: the word belongs to clips.
fn resolution<'a>(model: &Model, value: &'a Value, given: &mut Vec<Given<'a>>) {
    let Some(slot) = model.slot_of(Role::Resolution) else { return };
    if model.makes == Makes::Image {
        let offered = match (&model.params[slot].kind, value.as_str()) {
            (Kind::Choice { one_of, .. }, Some(text)) => {
                one_of.iter().any(|word| word.eq_ignore_ascii_case(text))
            }
            _ => false,
        };
        if !offered {
            return;
        }
    }
    given.push(Given { slot, word: Cow::Borrowed("resolution"), value: Cow::Borrowed(value) });
}

/// Reads `W:H` as width over height.
pub(super) fn ratio(text: &str) -> Option<f64> {
    let (width, height) = text.split_once(':')?;
    let side = |digits: &str| {
        let plain =
            !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten().filter(|side: &f64| *side > 0.0)
    };
    Some(side(width)? / side(height)?)
}

/// The ratio among these words that is nearest.
pub(super) fn nearest_ratio(words: &[String], wanted: f64) -> Option<&str> {
    nearest(words.iter().filter_map(|word| Some((word.as_str(), ratio(word)?))), wanted)
}

/// The size whose shape is nearest, among the words that stand for pixels.
pub(super) fn nearest_size(words: &IndexMap<String, Option<(u32, u32)>>, wanted: f64) -> Option<&str> {
    let shapes = words.iter().filter_map(|(word, pixels)| {
        let (width, height) = (*pixels)?;
        Some((word.as_str(), f64::from(width) / f64::from(height)))
    });
    nearest(shapes, wanted)
}

/// Nearest by proportion: 2:1 is as far from 1:1 as 1:2 is.
fn nearest<T>(offered: impl Iterator<Item = (T, f64)>, wanted: f64) -> Option<T> {
    let distance = |ratio: f64| (ratio / wanted).ln().abs();
    offered.min_by(|a, b| distance(a.1).total_cmp(&distance(b.1))).map(|(found, _)| found)
}
