//! `spool tools`: what can be made without knowing a model.

use std::fmt::Write;

use anyhow::{Context, bail};
use serde_json::json;
use spool_domain::catalogue::{Catalogue, Service, Tool};

use crate::models;
use crate::table::{Table, terminal};

/// One line for each tool that fits all words of the search.
pub fn list(catalogue: &Catalogue, search: &str) -> anyhow::Result<String> {
    let found = catalogue.search_tools(search);
    if found.is_empty() {
        bail!("no tool fits `{search}`; `spool tools` lists all");
    }
    let mut table = Table::new(&["TOOL", "MAKES", "TAKES", "USD", "MODELS"]).elastic(&[2, 4]);
    for tool in found {
        let models: Vec<&str> = tool.services.iter().map(|service| service.model.id.as_str()).collect();
        let price = tool.service(None).and_then(|service| service.price_span());
        let makes = tool.makes.to_string();
        table.row([tool.id.clone(), makes, takes(tool), models::short_span(price), models.join(", ")]);
    }
    Ok(table.fitted("", terminal()))
}

/// Everything about one tool.
pub fn show(catalogue: &Catalogue, id: &str) -> anyhow::Result<String> {
    let tool = catalogue.tool(id).with_context(|| unknown(catalogue, id))?;
    let mut text = format!("{} ({})\n{}\n\nParameters\n", tool.id, tool.name, tool.description);
    text.push_str(&models::params(&tool.params));
    text.push_str("\nModels, the default first\n");
    let mut table = Table::new(&["MODEL", "USD", "TAKES", "DEFAULTS"]);
    for service in &tool.services {
        let needs: Vec<&str> = service.needs().collect();
        let shown = |name: &str| match needs.contains(&name) {
            true => format!("{name} (needed)"),
            false => name.to_owned(),
        };
        let takes: Vec<String> = service.takes().map(shown).collect();
        let price = models::span(service.price_span());
        table.row([service.model.id.clone(), price, takes.join(", "), defaults(service)]);
    }
    text.push_str(&table.text("  "));
    let body = json!({ "input": tool.smallest() });
    let _ = writeln!(text, "\nPOST /v1/tools/{}/run\n  {body}", tool.id);
    Ok(text)
}

/// What must be given, and in brackets what may be.
pub fn takes(tool: &Tool) -> String {
    let shown = tool.params.iter().map(|(name, param)| match param.required {
        true => name.clone(),
        false => format!("[{name}]"),
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// What holds where nothing is said.
pub fn defaults(service: &Service) -> String {
    let said = service.defaults();
    let shown = said.iter().map(|(name, value)| format!("{name} = {}", models::plain(value)));
    shown.collect::<Vec<_>>().join(", ")
}

fn unknown(catalogue: &Catalogue, id: &str) -> String {
    let hint = catalogue.nearest_tool(id).map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
    format!("no tool has the id `{id}`.{hint} `spool tools` lists all")
}
