//! How orders are put: paths, queries, JSON bodies and forms.

use serde_json::{Map, Value};
use spool_domain::adapter::{Call, Method, Token, Trouble, TroubleClass, Work};

use super::voice;
use crate::adapters::form::{File, Form};

/// How the body of a path is written.
#[derive(Clone, Copy)]
enum Body {
    Json,
    Form,
}

/// The paths under `/v1` that are spoken here, how their bodies are written, and whether a voice's id ends the path. The
/// voice changer goes by an old and a new name.
const PATHS: &[(&str, Body, bool)] = &[
    ("text-to-speech", Body::Json, true),
    ("text-to-dialogue", Body::Json, false),
    ("sound-generation", Body::Json, false),
    ("music", Body::Json, false),
    ("speech-to-speech", Body::Form, true),
    ("voice-changer", Body::Form, true),
    ("audio-isolation", Body::Form, false),
    ("speech-to-text", Body::Form, false),
    ("music/video-to-music", Body::Form, false),
    ("music/stem-separation", Body::Form, false),
    ("dubbing", Body::Form, false),
];

/// Fields that stand in the query, whatever the body is.
const QUERY: &[&str] = &["output_format", "enable_logging", "optimize_streaming_latency"];

/// The submit.
pub(super) fn call(work: &Work, token: &Token) -> Result<Call, Trouble> {
    let Some((path, body, voiced)) = PATHS.iter().find(|(path, ..)| *path == work.model) else {
        return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
    };
    let mut input = work.input.clone();
    let mut target = format!("/v1/{path}");
    if *voiced {
        target.push('/');
        target.push_str(voice::id_of(&input).ok_or_else(no_voice)?);
        input.shift_remove("voice");
        input.shift_remove("voice_id");
    }
    let query = take_query(&mut input)?;
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query.join("&"));
    }
    match body {
        Body::Json => {
            name_speakers(&mut input)?;
            Ok(Call::json(Method::Post, target, &input))
        }
        Body::Form => form(path, input, token).map(|form| form.post(target)),
    }
}

fn no_voice() -> Trouble {
    Trouble::of(TroubleClass::Caller, "no_voice").saying("voice must be the name or id of a voice")
}

/// Raw sound has no header, and the answer does not tell its rate: nobody could play it.
fn take_query(input: &mut Map<String, Value>) -> Result<Vec<String>, Trouble> {
    let mut query = Vec::new();
    for name in QUERY {
        let Some(value) = input.shift_remove(*name) else { continue };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if ["pcm_", "ulaw_", "alaw_"].iter().any(|raw| text.starts_with(raw)) {
            let trouble = Trouble::of(TroubleClass::Caller, "raw_output_format");
            return Err(trouble.saying("output_format must have a header: mp3, opus or wav"));
        }
        query.push(format!("{name}={}", crate::adapters::escape::escaped(&text)));
    }
    Ok(query)
}

/// Dialogue: each line names its voice by id.
fn name_speakers(input: &mut Map<String, Value>) -> Result<(), Trouble> {
    let lines = input.get_mut("inputs").and_then(Value::as_array_mut);
    for line in lines.into_iter().flatten().filter_map(Value::as_object_mut) {
        let id = voice::id_of(line).ok_or_else(no_voice)?.to_owned();
        line.shift_remove("voice");
        line.insert("voice_id".to_owned(), id.into());
    }
    Ok(())
}

fn form(path: &str, mut input: Map<String, Value>, token: &Token) -> Result<Form, Trouble> {
    // The threshold is taken only where speakers are told apart and not counted beforehand.
    if input.get("diarize") != Some(&Value::Bool(true)) || input.contains_key("num_speakers") {
        input.shift_remove("diarization_threshold");
    }
    let mut form = Form::new(token);
    for (name, value) in &input {
        match (name.as_str(), value) {
            ("audio" | "file", file) => form.file(name, &File::of(file, name)?),
            // One field for both: the same parameter can be an address or a file.
            ("source_url", Value::String(text)) if text.starts_with("data:") => {
                form.file("file", &File::of(value, name)?);
            }
            ("videos", Value::Array(files)) => {
                for file in files {
                    form.file(name, &File::of(file, name)?);
                }
            }
            // Lists of words repeat the field; anything deeper is JSON as text.
            (_, Value::Array(words)) if words.iter().all(Value::is_string) => {
                for word in words {
                    form.field(name, word);
                }
            }
            _ => form.field(name, value),
        }
    }
    if path == "dubbing" {
        // The list of dubs gives it back.
        form.field("name", &token.0.as_str().into());
    }
    Ok(form)
}
