//! Which requests are in order.

use serde_json::{Map, Value};

use crate::rules::{Fault, Field, Rule, check, check_form};
use crate::upstream::Asked;

/// The paths under `/v1`; those with a slash at the end take a voice's id.
const PATHS: [&str; 11] = [
    "text-to-speech/",
    "text-to-dialogue",
    "sound-generation",
    "music",
    "speech-to-speech/",
    "voice-changer/",
    "audio-isolation",
    "speech-to-text",
    "music/video-to-music",
    "music/stem-separation",
    "dubbing",
];

/// The path without `/v1` and without the voice, and the voice.
pub(super) fn path(path: &str) -> Option<(&'static str, Option<&str>)> {
    let path = path.strip_prefix("/v1/")?;
    PATHS.iter().find_map(|known| match known.strip_suffix('/') {
        Some(name) => {
            let voice = path.strip_prefix(known)?;
            (!voice.is_empty() && !voice.contains('/')).then_some((name, Some(voice)))
        }
        None => (path == *known).then_some((*known, None)),
    })
}

const SPEECH: &[Field] = &[
    ("text", true, Rule::Text(40_000)),
    (
        "model_id",
        false,
        Rule::Word(&[
            "eleven_v4",
            "eleven_v4_turbo",
            "eleven_v3",
            "eleven_v3_conversational",
            "eleven_multilingual_v2",
            "eleven_turbo_v2_5",
            "eleven_flash_v2_5",
            "eleven_turbo_v2",
            "eleven_flash_v2",
        ]),
    ),
    ("language_code", false, Rule::Text(10)),
    ("voice_settings", false, Rule::Any),
    ("seed", false, Rule::Whole(0, 4_294_967_295)),
    ("previous_text", false, Rule::Text(40_000)),
    ("next_text", false, Rule::Text(40_000)),
    ("apply_text_normalization", false, Rule::Word(&["auto", "on", "off"])),
];

const VOICE_SETTINGS: &[Field] = &[
    ("stability", false, Rule::Number(0.0, 1.0)),
    ("similarity_boost", false, Rule::Number(0.0, 1.0)),
    ("style", false, Rule::Number(0.0, 1.0)),
    ("use_speaker_boost", false, Rule::Truth),
    ("speed", false, Rule::Number(0.7, 1.2)),
];

const DIALOGUE: &[Field] = &[
    ("inputs", true, Rule::List(1, 100)),
    ("model_id", false, Rule::Word(&["eleven_v3"])),
    ("language_code", false, Rule::Text(10)),
    ("settings", false, Rule::Any),
    ("seed", false, Rule::Whole(0, 4_294_967_295)),
];
const LINE: &[Field] = &[("text", true, Rule::Text(2_000)), ("voice_id", true, Rule::Text(100))];
const DIALOGUE_SETTINGS: &[Field] =
    &[("stability", false, Rule::Number(0.0, 1.0)), ("similarity", false, Rule::Number(0.0, 1.0))];

const SOUND: &[Field] = &[
    ("text", true, Rule::Text(8_000)),
    ("duration_seconds", false, Rule::Number(0.5, 30.0)),
    ("loop", false, Rule::Truth),
    ("prompt_influence", false, Rule::Number(0.0, 1.0)),
    ("model_id", false, Rule::Word(&["eleven_text_to_sound_v2", "eleven_text_to_sound_v3"])),
];

const MUSIC: &[Field] = &[
    ("prompt", true, Rule::Text(4_100)),
    ("music_length_ms", false, Rule::Whole(3_000, 600_000)),
    ("model_id", false, Rule::Word(&["music_v1", "music_v2", "music_v2_5"])),
    ("force_instrumental", false, Rule::Truth),
];

const CHANGER: &[Field] = &[
    ("audio", true, Rule::Any),
    ("model_id", false, Rule::Word(&["eleven_multilingual_sts_v2", "eleven_english_sts_v2"])),
    ("voice_settings", false, Rule::Any),
    ("seed", false, Rule::Whole(0, 4_294_967_295)),
    ("remove_background_noise", false, Rule::Truth),
];

const ISOLATION: &[Field] =
    &[("audio", true, Rule::Any), ("file_format", false, Rule::Word(&["other", "pcm_s16le_16"]))];

const TRANSCRIPT: &[Field] = &[
    ("model_id", true, Rule::Word(&["scribe_v1", "scribe_v2", "scribe_v2_medical", "scribe_v3"])),
    ("file", false, Rule::Any),
    ("source_url", false, Rule::Text(4_000)),
    ("language_code", false, Rule::Text(10)),
    ("tag_audio_events", false, Rule::Truth),
    ("num_speakers", false, Rule::Whole(1, 32)),
    ("timestamps_granularity", false, Rule::Word(&["none", "word", "character"])),
    ("diarize", false, Rule::Truth),
    ("diarization_threshold", false, Rule::Number(0.0, 1.0)),
    ("temperature", false, Rule::Number(0.0, 2.0)),
    ("seed", false, Rule::Whole(0, 2_147_483_647)),
    ("keyterms", false, Rule::List(1, 1_000)),
    ("entity_detection", false, Rule::List(1, 5)),
    ("entity_redaction", false, Rule::List(1, 5)),
    ("cloud_storage_url", false, Rule::Text(4_000)),
    ("additional_formats", false, Rule::Text(4_000)),
    ("use_multi_channel", false, Rule::Truth),
    ("multichannel_output_style", false, Rule::Word(&["separate", "combined"])),
    ("no_verbatim", false, Rule::Truth),
    ("detect_speaker_roles", false, Rule::Truth),
    ("file_format", false, Rule::Word(&["other", "pcm_s16le_16"])),
    ("webhook", false, Rule::Truth),
    ("webhook_id", false, Rule::Text(100)),
    ("webhook_metadata", false, Rule::Text(16_384)),
];

const VIDEO: &[Field] = &[
    ("videos", true, Rule::List(1, 10)),
    ("description", false, Rule::Text(4_100)),
    ("tags", false, Rule::List(1, 10)),
];

const STEMS: &[Field] =
    &[("file", true, Rule::Any), ("stem_variation_id", false, Rule::Word(&["two_stems_v1", "six_stems_v1"]))];

const DUBBING: &[Field] = &[
    ("file", false, Rule::Any),
    ("source_url", false, Rule::Text(4_000)),
    ("target_lang", true, Rule::Text(10)),
    ("source_lang", false, Rule::Text(10)),
    ("num_speakers", false, Rule::Whole(0, 32)),
    ("name", false, Rule::Text(100)),
];

/// Parts that must be files.
const FILES: [&str; 3] = ["audio", "file", "videos"];

/// The input as JSON, if the request is in order.
pub(super) fn request(path: &'static str, asked: &Asked) -> Result<Value, Fault> {
    let fields = match path {
        "speech-to-speech" | "voice-changer" => CHANGER,
        "audio-isolation" => ISOLATION,
        "speech-to-text" => TRANSCRIPT,
        "music/video-to-music" => VIDEO,
        "music/stem-separation" => STEMS,
        "dubbing" => DUBBING,
        _ => return json(path, asked),
    };
    form(fields, asked)
}

fn json(path: &str, asked: &Asked) -> Result<Value, Fault> {
    let body = asked.json().ok_or(Fault::Missing("body"))?;
    let object = body.as_object().ok_or(Fault::Missing("body"))?;
    let fields = match path {
        "text-to-speech" => SPEECH,
        "text-to-dialogue" => DIALOGUE,
        "sound-generation" => SOUND,
        _ => MUSIC,
    };
    check(fields, object)?;
    part_of(object, "voice_settings", VOICE_SETTINGS)?;
    part_of(object, "settings", DIALOGUE_SETTINGS)?;
    for line in object.get("inputs").and_then(Value::as_array).into_iter().flatten() {
        check(LINE, line.as_object().ok_or(Fault::Wrong("inputs"))?)?;
    }
    Ok(body)
}

fn part_of(object: &Map<String, Value>, name: &'static str, fields: &[Field]) -> Result<(), Fault> {
    match object.get(name) {
        None => Ok(()),
        Some(part) => check(fields, part.as_object().ok_or(Fault::Wrong(name))?),
    }
}

fn form(fields: &[Field], asked: &Asked) -> Result<Value, Fault> {
    check_form(fields, asked)?;
    let has = |name: &str| !asked.parts(name).is_empty();
    for name in FILES {
        let files = asked.parts(name);
        if files.iter().any(|part| part.file_name.is_none() || part.bytes.is_empty()) {
            return Err(Fault::Wrong(name));
        }
    }
    if fields.iter().any(|(name, ..)| *name == "source_url") && has("file") == has("source_url") {
        return Err(Fault::Wrong("source_url"));
    }
    if has("diarization_threshold") && (asked.part("diarize") != Some("true") || has("num_speakers")) {
        return Err(Fault::Wrong("diarization_threshold"));
    }
    let parts = asked.form.iter().flatten().filter(|part| part.file_name.is_none());
    Ok(parts.map(|part| (part.name.clone(), Value::from(part.text()))).collect::<Map<_, _>>().into())
}
