//! Walks parsed TOML with places, so that one reading finds every problem and names its line.

use std::ops::Range;

use serde_json::Value;
use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Notes;
use super::search;

/// One value of a TOML file and where it is.
pub(super) type Node<'t> = &'t Spanned<DeValue<'t>>;

/// One key with its value.
pub(super) struct Entry<'t> {
    pub(super) key: &'t str,
    pub(super) at: Range<usize>,
    pub(super) value: Node<'t>,
}

/// A table whose keys are taken out one by one; what nobody asked for is a problem.
pub(super) struct Table<'t> {
    /// What the table describes, for messages: "model `a/b`".
    pub(super) what: String,
    /// Where it starts.
    pub(super) at: Range<usize>,
    entries: Vec<Entry<'t>>,
    known: Vec<&'static str>,
}

impl<'t> Table<'t> {
    pub(super) fn new(table: &'t DeTable<'t>, at: Range<usize>, what: impl Into<String>) -> Self {
        let entries = entries(table);
        let at = entries.first().map_or(at, |first| first.at.clone());
        Self { what: what.into(), at, entries, known: Vec::new() }
    }

    /// The value as a table, or a problem.
    pub(super) fn of(node: Node<'t>, what: impl Into<String>, notes: &mut Notes) -> Option<Self> {
        let what = what.into();
        match node.get_ref() {
            DeValue::Table(table) => Some(Self::new(table, node.span(), what)),
            other => {
                let fix = "write a table such as { key = \"value\" }";
                notes.add(&node.span(), format!("{what} is {}", kind(other)), fix);
                None
            }
        }
    }

    /// The entry of a key, if there is one. Asking makes the key known.
    pub(super) fn take(&mut self, key: &'static str) -> Option<(Range<usize>, Node<'t>)> {
        self.known.push(key);
        let place = self.entries.iter().position(|entry| entry.key == key)?;
        let entry = self.entries.remove(place);
        Some((entry.at, entry.value))
    }

    /// Where a key is.
    pub(super) fn peek(&self, key: &str) -> Option<Range<usize>> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.at.clone())
    }

    pub(super) fn text(&mut self, key: &'static str, notes: &mut Notes) -> Option<String> {
        self.read(key, "a text in quotes", notes, |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn truth(&mut self, key: &'static str, notes: &mut Notes) -> Option<bool> {
        self.read(key, "true or false", notes, DeValue::as_bool)
    }

    pub(super) fn int(&mut self, key: &'static str, notes: &mut Notes) -> Option<i64> {
        self.read(key, "a whole number", notes, whole)
    }

    /// A whole number that counts something.
    pub(super) fn size(&mut self, key: &'static str, notes: &mut Notes) -> Option<usize> {
        self.read(key, "a whole number from 0", notes, |value| usize::try_from(whole(value)?).ok())
    }

    pub(super) fn number(&mut self, key: &'static str, notes: &mut Notes) -> Option<f64> {
        self.read(key, "a number", notes, float)
    }

    pub(super) fn texts(&mut self, key: &'static str, notes: &mut Notes) -> Option<Vec<String>> {
        self.read(key, "a list of texts", notes, |value| {
            value.as_array()?.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
        })
    }

    pub(super) fn ints(&mut self, key: &'static str, notes: &mut Notes) -> Option<Vec<i64>> {
        self.read(key, "a list of whole numbers", notes, |value| {
            value.as_array()?.iter().map(|item| whole(item.get_ref())).collect()
        })
    }

    /// A value of any type, as JSON.
    pub(super) fn json(&mut self, key: &'static str, notes: &mut Notes) -> Option<(Range<usize>, Value)> {
        let (at, node) = self.take(key)?;
        if let Some(value) = json(node.get_ref()) {
            return Some((at, value));
        }
        notes.add(
            &at,
            format!("`{key}` of {} is a date or not a finite number", self.what),
            "write a text, number, list or table",
        );
        None
    }

    /// The inner table of a key.
    pub(super) fn table(&mut self, key: &'static str, notes: &mut Notes) -> Option<Table<'t>> {
        let (_, node) = self.take(key)?;
        Table::of(node, format!("`{key}` of {}", self.what), notes)
    }

    /// The inner tables of a key that is written `[[…]]` or `[{…}]`.
    pub(super) fn tables(&mut self, key: &'static str, what: &str, notes: &mut Notes) -> Vec<Table<'t>> {
        let Some((at, node)) = self.take(key) else { return Vec::new() };
        let Some(items) = node.get_ref().as_array() else {
            let fix = format!("write it as a list of tables: [[…{key}]]");
            notes.add(&at, format!("`{key}` of {} is {}", self.what, kind(node.get_ref())), fix);
            return Vec::new();
        };
        let tables = items.iter().enumerate();
        tables
            .filter_map(|(i, item)| Table::of(item, format!("{what} {} of {}", i + 1, self.what), notes))
            .collect()
    }

    /// All entries, for tables whose keys are names.
    pub(super) fn into_entries(self) -> Vec<Entry<'t>> {
        self.entries
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(self, notes: &mut Notes) {
        for entry in &self.entries {
            let fix = match search::nearest(self.known.iter().copied(), entry.key) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("remove it, or use one of: {}", self.known.join(", ")),
            };
            notes.add(&entry.at, format!("unknown key `{}` in {}", entry.key, self.what), fix);
        }
    }

    fn read<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        notes: &mut Notes,
        read: impl Fn(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let (at, node) = self.take(key)?;
        let value = read(node.get_ref());
        if value.is_none() {
            let what = format!("`{key}` of {} is {}", self.what, kind(node.get_ref()));
            notes.add(&at, what, format!("write {wanted}"));
        }
        value
    }
}

/// The entries of a table in the order of the file.
fn entries<'t>(table: &'t DeTable<'t>) -> Vec<Entry<'t>> {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| Entry { key: key.get_ref().as_ref(), at: key.span(), value })
        .collect();
    entries.sort_by_key(|entry| entry.at.start);
    entries
}

pub(super) fn whole(value: &DeValue) -> Option<i64> {
    let digits = value.as_integer()?;
    i64::from_str_radix(digits.as_str(), digits.radix()).ok()
}

pub(super) fn float(value: &DeValue) -> Option<f64> {
    match value {
        DeValue::Integer(_) => whole(value).map(|number| number as f64),
        DeValue::Float(digits) => digits.as_str().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// The value as JSON; none for dates and for numbers that JSON lacks.
pub(super) fn json(value: &DeValue) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.as_ref().to_owned()),
        DeValue::Integer(_) => whole(value)?.into(),
        DeValue::Float(_) => float(value)?.into(),
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(_) => return None,
        DeValue::Array(items) => {
            items.iter().map(|item| json(item.get_ref())).collect::<Option<Vec<_>>>()?.into()
        }
        DeValue::Table(table) => {
            let pairs = entries(table).into_iter();
            let map = pairs.map(|entry| Some((entry.key.to_owned(), json(entry.value.get_ref())?)));
            Value::Object(map.collect::<Option<_>>()?)
        }
    })
}

/// The type of a value, for messages.
pub(super) fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
