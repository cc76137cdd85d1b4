//! What a provider documents of its parameters: names, types, bounds. Fakes refuse what does not fit, in their provider's
//! own words.

use serde_json::{Map, Value};

use crate::upstream::Part;

/// What a parameter takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Text of so many characters at most.
    Text(usize),
    /// A whole number within these bounds.
    Int(i64, i64),
    /// A number within these bounds.
    Number(f64, f64),
    /// One of these words.
    Word(&'static [&'static str]),
    Flag,
    /// An http or https address.
    Url,
    /// A file in base64 without a label.
    Base64,
    /// Either of the two.
    UrlOrBase64,
    /// An address, or a `data:` URI.
    UrlOrData,
    /// Several of these.
    UrlsOrData,
    /// A file of a form.
    File,
    /// Anything that is JSON.
    Json,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    needed: bool,
}

/// A parameter that may be given.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, needed: false }
}

/// A parameter that has to be given.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, needed: true }
}

/// What does not fit: the parameter, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub(crate) field: String,
    pub(crate) why: &'static str,
}

fn misfit(field: &str, why: &'static str) -> Misfit {
    Misfit { field: field.to_owned(), why }
}

/// Whether what these fields say of an object is true of it. Others are refused only if the list is `closed`.
pub(crate) fn check(fields: &[Field], given: &Map<String, Value>, closed: bool) -> Result<(), Misfit> {
    for field in fields {
        match given.get(field.name) {
            Some(value) if field.kind.fits(value) => {}
            Some(_) => return Err(misfit(field.name, "does not fit")),
            None if field.needed => return Err(misfit(field.name, "is required")),
            None => {}
        }
    }
    let known = |name: &str| fields.iter().any(|field| field.name == name);
    match given.keys().find(|name| closed && !known(name)) {
        Some(name) => Err(misfit(name, "is not known")),
        None => Ok(()),
    }
}

/// The same for a form, whose values are all texts or files. Each part but those of `several` may stand there once.
pub(crate) fn check_form(fields: &[Field], parts: &[Part], several: &[&str]) -> Result<(), Misfit> {
    for field in fields {
        let found: Vec<_> = parts.iter().filter(|part| part.name == field.name).collect();
        if found.is_empty() && field.needed {
            return Err(misfit(field.name, "is required"));
        }
        if found.len() > 1 && !several.contains(&field.name) {
            return Err(misfit(field.name, "is there twice"));
        }
        if found.iter().any(|part| !field.kind.fits_part(part)) {
            return Err(misfit(field.name, "does not fit"));
        }
    }
    let known = |part: &&Part| fields.iter().any(|field| field.name == part.name);
    match parts.iter().find(|part| !known(part)) {
        Some(part) => Err(misfit(&part.name, "is not known")),
        None => Ok(()),
    }
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Int(min, max) => value.as_i64().is_some_and(|number| (min..=max).contains(&number)),
            Self::Number(min, max) => value.as_f64().is_some_and(|number| (min..=max).contains(&number)),
            Self::Flag => value.is_boolean(),
            Self::UrlsOrData => value
                .as_array()
                .is_some_and(|items| !items.is_empty() && items.iter().all(|one| Self::UrlOrData.fits(one))),
            Self::Json => true,
            Self::File => false,
            Self::Text(_)
            | Self::Word(_)
            | Self::Url
            | Self::Base64
            | Self::UrlOrBase64
            | Self::UrlOrData => text.is_some_and(|text| self.fits_text(text)),
        }
    }

    fn fits_part(self, part: &Part) -> bool {
        match self {
            Self::File => part.file_name.is_some() && part.content_type.is_some() && !part.bytes.is_empty(),
            // A field of a form has neither.
            _ => part.file_name.is_none() && self.fits_text(part.text()),
        }
    }

    fn fits_text(self, text: &str) -> bool {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        let is_base64 = || {
            let digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
            !text.is_empty() && text.len().is_multiple_of(4) && text.bytes().all(digit)
        };
        match self {
            Self::Text(max) => text.chars().count() <= max,
            Self::Int(min, max) => text.parse::<i64>().is_ok_and(|number| (min..=max).contains(&number)),
            Self::Number(min, max) => text.parse::<f64>().is_ok_and(|number| (min..=max).contains(&number)),
            Self::Word(words) => words.contains(&text),
            Self::Flag => matches!(text, "true" | "false"),
            Self::Url => is_url,
            Self::Base64 => is_base64(),
            Self::UrlOrBase64 => is_url || is_base64(),
            Self::UrlOrData | Self::UrlsOrData => is_url || text.starts_with("data:"),
            Self::Json => serde_json::from_str::<Value>(text).is_ok(),
            Self::File => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: &[Field] = &[
        must("prompt", Kind::Text(5)),
        may("n", Kind::Int(1, 4)),
        may("strength", Kind::Number(0.0, 1.0)),
        may("format", Kind::Word(&["png"])),
        may("image", Kind::UrlOrBase64),
    ];

    fn fits(given: Value, closed: bool) -> Result<(), String> {
        check(FIELDS, given.as_object().unwrap(), closed).map_err(|misfit| misfit.field)
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let good = json!({ "prompt": "a", "n": 4, "strength": 0.5, "format": "png", "image": "AAEC" });
        assert_eq!(fits(good, true), Ok(()));
        for (given, field) in [
            (json!({}), "prompt"),
            (json!({ "prompt": "abcdef" }), "prompt"),
            (json!({ "prompt": 1 }), "prompt"),
            (json!({ "prompt": "a", "n": 5 }), "n"),
            (json!({ "prompt": "a", "n": "1" }), "n"),
            (json!({ "prompt": "a", "strength": 1.1 }), "strength"),
            (json!({ "prompt": "a", "format": "gif" }), "format"),
            (json!({ "prompt": "a", "image": "data:image/png;base64,AAEC" }), "image"),
            (json!({ "prompt": "a", "more": 1 }), "more"),
        ] {
            assert_eq!(fits(given, true), Err(field.to_owned()));
        }
        assert_eq!(fits(json!({ "prompt": "a", "more": 1 }), false), Ok(()));
    }

    #[test]
    fn the_values_of_forms_are_texts_and_files() {
        let part = |name: &str, text: &str| Part {
            name: name.to_owned(),
            file_name: None,
            content_type: None,
            bytes: text.to_owned().into(),
        };
        let file = |name: &str| Part {
            file_name: Some("f.png".to_owned()),
            content_type: Some("image/png".to_owned()),
            ..part(name, "x")
        };
        let fields = &[may("n", Kind::Int(1, 4)), must("image", Kind::File)];
        assert_eq!(check_form(fields, &[part("n", "4"), file("image")], &[]), Ok(()));
        assert_eq!(check_form(fields, &[file("image"), file("image")], &["image"]), Ok(()));
        for parts in [
            vec![part("n", "5"), file("image")],
            vec![part("n", "x"), file("image")],
            vec![part("n", "4")],
            vec![part("image", "x")],
            vec![file("image"), file("image")],
            vec![file("image"), part("more", "x")],
        ] {
            assert!(check_form(fields, &parts, &[]).is_err());
        }
    }
}
