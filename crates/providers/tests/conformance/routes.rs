//! Every route of the shipped catalogue to a provider, with every input that the price expectations have for its model:
//! the fake is as strict as the provider is documented to be, so a parameter map that is wrong is refused here.

use std::collections::HashSet;
use std::sync::OnceLock;

use serde_json::{Map, Value};
use spool_domain::adapter::{Adapter, FileForm, Word, Work};
use spool_domain::catalogue::{Catalogue, Media, Model, Params, Route, Unknown, Words, shipped};

use crate::line::{Line, work};
use crate::suite::{Subject, token};

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::read(&shipped(), spool_providers::registry::NAMES).unwrap())
}

/// Inputs by model.
type Inputs = Vec<(String, Vec<Map<String, Value>>)>;

/// The inputs of the price expectations, by model.
fn inputs() -> &'static Inputs {
    static INPUTS: OnceLock<Inputs> = OnceLock::new();
    INPUTS.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/tests/engine/catalogue/prices");
        let mut all = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let read: Value = toml::from_str(&text).unwrap();
            for model in read["model"].as_array().unwrap() {
                let cases = model["case"].as_array().unwrap();
                let inputs = cases.iter().map(|case| case["input"].as_object().unwrap().clone()).collect();
                all.push((model["id"].as_str().unwrap().to_owned(), inputs));
            }
        }
        all
    })
}

/// A PNG of two by two pixels.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR42mNwaGA48B8ABcUCgEX+dL0AAAAASUVORK5CYII=";

/// A small file of this kind, in the form that the adapter takes.
fn file(form: FileForm, of: Media) -> String {
    let (kind, name) = match of {
        Media::Image => ("image/png", "picture.png"),
        Media::Video => ("video/mp4", "clip.mp4"),
        Media::Audio => ("audio/mpeg", "sound.mp3"),
    };
    match form {
        FileForm::Url | FileForm::UrlOrData => format!("https://files.test/{name}"),
        FileForm::Data | FileForm::Bytes => {
            // Adapters look at the sizes of pictures, so it is a real one.
            let content = if of == Media::Image { PICTURE } else { "AAECAwQ=" };
            format!("data:{kind};base64,{content}")
        }
    }
}

fn filled(model: &Model, params: &Params, form: FileForm) -> Params {
    let mut params = params.clone();
    let spots: Vec<_> = model.files(&params).into_iter().map(|at| (at.path, at.of)).collect();
    for (path, of) in spots {
        params.put_file(&path, file(form, of));
    }
    params
}

pub(crate) async fn every_route_is_taken(subject: Subject) {
    take(subject, inputs()).await;
}

/// The same with further inputs for the routes that no price expectation leads to; with them no route to the provider
/// is left out. `more` has lists of inputs by model.
pub(crate) async fn no_route_is_left_out(subject: Subject, more: Value) {
    let provider = subject.adapter.manifest().provider;
    let mut all = inputs().clone();
    for (id, list) in more.as_object().unwrap() {
        let list: Vec<_> =
            list.as_array().unwrap().iter().map(|input| input.as_object().unwrap().clone()).collect();
        let model = catalogue().find(id).unwrap();
        for input in &list {
            let words = Words::Names { unknown: Unknown::Refuse, numeric_strings: false };
            let validated = model.validate(input, words);
            assert!(validated.is_ok(), "{id} refuses {input:?}: {validated:?}");
        }
        all.push((id.clone(), list));
    }
    let taken = take(subject, &all).await;
    for model in catalogue().models() {
        for (at, _) in model.routes.iter().enumerate().filter(|(_, route)| route.provider == provider) {
            assert!(
                taken.contains(&(model.id.to_string(), at)),
                "no input leads to route {at} of {}",
                model.id
            );
        }
    }
}

/// Orders every input over every route that serves it; the routes that were taken, by model and place.
async fn take(subject: Subject, inputs: &Inputs) -> HashSet<(String, usize)> {
    let fake = (subject.start)().await;
    let adapter: &dyn Adapter = subject.adapter.as_ref();
    let provider = adapter.manifest().provider;
    let line = Line { adapter, base_url: fake.base_url(), key: fake.key().to_owned() };
    let (mut taken, mut refused, mut routes) = (0, Vec::new(), HashSet::new());
    for (id, inputs) in inputs {
        let Some(model) = catalogue().find(id) else { continue };
        for (no, input) in inputs.iter().enumerate() {
            let input: Map<_, _> = input
                .iter()
                .map(|(name, value)| {
                    let value = if value == "job" {
                        "job_00000000000000000000000000000000".into()
                    } else {
                        value.clone()
                    };
                    (name.clone(), value)
                })
                .collect();
            let words = Words::Names { unknown: Unknown::Refuse, numeric_strings: false };
            let Ok(params) = model.validate(&input, words) else { continue };
            let serves = |route: &Route| route.provider == provider && route.serves(&params);
            for (at, route) in model.routes.iter().enumerate().filter(|(_, route)| serves(route)) {
                routes.insert((id.clone(), at));
                let form = adapter.file_form(&route.upstream_name(&model, &params));
                let upstream = route.render(&model, &filled(&model, &params, form), 1);
                let order: Work = work(model.makes, &upstream.model, Value::Object(upstream.input.clone()));
                let name = token(taken);
                taken += 1;
                match line.submit(&order, &name).await.unwrap() {
                    Ok(Word::Accepted(..) | Word::Finished { .. }) => {}
                    other => refused.push(format!(
                        "{id}, case {no}, {}: {other:?}\n    {}",
                        upstream.model,
                        Value::Object(upstream.input)
                    )),
                }
            }
        }
    }
    assert!(taken > 0, "no route of the catalogue leads to {provider}");
    assert!(refused.is_empty(), "{} of {taken} orders were refused:\n{}", refused.len(), refused.join("\n"));
    routes
}
