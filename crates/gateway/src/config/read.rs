//! Reads typed values out of the layers and notes every one that is out of bounds, with its place.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use spool_domain::money::MicroUsd;
use toml::{Table, Value};

use super::layers::{Layers, Origin};

/// Reads settings one by one. What is wrong is noted, and a stand-in is returned so that the rest is checked too.
pub struct Reader<'a> {
    layers: &'a Layers,
    /// Sentences, each with its place.
    pub problems: Vec<String>,
    /// What was asked for, so that a test can see that no setting is left unread.
    pub asked: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Starts reading.
    pub fn of(layers: &'a Layers) -> Self {
        Self { layers, problems: Vec::new(), asked: Vec::new() }
    }

    fn value(&mut self, path: &str) -> Option<&'a Value> {
        self.asked.push(path.to_owned());
        let entry = self.layers.entry(path);
        if entry.is_none() {
            self.problems
                .push(format!("the program asks for the setting `{path}`, which the default file lacks"));
        }
        entry.map(|entry| &entry.value)
    }

    /// Where a setting's value came from.
    pub fn origin(&self, path: &str) -> Origin {
        self.layers.entry(path).map_or(Origin::Default, |entry| entry.origin.clone())
    }

    /// A path that stands in a setting: it starts at the folder of the file that names it, or else at the working folder.
    pub fn beside(&self, path: &str, given: &str) -> PathBuf {
        let start = match self.origin(path) {
            Origin::File(path, _) => path.parent().map(Path::to_owned).unwrap_or_default(),
            Origin::Default | Origin::Variable(_) | Origin::Flag(_) => PathBuf::new(),
        };
        start.join(given)
    }

    /// Notes what is wrong with a setting.
    pub fn wrong(&mut self, path: &str, what: impl std::fmt::Display) {
        let origin = self.origin(path);
        self.problems.push(format!("{origin}: `{path}` {what}"));
    }

    /// A text.
    pub fn text(&mut self, path: &str) -> &'a str {
        self.value(path).and_then(Value::as_str).unwrap_or_default()
    }

    /// A list of texts.
    pub fn texts(&mut self, path: &str) -> Vec<&'a str> {
        let items = self.value(path).and_then(Value::as_array);
        items.map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// A list of whole numbers within bounds, not empty.
    pub fn ints(&mut self, path: &str, allowed: RangeInclusive<u64>) -> Vec<u64> {
        let items = self.value(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let fit =
            |item: &Value| u64::try_from(item.as_integer()?).ok().filter(|number| allowed.contains(number));
        let numbers: Option<Vec<u64>> = items.iter().map(fit).collect();
        numbers.filter(|numbers| !numbers.is_empty()).unwrap_or_else(|| {
            let range = format!("{} to {}", allowed.start(), allowed.end());
            self.wrong(path, format!("must be a list of one or more whole numbers from {range}"));
            vec![*allowed.start()]
        })
    }

    /// A table whose keys the operator chose.
    pub fn table(&mut self, path: &str) -> Option<&'a Table> {
        self.value(path).and_then(Value::as_table)
    }

    /// True or false.
    pub fn truth(&mut self, path: &str) -> bool {
        self.value(path).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A whole number within bounds.
    pub fn int(&mut self, path: &str, allowed: RangeInclusive<u64>) -> u64 {
        let given = self.value(path).and_then(Value::as_integer).unwrap_or_default();
        match u64::try_from(given).ok().filter(|number| allowed.contains(number)) {
            Some(number) => number,
            None => {
                self.wrong(path, format!("is {given}; allowed are {} to {}", allowed.start(), allowed.end()));
                *allowed.start()
            }
        }
    }

    /// A whole number within bounds; none for -1.
    pub fn int_or_none(&mut self, path: &str, allowed: RangeInclusive<u64>) -> Option<u64> {
        let given = self.value(path).and_then(Value::as_integer).unwrap_or_default();
        if given == -1 {
            return None;
        }
        let fits = u64::try_from(given).ok().filter(|number| allowed.contains(number));
        if fits.is_none() {
            let (least, most) = (allowed.start(), allowed.end());
            self.wrong(path, format!("is {given}; allowed are {least} to {most}, and -1"));
        }
        fits
    }

    /// An amount of US dollars, not below zero.
    pub fn money(&mut self, path: &str) -> MicroUsd {
        match MicroUsd::parse(self.text(path)) {
            Ok(amount) if amount >= MicroUsd::ZERO => amount,
            Ok(_) => {
                self.wrong(path, "is below zero");
                MicroUsd::ZERO
            }
            Err(error) => {
                self.wrong(path, format!("is wrong: {error}"));
                MicroUsd::ZERO
            }
        }
    }

    /// One of some words.
    pub fn choice<T: Copy>(&mut self, path: &str, words: &[(&str, T)]) -> T {
        let given = self.text(path);
        match words.iter().find(|(word, _)| *word == given) {
            Some((_, value)) => *value,
            None => {
                let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                self.wrong(path, format!("is `{given}`; allowed are {}", list.join(", ")));
                words[0].1
            }
        }
    }

    /// An absolute http or https URL without user name, query and trailing slash; none if the text is empty.
    pub fn url(&mut self, path: &str) -> Option<String> {
        let given = self.text(path).trim_end_matches('/');
        if given.is_empty() {
            return None;
        }
        if !is_plain_url(given) {
            // Not quoted: somebody may have put a password into it.
            self.wrong(path, "must be an http or https URL without user name, password, `?` and `#`");
            return None;
        }
        Some(given.to_owned())
    }
}

/// Whether this is an absolute http or https URL in which no secret has a place.
pub fn is_plain_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}
