//! The fields of sounds, transcripts and clips.

use serde_json::{Map, Value};

use crate::rules::{Fault, Field, Rule, check, check_form};
use crate::upstream::Asked;

const SPEECH: &[Field] = &[
    ("model", true, Rule::Word(&["tts-1", "tts-1-hd", "gpt-4o-mini-tts"])),
    ("input", true, Rule::Text(4_096)),
    (
        "voice",
        true,
        Rule::Word(&[
            "alloy", "ash", "ballad", "coral", "echo", "fable", "onyx", "nova", "sage", "shimmer", "verse",
            "marin", "cedar",
        ]),
    ),
    ("instructions", false, Rule::Text(4_096)),
    ("response_format", false, Rule::Word(&["mp3", "opus", "aac", "flac", "wav", "pcm"])),
    ("speed", false, Rule::Number(0.25, 4.0)),
];

const SELF_HOSTED_SPEECH: &[Field] = &[
    ("model", false, Rule::Word(&["kokoro", "tts-1", "tts-1-hd"])),
    ("input", true, Rule::Text(100_000)),
    ("voice", false, Rule::Word(&["af_heart", "af_bella", "am_adam"])),
    ("response_format", false, Rule::Word(&["mp3", "opus", "aac", "flac", "wav", "pcm"])),
    ("speed", false, Rule::Number(0.25, 4.0)),
];

const TRANSCRIPTION: &[Field] = &[
    (
        "model",
        true,
        Rule::Word(&[
            "gpt-transcribe",
            "whisper-1",
            "gpt-4o-transcribe",
            "gpt-4o-mini-transcribe",
            "gpt-4o-transcribe-diarize",
        ]),
    ),
    ("file", true, Rule::Any),
    ("language", false, Rule::Text(10)),
    ("prompt", false, Rule::Text(4_000)),
    ("temperature", false, Rule::Number(0.0, 1.0)),
    ("response_format", false, Rule::Word(&["json", "text", "srt", "verbose_json", "vtt", "diarized_json"])),
    ("keywords[]", false, Rule::List(1, 100)),
    ("languages[]", false, Rule::List(1, 100)),
];

const SELF_HOSTED_TRANSCRIPTION: &[Field] = &[
    ("model", true, Rule::Text(200)),
    ("file", true, Rule::Any),
    ("language", false, Rule::Text(10)),
    ("prompt", false, Rule::Text(4_000)),
    ("temperature", false, Rule::Number(0.0, 1.0)),
    ("response_format", false, Rule::Word(&["json", "text", "srt", "verbose_json", "vtt"])),
];

const CLIP: &[Field] = &[
    ("model", false, Rule::Word(&["sora-2", "sora-2-pro"])),
    ("prompt", true, Rule::Text(32_000)),
    ("seconds", false, Rule::Word(&["4", "8", "12"])),
    ("size", false, Rule::Word(&["720x1280", "1280x720", "1024x1792", "1792x1024"])),
    ("input_reference", false, Rule::Any),
];

const SELF_HOSTED_CLIP: &[Field] = &[
    ("model", false, Rule::Text(200)),
    ("prompt", true, Rule::Text(32_000)),
    ("negative_prompt", false, Rule::Text(32_000)),
    ("seconds", false, Rule::Number(1.0, 60.0)),
    ("size", false, Rule::Text(20)),
    ("fps", false, Rule::Whole(1, 120)),
    ("num_frames", false, Rule::Whole(1, 10_000)),
    ("seed", false, Rule::Whole(0, i64::MAX)),
    ("input_reference", false, Rule::Any),
];

const EDIT: &[Field] = &[
    ("model", false, Rule::Text(200)),
    ("prompt", true, Rule::Text(32_000)),
    ("image[]", true, Rule::List(1, 16)),
    ("mask", false, Rule::Any),
    ("n", false, Rule::Whole(1, 10)),
    ("size", false, Rule::Text(20)),
    ("response_format", false, Rule::Word(&["url", "b64_json"])),
];

/// Kinds of recordings that are read; the server goes by the name.
const RECORDINGS: [&str; 9] = ["flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"];

/// Whether an order of speech is in order; its input.
pub(super) fn speech(asked: &Asked, hosted: bool) -> Result<Value, Fault> {
    let body = object(asked)?;
    check(if hosted { SPEECH } else { SELF_HOSTED_SPEECH }, &body)?;
    let old = body.get("model").and_then(Value::as_str).is_some_and(|model| model.starts_with("tts-1"));
    if old && body.contains_key("instructions") {
        return Err(Fault::Wrong("instructions"));
    }
    Ok(body.into())
}

/// The same for a transcript.
pub(super) fn transcription(asked: &Asked, hosted: bool) -> Result<Value, Fault> {
    check_form(if hosted { TRANSCRIPTION } else { SELF_HOSTED_TRANSCRIPTION }, asked)?;
    files(asked, "file", &RECORDINGS)?;
    Ok(texts(asked))
}

/// The same for a clip, which may come as JSON without a file.
pub(super) fn clip(asked: &Asked, hosted: bool) -> Result<Value, Fault> {
    let fields = if hosted { CLIP } else { SELF_HOSTED_CLIP };
    if asked.form.is_some() {
        check_form(fields, asked)?;
        files(asked, "input_reference", &["png", "jpg", "webp"])?;
        return Ok(texts(asked));
    }
    let body = object(asked)?;
    check(fields, &body)?;
    let picture = body.get("input_reference");
    if picture.is_some_and(|picture| !picture["image_url"].is_string() && !picture["file_id"].is_string()) {
        return Err(Fault::Wrong("input_reference"));
    }
    Ok(body.into())
}

/// The same for an edit as self-hosted servers take it.
pub(super) fn edit(asked: &Asked) -> Result<Value, Fault> {
    check_form(EDIT, asked)?;
    files(asked, "image[]", &["png", "jpg", "webp"])?;
    files(asked, "mask", &["png"])?;
    let mut input = texts(asked);
    if let Some(n) = input["n"].as_str().and_then(|n| n.parse::<u32>().ok()) {
        input["n"] = n.into();
    }
    Ok(input)
}

fn object(asked: &Asked) -> Result<Map<String, Value>, Fault> {
    match asked.json() {
        Some(Value::Object(body)) => Ok(body),
        _ => Err(Fault::Missing("body")),
    }
}

fn files(asked: &Asked, name: &'static str, extensions: &[&str]) -> Result<(), Fault> {
    let fine = |part: &&crate::upstream::Part| {
        let extension =
            part.file_name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
        !part.bytes.is_empty() && extension.is_some_and(|extension| extensions.contains(&extension))
    };
    if asked.parts(name).iter().all(fine) { Ok(()) } else { Err(Fault::Wrong(name)) }
}

fn texts(asked: &Asked) -> Value {
    let parts = asked.form.iter().flatten().filter(|part| part.file_name.is_none());
    parts.map(|part| (part.name.clone(), Value::from(part.text()))).collect::<Map<_, _>>().into()
}
