//! Holds the tools against the models: what is found here cannot fail in a call.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::super::check;
use super::super::param::{Kind, Param};
use super::super::problem::Problem;
use super::super::search;
use super::super::validate::{How, Unknown};
use super::super::{Catalogue, Model};
use super::reach::{self, Way};
use super::read::{Draft, DraftService};
use super::{Service, Tool};

/// The tools of the drafts, in their order, and what is wrong with them. `later` tells whether the first of two files
/// is read after the second.
pub(in super::super) fn link(
    drafts: Vec<Draft>,
    catalogue: &Catalogue,
    later: &dyn Fn(&str, &str) -> bool,
) -> (Vec<Arc<Tool>>, Linked) {
    let mut linked = Linked::default();
    let mut tools = Vec::new();
    for draft in drafts {
        let mut linking = Linking { catalogue, later, linked: &mut linked, draft: &draft };
        let services = linking.services();
        if services.is_empty() {
            continue;
        }
        let Draft { id, name, description, kind, makes, params, file, line, .. } = draft;
        let params = Arc::new(params);
        let services =
            services.into_iter().map(|service| Arc::new(Service { params: Arc::clone(&params), ..service }));
        let services = services.collect();
        tools.push(Arc::new(Tool { id, name, description, kind, makes, params, services, file, line }));
    }
    (tools, linked)
}

/// What came of it.
#[derive(Default)]
pub(in super::super) struct Linked {
    /// What stops the start.
    pub(in super::super) problems: Vec<Problem>,
    /// Models that an operator's file replaced and that a shipped tool goes on without.
    pub(in super::super) left_out: Vec<Problem>,
}

struct Linking<'a> {
    catalogue: &'a Catalogue,
    later: &'a dyn Fn(&str, &str) -> bool,
    linked: &'a mut Linked,
    draft: &'a Draft,
}

impl Linking<'_> {
    fn services(&mut self) -> Vec<Service> {
        let draft = self.draft;
        let mut found: Vec<Service> = Vec::new();
        for entry in &draft.models {
            let Some(model) = self.model(entry) else { continue };
            if found.iter().any(|service| service.model.id == model.id) {
                let what = format!("tool `{}` lists the model `{}` twice", draft.id, model.id);
                self.linked.problems.push(self.problem(entry.line, what, "remove one of the two"));
                continue;
            }
            // Switched off for all, so for the tools too.
            if model.disabled {
                continue;
            }
            let replaced = (self.later)(&model.file, &draft.file);
            match self.service(entry, model) {
                Ok(service) => found.push(service),
                // The tool was right for the model that this one has replaced, and nobody could have foreseen it.
                Err(problems) if replaced => self.linked.left_out.extend(problems),
                Err(problems) => self.linked.problems.extend(problems),
            }
        }
        let own = |service: &&Service| {
            let listed_first = draft.models.first().is_some_and(|entry| entry.id == service.model.id);
            listed_first && !(self.later)(&service.model.file, &draft.file)
        };
        let default = found.first().filter(own);
        if let Some((service, needed)) = default.and_then(|first| Some((first, first.needs().next()?))) {
            let what =
                format!("the default model `{}` of tool `{}` needs `{needed}`", service.model.id, draft.id);
            let fix = "make it required, or put a model first that does not need it";
            let problem = self.problem(draft.line, what, fix);
            self.linked.problems.push(problem);
        }
        if found.is_empty() && !draft.models.is_empty() {
            let what = format!("tool `{}` has no model left that can serve it, and is not offered", draft.id);
            let fix = "write a [[tool]] with this id in a file of your own, with models that can";
            let note = self.problem(draft.line, what, fix);
            self.linked.left_out.push(note);
        }
        self.name_others(&mut found);
        found
    }

    fn model(&mut self, entry: &DraftService) -> Option<Arc<Model>> {
        let found = self.catalogue.find(&entry.id);
        match found {
            Some(model) if model.id == entry.id && !model.is_family() => Some(model),
            other => {
                let near = other.map(|model| model.id.clone());
                let near = near.or_else(|| self.catalogue.nearest(&entry.id).map(str::to_owned));
                let fix = near.filter(|near| *near != entry.id).map_or_else(
                    || "name the id of a single model of the catalogue".to_owned(),
                    |near| format!("did you mean \"{near}\"?"),
                );
                let what = format!("tool `{}` names the unknown model \"{}\"", self.draft.id, entry.id);
                let problem = self.problem(entry.line, what, fix);
                self.linked.problems.push(problem);
                None
            }
        }
    }

    fn service(&self, entry: &DraftService, model: Arc<Model>) -> Result<Service, Vec<Problem>> {
        if model.makes != self.draft.makes {
            let what = format!(
                "tool `{}` makes {}, but its model `{}` makes {}",
                self.draft.id, self.draft.makes, model.id, model.makes
            );
            let fix = "name another model, or correct `makes`";
            return Err(vec![self.problem(entry.line, what, fix)]);
        }
        let mut found = Vec::new();
        let problems = &mut found;
        let set = self.constants(entry, &model, problems);
        self.check_map(entry, &model, problems);
        let sizes_too = self.draft.params.values().any(|param| param.role == Some(super::super::Role::Size));
        let mut ways = Vec::new();
        let mut taken: HashMap<usize, &str> = HashMap::new();
        for (name, param) in &self.draft.params {
            let mapped = entry.map.iter().find(|(key, ..)| key == name);
            let way = match mapped {
                Some((_, mapped, _)) => model.params.get_index_of(&mapped.name).map(|slot| Way::To {
                    slot,
                    values: mapped.values.clone(),
                    template: mapped.template.clone(),
                }),
                None => reach::by_role(param, &model, sizes_too)
                    // What is set cannot be given as well.
                    .filter(|way| way.slots().iter().all(|slot| !set_at(&set, &model, *slot))),
            };
            let way = way.unwrap_or(Way::Nowhere { others: Vec::new() });
            for slot in way.slots() {
                if let Some(other) = taken.insert(slot, name) {
                    let theirs = model.params.get_index(slot).map_or("", |(name, _)| name);
                    let what = format!("`{other}` and `{name}` both go to `{theirs}` of `{}`", model.id);
                    let fix = "remove one, or map it elsewhere";
                    problems.push(self.problem(entry.line, what, fix));
                }
            }
            let always = param.required || param.default.is_some();
            if always && mapped.is_none() && matches!(way, Way::Nowhere { .. }) {
                let what = format!(
                    "the model `{}` of tool `{}` has no place for `{name}`, which every call has",
                    model.id, self.draft.id
                );
                let fix = format!("add map = {{ {name} = \"their_name\" }}, or remove the model");
                problems.push(self.problem(entry.line, what, fix));
            }
            ways.push(way);
        }
        let params = Arc::new(self.draft.params.clone());
        let service = Service { model, set, params, ways };
        if problems.is_empty() {
            for refusal in service.validate(&service.smallest()).err().unwrap_or_default() {
                let what = format!(
                    "the smallest call of tool `{}` is refused by `{}`: {}",
                    self.draft.id, service.model.id, refusal.message
                );
                let fix = "set what the model needs, or make a parameter of the tool required";
                problems.push(self.problem(entry.line, what, fix));
            }
        }
        if found.is_empty() { Ok(service) } else { Err(found) }
    }

    /// What is always said to the model, as it is stored.
    fn constants(
        &self,
        entry: &DraftService,
        model: &Model,
        problems: &mut Vec<Problem>,
    ) -> IndexMap<String, Value> {
        let mut set = IndexMap::new();
        for (name, value, line) in &entry.set {
            let Some(param) = model.params.get(name) else {
                let what = format!("`set` names `{name}`, which `{}` does not have", model.id);
                problems.push(self.problem(*line, what, known(&model.params, name)));
                continue;
            };
            let mut refusals = Vec::new();
            let how = How::names(Unknown::Refuse);
            let stored = check::value(&param.kind, value, name, how, &mut refusals);
            for refusal in refusals {
                let what = format!("`set` gives `{}` what it does not take: {}", model.id, refusal.message);
                problems.push(self.problem(*line, what, "use an allowed value"));
            }
            set.extend(stored.map(|value| (name.clone(), value)));
        }
        set
    }

    /// Both ends of each entry of `map`, and that what comes in can go out.
    fn check_map(&self, entry: &DraftService, model: &Model, problems: &mut Vec<Problem>) {
        for (name, mapped, line) in &entry.map {
            let Some(param) = self.draft.params.get(name) else {
                let what = format!("`map` names `{name}`, which tool `{}` does not have", self.draft.id);
                problems.push(self.problem(*line, what, known(&self.draft.params, name)));
                continue;
            };
            let Some(theirs) = model.params.get(&mapped.name) else {
                let what = format!("`map` names `{}`, which `{}` does not have", mapped.name, model.id);
                problems.push(self.problem(*line, what, known(&model.params, &mapped.name)));
                continue;
            };
            if entry.set.iter().any(|(set, ..)| *set == mapped.name) {
                let what = format!("`{}` of `{}` is both in `set` and in `map`", mapped.name, model.id);
                problems.push(self.problem(*line, what, "remove one of the two"));
            }
            for (word, value) in &mapped.values {
                if !reach::takes(&theirs.kind, value) {
                    let allowed = check::allowed(&theirs.kind);
                    let what = format!("`map` sends {value} to `{}` of `{}`", mapped.name, model.id);
                    problems.push(self.problem(*line, what, format!("allowed there: {allowed}")));
                }
                let number = word.parse::<i64>().map(Value::from);
                let ours = [Ok(Value::from(word.as_str())), number];
                if !ours.into_iter().flatten().any(|value| reach::takes(&param.kind, &value)) {
                    let what = format!("`map` names \"{word}\", which `{name}` can never be");
                    problems.push(self.problem(
                        *line,
                        what,
                        format!("allowed: {}", check::allowed(&param.kind)),
                    ));
                }
            }
            if let Some(template) = &mapped.template {
                let texts = [&param.kind, &theirs.kind].iter().all(|kind| matches!(kind, Kind::Text { .. }));
                if template.matches("{}").count() != 1 || !texts || !mapped.values.is_empty() {
                    let what = format!("the template of `{name}` is not a text with one place for a text");
                    let fix = "write {} once, between two parameters of type text, and no `values`";
                    problems.push(self.problem(*line, what, fix));
                }
            } else if mapped.values.is_empty() && !reach::alike(&param.kind, &theirs.kind) {
                let what = format!("`{name}` is of another type than `{}` of `{}`", mapped.name, model.id);
                problems.push(self.problem(*line, what, "map it elsewhere, or name the `values`"));
            }
        }
    }

    /// Tells each service who else takes what it does not, and finds what nobody takes.
    fn name_others(&mut self, found: &mut [Service]) {
        // The last model that took a parameter may be one that an operator has replaced since, or switched off.
        let models = self.draft.models.iter().filter_map(|entry| self.catalogue.find(&entry.id));
        let changed =
            models.into_iter().any(|model| model.disabled || (self.later)(&model.file, &self.draft.file));
        for (place, name) in self.draft.params.keys().enumerate() {
            let nowhere = |service: &Service| matches!(service.ways[place], Way::Nowhere { .. });
            let takers: Vec<String> = found
                .iter()
                .filter(|service| !nowhere(service))
                .map(|service| service.model.id.clone())
                .collect();
            if takers.is_empty() && !found.is_empty() && !changed {
                let what = format!("no model of tool `{}` has a place for `{name}`", self.draft.id);
                let fix = "give it the role that the models have, map it, or remove it";
                self.linked.problems.push(self.problem(self.draft.line, what, fix));
            }
            for service in found.iter_mut() {
                if let Way::Nowhere { others } = &mut service.ways[place] {
                    others.clone_from(&takers);
                }
            }
        }
    }

    fn problem(&self, line: u32, what: String, fix: impl Into<String>) -> Problem {
        Problem { file: self.draft.file.clone(), line, what, fix: fix.into() }
    }
}

fn set_at(set: &IndexMap<String, Value>, model: &Model, slot: usize) -> bool {
    model.params.get_index(slot).is_some_and(|(name, _)| set.contains_key(name))
}

/// The fix for a parameter that is not there.
fn known(params: &IndexMap<String, Param>, name: &str) -> String {
    let names: Vec<&str> = params.keys().map(String::as_str).collect();
    search::hint(&names, name)
}
