mod files;
mod overrides;
mod prices;
mod problems;
mod routes;
mod schemas;
mod shipped;
mod tools;
mod validation;
mod wishes;

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value, json};

use super::{Catalogue, Model, Params, Problem, Refusal, Source, Unknown, Words};

const PROVIDERS: [&str; 3] = ["sandbox", "openai", "fal"];
const NAMES: Words = Words::Names { unknown: Unknown::Refuse, numeric_strings: false };

/// The id of a job, as it must look; whether there is one is the engine's to find out.
const JOB: &str = "job_00000000000000000000000000000000";

/// Every provider that the sources name. Which there are is known to the crate of the adapters.
fn providers_of(sources: &[Source]) -> Vec<&str> {
    sources
        .iter()
        .flat_map(|source| source.text.split("provider = \"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// The shipped catalogue.
fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| match Catalogue::read(&super::shipped(), &providers_of(&super::shipped())) {
        Ok(catalogue) => catalogue,
        Err(problems) => panic!("{}", problems.iter().map(|p| format!("{p}\n")).collect::<String>()),
    })
}

fn model(id: &str) -> Arc<Model> {
    catalogue().find(id).unwrap()
}

fn input(json: Value) -> Map<String, Value> {
    match json {
        Value::Object(map) => map,
        _ => panic!("not an object"),
    }
}

fn accept(id: &str, json: Value) -> Params {
    model(id).validate(&input(json), NAMES).unwrap()
}

fn refuse(id: &str, json: Value) -> Vec<Refusal> {
    model(id).validate(&input(json), NAMES).unwrap_err()
}

/// A catalogue of one file of our own.
fn read(text: &str) -> Result<Catalogue, Vec<Problem>> {
    Catalogue::read(&[Source { file: "test.toml".to_owned(), text: text.to_owned() }], &PROVIDERS)
}

/// A stanza that is right, with one part replaced.
fn stanza(params: &str, rest: &str) -> String {
    format!(
        r#"[[model]]
id = "a/b"
makes = "video"
tasks = ["text-to-video"]
[model.params]
{params}
{rest}
"#
    )
}

const PRICE: &str = "[[model.prices]]\nusd = \"1\"\n";
const ROUTE: &str = "[[model.routes]]\nprovider = \"sandbox\"\n";

/// The only model of a stanza with these parameters and rules.
fn made(params: &str, rules: &str) -> Arc<Model> {
    let catalogue = read(&stanza(params, &format!("{rules}\n{PRICE}{ROUTE}"))).unwrap();
    Arc::clone(&catalogue.models()[0])
}
