//! The tasks of the second contract. Its many forks write their states in several ways; all are read.

use serde_json::Value;
use spool_domain::adapter::{Output, Trouble, TroubleClass, Word};

use super::LOOK_AFTER_MS;
use super::record::words;

/// Reads a task; nothing if it is none.
pub(super) fn read(task: &Value) -> Option<Word> {
    let status = task["status"].as_str()?.to_ascii_lowercase();
    Some(match status.as_str() {
        "success" | "complete" => finished(task).unwrap_or_else(|| pending(task)),
        "failure" | "failed" | "error" => failed(task),
        // A state that we do not know is never an end; one of them is called `UNKNOWN`.
        _ => pending(task),
    })
}

/// Clips as files, lyrics as words. Nothing while one of the clips is a stream still.
fn finished(task: &Value) -> Option<Word> {
    let outputs = match &task["data"] {
        Value::Array(clips) => clips.iter().map(clip).collect::<Option<Vec<_>>>()?,
        lyrics => words(&lyrics["text"]).into_iter().collect(),
    };
    (!outputs.is_empty()).then_some(Word::Finished { outputs, billed: None })
}

fn clip(clip: &Value) -> Option<Output> {
    let is_stream = clip["status"].as_str().is_some_and(|status| status.eq_ignore_ascii_case("streaming"));
    let url = clip["audio_url"].as_str().filter(|url| !url.is_empty() && !is_stream)?;
    Some(Output::Url(url.to_owned()))
}

/// There is no code for a refusal, only words, and a type in the clips of some forks. If the words change, the class is
/// `Unavailable`, and the job fails all the same.
fn failed(task: &Value) -> Word {
    let reason = task["fail_reason"].as_str().unwrap_or_default();
    let said = reason.to_ascii_lowercase();
    let clips = task["data"].as_array().map_or(&[][..], Vec::as_slice);
    let marked = clips.iter().any(|clip| clip["metadata"]["error_type"] == "moderation_failure");
    if marked || said.contains("moderation") || said.contains("sensitive") {
        let words = if reason.is_empty() { "moderation refused the song" } else { reason };
        return Word::Failed(Trouble::of(TroubleClass::ContentPolicy, "moderation").saying(words));
    }
    Word::Failed(Trouble::of(TroubleClass::Unavailable, "task_failed"))
}

/// Progress is a text such as `40%`.
fn pending(task: &Value) -> Word {
    let percent = task["progress"].as_str().and_then(|text| text.trim_end_matches('%').parse::<u8>().ok());
    Word::Pending { progress: percent.filter(|percent| *percent <= 100), wait_ms: LOOK_AFTER_MS }
}
