//! Reads `[[override]]`: what an operator changes about models without writing their stanzas anew.

use std::ops::Range;

use super::model::Model;
use super::price::{self, Sale};
use super::problem::{Notes, Problem};
use super::routing::Routing;
use super::search;
use super::toml_walk::Table;

/// One `[[override]]`, and where it stands.
pub(super) struct Override {
    /// The id of a model, the start of ids and a star, or a star alone.
    model: String,
    disabled: Option<bool>,
    routing: Option<Routing>,
    sale: Option<Sale>,
    file: String,
    line: u32,
}

/// More is a slip: a price ten times as high is still possible.
const MARKUP_PERCENT_MAX: i64 = 1_000;

pub(super) fn read(mut table: Table, file: &str, notes: &mut Notes) -> Option<Override> {
    let (at, what) = (table.at.clone(), table.what.clone());
    let model = table.text("model", notes);
    if model.is_none() {
        let fix = "add model = \"vendor/model\", \"vendor/*\" or \"*\"";
        notes.add(&at, format!("{what} does not say which model"), fix);
    }
    let before = notes.count();
    let disabled = table.truth("disabled", notes);
    let routing = table.text("routing", notes).map(|text| Routing::parse(&text));
    let markup = read_markup(&mut table, notes);
    let usd = price::amount(&mut table, "usd", notes).map(Sale::Fixed);
    if markup.is_some() && usd.is_some() {
        notes.add(&at, format!("{what} has both `usd` and `markup_percent`"), "keep one of the two");
    }
    let nothing = disabled.is_none() && routing.is_none() && markup.is_none() && usd.is_none();
    if nothing && notes.count() == before {
        let fix = "add disabled = true, routing = \"cheapest\", markup_percent = 20 or usd = \"0.10\"";
        notes.add(&at, format!("{what} changes nothing"), fix);
    }
    table.finish(notes);
    let line = notes.line(&at);
    Some(Override { model: model?, disabled, routing, sale: markup.or(usd), file: file.to_owned(), line })
}

fn read_markup(table: &mut Table, notes: &mut Notes) -> Option<Sale> {
    let at: Range<usize> = table.peek("markup_percent").unwrap_or_else(|| table.at.clone());
    let percent = table.int("markup_percent", notes)?;
    let sale = u32::try_from(percent).ok().filter(|_| percent <= MARKUP_PERCENT_MAX).map(Sale::Markup);
    if sale.is_none() {
        let what = format!("`markup_percent` of {} is {percent}", table.what);
        notes.add(&at, what, format!("write a whole number from 0 to {MARKUP_PERCENT_MAX}"));
    }
    sale
}

/// Applies all of them in order, so that a later one wins; each must name at least one model.
pub(super) fn apply(overrides: &[Override], models: &mut [&mut Model], problems: &mut Vec<Problem>) {
    for change in overrides {
        let (mut met, mut served, mut unserved) = (false, false, None);
        for model in models.iter_mut().filter(|model| change.names(model)) {
            met = true;
            match &change.routing {
                // A provider that does not serve the model is no way for it: such models stay as they are.
                Some(Routing::Pinned(provider)) if !model.leads_to(provider) => unserved = Some(provider),
                Some(routing) => {
                    served = true;
                    model.routing = Some(routing.clone());
                }
                None => {}
            }
            model.disabled = change.disabled.unwrap_or(model.disabled);
            if let Some(sale) = change.sale {
                model.prices.sell(sale, &model.params, &model.rules);
            }
        }
        if let Some(provider) = unserved.filter(|_| !served) {
            problems.push(Problem {
                file: change.file.clone(),
                line: change.line,
                what: format!(
                    "the override of \"{}\" has routing = \"{provider}\", to which no route leads",
                    change.model
                ),
                fix: format!(
                    "write one of {}, or a provider of the model's routes",
                    Routing::WORDS.join(", ")
                ),
            });
        }
        if !met {
            let ids = models.iter().map(|model| model.id.as_str());
            let near = search::nearest(ids, &change.model);
            problems.push(Problem {
                file: change.file.clone(),
                line: change.line,
                what: format!("the override of \"{}\" meets no model", change.model),
                fix: near.map_or_else(
                    || "write the id of a model, \"vendor/*\" or \"*\"".to_owned(),
                    |near| format!("did you mean \"{near}\"?"),
                ),
            });
        }
    }
}

impl Override {
    fn names(&self, model: &Model) -> bool {
        if self.model == model.id || model.aliases.contains(&self.model) {
            return true;
        }
        // The id of a family has stars of its own.
        self.model.strip_suffix('*').is_some_and(|start| model.id.starts_with(start))
    }
}
