//! The configuration for people: what counts and where it came from, secrets masked.

use std::fmt::Write;

use toml::Value;

use super::layers::{Entry, Layers};
use super::read::is_plain_url;

/// What is shown for a secret that is set.
const MASK: &str = "\"********\"";

/// One line for each setting: key, value, origin.
pub fn show(layers: &Layers) -> String {
    let lines: Vec<(String, String)> = layers
        .entries()
        .map(|entry| (format!("{} = {}", entry.setting.path, value(entry)), entry.origin.to_string()))
        .collect();
    let width =
        lines.iter().map(|(line, _)| line.chars().count()).filter(|&width| width <= 60).max().unwrap_or(0);
    let mut text = String::new();
    for (line, origin) in lines {
        let _ = writeln!(text, "{line:width$}  # {origin}");
    }
    text
}

fn value(entry: &Entry) -> String {
    let empty = match &entry.value {
        Value::String(text) => text.is_empty(),
        Value::Table(table) => table.is_empty(),
        _ => false,
    };
    match &entry.value {
        _ if entry.setting.secret && !empty => MASK.to_owned(),
        // What is refused as an address may be a key in the wrong place, or have one in it.
        Value::String(text) if !empty && entry.setting.path.ends_with("_url") && !is_plain_url(text) => {
            MASK.to_owned()
        }
        Value::Table(_) if empty => "{}".to_owned(),
        value => value.to_string(),
    }
}
