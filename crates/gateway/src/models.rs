//! `spool models`: the catalogue for people.

use std::fmt::Write;

use anyhow::{Context, bail};
use indexmap::IndexMap;
use serde_json::Value;
use spool_domain::catalogue::{Catalogue, Kind, Model, Param, PriceRow, PriceSpan};

use crate::table::{Table, terminal};

/// One line for each model that fits all words of the search.
pub fn list(catalogue: &Catalogue, search: &str) -> anyhow::Result<String> {
    let found = catalogue.search(search);
    if found.is_empty() {
        bail!("no model fits `{search}`; `spool models` lists all");
    }
    let mut table = Table::new(&["MODEL", "MAKES", "GOOD FOR", "USD", "PROVIDERS"]).elastic(&[2, 4]);
    for model in found {
        let tasks = model.tasks.iter().map(ToString::to_string);
        let uses: Vec<String> = tasks.chain(model.tags.iter().cloned()).collect();
        let makes = model.makes.to_string();
        let price = short_span(model.price_table().span());
        table.row([model.id.clone(), makes, uses.join(", "), price, providers(model).join(", ")]);
    }
    Ok(table.fitted("", terminal()))
}

/// Everything about one model.
pub fn show(catalogue: &Catalogue, name: &str) -> anyhow::Result<String> {
    let model = &catalogue.find(name).with_context(|| unknown(catalogue, name))?;
    let mut text = format!("{} ({})\n", model.id, model.name);
    let tasks: Vec<&str> = model.tasks.iter().map(|task| task.as_str()).collect();
    let _ = writeln!(
        text,
        "{}\n\nby {}, makes {}: {}",
        model.description,
        model.vendor,
        model.makes,
        tasks.join(", ")
    );
    if !model.aliases.is_empty() {
        let _ = writeln!(text, "also known as {}", model.aliases.join(", "));
    }

    text.push_str("\nParameters\n");
    text.push_str(&params(&model.params));

    text.push_str("\nPrice of one output\n");
    let mut table = Table::new(&["USD", "FOR", "WHEN"]);
    for row in model.price_table().rows {
        table.row([with_base(&row), unit(&row), when(&row)]);
    }
    text.push_str(&table.text("  "));

    text.push_str("\nProviders, in the order in which they are tried\n");
    for provider in providers(model) {
        let _ = writeln!(text, "  {provider}");
    }
    Ok(text)
}

/// The sentence for a name that no model has.
pub fn unknown(catalogue: &Catalogue, name: &str) -> String {
    let hint = catalogue.nearest(name).map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
    format!("no model is named `{name}`.{hint} `spool models` lists all")
}

/// The parameters as a table, by name.
pub fn params(params: &IndexMap<String, Param>) -> String {
    let mut table = Table::new(&["NAME", "TAKES", "DEFAULT", "MEANING"]);
    for (name, param) in params {
        let default = match (&param.default, param.required) {
            (_, true) => "required".to_owned(),
            (Some(value), _) => plain(value),
            (None, _) => "-".to_owned(),
        };
        table.row([name.clone(), takes(param), default, param.help.clone()]);
    }
    table.text("  ")
}

/// The span of prices: `0.04`, `0.25 - 1.40`, `0.10 / second`.
pub fn span(span: Option<PriceSpan>) -> String {
    let Some(PriceSpan { from, to, per }) = span else { return String::new() };
    let unit = per.map_or_else(String::new, |unit| format!(" / {}", unit.replace('_', " ")));
    if from == to { format!("{from}{unit}") } else { format!("{from} - {to}{unit}") }
}

/// The same for a narrow column: `0.10 /s`.
pub fn short_span(prices: Option<PriceSpan>) -> String {
    let per = prices.as_ref().and_then(|prices| prices.per.clone());
    let amounts = span(prices.map(|prices| PriceSpan { per: None, ..prices }));
    match per.as_deref() {
        None => amounts,
        Some("second") => format!("{amounts} /s"),
        Some("megapixel") => format!("{amounts} /MP"),
        Some("thousand_characters") => format!("{amounts} /1k chars"),
        Some(other) => format!("{amounts} /{other}"),
    }
}

/// Who serves a model, in the order in which they are tried, each once.
fn providers(model: &Model) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for route in &model.routes {
        if !names.contains(&route.provider.as_str()) {
            names.push(&route.provider);
        }
    }
    names
}

fn with_base(row: &PriceRow) -> String {
    match &row.base {
        Some(base) => format!("{base} + {}", row.usd),
        None => row.usd.clone(),
    }
}

fn unit(row: &PriceRow) -> String {
    row.per.as_ref().map_or_else(|| "each".to_owned(), |unit| format!("per {}", unit.replace('_', " ")))
}

fn when(row: &PriceRow) -> String {
    let said = row.when.iter().map(|(name, value)| match value {
        Value::Null => format!("no {name}"),
        Value::Object(_) => format!("any {name}"),
        value => format!("{name} = {}", plain(value)),
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { "always".to_owned() } else { said.join(", ") }
}

/// A parameter's type with its bounds.
pub fn takes(param: &Param) -> String {
    kind(&param.kind)
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Text { uuid: true, .. } => "UUID".to_owned(),
        Kind::Text { max_chars: Some(max), .. } => format!("text, {max} characters"),
        Kind::Text { .. } => "text".to_owned(),
        Kind::Int { one_of, .. } if !one_of.is_empty() => {
            one_of.iter().map(i64::to_string).collect::<Vec<_>>().join(" | ")
        }
        Kind::Int { min, max, .. } => bounds("whole number", *min, *max),
        Kind::Number { min, max } => bounds("number", *min, *max),
        Kind::Bool => "true | false".to_owned(),
        Kind::Choice { one_of, or_number } => {
            let number = or_number.map(|(min, max)| bounds("number", Some(min), Some(max)));
            one_of.iter().cloned().chain(number).collect::<Vec<_>>().join(" | ")
        }
        Kind::Size { words, free } => {
            let free = free.map(|free| format!("WxH, {} to {} by {}", free.min, free.max, free.multiple_of));
            words.keys().cloned().chain(free).collect::<Vec<_>>().join(" | ")
        }
        Kind::Media { of, earlier: None, .. } => format!("{} URL", of.as_str()),
        Kind::Media { of, .. } => format!("id of a job that made {}", of.as_str()),
        Kind::List { of, min, max, .. } => {
            let count = max.map_or_else(|| format!("{min} or more"), |max| format!("{min} to {max}"));
            format!("list of {count}: {}", self::kind(of))
        }
        Kind::Objects { shape, .. } => {
            let fields: Vec<&str> = shape.params.keys().map(String::as_str).collect();
            format!("list of objects: {}", fields.join(", "))
        }
        Kind::Refused => "not taken".to_owned(),
    }
}

fn bounds<T: std::fmt::Display>(noun: &str, min: Option<T>, max: Option<T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{noun}, {min} to {max}"),
        (Some(min), None) => format!("{noun} from {min}"),
        (None, Some(max)) => format!("{noun} up to {max}"),
        (None, None) => noun.to_owned(),
    }
}

/// A value without the quotes of a text.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
