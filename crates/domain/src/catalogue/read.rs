//! Reads all sources and settles who owns which name.

use std::collections::HashMap;
use std::sync::Arc;

use toml::de::DeTable;

use super::overrides::{self, Override};
use super::problem::{Notes, Problem, Source};
use super::stanza::{self, Stanza};
use super::toml_walk::Table;
use super::tool::{self, Draft};
use super::{Catalogue, Model};

pub(super) fn catalogue(sources: &[Source], providers: &[&str]) -> Result<Catalogue, Vec<Problem>> {
    let mut problems = Vec::new();
    // By id, with the place of its aliases for messages. A later source replaces.
    let mut models: HashMap<String, (Model, u32)> = HashMap::new();
    let (mut drafts, mut changes): (Vec<Draft>, Vec<Override>) = (Vec::new(), Vec::new());
    for source in sources {
        let mut notes = Notes::of(source);
        let mut lines: HashMap<String, u32> = HashMap::new();
        let Stanzas { models: stanzas, tools, overrides } = read_source(source, providers, &mut notes);
        changes.extend(overrides);
        for Stanza { model, id_at, aliases_at } in stanzas {
            if let Some(line) = lines.insert(model.id.clone(), notes.line(&id_at)) {
                notes.add(
                    &id_at,
                    format!("the model `{}` is already on line {line}", model.id),
                    "remove one of the stanzas",
                );
            }
            let alias_line = notes.line(&aliases_at);
            models.insert(model.id.clone(), (model, alias_line));
        }
        problems.extend(notes.into_problems());
        for draft in tools {
            match drafts.iter_mut().find(|other| other.id == draft.id) {
                Some(other) if other.file == draft.file => problems.push(Problem {
                    file: draft.file,
                    line: draft.line,
                    what: format!("the tool `{}` is already on line {}", draft.id, other.line),
                    fix: "remove one of the stanzas".to_owned(),
                }),
                Some(other) => *other = draft,
                None => drafts.push(draft),
            }
        }
    }
    let mut models: Vec<(Model, u32)> = models.into_values().collect();
    models.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    let mut changed: Vec<&mut Model> = models.iter_mut().map(|(model, _)| model).collect();
    overrides::apply(&changes, &mut changed, &mut problems);

    let mut names: HashMap<String, usize> =
        models.iter().enumerate().map(|(i, (model, _))| (model.id.clone(), i)).collect();
    for (place, (model, line)) in models.iter().enumerate() {
        for alias in &model.aliases {
            if let Some(other) = names.insert(alias.clone(), place) {
                problems.push(Problem {
                    file: model.file.clone(),
                    line: *line,
                    what: format!(
                        "the alias \"{alias}\" of `{}` already names `{}`",
                        model.id, models[other].0.id
                    ),
                    fix: "remove it from one of them".to_owned(),
                });
            }
        }
    }
    for (model, line) in &models {
        let Some(retired) = &model.retired else { continue };
        let named = names.get(&retired.successor).map(|&place| &models[place].0);
        if named.is_none_or(|successor| successor.retired.is_some()) {
            problems.push(Problem {
                file: model.file.clone(),
                line: *line,
                what: format!(
                    "the successor \"{}\" of `{}` is not a model that is in service",
                    retired.successor, model.id
                ),
                fix: "name a model of the catalogue that is not retired itself".to_owned(),
            });
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let all: Vec<Arc<Model>> = models.into_iter().map(|(model, _)| Arc::new(model)).collect();
    let mut families: Vec<_> = all.iter().filter(|model| model.is_family()).cloned().collect();
    families.sort_by_key(|family| std::cmp::Reverse(family.id.len()));
    let names = names.into_iter().map(|(name, place)| (name, Arc::clone(&all[place]))).collect();
    let models = all.into_iter().filter(|model| !model.disabled).collect();
    let mut catalogue = Catalogue { models, names, families, ..Catalogue::default() };
    let place = |file: &str| sources.iter().position(|source| source.file == file);
    let (tools, linked) = tool::link(drafts, &catalogue, &|one, other| place(one) > place(other));
    if !linked.problems.is_empty() {
        return Err(linked.problems);
    }
    (catalogue.tools, catalogue.left_out) = (tools, linked.left_out);
    Ok(catalogue)
}

/// All that one file says.
#[derive(Default)]
struct Stanzas {
    models: Vec<Stanza>,
    tools: Vec<Draft>,
    overrides: Vec<Override>,
}

fn read_source(source: &Source, providers: &[&str], notes: &mut Notes) -> Stanzas {
    let (root, errors) = DeTable::parse_recoverable(&source.text);
    for error in &errors {
        let span = error.span().unwrap_or_default();
        notes.add(&span, format!("this is not TOML: {}", error.message()), "correct the syntax");
    }
    if !errors.is_empty() {
        return Stanzas::default();
    }
    let mut root_table = Table::new(root.get_ref(), root.span(), source.file.as_str());
    let stanzas = root_table.tables("model", "model", notes);
    let tools = root_table.tables("tool", "tool", notes);
    let changes = root_table.tables("override", "override", notes);
    root_table.finish(notes);
    let file = &source.file;
    Stanzas {
        models: stanzas.into_iter().filter_map(|table| stanza::read(table, file, providers, notes)).collect(),
        tools: tools.into_iter().filter_map(|table| tool::read(table, file, notes)).collect(),
        overrides: changes.into_iter().filter_map(|table| overrides::read(table, file, notes)).collect(),
    }
}
