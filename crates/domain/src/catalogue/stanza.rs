//! Reads one `[[model]]` stanza.

use std::ops::Range;

use indexmap::IndexMap;
use toml::de::DeValue;

use super::family;
use super::model::{Model, Retired, TAGS};
use super::param::Param;
use super::param_read;
use super::price;
use super::problem::Notes;
use super::role::Role;
use super::route_read;
use super::rule;
use super::search;
use super::task::{Makes, Task};
use super::toml_walk::Table;
use super::wish::{FORMATS, Habits};

/// A stanza that could be read, and where its names are.
pub(super) struct Stanza {
    pub(super) model: Model,
    pub(super) id_at: Range<usize>,
    pub(super) aliases_at: Range<usize>,
}

/// The model of a stanza. After a problem the model may be half empty, but the caller throws all away then.
pub(super) fn read(mut table: Table, file: &str, providers: &[&str], notes: &mut Notes) -> Option<Stanza> {
    let start = table.at.clone();
    let Some((id_at, node)) = table.take("id") else {
        notes.add(&start, "a [[model]] stanza has no id", "add id = \"vendor/model\"");
        return None;
    };
    let id = node.get_ref().as_str().unwrap_or_default().to_owned();
    if id.is_empty() || !id.bytes().all(good_in_id) || (id.contains('*') && !family::is_pattern(&id)) {
        let fix = "use small letters, digits and . - _ /, such as \"vendor/model-1.0\"";
        notes.add(&id_at, format!("\"{id}\" is not an id"), fix);
    }
    table.what = format!("model `{id}`");
    let what = table.what.clone();

    let aliases_at = table.peek("aliases").unwrap_or_else(|| id_at.clone());
    let aliases = table.texts("aliases", notes).unwrap_or_default();
    let name = table.text("name", notes).unwrap_or_else(|| id.clone());
    let description = table.text("description", notes).unwrap_or_default();
    let vendor = table.text("vendor", notes);
    let vendor = vendor.unwrap_or_else(|| id.split_once('/').map_or("", |(vendor, _)| vendor).to_owned());
    let makes = word(&mut table, "makes", &id_at, Makes::parse, "image, video, audio or text", notes);
    let makes = makes.unwrap_or(Makes::Image);
    let tasks = read_tasks(&mut table, makes, &id_at, notes);
    let tags = read_tags(&mut table, notes);
    let retired = table.table("retired", notes).and_then(|table| read_retired(table, notes));
    let habits =
        table.table("typical", notes).map(|table| read_habits(table, makes, notes)).unwrap_or_default();

    let before = notes.count();
    let params = table.table("params", notes).map(|table| param_read::read(table, notes)).unwrap_or_default();
    if params.is_empty() && notes.count() == before {
        notes.add(&id_at, format!("{what} has no parameter"), "add [model.params] with at least one");
    }
    let rules = rule::read(table.tables("rules", "rule", notes), &params, notes);
    let prices = price::read(table.tables("prices", "price", notes), &params, &rules, (&what, &id_at), notes);
    let routes = table.tables("routes", "route", notes);
    let routes = route_read::read(routes, &id, &params, providers, (&what, &id_at), notes);
    table.finish(notes);

    let open = id.contains('*');
    let line = notes.line(&id_at);
    let roles = roles(&params);
    let file = file.to_owned();
    let model = Model {
        id,
        aliases,
        name,
        description,
        vendor,
        makes,
        tasks,
        tags,
        disabled: false,
        routing: None,
        open,
        retired,
        params,
        rules,
        prices,
        routes,
        file,
        line,
        habits,
        roles,
    };
    Some(Stanza { model, id_at, aliases_at })
}

/// Ids appear in paths and logs.
fn good_in_id(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_' | b'/' | b'*')
}

fn roles(params: &IndexMap<String, Param>) -> Vec<(Role, usize)> {
    params.values().enumerate().filter_map(|(slot, param)| Some((param.role?, slot))).collect()
}

/// A required key whose value is one of a few words.
fn word<T>(
    table: &mut Table,
    key: &'static str,
    at: &Range<usize>,
    parse: impl Fn(&str) -> Option<T>,
    words: &str,
    notes: &mut Notes,
) -> Option<T> {
    match table.take(key) {
        None => notes.add(
            at,
            format!("{} does not say `{key}`", table.what),
            format!("add {key} = one of: {words}"),
        ),
        Some((at, node)) => {
            let word = node.get_ref().as_str().unwrap_or_default();
            if let Some(value) = parse(word) {
                return Some(value);
            }
            notes.add(&at, format!("`{key}` of {} is unknown", table.what), format!("use one of: {words}"));
        }
    }
    None
}

fn read_tasks(table: &mut Table, makes: Makes, at: &Range<usize>, notes: &mut Notes) -> Vec<Task> {
    let what = table.what.clone();
    let Some((at, node)) = table.take("tasks") else {
        notes.add(at, format!("{what} does not say `tasks`"), "add tasks = [\"text-to-image\"] or others");
        return vec![Task::TextToText];
    };
    let items = match node.get_ref() {
        DeValue::Array(items) if !items.is_empty() => items,
        _ => {
            notes.add(
                &at,
                format!("`tasks` of {what} lists none"),
                "list at least one task, such as \"text-to-image\"",
            );
            return vec![Task::TextToText];
        }
    };
    let mut tasks = Vec::new();
    for item in items.iter() {
        let word = item.get_ref().as_str().unwrap_or_default();
        match Task::parse(word) {
            None => {
                let words: Vec<&str> = Task::ALL.iter().map(|task| task.as_str()).collect();
                let near = search::nearest(words.iter().copied(), word);
                let fix = near.map_or_else(
                    || format!("use one of: {}", words.join(", ")),
                    |near| format!("did you mean \"{near}\"?"),
                );
                notes.add(&item.span(), format!("{what} has the unknown task \"{word}\""), fix);
            }
            Some(task) if task.makes() != makes => {
                let fix = "correct the task, or makes";
                notes.add(
                    &item.span(),
                    format!("{what} makes {makes}, but its task {task} makes {}", task.makes()),
                    fix,
                );
            }
            Some(task) => tasks.push(task),
        }
    }
    tasks
}

fn read_tags(table: &mut Table, notes: &mut Notes) -> Vec<String> {
    let at = table.peek("tags").unwrap_or_else(|| table.at.clone());
    let tags = table.texts("tags", notes).unwrap_or_default();
    for tag in tags.iter().filter(|tag| !TAGS.contains(&tag.as_str())) {
        let fix = search::nearest(TAGS.into_iter(), tag).map_or_else(
            || format!("use some of: {}", TAGS.join(", ")),
            |near| format!("did you mean \"{near}\"?"),
        );
        notes.add(&at, format!("{} has the unknown tag \"{tag}\"", table.what), fix);
    }
    tags
}

fn read_retired(mut table: Table, notes: &mut Notes) -> Option<Retired> {
    let (at, what) = (table.at.clone(), table.what.clone());
    let (on, successor) = (table.text("on", notes), table.text("successor", notes));
    table.finish(notes);
    match (on.filter(|on| is_date(on)), successor) {
        (Some(on), Some(successor)) => Some(Retired { on, successor }),
        _ => {
            let fix = "write retired = { on = \"2026-09-24\", successor = \"vendor/model\" }";
            notes.add(&at, format!("{what} has no date or no successor"), fix);
            None
        }
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(i, byte)| match i {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

fn read_habits(mut table: Table, makes: Makes, notes: &mut Notes) -> Habits {
    let (at, what) = (table.at.clone(), table.what.clone());
    let habits = Habits {
        seconds: table.number("seconds", notes),
        resolution: table.text("resolution", notes),
        aspect_ratio: table.text("aspect_ratio", notes),
        format: table.text("format", notes),
        outputs: table.size("outputs", notes).and_then(|count| u32::try_from(count).ok()),
    };
    table.finish(notes);
    if let Some(format) = &habits.format {
        let offered: Vec<&str> =
            FORMATS.iter().filter(|(_, of)| *of == makes).map(|(format, _)| *format).collect();
        if !offered.contains(&format.as_str()) {
            notes.add(
                &at,
                format!("{what} has the format \"{format}\""),
                format!("use one of: {}", offered.join(", ")),
            );
        }
    }
    habits
}
