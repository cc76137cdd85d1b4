//! The configuration for people: what counts and where it came from, secrets masked.

use std::fmt::Write;

use super::layers::{Entry, Layers};

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
    let set = entry.value.as_str().is_none_or(|text| !text.is_empty());
    if entry.setting.secret && set { MASK.to_owned() } else { entry.value.to_string() }
}
