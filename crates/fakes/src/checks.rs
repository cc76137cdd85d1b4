//! Checks of a request's fields, for protocols that refuse what they do not know. A field that is missing or null passes
//! all of them but `required`; the error names the field, as servers do.

use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// What is wrong, as a sentence that starts with the field.
pub(crate) type Checked<T = ()> = Result<T, String>;

/// An object with no other fields than these.
pub(crate) fn object<'a>(value: &'a Value, at: &str, names: &[&str]) -> Checked<&'a Map<String, Value>> {
    let object = value.as_object().ok_or_else(|| format!("{at} must be an object"))?;
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("{at}.{name} is not known")),
        None => Ok(object),
    }
}

/// It is there.
pub(crate) fn required(value: &Value, at: &str) -> Checked {
    if value.is_null() { Err(format!("{at} is required")) } else { Ok(()) }
}

/// A text of at most so many characters.
pub(crate) fn text(value: &Value, at: &str, max_chars: usize) -> Checked {
    match value {
        Value::Null => Ok(()),
        Value::String(text) if text.chars().count() <= max_chars => Ok(()),
        _ => Err(format!("{at} must be a text of at most {max_chars} characters")),
    }
}

/// One of these words.
pub(crate) fn choice(value: &Value, at: &str, words: &[&str]) -> Checked {
    match value {
        Value::Null => Ok(()),
        Value::String(word) if words.contains(&word.as_str()) => Ok(()),
        _ => Err(format!("{at} must be one of {}", words.join(", "))),
    }
}

/// A whole number.
pub(crate) fn int(value: &Value, at: &str, range: RangeInclusive<i64>) -> Checked {
    match value {
        Value::Null => Ok(()),
        Value::Number(number) if number.as_i64().is_some_and(|number| range.contains(&number)) => Ok(()),
        _ => Err(format!("{at} must be a whole number from {} to {}", range.start(), range.end())),
    }
}

/// A number.
pub(crate) fn number(value: &Value, at: &str, range: RangeInclusive<f64>) -> Checked {
    match value {
        Value::Null => Ok(()),
        Value::Number(number) if number.as_f64().is_some_and(|number| range.contains(&number)) => Ok(()),
        _ => Err(format!("{at} must be a number from {} to {}", range.start(), range.end())),
    }
}

/// True or false.
pub(crate) fn flag(value: &Value, at: &str) -> Checked {
    if value.is_null() || value.is_boolean() { Ok(()) } else { Err(format!("{at} must be true or false")) }
}

/// A public address.
pub(crate) fn link(value: &Value, at: &str) -> Checked {
    match value {
        Value::Null => Ok(()),
        Value::String(url) if url.starts_with("https://") || url.starts_with("http://") => Ok(()),
        _ => Err(format!("{at} must be an URL")),
    }
}

/// A public address or a `data:` URI in base64.
pub(crate) fn link_or_data(value: &Value, at: &str) -> Checked {
    let data = value.as_str().and_then(|uri| uri.strip_prefix("data:")?.split_once(";base64,"));
    match data {
        Some((_, digits)) => base64(&digits.into(), at),
        None => link(value, at),
    }
}

/// Bare base64 of something.
pub(crate) fn base64(value: &Value, at: &str) -> Checked {
    match value {
        Value::Null => Ok(()),
        Value::String(digits) if STANDARD.decode(digits).is_ok_and(|bytes| !bytes.is_empty()) => Ok(()),
        _ => Err(format!("{at} must be base64")),
    }
}

/// A list, no longer than that; empty where it is missing.
pub(crate) fn list<'a>(value: &'a Value, at: &str, max: usize) -> Checked<&'a [Value]> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(items) if items.len() <= max => Ok(items),
        _ => Err(format!("{at} must be a list of at most {max}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_that_is_not_as_it_should_be_is_named() {
        assert_eq!(object(&json!({ "a": 1, "b": 2 }), "body", &["a"]).unwrap_err(), "body.b is not known");
        assert_eq!(required(&json!(null), "prompt").unwrap_err(), "prompt is required");
        for wrong in [
            object(&json!([]), "x", &[]).map(drop),
            text(&json!("abc"), "x", 2),
            choice(&json!("c"), "x", &["a", "b"]),
            int(&json!(3.5), "x", 0..=9),
            int(&json!("3"), "x", 0..=9),
            number(&json!(1.5), "x", 0.0..=1.0),
            flag(&json!("true"), "x"),
            link(&json!("files.test/x"), "x"),
            link_or_data(&json!("data:image/png;base64,?"), "x"),
            base64(&json!("data:image/png;base64,AA=="), "x"),
            list(&json!([1, 2]), "x", 1).map(drop),
        ] {
            assert!(wrong.unwrap_err().starts_with("x must be"));
        }
    }

    #[test]
    fn a_field_that_is_missing_is_no_wrong_field() {
        let nothing = Value::Null;
        assert!(
            text(&nothing, "x", 1).and(choice(&nothing, "x", &[])).and(int(&nothing, "x", 1..=1)).is_ok()
        );
        assert!(number(&nothing, "x", 1.0..=1.0).and(flag(&nothing, "x")).and(link(&nothing, "x")).is_ok());
        assert!(base64(&nothing, "x").and(list(&nothing, "x", 0).map(drop)).is_ok());
    }
}
