//! How a model is named, and which path that is.

use serde_json::Value;

use crate::adapters::plain;

/// What stands before the name of an official model once that is known, and before a deployment's.
const OFFICIAL: &str = "models/";
const DEPLOYMENT: &str = "deployments/";

/// A model's name, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model<'a> {
    /// `models/owner/name`: known to be official.
    Official(&'a str),
    /// `deployments/owner/name`.
    Deployment(&'a str),
    /// `owner/name:version`, or the version alone.
    Version(&'a str),
    /// `owner/name`: whose, has to be asked.
    Named(&'a str),
}

impl<'a> Model<'a> {
    /// Reads a name. Parts of it can come from callers and become parts of paths, so nothing but plain ones pass.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        if let Some(name) = text.strip_prefix(OFFICIAL) {
            return is_name(name).then_some(Self::Official(name));
        }
        if let Some(name) = text.strip_prefix(DEPLOYMENT) {
            return is_name(name).then_some(Self::Deployment(name));
        }
        match text.split_once(':') {
            Some((name, version)) => (is_name(name) && is_version(version)).then_some(Self::Version(text)),
            None if is_version(text) => Some(Self::Version(text)),
            None => is_name(text).then_some(Self::Named(text)),
        }
    }
}

/// The name under which a model is to be run, by what Replicate says about it: as an official one, or in its latest
/// version. Nothing if it is not official and has no version.
pub(super) fn found(name: &str, about: &Value) -> Option<String> {
    if about["is_official"] == true {
        return Some(format!("{OFFICIAL}{name}"));
    }
    let version = about["latest_version"]["id"].as_str()?;
    is_version(version).then(|| format!("{name}:{version}"))
}

fn is_name(text: &str) -> bool {
    plain::is_path(text) && text.matches('/').count() == 1
}

fn is_version(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
