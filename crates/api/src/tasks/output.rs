//! What a task made, in the shape that its kind of task has.

use serde_json::{Map, Value};
use spool_domain::job::{Job, Stored};
use spool_domain::time::Timestamp;

use super::wire::{Audios, Clip, Images, Output, Videos};
use crate::links::Links;

/// Suno's tasks whose sounds are clips. Others of theirs make a plain file or a text.
const CLIPS: [&str; 7] = [
    "suno-ai/music",
    "suno-ai/add-vocals",
    "suno-ai/add-instrumental",
    "suno-ai/extend",
    "suno-ai/cover",
    STEMS,
    "suno-ai/stems-all",
];
const STEMS: &str = "suno-ai/stems";
/// What the two clips of `STEMS` are called, in their order.
const STEM_TITLES: [&str; 2] = ["Vocals", "Instrumental"];
const LYRICS: &str = "suno-ai/lyrics";
const TRANSCRIPT: &str = "elevenlabs/speech-to-text";

/// What a transcript has beside its text, where the provider says it.
const TRANSCRIPT_FIELDS: [&str; 4] =
    ["language_code", "language_probability", "words", "file_duration_seconds"];

/// The output of a job with these results; none if there is nothing to show.
pub(super) fn of(job: &Job, stored: &[Stored], links: &Links) -> Option<Output> {
    // Signed once for each file, so that the same file has the same URL throughout an answer.
    let files = |kind: &str| -> Vec<(&Stored, String)> {
        let of_kind = stored.iter().filter(|one| one.kind == kind);
        of_kind.filter_map(|one| Some((one, links.of(one)?))).collect()
    };
    let urls =
        |files: Vec<(&Stored, String)>| -> Vec<String> { files.into_iter().map(|(_, url)| url).collect() };
    let mut output = Output::default();
    let (video_url, video_urls) = first_and_all(urls(files("video")));
    output.videos = Videos { video_url, video_urls };
    let (image_url, image_urls) = first_and_all(urls(files("image")));
    output.images = Images { image_url, image_urls };
    let sounds = files("audio");
    if CLIPS.contains(&job.model.as_str()) {
        output.clips = clips(job, &sounds);
        let audio_urls = urls(sounds);
        output.audios = Audios { audio_url: audio_urls.first().cloned(), audio_urls };
    } else {
        let (audio_url, audio_urls) = first_and_all(urls(sounds));
        output.audios = Audios { audio_url, audio_urls };
    }
    if let Some(text) = stored.iter().find_map(|one| one.text.as_deref()) {
        write_text(&mut output, job, text);
    }
    (output != Output::default()).then_some(output)
}

/// The array is there only for several.
fn first_and_all(urls: Vec<String>) -> (Option<String>, Vec<String>) {
    let first = urls.first().cloned();
    (first, if urls.len() > 1 { urls } else { Vec::new() })
}

fn write_text(output: &mut Output, job: &Job, text: &str) {
    match job.model.as_str() {
        LYRICS => {
            let (title, text) = titled(text);
            output.title = Some(title.to_owned());
            output.text = Some(text.to_owned());
        }
        TRANSCRIPT => {
            let (text, beside) = transcript(text);
            output.text = Some(text);
            output.transcript = beside;
            if let Some(language) = job.params.get("language_code") {
                output.transcript.entry("language_code").or_insert_with(|| language.clone());
            }
        }
        _ => output.text = Some(text.to_owned()),
    }
}

/// A first line with an empty one below it is the title.
fn titled(text: &str) -> (&str, &str) {
    match text.trim_start().split_once("\n\n") {
        Some((title, rest)) if !title.contains('\n') => (title.trim(), rest.trim()),
        _ => ("", text.trim()),
    }
}

/// A provider that says more than the words answers with JSON.
pub(crate) fn transcript(text: &str) -> (String, Map<String, Value>) {
    let read = serde_json::from_str::<Map<String, Value>>(text).ok();
    let Some((mut read, Value::String(words))) =
        read.and_then(|mut read| read.remove("text").map(|words| (read, words)))
    else {
        return (text.trim().to_owned(), Map::new());
    };
    let empty = |value: &Value| {
        value.is_null()
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty)
    };
    read.retain(|field, value| TRANSCRIPT_FIELDS.contains(&field.as_str()) && !empty(value));
    (words, read)
}

fn clips(job: &Job, sounds: &[(&Stored, String)]) -> Vec<Clip> {
    let said = |name: &str| job.params.get(name).and_then(Value::as_str).unwrap_or_default();
    let mv = said("mv");
    // Lyrics where they were given, else the description.
    let prompt = [said("prompt"), said("gpt_description_prompt")].into_iter().find(|text| !text.is_empty());
    let clip = |(place, (one, url)): (usize, &(&Stored, String))| {
        let stem = STEM_TITLES.get(place).copied().filter(|_| job.model == STEMS);
        Clip {
            id: one.asset.map_or_else(|| format!("{}#{}", job.id, place + 1), |asset| asset.to_string()),
            status: "complete",
            title: stem.unwrap_or_else(|| said("title")).to_owned(),
            audio_url: url.clone(),
            video_url: "",
            image_url: "",
            image_large_url: "",
            duration: one.duration_ms.map(|ms| ms as f64 / 1_000.0),
            model_name: mv.to_owned(),
            major_model_version: version(mv),
            prompt: prompt.unwrap_or_default().to_owned(),
            created_at: iso(job.ended_at.unwrap_or(job.created_at)),
        }
    };
    sounds.iter().enumerate().map(clip).collect()
}

/// The name for people of one of Suno's networks.
fn version(mv: &str) -> &'static str {
    match mv {
        "chirp-v3-5" => "v3.5",
        "chirp-v4" => "v4",
        "chirp-auk" => "v4.5",
        "chirp-bluejay" => "v4.5+",
        "chirp-crow" => "v5",
        _ => "",
    }
}

/// ISO 8601 in UTC, whole seconds.
fn iso(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.unix_s()).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(n: u8) -> String {
        format!("https://host/{n}")
    }

    #[test]
    fn the_array_is_there_only_for_several() {
        assert_eq!(first_and_all(vec![]), (None, vec![]));
        assert_eq!(first_and_all(vec![url(1)]), (Some(url(1)), vec![]));
        assert_eq!(first_and_all(vec![url(1), url(2)]), (Some(url(1)), vec![url(1), url(2)]));
    }

    #[test]
    fn a_first_line_apart_is_the_title() {
        for (text, title, rest) in [
            ("Rain\n\n[Verse]\nDrops\n", "Rain", "[Verse]\nDrops"),
            ("[Verse]\nDrops\n\n[Chorus]\n", "", "[Verse]\nDrops\n\n[Chorus]"),
            ("one line", "", "one line"),
            ("", "", ""),
        ] {
            assert_eq!(titled(text), (title, rest));
        }
    }

    #[test]
    fn a_transcript_in_json_keeps_what_the_contract_names() {
        let word =
            json!({ "text": "Hello", "start": 0.0, "end": 0.5, "type": "word", "speaker_id": "speaker_0" });
        let full = json!({
            "text": "Hello", "language_code": "en", "language_probability": 0.98, "words": [word],
            "file_duration_seconds": 1.5, "secret": 1,
        });
        let (text, beside) = transcript(&full.to_string());
        assert_eq!(text, "Hello");
        assert_eq!(beside.len(), 4);
        assert_eq!((&beside["words"][0], &beside["language_code"]), (&word, &json!("en")));
        // Empty things are left out.
        assert!(transcript(r#"{"text":"","words":[],"language_code":null}"#).1.is_empty());
        for plain in ["Hello\n", "{not json", "[1]", "{\"words\":[]}"] {
            assert_eq!(transcript(plain), (plain.trim().to_owned(), Map::new()));
        }
    }
}
