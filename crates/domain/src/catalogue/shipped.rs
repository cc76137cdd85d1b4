//! The catalogue files that are part of the program: all of `catalog/`, listed by `build.rs`.

use super::problem::Source;

/// Name and text of each file, by name.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// The shipped files, to be read before the operator's own.
pub fn shipped() -> Vec<Source> {
    FILES.iter().map(|(file, text)| Source { file: (*file).to_owned(), text: (*text).to_owned() }).collect()
}
