//! The credentials in the settings. What is wrong with one is told by its name and place, and never quoted.

use std::io::Read;
use std::path::{Path, PathBuf};

use spool_domain::ids::AccountId;
use spool_engine::credential::{Credential, Source, WEIGHT_MAX};
use spool_engine::secret::Secret;
use toml::{Table, Value};

use super::read::Reader;

/// What the single key of a provider is called in records.
pub const DEFAULT: &str = "default";

/// The largest key file, bytes. The JSON key of a service account has some two kilobytes.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// The fields of one of several keys.
const FIELDS: &str = "key or key_file, weight, accounts, callback_secret or callback_secret_file";

/// All credentials of a provider in the settings.
pub fn of_provider(reader: &mut Reader, provider: &str) -> Vec<Credential> {
    let at = |word: &str| format!("providers.{provider}.{word}");
    let mut found = Vec::new();
    let (key, file) = (reader.text(&at("key")).trim(), reader.text(&at("key_file")).trim());
    if !key.is_empty() && !file.is_empty() {
        reader.wrong(&at("key_file"), format!("stands beside `{}`; one of the two is enough", at("key")));
    } else if !key.is_empty() {
        let source = Source::Settings(reader.origin(&at("key")).to_string());
        found.push(Credential { source, ..Credential::new(DEFAULT, Secret::new(key)) });
    } else if !file.is_empty() {
        let path = reader.beside(&at("key_file"), file);
        match of_file(&path) {
            Ok(secret) => {
                let source = Source::Settings(path.display().to_string());
                found.push(Credential { source, ..Credential::new(DEFAULT, secret) });
            }
            Err(what) => reader.wrong(&at("key_file"), what),
        }
    }
    let path = at("keys");
    let origin = reader.origin(&path).to_string();
    for (name, value) in reader.table(&path).into_iter().flatten() {
        if found.iter().any(|other| other.name == *name) {
            reader.wrong(&path, format!("has a key `{name}`, which `{}` is called too", at("key")));
            continue;
        }
        let start = |file: &str| reader.beside(&path, file);
        match one_of_several(name, value, &start, &origin) {
            Ok(credential) => found.push(credential),
            Err(what) => reader.wrong(&path, format!("`{name}` {what}")),
        }
    }
    found
}

fn one_of_several(
    name: &str,
    value: &Value,
    start: &impl Fn(&str) -> PathBuf,
    origin: &str,
) -> Result<Credential, String> {
    let source = Source::Settings(origin.to_owned());
    let table = match value {
        Value::String(key) => {
            return Ok(Credential { source, ..Credential::new(name, Secret::new(key.trim())) });
        }
        Value::Table(table) => table,
        _ => return Err(format!("must be a text, or a table of {FIELDS}")),
    };
    let known = ["key", "key_file", "weight", "accounts", "callback_secret", "callback_secret_file"];
    if let Some(other) = table.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("has a field `{other}`; allowed are {FIELDS}"));
    }
    let secret = secret(table, "key", "key_file", start)?.ok_or("has neither `key` nor `key_file`")?;
    let callback_secret = secret_of_callbacks(table, start)?;
    let weight = match table.get("weight") {
        None => 1,
        Some(given) => given
            .as_integer()
            .and_then(|weight| u32::try_from(weight).ok())
            .filter(|weight| *weight <= WEIGHT_MAX)
            .ok_or_else(|| {
                format!("has a wrong `weight`; allowed is a whole number from 0 to {WEIGHT_MAX}")
            })?,
    };
    let accounts = match table.get("accounts") {
        None => Vec::new(),
        Some(given) => {
            let account = |value: &Value| value.as_integer().filter(|number| *number > 0).map(AccountId);
            let accounts = given.as_array().and_then(|all| all.iter().map(account).collect());
            accounts.ok_or("has wrong `accounts`; allowed is a list of their numbers, such as [2, 7]")?
        }
    };
    Ok(Credential { name: name.to_owned(), secret, weight, accounts, callback_secret, source })
}

fn secret_of_callbacks(table: &Table, start: &impl Fn(&str) -> PathBuf) -> Result<Option<Secret>, String> {
    secret(table, "callback_secret", "callback_secret_file", start)
}

/// A secret that stands in one field, or in the file that another one names.
fn secret(
    table: &Table,
    field: &str,
    file_field: &str,
    start: &impl Fn(&str) -> PathBuf,
) -> Result<Option<Secret>, String> {
    let text = |field: &str| match table.get(field) {
        None => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.trim())),
        Some(_) => Err(format!("has a wrong `{field}`; allowed is a text that is not empty")),
    };
    match (text(field)?, text(file_field)?) {
        (Some(_), Some(_)) => Err(format!("has both `{field}` and `{file_field}`; one of the two is enough")),
        (Some(text), None) => Ok(Some(Secret::new(text))),
        (None, Some(file)) => of_file(&start(file)).map(Some),
        (None, None) => Ok(None),
    }
}

/// The content of a file without blanks around it.
fn of_file(path: &Path) -> Result<Secret, String> {
    let told = |what: &dyn std::fmt::Display| format!("names {}: {what}", path.display());
    let file = std::fs::File::open(path).map_err(|error| told(&error))?;
    let mut text = zeroize::Zeroizing::new(String::new());
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| told(&error))?;
    if read as u64 > FILE_BYTES_MAX {
        return Err(told(&"it is larger than 64 KiB, so it is no key"));
    }
    match text.trim() {
        "" => Err(told(&"it is empty")),
        secret => Ok(Secret::new(secret)),
    }
}
