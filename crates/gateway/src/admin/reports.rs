//! `spool usage` and `spool performance` as tables.

use serde_json::Value;

use super::print::{items, text};
use crate::table::Table;

/// A row for each group, and one for all.
pub(super) fn usage(report: &Value) -> String {
    let words: Vec<String> = items(&report["group"]).map(text).collect();
    let head = words.join(", ").to_uppercase();
    let columns = [head.as_str(), "JOBS", "SUCCEEDED", "FAILED", "CANCELED", "CHARGED USD", "COST USD"];
    let mut table = Table::new(&columns);
    for column in 1..columns.len() {
        table = table.right(column);
    }
    let mut row = |name: String, row: &Value| {
        let of = |name: &str| text(&row[name]);
        table.row([
            name,
            of("jobs"),
            of("succeeded"),
            of("failed"),
            of("canceled"),
            of("charged_usd"),
            of("cost_usd"),
        ]);
    };
    for item in items(&report["data"]) {
        let names: Vec<String> = words.iter().map(|word| name(item, word)).collect();
        row(names.join(", "), item);
    }
    row("all".to_owned(), &report["totals"]);
    table.text("")
}

/// What a row is about, as people know it.
fn name(row: &Value, word: &str) -> String {
    let id = if row[word].is_null() { "none".to_owned() } else { text(&row[word]) };
    match row[format!("{word}_name")].as_str() {
        Some(name) if !name.is_empty() => format!("{id} {name}"),
        _ => id,
    }
}

/// A row for each provider or model.
pub(super) fn performance(report: &Value) -> String {
    let by = text(&report["group"]);
    let head = by.to_uppercase();
    let columns = [
        head.as_str(),
        "ATTEMPTS",
        "SUCCEEDED",
        "FAILED",
        "REFUSED",
        "CANCELED",
        "P50 MS",
        "P90 MS",
        "P99 MS",
    ];
    let mut table = Table::new(&columns);
    for column in 1..columns.len() {
        table = table.right(column);
    }
    for row in items(&report["data"]) {
        let of = |name: &str| text(&row[name]);
        let ms = |name: &str| text(&row["latency_ms"][name]);
        table.row([
            of(&by),
            of("attempts"),
            of("succeeded"),
            of("failed"),
            of("refused"),
            of("canceled"),
            ms("p50"),
            ms("p90"),
            ms("p99"),
        ]);
    }
    let mut out = table.text("");
    if report["sample"] == true {
        out.push_str("\nThere are more attempts than are read: these are those of the newest jobs.\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn usage_has_a_row_for_each_group_and_one_for_all() {
        let numbers = json!({ "jobs": 3, "succeeded": 2, "failed": 1, "canceled": 0, "charged_usd": "0.08",
            "cost_usd": "0.05" });
        let mut row = numbers.clone();
        row["account"] = json!(7);
        row["account_name"] = json!("Shop");
        row["provider"] = Value::Null;
        let report = json!({ "group": ["account", "provider"], "data": [row], "totals": numbers });
        let out = usage(&report);
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[0].starts_with("ACCOUNT, PROVIDER") && lines[0].ends_with("COST USD"), "{out}");
        assert!(lines[1].starts_with("7 Shop, none") && lines[1].ends_with("0.05"), "{out}");
        assert!(lines[2].starts_with("all") && lines.len() == 3, "{out}");
    }

    #[test]
    fn performance_says_when_it_is_a_sample() {
        let row = json!({ "model": "x", "attempts": 1, "succeeded": 0, "failed": 1, "refused": 0, "canceled": 0,
            "success_rate": 0.0, "latency_ms": null });
        let mut report = json!({ "group": "model", "data": [row], "sample": false });
        assert!(!performance(&report).contains("newest"));
        report["sample"] = json!(true);
        assert!(performance(&report).contains("newest jobs"));
    }
}
