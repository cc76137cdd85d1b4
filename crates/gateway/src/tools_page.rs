//! `docs/tools.md`, of which the tables are printed from the shipped tools.

use std::fmt::Write;

use spool_domain::catalogue::{Catalogue, Makes, shipped};

use crate::{house, models, tools};

const MARK: &str = "<!-- From here on printed from catalog/tools.toml by a test. -->\n";

/// The tables behind the mark.
fn tables(catalogue: &Catalogue) -> String {
    let mut text = String::new();
    for (kind, title) in [
        (Makes::Image, "Pictures"),
        (Makes::Video, "Clips"),
        (Makes::Audio, "Sounds"),
        (Makes::Text, "Texts"),
    ] {
        let of_kind: Vec<_> = catalogue.tools().iter().filter(|tool| tool.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n## {title}");
        for tool in of_kind {
            let _ = writeln!(text, "\n### {}: `{}`\n\n{}\n", tool.name, tool.id, tool.description);
            let _ = writeln!(text, "| parameter | takes | meaning |\n|---|---|---|");
            for (name, param) in tool.params.iter() {
                let takes = models::takes(param).replace(" | ", ", ");
                let needed = if param.required { " (required)" } else { "" };
                let _ = writeln!(text, "| `{name}`{needed} | {takes} | {} |", param.help);
            }
            let _ = writeln!(text, "\n| model | USD | does not take | needs |\n|---|---|---|---|");
            for service in &tool.services {
                let takes: Vec<&str> = service.takes().collect();
                let lacks = tool.params.keys().filter(|name| !takes.contains(&name.as_str()));
                let lacks: Vec<String> = lacks.map(|name| format!("`{name}`")).collect();
                let needs: Vec<String> = service.needs().map(|name| format!("`{name}`")).collect();
                let price = models::span(service.price_span());
                let _ = writeln!(
                    text,
                    "| `{}` | {price} | {} | {} |",
                    service.model.id,
                    lacks.join(", "),
                    needs.join(", ")
                );
            }
        }
    }
    text
}

#[test]
fn the_page_is_what_the_shipped_tools_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/tools.md");
    let catalogue = Catalogue::read(&shipped(), house::provider_names()).unwrap();
    let kept = std::fs::read_to_string(path).unwrap();
    let (told, _) = kept.split_once(MARK).expect("the mark stands before the tables");
    let text = format!("{told}{MARK}{}", tables(&catalogue));
    if std::env::var_os("SPOOL_WRITE_DOCS").is_some() {
        std::fs::write(path, &text).unwrap();
        return;
    }
    assert!(
        kept == text,
        "docs/tools.md is not what the shipped tools say: run with SPOOL_WRITE_DOCS=1 and read the difference"
    );
}

#[test]
fn the_list_names_what_each_tool_takes() {
    let catalogue = Catalogue::read(&shipped(), house::provider_names()).unwrap();
    let list = tools::list(&catalogue, "background").unwrap();
    assert!(list.contains("remove-background") && list.contains("image"), "{list}");
    assert!(tools::list(&catalogue, "nonsense").is_err());
}
