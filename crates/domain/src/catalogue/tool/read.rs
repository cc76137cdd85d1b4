//! Reads one `[[tool]]` stanza. Whether its models can do what it says is looked at once all models are known.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value;
use toml::de::DeValue;

use super::super::param::{Kind, Param};
use super::super::param_read;
use super::super::problem::Notes;
use super::super::task::Makes;
use super::super::toml_walk::{self, Table};

/// A stanza as it was read.
pub(in super::super) struct Draft {
    pub(in super::super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) kind: Makes,
    pub(super) makes: Makes,
    pub(super) params: IndexMap<String, Param>,
    pub(super) models: Vec<DraftService>,
    pub(in super::super) file: String,
    pub(in super::super) line: u32,
}

/// One entry of its `models`.
pub(super) struct DraftService {
    pub(super) id: String,
    pub(super) set: Vec<(String, Value, u32)>,
    pub(super) map: Vec<(String, Mapped, u32)>,
    pub(super) line: u32,
}

/// Where one parameter of the tool goes.
pub(super) struct Mapped {
    /// The model's own name for it.
    pub(super) name: String,
    /// The model's words for the tool's; empty: the same.
    pub(super) values: IndexMap<String, Value>,
    /// The text that the caller's is put into, at `{}`.
    pub(super) template: Option<String>,
}

/// The draft of a stanza. After a problem it may be half empty, but the caller throws all away then.
pub(in super::super) fn read(mut table: Table, file: &str, notes: &mut Notes) -> Option<Draft> {
    let start = table.at.clone();
    let Some((id_at, node)) = table.take("id") else {
        notes.add(&start, "a [[tool]] stanza has no id", "add id = \"remove-background\" or the like");
        return None;
    };
    let id = node.get_ref().as_str().unwrap_or_default().to_owned();
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || !id.bytes().all(good) {
        notes.add(&id_at, format!("\"{id}\" is not a tool's id"), "use small letters, digits and -");
    }
    table.what = format!("tool `{id}`");
    let name = table.text("name", notes).unwrap_or_else(|| id.clone());
    let description = table.text("description", notes).unwrap_or_default();
    let kind = kind(&mut table, "kind", notes);
    if kind.is_none() {
        let fix = "add kind = one of: image, video, audio, text";
        notes.add(&id_at, format!("{} has no `kind`", table.what), fix);
    }
    let kind = kind.unwrap_or(Makes::Image);
    let makes = self::kind(&mut table, "makes", notes).unwrap_or(kind);

    let before = notes.count();
    let params = table.table("params", notes).map(|table| param_read::read(table, notes)).unwrap_or_default();
    if params.is_empty() && notes.count() == before {
        let fix = "add [tool.params] with at least one";
        notes.add(&id_at, format!("{} has no parameter", table.what), fix);
    }
    for (name, param) in &params {
        let unfit = match &param.kind {
            Kind::Objects { .. } => Some("is a list of objects, which no role stands for"),
            Kind::Refused => Some("is refused by a tool of its own"),
            Kind::Int { max: Some(11..), .. } if param.role == Some(super::super::Role::Count) => {
                Some("counts further than the 10 outputs that one job may have")
            }
            _ => None,
        };
        if let Some(unfit) = unfit {
            let fix = "remove it, or change its type or bounds";
            notes.add(&id_at, format!("parameter `{name}` of {} {unfit}", table.what), fix);
        }
    }
    let models = table.tables("models", "model", notes);
    if models.is_empty() {
        let fix = "add models = [{ id = \"vendor/model\" }]; the first is the default";
        notes.add(&id_at, format!("{} has no model", table.what), fix);
    }
    let models = models.into_iter().filter_map(|table| read_service(table, notes)).collect();
    table.finish(notes);
    let (file, line) = (file.to_owned(), notes.line(&id_at));
    Some(Draft { id, name, description, kind, makes, params, models, file, line })
}

fn kind(table: &mut Table, key: &'static str, notes: &mut Notes) -> Option<Makes> {
    let (at, node) = table.take(key)?;
    let kind = Makes::parse(node.get_ref().as_str().unwrap_or_default());
    if kind.is_none() {
        notes.add(
            &at,
            format!("`{key}` of {} is unknown", table.what),
            "use one of: image, video, audio, text",
        );
    }
    // One problem for one mistake: the caller need not say that it is missing, too.
    Some(kind.unwrap_or(Makes::Image))
}

fn read_service(mut table: Table, notes: &mut Notes) -> Option<DraftService> {
    let at = table.at.clone();
    let Some(id) = table.text("id", notes) else {
        notes.add(&at, format!("{} has no id", table.what), "add id = \"vendor/model\"");
        return None;
    };
    let line = notes.line(&at);
    let mut set = Vec::new();
    for entry in table.table("set", notes).map(Table::into_entries).unwrap_or_default() {
        match toml_walk::json(entry.value.get_ref()) {
            Some(value) => set.push((entry.key.to_owned(), value, notes.line(&entry.at))),
            None => notes.add(
                &entry.at,
                format!("`{}` in `set` is a date or not a finite number", entry.key),
                "write a text, number, list or table",
            ),
        }
    }
    let mut map = Vec::new();
    for entry in table.table("map", notes).map(Table::into_entries).unwrap_or_default() {
        if let Some(mapped) = read_mapped(entry.key, &entry.at, entry.value.get_ref(), entry.value, notes) {
            map.push((entry.key.to_owned(), mapped, notes.line(&entry.at)));
        }
    }
    table.finish(notes);
    Some(DraftService { id, set, map, line })
}

/// `"their_name"`, `{ name = "their_name", values = { high = "pro" } }`, or
/// `{ name = "prompt", template = "Remove {} from the picture." }`.
fn read_mapped(
    key: &str,
    at: &Range<usize>,
    value: &DeValue,
    node: toml_walk::Node,
    notes: &mut Notes,
) -> Option<Mapped> {
    if let Some(name) = value.as_str() {
        return Some(Mapped { name: name.to_owned(), values: IndexMap::new(), template: None });
    }
    let mut table = Table::of(node, format!("`{key}` in `map`"), notes)?;
    let name = table.text("name", notes);
    let template = table.text("template", notes);
    let mut values = IndexMap::new();
    for entry in table.table("values", notes).map(Table::into_entries).unwrap_or_default() {
        if let Some(value) = toml_walk::json(entry.value.get_ref()) {
            values.insert(entry.key.to_owned(), value);
        }
    }
    table.finish(notes);
    if name.is_none() {
        notes.add(
            at,
            format!("`{key}` in `map` names no parameter of the model"),
            "add name = \"their_name\"",
        );
    }
    Some(Mapped { name: name?, values, template })
}
