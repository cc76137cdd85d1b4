//! What can be set: the keys of `config.default.toml`, and four for each provider.

use toml::{Table, Value};

/// The default file; also the source of `docs/settings.md`.
pub const DEFAULT_FILE: &str = include_str!("../../config.default.toml");

/// Variables that begin like settings and are not: they belong to `spool run`.
pub const RESERVED_VARIABLES: [&str; 2] = ["SPOOL_KEY", "SPOOL_URL"];

/// One setting.
#[derive(Clone)]
pub struct Setting {
    /// Its key with dots, such as `engine.workers`.
    pub path: String,
    /// Its default; also says which type it has.
    pub default: Value,
    /// Whether its value may never be shown.
    pub secret: bool,
}

impl Setting {
    /// The environment variable that sets it: `SPOOL_ENGINE_WORKERS`.
    pub fn variable(&self) -> String {
        format!("SPOOL_{}", self.path.to_ascii_uppercase().replace(['.', '-'], "_"))
    }

    /// Reads the text of a variable or flag as the setting's type; the error says what is allowed.
    pub fn read(&self, text: &str) -> Result<Value, String> {
        match &self.default {
            Value::Integer(_) => text.trim().parse().map(Value::Integer).map_err(|_| self.wanted()),
            Value::Boolean(_) => text.trim().parse().map(Value::Boolean).map_err(|_| self.wanted()),
            Value::Array(default) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                let item = |item: &str| match default.first() {
                    Some(Value::Integer(_)) => item.parse().map(Value::Integer).map_err(|_| self.wanted()),
                    _ => Ok(Value::String(item.to_owned())),
                };
                items.map(item).collect::<Result<_, _>>().map(Value::Array)
            }
            Value::Table(_) if text.trim().is_empty() => Ok(Value::Table(Table::new())),
            // The text may hold secrets, so what is wrong with it is not quoted.
            Value::Table(_) => match format!("value = {text}").parse::<Table>() {
                Ok(mut table) if table.len() == 1 => {
                    table.remove("value").filter(Value::is_table).ok_or_else(|| self.wanted())
                }
                _ => Err(self.wanted()),
            },
            _ => Ok(Value::String(text.to_owned())),
        }
    }

    /// Checks that a file's value has the setting's type.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        match (&self.default, value) {
            (Value::Array(default), Value::Array(items)) if items.iter().all(|item| alike(default, item)) => {
                Ok(())
            }
            (Value::Array(_), _) => Err(self.wanted()),
            (default, value) if default.same_type(value) => Ok(()),
            _ => Err(self.wanted()),
        }
    }

    fn wanted(&self) -> String {
        let form = match &self.default {
            Value::Integer(_) => "a whole number",
            Value::Boolean(_) => "true or false",
            Value::Array(default) if default.iter().any(Value::is_integer) => {
                "a list of whole numbers (in the environment: separated by commas)"
            }
            Value::Array(_) => "a list of texts (in the environment: separated by commas)",
            Value::Table(_) => {
                "a table of keys by the names you give them (in the environment: `{ name = \"key\", … }`)"
            }
            _ => "a text",
        };
        format!("`{}` takes {form}", self.path)
    }
}

/// Whether a list's item has the type of the default's items; an empty default stands for texts.
fn alike(default: &[Value], item: &Value) -> bool {
    default.first().map_or(item.is_str(), |first| first.same_type(item))
}

/// All settings, in the order of the default file; then the providers', by name with their own base URL.
pub fn all(providers: &[(&str, &str)]) -> Vec<Setting> {
    let mut settings = Vec::new();
    // The file is part of the program, and a test reads it.
    collect("", &DEFAULT_FILE.parse().unwrap_or_default(), &mut settings);
    for (name, base_url) in providers {
        let text = |text: &str| Value::String(text.to_owned());
        for (word, default, secret) in [
            ("base_url", text(base_url), false),
            ("key", text(""), true),
            ("key_file", text(""), false),
            ("keys", Value::Table(Table::new()), true),
            ("concurrency", Value::Integer(-1), false),
        ] {
            settings.push(Setting { path: format!("providers.{name}.{word}"), default, secret });
        }
    }
    settings
}

fn collect(prefix: &str, table: &Table, settings: &mut Vec<Setting>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) => collect(&path, inner, settings),
            value => settings.push(Setting { path, default: value.clone(), secret: false }),
        }
    }
}

/// The candidate that looks most like `name`, if fewer than half of its letters differ.
pub fn nearest<'a>(candidates: impl Iterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    let scored = candidates.map(|candidate| (strsim::damerau_levenshtein(candidate, name), candidate));
    scored
        .filter(|(distance, candidate)| distance * 2 < candidate.len())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_file_is_read_whole() {
        let settings = all(&[("fal", "https://queue.fal.run")]);
        let paths: Vec<&str> = settings.iter().map(|setting| setting.path.as_str()).collect();
        for path in ["listen", "log.level", "engine.workers", "egress.allow", "providers.fal.key"] {
            assert!(paths.contains(&path), "{path}");
        }
        let mut variables: Vec<String> = settings.iter().map(Setting::variable).collect();
        variables.extend(RESERVED_VARIABLES.map(str::to_owned));
        let before = variables.len();
        variables.sort();
        variables.dedup();
        assert_eq!(variables.len(), before, "each variable means one setting");
    }

    #[test]
    fn a_slip_of_the_pen_is_pointed_out_and_nonsense_is_not() {
        let names = ["engine.workers", "engine.lease_ms", "listen"];
        assert_eq!(nearest(names.into_iter(), "engine.worker"), Some("engine.workers"));
        assert_eq!(nearest(names.into_iter(), "lisen"), Some("listen"));
        assert_eq!(nearest(names.into_iter(), "colour"), None);
    }
}
