//! What a success holds: a sound, words, pictures, or a clip that is to come.

use serde_json::Value;
use spool_domain::adapter::{Output, Reply, Word};

use super::{images, sound, videos};

/// Reads a success by its type. Nothing if it is none that we understand.
pub(super) fn read(reply: &Reply) -> Option<Word> {
    let kind = reply.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let outputs = match kind {
        "audio/pcm" | "audio/l16" => vec![sound::wrapped(&reply.body)?],
        "application/octet-stream" => vec![sound::whole(&reply.body)?],
        _ if kind.starts_with("audio/") || kind.starts_with("video/") => vec![sound::whole(&reply.body)?],
        // Subtitles and plain transcripts.
        "text/plain" | "text/vtt" | "text/srt" | "application/x-subrip" => vec![words(&reply.body)?],
        _ => match images::read(&reply.body) {
            Some(pictures) => pictures,
            None => return read_json(&serde_json::from_slice(&reply.body).ok()?),
        },
    };
    Some(Word::Finished { outputs, billed: None })
}

/// A transcript in its plain form. A proxy's page is none, whatever it calls itself.
fn words(body: &[u8]) -> Option<Output> {
    let text = std::str::from_utf8(body).ok()?.trim();
    (!text.is_empty() && !text.starts_with(['<', '{'])).then(|| Output::Text(text.to_owned()))
}

/// A clip that was begun, or a transcript. Silence is an empty one.
fn read_json(body: &Value) -> Option<Word> {
    if body["status"].is_string() {
        return videos::begun(body);
    }
    let text = body["text"].as_str()?;
    Some(Word::Finished { outputs: vec![Output::Text(text.to_owned())], billed: None })
}
