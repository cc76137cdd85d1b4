//! Every shipped model, by tests that are made from its own stanza: what it takes and refuses, what it costs, and what
//! a test key gets. What it shall cost is written by hand in `catalogue/prices`, with where that was read.

mod expected;
mod prices;
mod runs;
mod values;

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};
use spool_domain::catalogue::{Catalogue, Model, Params, Refusal, Unknown, Words, shipped};

/// The id of a job, as it must look; whether there is one is the engine's to find out.
const JOB: &str = "job_00000000000000000000000000000000";

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::read(&shipped(), spool_providers::registry::NAMES).unwrap())
}

/// All models that can be ordered by their own id.
fn models() -> impl Iterator<Item = &'static Arc<Model>> {
    catalogue().models().iter().filter(|model| !model.is_family())
}

/// The model's verdict on an input in its own words, none of them unknown.
fn verdict(model: &Model, input: &Map<String, Value>) -> Result<Params, Vec<Refusal>> {
    model.validate(input, Words::Names { unknown: Unknown::Refuse, numeric_strings: false })
}

/// The input with the place of an earlier job's id filled in.
fn with_job(input: &Map<String, Value>, id: &str) -> Map<String, Value> {
    let fill = |(name, value): (&String, &Value)| {
        let value = if value == "job" { id.into() } else { value.clone() };
        (name.clone(), value)
    };
    input.iter().map(fill).collect()
}
