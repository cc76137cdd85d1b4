//! What answers hold: a file, an archive of files, words, or a dub that is to come.

use std::io::{Cursor, Read};

use bytes::Bytes;
use serde_json::Value;
use spool_domain::adapter::{Handle, Listed, Output, Reply, Token, Trouble, TroubleClass, Word};

use super::LOOK_AFTER_MS;
use crate::adapters::answer;
use crate::adapters::plain::is_id;

/// The most that an archive may hold once it is unpacked, bytes: what the answer itself may have. Six parts of a song of
/// ten minutes are a third of it.
const UNPACKED_BYTES_MAX: u64 = 256 << 20;

/// Reads a success by its type: sound and pictures are the result, an archive holds several, JSON tells.
pub(super) fn read(reply: &Reply) -> Option<Word> {
    let kind = reply.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let outputs = match kind {
        "application/zip" | "application/x-zip-compressed" => unpacked(&reply.body)?,
        "application/json" => return read_json(&answer::json(reply)?),
        "application/octet-stream" => vec![file(&reply.body)?],
        _ if kind.starts_with("audio/") || kind.starts_with("video/") => vec![file(&reply.body)?],
        _ => return None,
    };
    Some(Word::Finished { outputs, billed: None })
}

fn file(bytes: &Bytes) -> Option<Output> {
    (!bytes.is_empty()).then(|| Output::Bytes(bytes.clone()))
}

/// A dub that was begun, or a transcript. With several channels there is one text for each.
fn read_json(body: &Value) -> Option<Word> {
    if let Some(id) = body["dubbing_id"].as_str() {
        return Some(Word::Accepted(handle(id)?, LOOK_AFTER_MS));
    }
    let text = match body["transcripts"].as_array() {
        Some(channels) => {
            let texts: Option<Vec<_>> = channels.iter().map(|channel| channel["text"].as_str()).collect();
            texts.filter(|texts| !texts.is_empty())?.join("\n")
        }
        None => body["text"].as_str()?.to_owned(),
    };
    Some(Word::Finished { outputs: vec![Output::Text(text)], billed: None })
}

/// All files of an archive in its order; nothing if one cannot be read or there is none.
fn unpacked(archive: &Bytes) -> Option<Vec<Output>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).ok()?;
    let mut left = UNPACKED_BYTES_MAX;
    let mut outputs = Vec::new();
    for place in 0..archive.len() {
        let entry = archive.by_index(place).ok()?;
        if entry.is_dir() {
            continue;
        }
        let mut bytes = Vec::new();
        // One byte more than is left shows that there is too much.
        entry.take(left + 1).read_to_end(&mut bytes).ok()?;
        left = left.checked_sub(bytes.len() as u64)?;
        outputs.push(file(&bytes.into())?);
    }
    (!outputs.is_empty()).then_some(outputs)
}

/// The handle of a dub.
pub(super) fn handle(id: &str) -> Option<Handle> {
    is_id(id).then(|| Handle { id: id.to_owned(), facts: Default::default() })
}

/// How a dub stands. Its file is fetched by the language it was put into, with the key.
pub(super) fn dub(handle: &Handle, body: &Value) -> Option<Word> {
    Some(match body["status"].as_str()? {
        "dubbed" => {
            let language = body["target_languages"][0].as_str()?;
            let language = crate::adapters::escape::escaped(language);
            let file = Output::Guarded(format!("/v1/dubbing/{}/audio/{language}", handle.id));
            Word::Finished { outputs: vec![file], billed: None }
        }
        "failed" => Word::Failed(Trouble::of(TroubleClass::Unavailable, "dubbing_failed")),
        // A state we do not know is never an end.
        _ => Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS },
    })
}

/// A dub of ours from the list. Ours are named by their tokens; others are somebody else's work.
pub(super) fn listed(dub: &Value) -> Option<Listed> {
    let token = dub["name"].as_str().filter(|name| is_token(name))?;
    let handle = handle(dub["dubbing_id"].as_str()?)?;
    Some(Listed { handle, token: Some(Token(token.to_owned())), created_unix_ms: None })
}

/// Tokens are 32 hexadecimal digits.
fn is_token(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
