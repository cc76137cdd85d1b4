//! The catalogue files that are part of the program.

use super::problem::Source;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$((concat!("catalog/", $name), include_str!(concat!("../../../../catalog/", $name)))),*]
    };
}

const FILES: [(&str, &str); 10] = files![
    "black-forest-labs.toml",
    "elevenlabs.toml",
    "google.toml",
    "hailuo.toml",
    "higgsfield-ai.toml",
    "kuaishou.toml",
    "openai.toml",
    "runway.toml",
    "suno-ai.toml",
    "topaz-labs.toml",
];

/// The shipped files, to be read before the operator's own.
pub fn shipped() -> Vec<Source> {
    FILES.iter().map(|(file, text)| Source { file: (*file).to_owned(), text: (*text).to_owned() }).collect()
}
