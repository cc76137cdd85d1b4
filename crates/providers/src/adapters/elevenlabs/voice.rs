//! Voices by name. People name a voice; the API knows ids only.

use serde_json::{Map, Value};
use spool_domain::adapter::{Call, Trouble, TroubleClass, Work};

use crate::adapters::escape::escaped;
use crate::adapters::plain;

/// Ids are this many letters and digits.
const ID_CHARS: usize = 20;

/// The search for the first voice that is still a name; none if all are ids.
pub(super) fn search(work: &Work) -> Option<Call> {
    let name = first_name(work)?;
    Some(Call::get(format!("/v2/voices?search={}&page_size=100", escaped(name))))
}

/// Puts the id of that voice wherever its name stands.
pub(super) fn put(work: &mut Work, voices: &[Value]) -> Result<(), Trouble> {
    let Some(name) = first_name(work).map(str::to_owned) else { return Ok(()) };
    let found = voices.iter().find(|voice| is_called(voice, &name));
    let Some(id) = found.and_then(|voice| voice["voice_id"].as_str()) else {
        let trouble = Trouble::of(TroubleClass::Caller, "voice_not_found");
        return Err(trouble.saying("the account has no voice of this name; give the voice's id"));
    };
    replace(&mut work.input, &name, id);
    for line in lines_mut(work) {
        replace(line, &name, id);
    }
    Ok(())
}

/// The voice of an object, as an id; none if it has none.
pub(super) fn id_of(object: &Map<String, Value>) -> Option<&str> {
    let id = object.get("voice_id").or_else(|| object.get("voice"))?.as_str()?;
    plain::is_id(id).then_some(id)
}

fn first_name(work: &Work) -> Option<&str> {
    let lines = work.input.get("inputs").and_then(Value::as_array).into_iter().flatten();
    let voices = lines.map(|line| &line["voice"]).chain(work.input.get("voice"));
    voices.filter_map(Value::as_str).find(|voice| !is_id(voice))
}

fn lines_mut(work: &mut Work) -> impl Iterator<Item = &mut Map<String, Value>> {
    let lines = work.input.get_mut("inputs").and_then(Value::as_array_mut);
    lines.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn is_id(voice: &str) -> bool {
    voice.len() == ID_CHARS && voice.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Names are often followed by what the voice is like: `Roger - Laid-Back, Casual`. An id of another shape is its own
/// name.
fn is_called(voice: &Value, name: &str) -> bool {
    let full = voice["name"].as_str().unwrap_or_default().trim();
    let short = full.split(" - ").next().unwrap_or_default();
    let same = |other: &str| other.to_lowercase() == name.trim().to_lowercase();
    same(full) || same(short) || voice["voice_id"] == name
}

/// The other field name tells that this one needs no further search.
fn replace(object: &mut Map<String, Value>, name: &str, id: &str) {
    if object.get("voice").is_some_and(|voice| voice == name) {
        object.shift_remove("voice");
        object.insert("voice_id".to_owned(), id.into());
    }
}
