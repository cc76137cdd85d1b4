//! The records of the first contract. Each family has its own fields; the states are the same words, or numbers.

use serde_json::Value;
use spool_domain::adapter::{Output, Trouble, TroubleClass, Word};

use super::LOOK_AFTER_MS;
use crate::adapters::answer;

/// Stems, in the order in which they are handed out. `originUrl` is what was given.
const STEMS: &[&str] = &[
    "vocalUrl",
    "instrumentalUrl",
    "backingVocalsUrl",
    "drumsUrl",
    "bassUrl",
    "guitarUrl",
    "pianoUrl",
    "keyboardUrl",
    "percussionUrl",
    "stringsUrl",
    "synthUrl",
    "fxUrl",
    "brassUrl",
    "woodwindsUrl",
];

/// Reads a record; nothing if it is none.
pub(super) fn read(family: &str, data: &Value) -> Option<Word> {
    let state = match (&data["status"], &data["successFlag"]) {
        (Value::String(state), _) | (_, Value::String(state)) => state.as_str(),
        (_, Value::Number(flag)) => match flag.as_u64() {
            Some(1) => "SUCCESS",
            Some(3) => "FAILED",
            _ => "PENDING",
        },
        _ => return None,
    };
    let failed = |class| {
        let trouble = Trouble::of(class, answer::code(Some(state), 200));
        Some(Word::Failed(answer::say(trouble, data["errorMessage"].as_str())))
    };
    match state {
        "SUCCESS" => Some(finished(family, &data["response"])),
        // Their call to us failed, not the song. It may be there.
        "CALLBACK_EXCEPTION" => match finished(family, &data["response"]) {
            Word::Finished { outputs, billed } => Some(Word::Finished { outputs, billed }),
            _ => failed(TroubleClass::Unavailable),
        },
        "SENSITIVE_WORD_ERROR" => failed(TroubleClass::ContentPolicy),
        "FAILED"
        | "CREATE_TASK_FAILED"
        | "GENERATE_AUDIO_FAILED"
        | "GENERATE_LYRICS_FAILED"
        | "GENERATE_WAV_FAILED"
        | "GENERATE_MP4_FAILED" => failed(TroubleClass::Unavailable),
        // `PENDING`, `TEXT_SUCCESS`, `FIRST_SUCCESS`; and a state that we do not know is never an end.
        _ => Some(pending()),
    }
}

/// The outputs. While there are none the job goes on: a song can be done before its file is written, and the stream that is
/// there until then is no file.
fn finished(family: &str, response: &Value) -> Word {
    let link =
        |value: &Value| value.as_str().filter(|url| !url.is_empty()).map(|url| Output::Url(url.to_owned()));
    let items = |name: &str| response[name].as_array().map_or(&[][..], Vec::as_slice).iter();
    let outputs: Vec<_> = match family {
        "lyrics" => items("data").filter_map(|text| words(&text["text"])).collect(),
        "wav" => link(&response["audioWavUrl"]).into_iter().collect(),
        "mp4" => link(&response["videoUrl"]).into_iter().collect(),
        "vocal-removal" => STEMS.iter().filter_map(|name| link(&response[*name])).collect(),
        "suno/cover" => items("images").filter_map(link).collect(),
        _ => items("sunoData").filter_map(|clip| link(&clip["audioUrl"])).collect(),
    };
    if outputs.is_empty() { pending() } else { Word::Finished { outputs, billed: None } }
}

pub(super) fn words(value: &Value) -> Option<Output> {
    value.as_str().filter(|text| !text.trim().is_empty()).map(|text| Output::Text(text.to_owned()))
}

fn pending() -> Word {
    Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }
}
