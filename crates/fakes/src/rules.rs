//! What a field may hold: fakes write their provider's tables down with these and check requests against them.

use serde_json::{Map, Value};

use crate::upstream::Asked;

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rule {
    /// A text of at most this many characters, and of one at least.
    Text(usize),
    /// A whole number between these.
    Whole(i64, i64),
    /// A number between these.
    Number(f64, f64),
    /// True or false.
    Truth,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list with so many items, at least and at most. In a form: so many parts of that name.
    List(usize, usize),
    /// Anything; the fake looks closer itself.
    Any,
}

/// A field: its name, whether it must be there, what it may hold.
pub(crate) type Field = (&'static str, bool, Rule);

/// Why a request is not in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A field is missing.
    Missing(&'static str),
    /// Nobody knows this field.
    Unknown(String),
    /// A field holds what it may not.
    Wrong(&'static str),
}

impl Fault {
    /// The field that it is about.
    pub(crate) fn field(&self) -> &str {
        match self {
            Self::Missing(field) | Self::Wrong(field) => field,
            Self::Unknown(field) => field,
        }
    }
}

/// Whether a JSON body is in order. Null is as good as left out.
pub(crate) fn check(fields: &[Field], body: &Map<String, Value>) -> Result<(), Fault> {
    known(fields, body.keys().map(String::as_str))?;
    for (name, required, rule) in fields {
        match body.get(*name).filter(|value| !value.is_null()) {
            None if *required => return Err(Fault::Missing(name)),
            Some(value) if !rule.allows(value) => return Err(Fault::Wrong(name)),
            _ => {}
        }
    }
    Ok(())
}

/// The same for a form, whose values are texts.
pub(crate) fn check_form(fields: &[Field], asked: &Asked) -> Result<(), Fault> {
    let parts: Vec<_> = asked.form.iter().flatten().map(|part| (part.name.as_str(), part.text())).collect();
    check_texts(fields, &parts)
}

/// The same for a query.
pub(crate) fn check_query(fields: &[Field], asked: &Asked) -> Result<(), Fault> {
    let pairs: Vec<_> = url::form_urlencoded::parse(asked.query.as_bytes()).collect();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    check_texts(fields, &pairs)
}

fn check_texts(fields: &[Field], given: &[(&str, &str)]) -> Result<(), Fault> {
    known(fields, given.iter().map(|(name, _)| *name))?;
    for (name, required, rule) in fields {
        let values: Vec<_> = given.iter().filter(|(given, _)| given == name).map(|(_, text)| *text).collect();
        let fine = match (rule, &values[..]) {
            (_, []) if *required => return Err(Fault::Missing(name)),
            (_, []) => true,
            (Rule::List(least, most), values) => (*least..=*most).contains(&values.len()),
            (Rule::Any, [_]) => true,
            (rule, [text]) => rule.allows_text(text),
            _ => false,
        };
        if !fine {
            return Err(Fault::Wrong(name));
        }
    }
    Ok(())
}

fn known<'a>(fields: &[Field], names: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
    for given in names {
        if !fields.iter().any(|(name, ..)| *name == given) {
            return Err(Fault::Unknown(given.to_owned()));
        }
    }
    Ok(())
}

impl Rule {
    fn allows(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Any, _) | (Self::Truth, Value::Bool(_)) => true,
            (Self::Text(_) | Self::Word(_), Value::String(text)) => self.allows_text(text),
            (Self::Whole(..), Value::Number(number)) => number.as_i64().is_some_and(|n| self.spans(n as f64)),
            (Self::Number(..), Value::Number(number)) => number.as_f64().is_some_and(|n| self.spans(n)),
            (Self::List(least, most), Value::Array(items)) => (least..=most).contains(&items.len()),
            _ => false,
        }
    }

    fn allows_text(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Text(most) => (1..=most).contains(&text.chars().count()),
            Self::Whole(..) => text.parse::<i64>().is_ok_and(|n| self.spans(n as f64)),
            Self::Number(..) => text.parse::<f64>().is_ok_and(|n| self.spans(n)),
            Self::Truth => matches!(text, "true" | "false"),
            Self::Word(words) => words.contains(&text),
            Self::List(..) => false,
        }
    }

    fn spans(self, number: f64) -> bool {
        match self {
            Self::Whole(least, most) => (least as f64..=most as f64).contains(&number),
            Self::Number(least, most) => (least..=most).contains(&number),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: &[Field] = &[
        ("text", true, Rule::Text(3)),
        ("n", false, Rule::Whole(1, 4)),
        ("speed", false, Rule::Number(0.5, 2.0)),
        ("loop", false, Rule::Truth),
        ("format", false, Rule::Word(&["mp3", "wav"])),
        ("tags", false, Rule::List(1, 2)),
    ];

    #[test]
    fn what_is_in_order_passes_and_all_else_is_named() {
        let judge = |body: Value| check(FIELDS, body.as_object().unwrap());
        let full =
            json!({ "text": "abc", "n": 4, "speed": 0.5, "loop": false, "format": "wav", "tags": ["a"] });
        assert_eq!(judge(full), Ok(()));
        assert_eq!(judge(json!({ "text": "a", "n": null })), Ok(()));
        assert_eq!(judge(json!({})), Err(Fault::Missing("text")));
        assert_eq!(judge(json!({ "text": "a", "odd": 1 })), Err(Fault::Unknown("odd".to_owned())));
        for (field, value) in [
            ("text", json!("abcd")),
            ("text", json!("")),
            ("n", json!(5)),
            ("n", json!(1.5)),
            ("n", json!("1")),
            ("speed", json!(2.1)),
            ("loop", json!("true")),
            ("format", json!("ogg")),
            ("tags", json!([])),
            ("tags", json!("a")),
        ] {
            let mut body = json!({ "text": "a" });
            body[field] = value.clone();
            assert_eq!(judge(body), Err(Fault::Wrong(field)), "{field} {value}");
        }
    }
}
