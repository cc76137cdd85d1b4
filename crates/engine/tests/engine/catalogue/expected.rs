//! The hand-written expectations: `prices/*.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct File {
    model: Vec<Expected>,
}

/// What a model shall cost.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    id: String,
    /// The page that says so, or that none does.
    pub(super) source: String,
    /// The first one is the smallest input that the model takes.
    pub(super) case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// In the model's own words. The text `job` stands for the id of a job.
    pub(super) input: Map<String, Value>,
    /// US dollars of the whole run.
    pub(super) usd: String,
}

/// By the model's id.
pub(super) fn all() -> &'static BTreeMap<String, Expected> {
    static ALL: OnceLock<BTreeMap<String, Expected>> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/catalogue/prices");
        let mut all = BTreeMap::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let file: File =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            for expected in file.model {
                let id = expected.id.clone();
                assert!(!expected.case.is_empty(), "{id} has no case");
                assert!(all.insert(id.clone(), expected).is_none(), "{id} is there twice");
            }
        }
        all
    })
}
