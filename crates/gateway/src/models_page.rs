//! `docs/models/`: a page for each shipped model file, and a list of all, printed from the catalogue.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use spool_domain::catalogue::{Catalogue, Model, shipped};

use crate::{house, models};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/models");

/// The pages by file name.
fn pages(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut list = format!(
        "# Models\n\n{} models, printed from `catalog/` by a test. Prices are US dollars of one output. Providers stand in \
         the order in which they are tried; live keys reach those that the operator has set up.\n",
        catalogue.models().len()
    );
    let mut files: BTreeMap<&str, Vec<&Model>> = BTreeMap::new();
    for model in catalogue.models() {
        files
            .entry(model.file.trim_start_matches("catalog/").trim_end_matches(".toml"))
            .or_default()
            .push(model);
    }
    for (file, of_file) in files {
        let _ = writeln!(
            list,
            "\n## [{file}]({file}.md)\n\n| model | makes | good for | USD | providers |\n|---|---|---|---|---|"
        );
        let mut page = format!("# {file}\n\nPrinted from `catalog/{file}.toml` by a test.\n");
        for model in of_file {
            let anchor: String = model
                .id
                .chars()
                .filter(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_'))
                .collect();
            let uses = models::uses(model).join(", ");
            let price = models::span(model.price_table().span());
            let providers = models::providers(model).join(", ");
            let _ = writeln!(
                list,
                "| [`{}`]({file}.md#{anchor}) | {} | {uses} | {price} | {providers} |",
                model.id, model.makes
            );
            page.push_str(&section(model));
        }
        pages.insert(format!("{file}.md"), page);
    }
    pages.insert("README.md".to_owned(), list);
    pages
}

fn section(model: &Model) -> String {
    let mut text = format!("\n## {}\n\n**{}.** {}\n", model.id, model.name, model.description);
    let _ = writeln!(text, "\nMakes {}: {}.", model.makes, models::uses(model).join(", "));
    if !model.aliases.is_empty() {
        let aliases: Vec<String> = model.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = writeln!(text, "Also known as {}.", aliases.join(", "));
    }
    if let Some(retired) = &model.retired {
        let _ = writeln!(text, "\nShut down by its maker on {}; use `{}`.", retired.on, retired.successor);
    }
    let _ = writeln!(text, "\n| parameter | takes | default | meaning |\n|---|---|---|---|");
    for (name, param) in &model.params {
        let takes = models::takes(param).replace('|', "\\|");
        let default = models::default(param).replace('|', "\\|");
        let _ = writeln!(text, "| `{name}` | {takes} | {default} | {} |", param.help);
    }
    if !model.rules.is_empty() {
        text.push('\n');
        for rule in &model.rules {
            let _ = writeln!(text, "- {rule}");
        }
    }
    let _ = writeln!(text, "\n| USD | for | when |\n|---|---|---|");
    for row in model.price_table().rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            models::with_base(&row),
            models::unit(&row),
            models::when(&row)
        );
    }
    let _ = writeln!(text, "\nProviders: {}.", models::providers(model).join(", "));
    text
}

#[test]
fn the_pages_are_what_the_shipped_models_say() {
    let catalogue = Catalogue::read(&shipped(), house::provider_names()).unwrap();
    let pages = pages(&catalogue);
    let folder = Path::new(FOLDER);
    if std::env::var_os("SPOOL_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(folder).unwrap();
        for (name, text) in &pages {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let hint = "run with SPOOL_WRITE_DOCS=1 and read the difference";
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(pages.contains_key(&name), "docs/models/{name} belongs to no model file; remove it");
    }
    for (name, text) in &pages {
        let kept = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(kept == *text, "docs/models/{name} is not what the shipped models say: {hint}");
    }
}
