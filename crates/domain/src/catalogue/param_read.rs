//! Reads `params` of a model, and `fields` of a list of objects.

use std::collections::HashMap;
use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value;

use super::check;
use super::condition;
use super::param::{FreeSize, Kind, Param};
use super::problem::Notes;
use super::role::Role;
use super::rule;
use super::search;
use super::shape::Shape;
use super::task::Media;
use super::toml_walk::Table;
use super::validate::{How, Unknown};

const TYPES: &str = "text, int, number, bool, choice, choice_or_number, size, media, job, text_list, choice_list, media_list, object_list, refused";

/// Reads all parameters of one table: first each alone, then what they say about each other.
pub(super) fn read(table: Table, notes: &mut Notes) -> IndexMap<String, Param> {
    let mut params = IndexMap::new();
    let mut later = Vec::new();
    let mut places = HashMap::new();
    let what = table.what.clone();
    for entry in table.into_entries() {
        let Some(inner) = Table::of(entry.value, format!("parameter `{}`", entry.key), notes) else {
            continue;
        };
        let Some((param, rest)) = read_one(inner, &entry.at, notes) else { continue };
        places.insert(entry.key, entry.at.clone());
        later.push((entry.key.to_owned(), entry.at, rest));
        params.insert(entry.key.to_owned(), param);
    }
    for (name, at, mut rest) in later {
        let ignored_when =
            rest.table("ignored_when", notes).map(|when| condition::read(when, &params, notes));
        if ignored_when.as_ref().is_some_and(|condition| condition.names().any(|other| other == name)) {
            notes.add(
                &at,
                format!("parameter `{name}` is ignored depending on itself"),
                "name another parameter in ignored_when",
            );
        }
        let needs = rest.texts("needs", notes).unwrap_or_default();
        for other in &needs {
            if !params.contains_key(other) || *other == name {
                condition::unknown_param(other, &format!("`needs` of `{name}`"), &params, &at, notes);
            }
        }
        let sum_of = rest.text("sum_of", notes).and_then(|text| sum(&text, &name, &params, &at, notes));
        rest.finish(notes);
        if let Some(param) = params.get_mut(&name) {
            if let Some(other) = needs.iter().find(|_| param.required) {
                notes.add(
                    &at,
                    format!("parameter `{name}` is required and needs `{other}`"),
                    "make the other required instead",
                );
            }
            (param.ignored_when, param.needs, param.sum_of) = (ignored_when, needs, sum_of);
        }
    }
    check_names(&params, &what, &places, notes);
    params
}

fn read_one<'t>(mut table: Table<'t>, at: &Range<usize>, notes: &mut Notes) -> Option<(Param, Table<'t>)> {
    let what = table.what.clone();
    let kind = read_kind(&mut table, at, notes)?;
    let required = table.truth("required", notes).unwrap_or(false);
    let value = |key: &'static str, table: &mut Table<'t>, notes: &mut Notes| {
        let (at, value) = table.json(key, notes)?;
        stored(&kind, &value, key, &what, &at, notes)
    };
    let default = value("default", &mut table, notes);
    let assume = value("assume", &mut table, notes);
    if required && default.is_some() {
        notes.add(at, format!("{what} is required and has a default"), "remove one of the two");
    }
    if default.is_some() && assume.is_some() {
        notes.add(at, format!("{what} has a default, so `assume` is never used"), "remove one of the two");
    }
    if matches!(kind, Kind::Refused) && required {
        notes.add(at, format!("{what} is required and refused"), "remove one of the two");
    }
    let role = table.take("role").and_then(|(at, node)| {
        let word = node.get_ref().as_str().unwrap_or_default();
        let role = Role::parse(word);
        match role {
            None => notes.add(
                &at,
                format!("{what} has the unknown role \"{word}\""),
                format!("use one of: {}", Role::WORDS),
            ),
            Some(role) if !fits(role, &kind) => {
                notes.add(
                    &at,
                    format!("{what} has the role {role}, which its type cannot play"),
                    "change the type or the role",
                );
            }
            Some(_) => {}
        }
        role
    });
    let means = table.table("means", notes).map(|table| read_means(table, &kind, notes)).unwrap_or_default();
    let param = Param {
        required,
        default,
        assume,
        role,
        aliases: table.texts("aliases", notes).unwrap_or_default(),
        help: table.text("help", notes).unwrap_or_default(),
        needs: Vec::new(),
        ignored_when: None,
        sum_of: None,
        means,
        kind,
    };
    Some((param, table))
}

/// The type a role's values have.
fn fits(role: Role, kind: &Kind) -> bool {
    match role {
        Role::Prompt | Role::NegativePrompt | Role::Lyrics => matches!(kind, Kind::Text { .. }),
        Role::Image(_) | Role::Mask => matches!(kind, Kind::Media { of: Media::Image, .. }),
        Role::Video => matches!(kind, Kind::Media { of: Media::Video, .. }),
        Role::Audio => matches!(kind, Kind::Media { of: Media::Audio, .. }),
        Role::Factor => matches!(kind, Kind::Int { .. } | Kind::Number { .. } | Kind::Choice { .. }),
        Role::Voice | Role::Language => matches!(kind, Kind::Text { .. } | Kind::Choice { .. }),
        Role::Images => {
            matches!(kind, Kind::List { of, .. } if matches!(**of, Kind::Media { of: Media::Image, .. }))
        }
        Role::AspectRatio | Role::Resolution | Role::Format => matches!(kind, Kind::Choice { .. }),
        Role::Size => matches!(kind, Kind::Size { .. }),
        Role::Duration => {
            matches!(kind, Kind::Int { .. } | Kind::Number { .. } | Kind::Choice { or_number: Some(_), .. })
        }
        Role::Seed => matches!(kind, Kind::Int { .. }),
        Role::Count => matches!(kind, Kind::Int { min: Some(1..), max: Some(_), .. }),
    }
}

fn read_kind(table: &mut Table, at: &Range<usize>, notes: &mut Notes) -> Option<Kind> {
    let what = table.what.clone();
    let Some((type_at, node)) = table.take("type") else {
        notes.add(at, format!("{what} has no type"), format!("add type = one of: {TYPES}"));
        return None;
    };
    let word = node.get_ref().as_str().unwrap_or_default();
    let kind = match word {
        "text" => Kind::Text {
            max_chars: table.size("max_chars", notes),
            uuid: match table.take("pattern") {
                Some((_, node)) if node.get_ref().as_str() == Some("uuid") => true,
                Some((at, _)) => {
                    notes.add(
                        &at,
                        format!("{what} has an unknown pattern"),
                        "the only one is pattern = \"uuid\"",
                    );
                    false
                }
                None => false,
            },
        },
        "int" => {
            let one_of = table.ints("one_of", notes);
            empty(one_of.as_ref().map(Vec::is_empty), &what, at, notes);
            let one_of = one_of.unwrap_or_default();
            doubled(one_of.iter().map(i64::to_string), &what, at, notes);
            let (min, max) = (table.int("min", notes), table.int("max", notes));
            if !one_of.is_empty() && (min.is_some() || max.is_some()) {
                notes.add(at, format!("{what} has both one_of and min or max"), "keep one of the two");
            }
            ordered(min, max, &what, at, notes);
            Kind::Int { min, max, one_of }
        }
        "number" => {
            let (min, max) = (table.number("min", notes), table.number("max", notes));
            ordered(min, max, &what, at, notes);
            Kind::Number { min, max }
        }
        "bool" => Kind::Bool,
        "choice" => Kind::Choice { one_of: words(table, at, notes), or_number: None },
        "choice_or_number" => {
            let one_of = words(table, at, notes);
            let (min, max) = (table.number("min", notes), table.number("max", notes));
            ordered(min, max, &what, at, notes);
            if min.is_none() || max.is_none() {
                notes.add(at, format!("{what} has no min and max"), "state the bounds of the number");
            }
            Kind::Choice { one_of, or_number: Some((min.unwrap_or(0.0), max.unwrap_or(0.0))) }
        }
        "size" => read_size(table, at, notes),
        "media" => media(table, at, notes),
        "job" => job(table, at, notes),
        "text_list" => {
            let of = Box::new(Kind::Text { max_chars: table.size("max_chars", notes), uuid: false });
            list(of, table, at, notes)
        }
        "choice_list" => {
            let of = Box::new(Kind::Choice { one_of: words(table, at, notes), or_number: None });
            list(of, table, at, notes)
        }
        "media_list" => {
            let of = Box::new(media(table, at, notes));
            list(of, table, at, notes)
        }
        "object_list" => {
            let params = table.table("fields", notes).map(|fields| read(fields, notes)).unwrap_or_default();
            if params.is_empty() {
                notes.add(at, format!("{what} has no fields"), "add fields = { name = { type = … } }");
            }
            if params.values().any(|param| param.role.is_some()) {
                notes.add(
                    at,
                    format!("a field of {what} has a role"),
                    "roles belong to parameters of the model",
                );
            }
            let rules = rule::read(table.tables("rules", "rule", notes), &params, notes);
            let (min, max) = items(table, at, notes);
            Kind::Objects { shape: Shape { params, rules }, min, max }
        }
        "refused" => Kind::Refused,
        _ => {
            let near = search::nearest(TYPES.split(", "), word);
            let fix = near
                .map_or_else(|| format!("use one of: {TYPES}"), |near| format!("did you mean \"{near}\"?"));
            notes.add(&type_at, format!("{what} has the unknown type \"{word}\""), fix);
            return None;
        }
    };
    Some(kind)
}

fn read_size(table: &mut Table, at: &Range<usize>, notes: &mut Notes) -> Kind {
    let what = table.what.clone();
    let mut words = IndexMap::new();
    for word in table.texts("one_of", notes).unwrap_or_default() {
        let pixels = check::pixels(&word);
        words.insert(word, pixels);
    }
    for entry in table.table("words", notes).map(Table::into_entries).unwrap_or_default() {
        let pixels = entry.value.get_ref().as_str().and_then(check::pixels);
        if pixels.is_none() {
            notes.add(
                &entry.at,
                format!("`{}` of {what} is not WxH", entry.key),
                "write pixels such as \"1024x1024\"",
            );
        }
        words.insert(entry.key.to_owned(), pixels);
    }
    let free = table.table("free", notes).map(|mut free| {
        let mut side = |key, usual| {
            let side = free.size(key, notes).unwrap_or(usual);
            u32::try_from(side).unwrap_or(u32::MAX)
        };
        let free_size = FreeSize {
            min: side("min", 64),
            max: side("max", 4096),
            multiple_of: side("multiple_of", 1).max(1),
        };
        free.finish(notes);
        free_size
    });
    if let Some(free) = free {
        ordered(Some(free.min), Some(free.max), &what, at, notes);
    }
    if words.is_empty() && free.is_none() {
        notes.add(at, format!("{what} takes no size"), "add one_of, words or free");
    }
    Kind::Size { words, free }
}

fn media(table: &mut Table, at: &Range<usize>, notes: &mut Notes) -> Kind {
    let max_bytes = table.size("max_bytes", notes).map(|bytes| bytes as u64);
    if max_bytes == Some(0) {
        notes.add(at, format!("{} takes no file", table.what), "raise max_bytes, or use type = \"refused\"");
    }
    let of = table.text("of", notes);
    let of = of.as_deref().and_then(Media::parse).unwrap_or_else(|| {
        notes.add(
            at,
            format!("{} does not say of what", table.what),
            "add of = \"image\", \"video\" or \"audio\"",
        );
        Media::Image
    });
    Kind::Media { of, max_bytes, earlier: None }
}

/// An output of an earlier job: of which kind, and of which models if not of any.
fn job(table: &mut Table, at: &Range<usize>, notes: &mut Notes) -> Kind {
    let from = table.texts("from", notes);
    empty(from.as_ref().map(Vec::is_empty), &table.what, at, notes);
    match media(table, at, notes) {
        Kind::Media { of, max_bytes, .. } => {
            Kind::Media { of, max_bytes, earlier: Some(from.unwrap_or_default()) }
        }
        other => other,
    }
}

fn list(of: Box<Kind>, table: &mut Table, at: &Range<usize>, notes: &mut Notes) -> Kind {
    let commas = table.truth("commas", notes).unwrap_or(false);
    let (min, max) = items(table, at, notes);
    Kind::List { of, min, max, commas }
}

fn items(table: &mut Table, at: &Range<usize>, notes: &mut Notes) -> (usize, Option<usize>) {
    let (min, max) = (table.size("min", notes).unwrap_or(0), table.size("max", notes));
    ordered(Some(min), max, &table.what, at, notes);
    if max == Some(0) {
        notes.add(at, format!("{} takes no item", table.what), "raise max, or use type = \"refused\"");
    }
    (min, max)
}

fn words(table: &mut Table, at: &Range<usize>, notes: &mut Notes) -> Vec<String> {
    let words = table.texts("one_of", notes);
    match &words {
        None => notes.add(at, format!("{} has no one_of", table.what), "list its words"),
        Some(words) => empty(Some(words.is_empty()), &table.what, at, notes),
    }
    let words = words.unwrap_or_default();
    doubled(words.iter().map(|word| word.to_ascii_lowercase()), &table.what, at, notes);
    words
}

fn empty(empty: Option<bool>, what: &str, at: &Range<usize>, notes: &mut Notes) {
    if empty == Some(true) {
        notes.add(
            at,
            format!("one_of of {what} is empty"),
            "list at least one value, or use type = \"refused\"",
        );
    }
}

fn doubled(values: impl Iterator<Item = String>, what: &str, at: &Range<usize>, notes: &mut Notes) {
    let mut seen = Vec::new();
    for value in values {
        if seen.contains(&value) {
            notes.add(
                at,
                format!("one_of of {what} lists \"{value}\" twice"),
                "remove one; letter case does not count",
            );
        }
        seen.push(value);
    }
}

fn ordered<T: PartialOrd + std::fmt::Display>(
    min: Option<T>,
    max: Option<T>,
    what: &str,
    at: &Range<usize>,
    notes: &mut Notes,
) {
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        notes.add(at, format!("{what} has min {min} above max {max}"), "swap them");
    }
}

/// A default as it is stored, or a problem if the parameter itself would refuse it.
fn stored(
    kind: &Kind,
    value: &Value,
    key: &str,
    what: &str,
    at: &Range<usize>,
    notes: &mut Notes,
) -> Option<Value> {
    let how = How::names(Unknown::Refuse);
    let mut refusals = Vec::new();
    let found = check::value(kind, value, key, how, &mut refusals);
    for refusal in refusals {
        notes.add(
            at,
            format!("the {key} of {what} is outside its own bounds: {}", refusal.message),
            "change it, or the bounds",
        );
    }
    found
}

fn read_means(table: Table, kind: &Kind, notes: &mut Notes) -> IndexMap<String, String> {
    let what = table.what.clone();
    let mut means = IndexMap::new();
    for entry in table.into_entries() {
        let known =
            matches!(kind, Kind::Choice { one_of, .. } if one_of.iter().any(|word| word == entry.key));
        match entry.value.get_ref().as_str() {
            Some(resolution) if known => {
                means.insert(entry.key.to_owned(), resolution.to_owned());
            }
            Some(_) => notes.add(
                &entry.at,
                format!("{what} names \"{}\", which it can never be", entry.key),
                "use the words of one_of",
            ),
            None => notes.add(
                &entry.at,
                format!("`{}` of {what} is not a text", entry.key),
                "write a resolution such as \"1080p\"",
            ),
        }
    }
    means
}

/// `sum_of = "shots.duration"`
fn sum(
    text: &str,
    name: &str,
    params: &IndexMap<String, Param>,
    at: &Range<usize>,
    notes: &mut Notes,
) -> Option<(String, String)> {
    let (list, field) = text.split_once('.').unwrap_or((text, ""));
    let fields = match params.get(list).map(|param| &param.kind) {
        Some(Kind::Objects { shape, .. }) => Some(&shape.params),
        _ => None,
    };
    let whole = |kind: &Kind| matches!(kind, Kind::Int { .. });
    let good = fields.and_then(|fields| fields.get(field)).is_some_and(|field| whole(&field.kind));
    if !good || !params.get(name).is_some_and(|param| whole(&param.kind)) {
        let fix = "write sum_of = \"list.field\" on an int, with an object_list and a field of type int";
        notes.add(at, format!("`sum_of` of parameter `{name}` is not a sum of whole numbers"), fix);
        return None;
    }
    Some((list.to_owned(), field.to_owned()))
}

/// Every name and alias belongs to one parameter, every role to one.
fn check_names(
    params: &IndexMap<String, Param>,
    what: &str,
    places: &HashMap<&str, Range<usize>>,
    notes: &mut Notes,
) {
    let mut names: HashMap<&str, &str> = params.keys().map(|name| (name.as_str(), name.as_str())).collect();
    let mut roles: HashMap<Role, &str> = HashMap::new();
    for (name, param) in params {
        let at = places.get(name.as_str()).cloned().unwrap_or_default();
        for alias in &param.aliases {
            if let Some(other) = names.insert(alias, name) {
                notes.add(
                    &at,
                    format!("the alias `{alias}` of `{name}` in {what} already names `{other}`"),
                    "remove one of them",
                );
            }
        }
        if let Some(other) = param.role.and_then(|role| roles.insert(role, name)) {
            let role = param.role.map(|role| role.to_string()).unwrap_or_default();
            notes.add(
                &at,
                format!("`{other}` and `{name}` in {what} both have the role {role}"),
                "a role belongs to one parameter",
            );
        }
    }
}
