//! One value against one type: what is stored, or what is wrong with it.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::{Map, Number, Value};

use super::param::{FreeSize, Kind};
use super::validate::{self, Given, How, Refusal};
use crate::reference::{self, EARLIER_FORMS, FORMS, Reference, URL_BYTES_MAX};

/// Longer words are not repeated in messages.
const ECHO_CHARS: usize = 40;

/// Null and empty text, list or nothing at all: a form field that was left blank.
pub(super) fn blank(kind: &Kind, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() && !matches!(kind, Kind::Media { .. }),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The value as it is stored; none when it was refused. `path` is the caller's word for it.
pub(super) fn value(
    kind: &Kind,
    value: &Value,
    path: &str,
    how: How,
    refusals: &mut Vec<Refusal>,
) -> Option<Value> {
    let found = match kind {
        Kind::Text { max_chars, uuid } => text(value, *max_chars, *uuid),
        Kind::Int { min, max, one_of } => int(value, how.numeric_strings)
            .filter(|number| {
                min.is_none_or(|min| *number >= min)
                    && max.is_none_or(|max| *number <= max)
                    && (one_of.is_empty() || one_of.contains(number))
            })
            .map(Value::from)
            .ok_or_else(|| expected(kind, value)),
        Kind::Number { min, max } => number(value, how.numeric_strings)
            .filter(|number| within(number, *min, *max))
            .map(Value::Number)
            .ok_or_else(|| expected(kind, value)),
        Kind::Bool if value.is_boolean() => Ok(value.clone()),
        Kind::Choice { one_of, or_number } => word(one_of, value)
            .or_else(|| {
                let (min, max) = (*or_number)?;
                let number = number(value, how.numeric_strings)?;
                within(&number, Some(min), Some(max)).then_some(Value::Number(number))
            })
            .ok_or_else(|| expected(kind, value)),
        Kind::Size { words, free } => size(words.keys(), *free, value).ok_or_else(|| expected(kind, value)),
        Kind::Media { earlier: None, .. } => file(value),
        Kind::Media { earlier: Some(_), .. } => earlier(value),
        Kind::List { of, min, max, commas } => {
            return list(of, (*min, *max), *commas, value, path, how, refusals);
        }
        Kind::Objects { shape, min, max } => {
            let items = items(value, (*min, *max), kind, path, refusals)?;
            let before = refusals.len();
            let filled = items.iter().enumerate().map(|(i, item)| {
                let path = format!("{path}.{i}");
                let Some(fields) = item.as_object() else {
                    refusals.push(Refusal::new(&path, format!("must be an object, not {}", type_word(item))));
                    return Value::Null;
                };
                object(shape, fields, &path, how, refusals)
            });
            let filled: Vec<Value> = filled.collect();
            return (refusals.len() == before).then_some(Value::Array(filled));
        }
        Kind::Refused => Err("is not supported by this model; leave it out".to_owned()),
        Kind::Bool => Err(expected(kind, value)),
    };
    found.map_err(|what| refusals.push(Refusal::new(path, what))).ok()
}

fn object(
    shape: &super::shape::Shape,
    fields: &Map<String, Value>,
    path: &str,
    how: How,
    refusals: &mut Vec<Refusal>,
) -> Value {
    let mut extra = Vec::new();
    let given: Vec<Given> = fields
        .iter()
        .filter_map(|(key, value)| {
            let word = format!("{path}.{key}");
            match validate::slot(&shape.params, key) {
                Some(slot) => Some(Given { slot, word: word.into(), value: Cow::Borrowed(value) }),
                None => {
                    how.unknown(&shape.params, key, word, value, &mut extra, refusals);
                    None
                }
            }
        })
        .collect();
    let filled = validate::fill(
        &shape.params,
        &shape.rules,
        given,
        How { prefix: path, callers: &[], ..how },
        refusals,
    );
    filled.into_iter().chain(extra).collect::<Map<_, _>>().into()
}

fn text(value: &Value, max_chars: Option<usize>, uuid: bool) -> Result<Value, String> {
    let Some(text) = value.as_str() else {
        return Err(format!("must be a text, not {}", type_word(value)));
    };
    // Bytes are never fewer than characters, so most texts need no count.
    if let Some(max) = max_chars.filter(|&max| text.len() > max) {
        let chars = text.chars().count();
        if chars > max {
            return Err(format!("has {chars} characters; at most {max} are allowed"));
        }
    }
    if uuid && !is_uuid(text) {
        return Err("must be a UUID, such as 3f0c1b9a-2d4e-4c6f-8a10-5b7c9d1e2f34".to_owned());
    }
    Ok(Value::String(text.to_owned()))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn int(value: &Value, numeric_strings: bool) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            // 5.0 is whole; beyond 2^53 a float no longer says which integer it means.
            let float = number.as_f64()?;
            (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
        }),
        Value::String(text) if numeric_strings => text.trim().parse().ok(),
        _ => None,
    }
}

fn number(value: &Value, numeric_strings: bool) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) if numeric_strings => {
            let text = text.trim();
            text.parse::<i64>().ok().map(Number::from).or_else(|| Number::from_f64(text.parse().ok()?))
        }
        _ => None,
    }
}

fn within(number: &Number, min: Option<f64>, max: Option<f64>) -> bool {
    number.as_f64().is_some_and(|n| min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max))
}

fn word(one_of: &[String], value: &Value) -> Option<Value> {
    let text = value.as_str()?;
    one_of.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| Value::String(word.clone()))
}

fn size<'a>(
    mut words: impl Iterator<Item = &'a String>,
    free: Option<FreeSize>,
    value: &Value,
) -> Option<Value> {
    let (width, height) = match value {
        Value::String(text) => match words.find(|word| word.eq_ignore_ascii_case(text)) {
            Some(word) => return Some(Value::String(word.clone())),
            None => pixels(text)?,
        },
        Value::Object(sides) if sides.len() == 2 => {
            let side = |name| sides.get(name).and_then(|side| u32::try_from(int(side, false)?).ok());
            let sides = (side("width")?, side("height")?);
            let text = format!("{}x{}", sides.0, sides.1);
            if let Some(word) = words.find(|word| **word == text) {
                return Some(Value::String(word.clone()));
            }
            sides
        }
        _ => return None,
    };
    let free = free?;
    let fits = |side: u32| side >= free.min && side <= free.max && side.is_multiple_of(free.multiple_of);
    (fits(width) && fits(height)).then(|| Value::String(format!("{width}x{height}")))
}

/// Reads `WxH`.
pub(super) fn pixels(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.split_once(['x', 'X'])?;
    let side = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten().filter(|side: &u32| *side > 0)
    };
    Some((side(width)?, side(height)?))
}

/// Only the form; whether there is such a file, the engine finds out. What was given is never repeated: it may be
/// megabytes of somebody's picture.
fn file(value: &Value) -> Result<Value, String> {
    let wrong = || format!("must be {FORMS}");
    let text = value.as_str().ok_or_else(wrong)?;
    if text.len() > URL_BYTES_MAX && !reference::is_data(text) {
        return Err(format!("is a URL of {} bytes; at most {URL_BYTES_MAX} are allowed", text.len()));
    }
    Reference::parse(text).map(|_| value.clone()).ok_or_else(wrong)
}

/// An output of an earlier job, by the id of the job or of the file.
fn earlier(value: &Value) -> Result<Value, String> {
    match value.as_str().and_then(Reference::parse) {
        Some(Reference::Output { .. } | Reference::File(_)) => Ok(value.clone()),
        _ => Err(format!("must be {EARLIER_FORMS}")),
    }
}

fn list(
    of: &Kind,
    bounds: (usize, Option<usize>),
    commas: bool,
    value: &Value,
    path: &str,
    how: How,
    refusals: &mut Vec<Refusal>,
) -> Option<Value> {
    let split: Value;
    let value = match value {
        Value::String(text) if commas => {
            split = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
            &split
        }
        other => other,
    };
    let items = items(value, bounds, of, path, refusals)?;
    let before = refusals.len();
    let checked = items.iter().enumerate();
    let checked: Vec<Value> = checked
        .filter_map(|(i, item)| {
            // The path of an item is only written out when something is wrong with it.
            let inner = refusals.len();
            let found = self::value(of, item, "", how, refusals);
            for refusal in &mut refusals[inner..] {
                *refusal = Refusal::new(&format!("{path}.{i}"), refusal.message.trim_start());
            }
            found
        })
        .collect();
    (refusals.len() == before).then_some(Value::Array(checked))
}

fn items<'a>(
    value: &'a Value,
    (min, max): (usize, Option<usize>),
    of: &Kind,
    path: &str,
    refusals: &mut Vec<Refusal>,
) -> Option<&'a Vec<Value>> {
    let Some(items) = value.as_array() else {
        let item = match of {
            Kind::Media { .. } => "files",
            Kind::Objects { .. } => "objects",
            _ => "texts",
        };
        refusals.push(Refusal::new(path, format!("must be a list of {item}, not {}", type_word(value))));
        return None;
    };
    if items.len() < min || max.is_some_and(|max| items.len() > max) {
        let allowed = match max {
            Some(max) if min > 1 => format!("{min} to {max} are allowed"),
            Some(max) => format!("at most {max} are allowed"),
            None => format!("at least {min} are needed"),
        };
        refusals.push(Refusal::new(path, format!("has {} items; {allowed}", items.len())));
        return None;
    }
    Some(items)
}

/// "is 7; allowed: 5, 10". Words and numbers are repeated if short, anything else only by its type.
fn expected(kind: &Kind, value: &Value) -> String {
    let shown = match value {
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::String(text) if text.chars().count() <= ECHO_CHARS => format!("\"{text}\""),
        other => type_word(other).to_owned(),
    };
    format!("is {shown}; allowed: {}", allowed(kind))
}

/// What a type takes, for people.
pub(super) fn allowed(kind: &Kind) -> String {
    fn range<T: std::fmt::Display>(noun: &str, min: Option<T>, max: Option<T>) -> String {
        match (min, max) {
            (Some(min), Some(max)) => format!("{noun} from {min} to {max}"),
            (Some(min), None) => format!("{noun} from {min}"),
            (None, Some(max)) => format!("{noun} up to {max}"),
            (None, None) => noun.to_owned(),
        }
    }
    match kind {
        Kind::Text { .. } => "a text".to_owned(),
        Kind::Int { one_of, .. } if !one_of.is_empty() => {
            one_of.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
        }
        Kind::Int { min, max, .. } => range("whole numbers", *min, *max),
        Kind::Number { min, max } => range("numbers", *min, *max),
        Kind::Bool => "true, false".to_owned(),
        Kind::Choice { one_of, or_number } => {
            let mut text = one_of.join(", ");
            if let Some((min, max)) = or_number {
                let _ = write!(text, ", or a number from {min} to {max}");
            }
            text
        }
        Kind::Size { words, free } => {
            let mut parts: Vec<String> = words.keys().cloned().collect();
            if let Some(FreeSize { min, max, multiple_of }) = free {
                parts.push(format!("WxH with sides from {min} to {max} in steps of {multiple_of}"));
            }
            parts.join(", ")
        }
        Kind::Media { earlier: None, .. } => FORMS.to_owned(),
        Kind::Media { earlier: Some(_), .. } => EARLIER_FORMS.to_owned(),
        Kind::List { .. } | Kind::Objects { .. } => "a list".to_owned(),
        Kind::Refused => "nothing".to_owned(),
    }
}

fn type_word(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
