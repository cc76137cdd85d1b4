//! The models: the shipped files, then the operator's own.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use spool_domain::catalogue::{self, Catalogue, Source};

/// Reads all files; every problem is told at once.
pub fn load(files: &[PathBuf], providers: &[&str]) -> anyhow::Result<Catalogue> {
    let mut sources = catalogue::shipped();
    for path in files {
        let entry = || format!("catalog.files: {}", path.display());
        if path.is_dir() {
            let mut names = folder(path).with_context(entry)?;
            names.sort();
            for name in names {
                sources.push(source(&name)?);
            }
        } else {
            sources.push(source(path).with_context(entry)?);
        }
    }
    let read = Catalogue::read(&sources, providers);
    for note in read.iter().flat_map(Catalogue::left_out) {
        tracing::warn!(file = %note.file, "a tool goes on without a model that was replaced: {note}");
    }
    read.or_else(|problems| {
        let list: String = problems.iter().map(|problem| format!("\n  {problem}")).collect();
        bail!(
            "the model files have {} problem{}:{list}",
            problems.len(),
            if problems.len() == 1 { "" } else { "s" }
        )
    })
}

fn folder(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            found.push(path);
        }
    }
    Ok(found)
}

fn source(path: &Path) -> anyhow::Result<Source> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(Source { file: path.display().to_string(), text })
}
