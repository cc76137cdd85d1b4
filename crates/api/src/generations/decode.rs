//! A request body of the generations dialect, checked as strictly as its contract says. Everything that
//! needs no model is checked here, so that wrong input looks the same for every model.

use serde_json::{Map, Value};
use spool_domain::fault::{Fault, Kind};
use spool_domain::reference::{FORMS, Reference};

pub(super) use crate::body::parse;

const FIELDS: [&str; 4] = ["model", "input", "n", "wait"];
const INPUT_FIELDS: [&str; 9] = [
    "prompt",
    "images",
    "aspect_ratio",
    "size",
    "duration",
    "resolution",
    "seed",
    "negative_prompt",
    "duration_seconds",
];
/// The other name of `duration`.
const ALIAS: &str = "duration_seconds";
const PROMPT_CHARS_MAX: usize = 8_000;
const IMAGES_MAX: usize = 8;
const N_MAX: u64 = 10;
pub(super) const WAIT_MAX_S: u64 = 60;
/// No key of ours is longer; what is longer is cut in the answer.
const ECHO_CHARS: usize = 64;

/// Whose words `input` is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// The dialect's own fields, the same for every model.
    Common,
    /// The model's own parameter names.
    Model,
}

/// How long to keep the caller waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// As suits the model.
    Auto,
    /// So many seconds.
    Seconds(u64),
}

/// A request that is well formed.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) input: Map<String, Value>,
    pub(super) n: Option<u32>,
    pub(super) wait: Wait,
    /// Whether the caller said `duration_seconds`; `input` says `duration` in any case.
    pub(super) aliased: bool,
}

/// Checks it.
pub(super) fn decode(body: Value, vocabulary: Vocabulary) -> Result<Asked, Fault> {
    let Value::Object(mut body) = body else {
        return Err(Fault::new(Kind::InvalidInput, "the body must be a JSON object"));
    };
    // Unknown keys first: a misspelt name also makes another field look missing, and is the better hint.
    if let Some(key) = body.keys().find(|key| !FIELDS.contains(&key.as_str())) {
        return Err(unknown("", key, &FIELDS));
    }
    let input = body.get("input");
    if let (Vocabulary::Common, Some(Value::Object(input))) = (vocabulary, input)
        && let Some(key) = input.keys().find(|key| !INPUT_FIELDS.contains(&key.as_str()))
    {
        return Err(unknown("input.", key, &INPUT_FIELDS));
    }
    let model = match body.remove("model") {
        Some(Value::String(model)) if !model.is_empty() => model,
        None => {
            return Err(Fault::field(
                "model",
                "model is required: the id of a model, such as GET /v1/models lists",
            ));
        }
        Some(_) => return Err(Fault::field("model", "model must be a text: the id of a model")),
    };
    let mut input = match body.remove("input") {
        Some(Value::Object(input)) => input,
        None => {
            return Err(Fault::field("input", "input is required: an object with at least prompt or images"));
        }
        Some(_) => return Err(Fault::field("input", "input must be an object")),
    };
    let n = match body.get("n") {
        None => None,
        Some(n) => match n.as_u64() {
            Some(n @ 1..=N_MAX) => Some(n as u32),
            _ => return Err(Fault::field("n", format!("n must be a whole number from 1 to {N_MAX}"))),
        },
    };
    let wait = match body.get("wait") {
        None => Wait::Auto,
        Some(Value::String(word)) if word == "auto" => Wait::Auto,
        Some(wait) => wait.as_u64().and_then(seconds).ok_or_else(bad_wait)?,
    };
    let aliased = vocabulary == Vocabulary::Common && common(&mut input)?;
    Ok(Asked { model, input, n, wait, aliased })
}

/// Reads the `wait` of a query string: at most one, `auto` or plain digits.
pub(super) fn query_wait(query: Option<&str>) -> Result<Wait, Fault> {
    let mut given = query
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| if pair == "wait" { Some("") } else { pair.strip_prefix("wait=") });
    let wait = match given.next() {
        None => Wait::Seconds(0),
        Some("auto") => Wait::Auto,
        Some(digits) if digits.len() <= 2 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok().and_then(seconds).ok_or_else(bad_wait)?
        }
        Some(_) => return Err(bad_wait()),
    };
    if given.next().is_some() { Err(bad_wait()) } else { Ok(wait) }
}

fn seconds(seconds: u64) -> Option<Wait> {
    (seconds <= WAIT_MAX_S).then_some(Wait::Seconds(seconds))
}

fn bad_wait() -> Fault {
    Fault::field("wait", format!("wait must be \"auto\" or a whole number of seconds from 0 to {WAIT_MAX_S}"))
}

/// Checks the fields of the common vocabulary; whether `duration` went by its other name.
fn common(input: &mut Map<String, Value>) -> Result<bool, Fault> {
    let wrong = |field: &str, what: String| Fault::field(format!("input.{field}"), format!("{field} {what}"));
    for (field, value) in input.iter() {
        let fits = match field.as_str() {
            "prompt" => {
                let Some(prompt) = value.as_str() else {
                    return Err(wrong(field, "must be a text".to_owned()));
                };
                // A text has at least a quarter as many characters as bytes, and at most as many.
                let chars =
                    if prompt.len() <= PROMPT_CHARS_MAX { prompt.len() } else { prompt.chars().count() };
                if !(1..=PROMPT_CHARS_MAX).contains(&chars) {
                    return Err(wrong(
                        field,
                        format!("must have 1 to {PROMPT_CHARS_MAX} characters, not {chars}"),
                    ));
                }
                continue;
            }
            "images" => {
                images(value)?;
                continue;
            }
            "aspect_ratio" if !pair(value, ':') => Err("must be W:H, such as 16:9"),
            "size" if !pair(value, 'x') => Err("must be WxH pixels, such as 1024x1024"),
            "duration" | ALIAS if value.as_u64().is_none_or(|seconds| seconds == 0) => {
                Err("must be a whole number of seconds")
            }
            "seed" if value.as_i64().is_none() => Err("must be a whole number"),
            "resolution" | "negative_prompt" if !value.is_string() => Err("must be a text"),
            _ => Ok(()),
        };
        fits.map_err(|what| wrong(field, what.to_owned()))?;
    }
    let given = |field: &str| match input.get(field) {
        Some(Value::Array(items)) => !items.is_empty(),
        other => other.is_some(),
    };
    if !given("prompt") && !given("images") {
        return Err(Fault::field("input.prompt", "give a prompt, or at least one of images"));
    }
    let Some(seconds) = input.remove(ALIAS) else { return Ok(false) };
    if input.insert("duration".to_owned(), seconds).is_some() {
        return Err(wrong(ALIAS, "says the same as duration; give one of them".to_owned()));
    }
    Ok(true)
}

fn images(value: &Value) -> Result<(), Fault> {
    let Some(items) = value.as_array().filter(|items| items.len() <= IMAGES_MAX) else {
        return Err(Fault::field(
            "input.images",
            format!("images must be a list of at most {IMAGES_MAX} files"),
        ));
    };
    // Models without references ignore pictures, so the form is checked here for all.
    let fits = |text: &str| Reference::parse(text).is_some();
    match items.iter().position(|item| !item.as_str().is_some_and(fits)) {
        None => Ok(()),
        Some(place) => {
            let what = format!("images.{place} must be {FORMS}");
            Err(Fault::field(format!("input.images.{place}"), what))
        }
    }
}

/// Digits, the separator, digits.
fn pair(value: &Value, separator: char) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    value.as_str().and_then(|text| text.split_once(separator)).is_some_and(|(a, b)| digits(a) && digits(b))
}

/// An unknown key, with the name that was probably meant: of the same object, or of `input` where it belongs.
fn unknown(path: &str, key: &str, known: &[&str]) -> Fault {
    let shown: String = key.chars().take(ECHO_CHARS).collect();
    let near = nearest(&shown, known).map(|near| format!("{path}{near}"));
    let elsewhere = || {
        if path.is_empty() { nearest(&shown, &INPUT_FIELDS) } else { None }
            .map(|near| format!("input.{near}"))
    };
    let meant = near.or_else(elsewhere).map_or_else(String::new, |meant| format!("did you mean {meant}? "));
    Fault::field(format!("{path}{shown}"), format!("unknown field; {meant}known are: {}", known.join(", ")))
}

fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let scored = known.iter().map(|known| (strsim::damerau_levenshtein(name, known), *known));
    scored
        .filter(|(distance, known)| distance * 3 <= name.len().max(known.len()))
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests;
