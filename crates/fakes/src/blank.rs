//! A blank for each kind of order: what a documented body looks like, and whether a given one is so. Providers differ
//! in what they say about a wrong one; here the place is named.

use serde_json::{Map, Value};

/// What a value has to be.
pub(crate) enum Is {
    /// A text that is not blank, of at most so many characters.
    Text(usize),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Exactly this truth.
    Only(bool),
    /// A whole number within these bounds.
    Whole(i64, i64),
    /// One of these whole numbers.
    WholeOf(&'static [i64]),
    /// A number within these bounds.
    Number(f64, f64),
    /// True or false.
    Flag,
    /// An http or https address.
    Link,
    /// An address, or a `data:` URI in base64.
    File,
    /// An address, or base64 without a label.
    Bare,
    /// A list of so many to so many items.
    List(usize, usize, &'static Is),
    /// An object with these fields and no others.
    Object(&'static [Field]),
    /// Anything.
    Any,
}

/// One field of an object.
pub(crate) struct Field {
    name: &'static str,
    is: Is,
    needed: bool,
}

/// A field that has to be there.
pub(crate) const fn need(name: &'static str, is: Is) -> Field {
    Field { name, is, needed: true }
}

/// A field that may be there.
pub(crate) const fn may(name: &'static str, is: Is) -> Field {
    Field { name, is, needed: false }
}

/// Whether the object has what it needs, and nothing that is not documented. The error names the place.
pub(crate) fn check(object: &Map<String, Value>, fields: &[&[Field]]) -> Result<(), String> {
    for field in fields.iter().copied().flatten() {
        match object.get(field.name) {
            Some(value) => field.is.holds(value).map_err(|wrong| format!("{}{wrong}", field.name))?,
            None if field.needed => return Err(format!("{} is missing", field.name)),
            None => {}
        }
    }
    let known = |name: &String| fields.iter().copied().flatten().any(|field| field.name == name);
    match object.keys().find(|name| !known(name)) {
        Some(name) => Err(format!("{name} is not known")),
        None => Ok(()),
    }
}

impl Is {
    fn holds(&self, value: &Value) -> Result<(), String> {
        let good = match self {
            Self::Text(max) => {
                value.as_str().is_some_and(|text| !text.trim().is_empty() && text.chars().count() <= *max)
            }
            Self::OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Self::Only(truth) => value.as_bool() == Some(*truth),
            Self::Whole(min, max) => value.as_i64().is_some_and(|number| (*min..=*max).contains(&number)),
            Self::WholeOf(numbers) => value.as_i64().is_some_and(|number| numbers.contains(&number)),
            Self::Number(min, max) => value.as_f64().is_some_and(|number| (*min..=*max).contains(&number)),
            Self::Flag => value.is_boolean(),
            Self::Link => value.as_str().is_some_and(is_link),
            Self::File => value.as_str().is_some_and(|text| is_link(text) || is_labelled(text)),
            Self::Bare => value.as_str().is_some_and(|text| is_link(text) || is_base64(text)),
            Self::Any => true,
            Self::List(min, max, item) => {
                let list = value.as_array().ok_or(" is not a list")?;
                if !(*min..=*max).contains(&list.len()) {
                    return Err(format!(" has {} items", list.len()));
                }
                for (at, value) in list.iter().enumerate() {
                    item.holds(value).map_err(|wrong| format!("[{at}]{wrong}"))?;
                }
                true
            }
            Self::Object(fields) => {
                let object = value.as_object().ok_or(" is not an object")?;
                check(object, &[fields]).map_err(|wrong| format!(".{wrong}"))?;
                true
            }
        };
        if good { Ok(()) } else { Err(format!(" must not be {}", short(value))) }
    }
}

fn is_link(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn is_base64(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    !text.is_empty() && text.bytes().all(digit)
}

fn is_labelled(text: &str) -> bool {
    let parts = text.strip_prefix("data:").and_then(|data| data.split_once(";base64,"));
    parts.is_some_and(|(label, digits)| label.contains('/') && is_base64(digits))
}

/// A value as it may stand in an error.
fn short(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: &[Field] = &[
        need("prompt", Is::Text(5)),
        may("n", Is::Whole(1, 4)),
        may("shots", Is::List(1, 2, &Is::Object(&[need("url", Is::Link)]))),
        may("image", Is::File),
        may("bare", Is::Bare),
    ];

    #[test]
    fn a_body_is_as_documented_or_the_place_is_named() {
        for (body, wrong) in [
            (json!({ "prompt": "boat", "n": 4, "shots": [{ "url": "https://a.test/x" }] }), None),
            (json!({ "prompt": "boat", "image": "data:image/png;base64,AAEC", "bare": "AAEC" }), None),
            (json!({}), Some("prompt is missing")),
            (json!({ "prompt": "boats!" }), Some("prompt must not be \"boats!\"")),
            (json!({ "prompt": "boat", "n": 5 }), Some("n must not be 5")),
            (json!({ "prompt": "boat", "m": 5 }), Some("m is not known")),
            (json!({ "prompt": "boat", "shots": [] }), Some("shots has 0 items")),
            (json!({ "prompt": "boat", "shots": [{ "url": "x" }] }), Some("shots[0].url must not be \"x\"")),
            (json!({ "prompt": "boat", "image": "AAEC" }), Some("image must not be \"AAEC\"")),
            (json!({ "prompt": "boat", "bare": "data:image/png;base64,AAEC" }), Some("bare must not be ")),
        ] {
            let found = check(body.as_object().unwrap(), &[FIELDS]).err();
            match wrong {
                None => assert_eq!(found, None, "{body}"),
                Some(wrong) => assert!(found.unwrap().starts_with(wrong), "{body}"),
            }
        }
    }
}
