//! What a JSON body may hold, written down as tables: names, types, bounds, and what is inside of objects and lists.
//! Fakes hold a request against such a table and refuse what does not fit in their provider's own words.

use serde_json::Value;

/// What a field takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A text of one to so many characters.
    Text(usize),
    /// A text of so many characters at most; it may be empty.
    Blank(usize),
    /// A whole number between these.
    Whole(i64, i64),
    /// One of these whole numbers.
    Among(&'static [i64]),
    /// A number between these.
    Number(f64, f64),
    /// True or false.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An http or https address.
    Address,
    /// An address, or a file as a `data:` URI in base64.
    File,
    /// A file in base64 without a label.
    Base64,
    /// A UUID.
    Uuid,
    /// So many of these, at least and at most.
    List(&'static Self, usize, usize),
    /// An object with these fields and no others.
    Object(&'static [Field]),
    /// Anything; the fake looks closer itself.
    Any,
    /// Any of these.
    Either(&'static [Self]),
}

/// A field: its name, whether it must be there, and what it takes.
pub(crate) type Field = (&'static str, bool, Kind);

/// A field that must be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
    (name, true, kind)
}

/// A field that may be there.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
    (name, false, kind)
}

/// Whether this is an object with these fields and no others; else the path of the first field that is wrong, and why.
pub(crate) fn check(fields: &[Field], given: &Value) -> Result<(), String> {
    let Value::Object(object) = given else { return Err("body: is not an object".to_owned()) };
    if let Some(name) = object.keys().find(|name| !fields.iter().any(|(known, ..)| known == name)) {
        return Err(format!("{name}: unrecognized key"));
    }
    for (name, required, kind) in fields {
        match object.get(*name) {
            None if *required => return Err(format!("{name}: required")),
            None => {}
            Some(value) => kind.fits(value).map_err(|inside| {
                if inside.is_empty() { format!("{name}: invalid") } else { format!("{name}.{inside}") }
            })?,
        }
    }
    Ok(())
}

impl Kind {
    /// The error is the path inside of this value, empty for the value itself.
    fn fits(&self, value: &Value) -> Result<(), String> {
        let text = value.as_str();
        let fits = match self {
            Self::Text(most) => text.is_some_and(|text| (1..=*most).contains(&text.chars().count())),
            Self::Blank(most) => text.is_some_and(|text| text.chars().count() <= *most),
            Self::Whole(least, most) => value.as_i64().is_some_and(|n| (*least..=*most).contains(&n)),
            Self::Among(numbers) => value.as_i64().is_some_and(|n| numbers.contains(&n)),
            Self::Number(least, most) => value.as_f64().is_some_and(|n| (*least..=*most).contains(&n)),
            Self::Flag => value.is_boolean(),
            Self::Word(words) => text.is_some_and(|text| words.contains(&text)),
            Self::Address => text.is_some_and(is_address),
            Self::File => text.is_some_and(|text| is_address(text) || is_data(text)),
            Self::Base64 => text.is_some_and(is_base64),
            Self::Uuid => text.is_some_and(is_uuid),
            Self::List(kind, least, most) => {
                let Some(items) = value.as_array() else { return Err(String::new()) };
                for (place, item) in items.iter().enumerate() {
                    kind.fits(item).map_err(|inside| format!("{place}.{inside}"))?;
                }
                (*least..=*most).contains(&items.len())
            }
            Self::Any => true,
            Self::Object(fields) => return check(fields, value),
            Self::Either(kinds) => kinds.iter().any(|kind| kind.fits(value).is_ok()),
        };
        if fits { Ok(()) } else { Err(String::new()) }
    }
}

/// Whether this is an http or https address.
pub(crate) fn is_address(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn is_data(text: &str) -> bool {
    let Some((label, digits)) = text.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"))
    else {
        return false;
    };
    label.contains('/') && is_base64(digits)
}

fn is_base64(digits: &str) -> bool {
    let digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    !digits.is_empty() && digits.len().is_multiple_of(4) && digits.bytes().all(digit)
}

/// Whether this is a UUID in the usual writing.
pub(crate) fn is_uuid(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INNER: &[Field] = &[must("uri", Kind::File)];
    const FIELDS: &[Field] = &[
        must("prompt", Kind::Text(3)),
        may("negative", Kind::Blank(3)),
        may("n", Kind::Whole(1, 4)),
        may("duration", Kind::Among(&[5, 10])),
        may("strength", Kind::Number(0.0, 1.0)),
        may("loop", Kind::Flag),
        may("ratio", Kind::Word(&["16:9"])),
        may("url", Kind::Address),
        may("digits", Kind::Base64),
        may("id", Kind::Uuid),
        may("refs", Kind::List(&Kind::Object(INNER), 1, 2)),
        may("image", Kind::Either(&[Kind::File, Kind::Object(INNER)])),
    ];

    #[test]
    fn what_fits_passes() {
        let file = "data:image/png;base64,AAEC";
        let full = json!({ "prompt": "abc", "negative": "", "n": 4, "duration": 10, "strength": 0.5, "loop": false,
            "ratio": "16:9", "url": "https://f.test/x", "digits": "AAEC", "id": "17f20503-6c24-4c16-946b-35dbbce2af2f",
            "refs": [{ "uri": file }], "image": { "uri": "http://f.test" } });
        assert_eq!(check(FIELDS, &full), Ok(()));
        assert_eq!(check(FIELDS, &json!({ "prompt": "a", "image": file })), Ok(()));
    }

    #[test]
    fn what_does_not_fit_is_named_with_its_path() {
        assert!(check(FIELDS, &json!([])).is_err());
        assert_eq!(check(FIELDS, &json!({})), Err("prompt: required".to_owned()));
        assert_eq!(
            check(FIELDS, &json!({ "prompt": "a", "odd": 1 })),
            Err("odd: unrecognized key".to_owned())
        );
        for (field, value) in [
            ("prompt", json!("")),
            ("prompt", json!("abcd")),
            ("negative", json!("abcd")),
            ("n", json!(5)),
            ("n", json!("1")),
            ("duration", json!(6)),
            ("strength", json!(1.1)),
            ("loop", json!("true")),
            ("ratio", json!("1:1")),
            ("url", json!("data:image/png;base64,AAEC")),
            ("digits", json!("data:image/png;base64,AAEC")),
            ("digits", json!("AAE")),
            ("id", json!("17f2")),
            ("refs", json!([])),
            ("refs", json!("a")),
            ("image", json!("AAEC")),
            ("image", json!("data:;base64,")),
        ] {
            let mut body = json!({ "prompt": "a" });
            body[field] = value.clone();
            assert_eq!(check(FIELDS, &body), Err(format!("{field}: invalid")), "{value}");
        }
        let inside = json!({ "prompt": "a", "refs": [{ "uri": "x" }] });
        assert_eq!(check(FIELDS, &inside), Err("refs.0.uri: invalid".to_owned()));
    }
}
