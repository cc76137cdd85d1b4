//! Prompts that have ended, and what they made.

use serde_json::Value;
use spool_domain::adapter::{Handle, Output, Trouble, TroubleClass, Word};

use super::queue::Prompt;
use super::{LOOK_AFTER_MS, trouble};
use crate::adapters::escape::escaped;

/// The newest prompts: far more than one server ends between a submit and its lookup, or between two sweeps.
pub(super) const NEWEST: &str = "/history?max_items=200";

/// Files that are results. Graphs may save others, such as meshes and texts, which nobody here can show.
const KINDS: [&str; 17] = [
    "png", "jpg", "jpeg", "webp", "gif", "bmp", "mp4", "webm", "mov", "mkv", "mp3", "wav", "flac", "ogg",
    "opus", "m4a", "aac",
];

/// All prompts of a history; nothing if this is none.
pub(super) fn prompts(body: &Value) -> Option<Vec<Prompt>> {
    let entries = body.as_object()?.values();
    entries
        .map(|entry| {
            let begun_unix_ms =
                message(entry, "execution_start").and_then(|start| start["timestamp"].as_i64());
            Some(Prompt { begun_unix_ms, ..Prompt::read(&entry["prompt"])? })
        })
        .collect()
}

/// How a prompt ended. The history is asked after the queue, so one that it does not know is lost.
pub(super) fn read(handle: &Handle, body: &Value) -> Option<Word> {
    let history = body.as_object()?;
    let Some(entry) = history.get(&handle.id) else {
        let lost = Trouble::of(TroubleClass::Unavailable, "prompt_lost");
        return history.is_empty().then_some(Word::Failed(lost));
    };
    Some(match entry["status"]["status_str"].as_str()? {
        "success" => match outputs(&entry["outputs"])? {
            outputs if outputs.is_empty() => Word::Failed(Trouble::of(TroubleClass::Unknown, "no_outputs")),
            outputs => Word::Finished { outputs, billed: None },
        },
        "error" if message(entry, "execution_interrupted").is_some() => Word::Canceled,
        "error" => Word::Failed(trouble::of_run(message(entry, "execution_error").unwrap_or(&Value::Null))),
        // A state we do not know is never an end.
        _ => Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS },
    })
}

/// What the first message of this name says.
fn message<'a>(entry: &'a Value, name: &str) -> Option<&'a Value> {
    let messages = entry["status"]["messages"].as_array()?;
    messages.iter().find(|message| message[0] == name).map(|message| &message[1])
}

/// The files of all nodes. Previews count only where nothing was saved, texts only where there is no file at all.
fn outputs(nodes: &Value) -> Option<Vec<Output>> {
    let kept: Vec<_> =
        nodes.as_object()?.values().filter_map(Value::as_object).flat_map(|node| node.values()).collect();
    let items = || kept.iter().filter_map(|list| list.as_array()).flatten();
    let files =
        |saved: bool| items().filter(move |item| (item["type"] == "output") == saved).filter_map(file);
    let saved: Vec<_> = files(true).collect();
    if !saved.is_empty() {
        return Some(saved);
    }
    let previews: Vec<_> = files(false).collect();
    if !previews.is_empty() {
        return Some(previews);
    }
    Some(items().filter_map(|item| item.as_str().map(|text| Output::Text(text.to_owned()))).collect())
}

/// A file that is fetched with the key, for a proxy may want it here too.
fn file(item: &Value) -> Option<Output> {
    let name = item["filename"].as_str()?;
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    if !KINDS.contains(&extension.as_str()) {
        return None;
    }
    let part = |field: &str| escaped(item[field].as_str().unwrap_or_default());
    let (folder, kind) = (part("subfolder"), part("type"));
    Some(Output::Guarded(format!("/view?filename={}&subfolder={folder}&type={kind}", escaped(name))))
}
