//! Reads `routes` and checks them against the model's parameters.

use std::ops::Range;

use indexmap::IndexMap;
use toml::de::DeValue;

use super::condition;
use super::param::{Kind, Param};
use super::price;
use super::problem::Notes;
use super::role::Role;
use super::route::{Cost, Move, Piece, Route, Turn};
use super::search;
use super::toml_walk::{Table, json, kind, whole};

pub(super) fn read(
    tables: Vec<Table>,
    id: &str,
    params: &IndexMap<String, Param>,
    providers: &[&str],
    (model, at): (&str, &Range<usize>),
    notes: &mut Notes,
) -> Vec<Route> {
    if tables.is_empty() {
        notes.add(
            at,
            format!("{model} has no route"),
            "add [[model.routes]] with a provider; \"sandbox\" takes every model",
        );
    }
    tables.into_iter().map(|table| read_one(table, id, params, providers, notes)).collect()
}

fn read_one(
    mut table: Table,
    id: &str,
    params: &IndexMap<String, Param>,
    providers: &[&str],
    notes: &mut Notes,
) -> Route {
    let (at, what) = (table.at.clone(), table.what.clone());
    let provider = match table.take("provider") {
        None => {
            notes.add(
                &at,
                format!("{what} names no provider"),
                format!("add provider = one of: {}", providers.join(", ")),
            );
            String::new()
        }
        Some((at, node)) => {
            let name = node.get_ref().as_str().unwrap_or_default();
            if !providers.contains(&name) {
                let fix = match search::nearest(providers.iter().copied(), name) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => format!("use one of: {}", providers.join(", ")),
                };
                notes.add(&at, format!("{what} names the unknown provider \"{name}\""), fix);
            }
            name.to_owned()
        }
    };
    let when =
        table.table("when", notes).map(|when| condition::read(when, params, notes)).unwrap_or_default();
    let upstream_at = table.take("upstream");
    let upstream = match upstream_at {
        None => vec![Piece::Text(id.to_owned())],
        Some((at, node)) => match node.get_ref().as_str() {
            Some(text) => template(text, id.contains('*'), params, (&what, &at), notes),
            None => {
                notes.add(
                    &at,
                    format!("`upstream` of {what} is {}", kind(node.get_ref())),
                    "write a text in quotes",
                );
                Vec::new()
            }
        },
    };
    let moves = table.table("map", notes).map(|map| read_map(map, params, notes)).unwrap_or_default();
    let set = table.table("set", notes).map(Table::into_entries).unwrap_or_default();
    let set = set.into_iter().filter_map(|entry| {
        let value = json(entry.value.get_ref());
        if value.is_none() {
            notes.add(
                &entry.at,
                format!("`{}` in `set` of {what} has no JSON form", entry.key),
                "write a text, number, list or table",
            );
        }
        Some((entry.key.to_owned(), value?))
    });
    let set = set.collect();
    let drop = table
        .take("drop")
        .map_or_else(Vec::new, |(at, node)| names(node.get_ref(), (&what, &at), params, notes));
    let count = table.table("count", notes).and_then(|count| read_count(count, params, notes));
    let cost = read_cost(&mut table, notes);
    table.finish(notes);
    for (name, _) in &moves {
        if drop.contains(name) {
            notes.add(&at, format!("{what} both maps and drops `{name}`"), "keep one of the two");
        }
    }
    Route { provider, when, upstream, moves, set, drop, count, cost }
}

/// Reads `fal-ai/x/{mode}/{task}`. Only words and numbers of bounded choice may go into a path.
fn template(
    text: &str,
    of_family: bool,
    params: &IndexMap<String, Param>,
    (what, at): (&str, &Range<usize>),
    notes: &mut Notes,
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let Some((name, after)) = after.split_once('}') else {
            notes.add(at, format!("`upstream` of {what} has a brace that is not closed"), "write {name}");
            return pieces;
        };
        rest = after;
        if name == "rest" && of_family {
            pieces.push(Piece::Rest);
            continue;
        }
        if name == "task" {
            pieces.push(Piece::Task);
            continue;
        }
        match params.get(name) {
            None => condition::unknown_param(name, &format!("`upstream` of {what}"), params, at, notes),
            Some(param) => {
                let bounded = matches!(
                    param.kind,
                    Kind::Choice { or_number: None, .. } | Kind::Int { .. } | Kind::Bool
                );
                if !bounded || param.may_be_absent() {
                    let fix = "use a choice, int or bool that is required or has a default, or two routes with `when`";
                    notes.add(
                        at,
                        format!("`upstream` of {what} cannot hold `{name}`: it can be missing or anything"),
                        fix,
                    );
                }
                pieces.push(Piece::Param(name.to_owned()));
            }
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    if pieces.is_empty() {
        notes.add(at, format!("`upstream` of {what} is empty"), "write the provider's name of the model");
    }
    pieces
}

fn read_map(table: Table, params: &IndexMap<String, Param>, notes: &mut Notes) -> Vec<(String, Move)> {
    let what = table.what.clone();
    let mut moves = Vec::new();
    for entry in table.into_entries() {
        let Some(param) = params.get(entry.key) else {
            condition::unknown_param(entry.key, &what, params, &entry.at, notes);
            continue;
        };
        let how = match entry.value.get_ref() {
            DeValue::String(name) => Move { name: Some(name.as_ref().to_owned()), ..Move::default() },
            DeValue::Table(inner) => {
                let what = format!("`{}` in {what}", entry.key);
                read_move(Table::new(inner, entry.at.clone(), what), entry.key, param, notes)
            }
            other => {
                let fix =
                    "write the provider's name, or a table with name, as, values, without, times, suffix";
                notes.add(&entry.at, format!("`{}` in {what} is {}", entry.key, kind(other)), fix);
                continue;
            }
        };
        moves.push((entry.key.to_owned(), how));
    }
    moves
}

fn read_move(mut table: Table, name: &str, param: &Param, notes: &mut Notes) -> Move {
    let (at, what) = (table.at.clone(), table.what.clone());
    let turn = table.text("as", notes).and_then(|word| {
        let turn = match word.as_str() {
            "string" => Turn::Text,
            "number" => Turn::Number,
            "list" => Turn::List,
            "first" => Turn::First,
            "size" => Turn::Size,
            "sides" => Turn::Sides,
            "numbered" => Turn::Numbered,
            _ => {
                notes.add(
                    &at,
                    format!("{what} has the unknown type \"{word}\""),
                    "use string, number, list, first, size, sides or numbered",
                );
                return None;
            }
        };
        Some(turn)
    });
    let can_be = |word: &str| match &param.kind {
        Kind::Choice { one_of, .. } => one_of.iter().any(|one| one == word),
        Kind::Size { words, .. } => words.contains_key(word),
        Kind::Int { one_of, .. } if !one_of.is_empty() => one_of.iter().any(|one| one.to_string() == word),
        Kind::Bool => matches!(word, "true" | "false"),
        _ => true,
    };
    let unknown_value = |at: &Range<usize>, word: &str, notes: &mut Notes| {
        if !can_be(word) {
            notes.add(
                at,
                format!("{what} names \"{word}\", which `{name}` can never be"),
                "use the words of the parameter's one_of",
            );
        }
    };
    let mut values = Vec::new();
    if let Some(map) = table.table("values", notes) {
        for entry in map.into_entries() {
            unknown_value(&entry.at, entry.key, notes);
            values.extend(json(entry.value.get_ref()).map(|value| (entry.key.to_owned(), value)));
        }
    }
    let without = table.texts("without", notes).unwrap_or_default();
    for word in &without {
        unknown_value(&at, word, notes);
    }
    let how = Move {
        name: table.text("name", notes),
        values,
        without,
        times: table.number("times", notes),
        turn,
        suffix: table.text("suffix", notes).unwrap_or_default(),
    };
    table.finish(notes);
    how
}

fn read_count(
    mut table: Table,
    params: &IndexMap<String, Param>,
    notes: &mut Notes,
) -> Option<(String, u32)> {
    let (at, what) = (table.at.clone(), table.what.clone());
    let name = table.text("as", notes);
    let max = table.int("max", notes);
    table.finish(notes);
    let count = params.values().find(|param| param.role == Some(Role::Count));
    if let (Some(Param { kind: Kind::Int { max: Some(most), .. }, .. }), Some(max)) = (count, max)
        && max > *most
    {
        notes.add(
            &at,
            format!("{what} makes up to {max}, but the model's count ends at {most}"),
            "lower max",
        );
    }
    match (name, max.and_then(|max| u32::try_from(max).ok()).filter(|max| *max > 0)) {
        (Some(name), Some(max)) => Some((name, max)),
        (_, None) => {
            notes.add(
                &at,
                format!("{what} has no max of at least 1"),
                "say how many outputs one call makes, or remove `count`",
            );
            None
        }
        (None, _) => {
            notes.add(&at, format!("{what} has no `as`"), "name the provider's parameter");
            None
        }
    }
}

fn read_cost(table: &mut Table, notes: &mut Notes) -> Cost {
    let place = table.take("cost");
    match place {
        None => Cost::Price,
        Some((at, node)) => match node.get_ref() {
            DeValue::Table(inner) => {
                let mut inner = Table::new(inner, at.clone(), format!("`cost` of {}", table.what));
                let percent =
                    inner.take("percent").and_then(|(_, node)| u32::try_from(whole(node.get_ref())?).ok());
                inner.finish(notes);
                if percent.is_none() {
                    notes.add(
                        &at,
                        format!("`cost` of {} has no whole percent", table.what),
                        "write { percent = 80 }",
                    );
                }
                percent.map_or(Cost::Price, Cost::Percent)
            }
            value => match value.as_str().and_then(price::parse_amount) {
                Some(amount) => Cost::Fixed(amount),
                None => {
                    notes.add(&at, format!("`cost` of {} is not an amount", table.what), price::AMOUNT);
                    Cost::Price
                }
            },
        },
    }
}

fn names(
    value: &DeValue,
    (what, at): (&str, &Range<usize>),
    params: &IndexMap<String, Param>,
    notes: &mut Notes,
) -> Vec<String> {
    let texts = value
        .as_array()
        .and_then(|items| items.iter().map(|item| item.get_ref().as_str()).collect::<Option<Vec<_>>>());
    let Some(texts) = texts else {
        notes.add(at, format!("`drop` of {what} is {}", kind(value)), "write a list of parameter names");
        return Vec::new();
    };
    for name in &texts {
        if !params.contains_key(*name) {
            condition::unknown_param(name, &format!("`drop` of {what}"), params, at, notes);
        }
    }
    texts.into_iter().map(str::to_owned).collect()
}
