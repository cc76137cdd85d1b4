//! Layers of configuration: defaults, file, environment, flags. Each value remembers where it came from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::setting::{self, RESERVED_VARIABLES, Setting};

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The default file that is part of the program.
    Default,
    /// A file, and the line in it, counted from 1.
    File(PathBuf, usize),
    /// A variable of the environment.
    Variable(String),
    /// A flag of the command line.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// The value that counts for one setting. It may be a secret, so there is no `Debug`.
pub struct Entry {
    /// What it is.
    pub setting: Setting,
    /// Its value, of the setting's type.
    pub value: Value,
    /// Who said so.
    pub origin: Origin,
}

/// All settings with the values that count, and every problem found on the way.
pub struct Layers {
    entries: BTreeMap<String, Entry>,
    /// Sentences, each with its place.
    pub problems: Vec<String>,
}

impl Layers {
    /// The defaults.
    pub fn of(settings: Vec<Setting>) -> Self {
        let entries = settings.into_iter().map(|setting| {
            let value = setting.default.clone();
            (setting.path.clone(), Entry { setting, value, origin: Origin::Default })
        });
        Self { entries: entries.collect(), problems: Vec::new() }
    }

    /// Lays a file over what is there. Its text may hold secrets, so no error quotes it.
    pub fn file(&mut self, path: &Path, text: &str) {
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let (tree, values) = match (DeTable::parse(text), text.parse::<Table>()) {
            (Ok(tree), Ok(values)) => (tree, values),
            (Err(error), _) | (_, Err(error)) => {
                let line = line(error.span().map_or(0, |span| span.start));
                self.problems.push(format!("{}:{line}: not valid TOML: {}", path.display(), error.message()));
                return;
            }
        };
        let mut found = Vec::new();
        self.walk("", tree.get_ref(), &values, &mut found);
        for (key, at, value) in found {
            let origin = Origin::File(path.to_owned(), line(at));
            match self.entries.get_mut(&key).map(|entry| (entry.setting.check(&value), entry)) {
                Some((Ok(()), entry)) => (entry.value, entry.origin) = (value, origin),
                Some((Err(what), _)) => self.problems.push(format!("{origin}: {what}")),
                None => {
                    let hint = self.hint(&key);
                    self.problems.push(format!("{origin}: there is no setting `{key}`{hint}"));
                }
            }
        }
    }

    /// Collects keys with their places; tables in which there is a setting are entered.
    fn walk(&self, prefix: &str, tree: &DeTable, values: &Table, found: &mut Vec<(String, usize, Value)>) {
        for (key, node) in tree.iter() {
            let name = key.get_ref().as_ref();
            let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
            let Some(value) = values.get(name) else { continue };
            let inside = format!("{path}.");
            match (node.get_ref(), value) {
                (DeValue::Table(inner), Value::Table(values))
                    if self.entries.keys().any(|known| known.starts_with(&inside)) =>
                {
                    self.walk(&path, inner, values, found);
                }
                _ => found.push((path, key.span().start, value.clone())),
            }
        }
    }

    /// Lays the environment's `SPOOL_…` variables over what is there.
    pub fn environment(&mut self, variables: impl Iterator<Item = (OsString, OsString)>) {
        let by_variable: BTreeMap<String, String> = self
            .entries
            .values()
            .map(|entry| (entry.setting.variable(), entry.setting.path.clone()))
            .collect();
        for (name, text) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with("SPOOL_")) else { continue };
            if RESERVED_VARIABLES.contains(&name) {
                continue;
            }
            let Some(path) = by_variable.get(name) else {
                let known = by_variable.keys().map(String::as_str).chain(RESERVED_VARIABLES);
                let hint = said(setting::nearest(known, name));
                self.problems.push(format!("environment: {name} names no setting{hint}"));
                continue;
            };
            match text.to_str() {
                Some(text) => self.set(path, text, Origin::Variable(name.to_owned())),
                None => self.problems.push(format!("environment: {name} is not valid UTF-8")),
            }
        }
    }

    /// Lays one flag over what is there.
    pub fn flag(&mut self, flag: &str, path: &str, text: &str) {
        if self.entries.contains_key(path) {
            self.set(path, text, Origin::Flag(flag.to_owned()));
        } else {
            let hint = self.hint(path);
            self.problems.push(format!("{flag}: there is no setting `{path}`{hint}"));
        }
    }

    fn set(&mut self, path: &str, text: &str, origin: Origin) {
        let Some(entry) = self.entries.get_mut(path) else { return };
        match entry.setting.read(text) {
            Ok(value) => (entry.value, entry.origin) = (value, origin),
            Err(what) => self.problems.push(format!("{origin}: {what}")),
        }
    }

    fn hint(&self, path: &str) -> String {
        said(setting::nearest(self.entries.keys().map(String::as_str), path))
    }

    /// The entry of a setting.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// All entries, by key.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }
}

fn said(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}
