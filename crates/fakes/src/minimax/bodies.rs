//! What MiniMax's paths take.

use serde_json::{Map, Value};

use crate::blank::Is::{Bare, File, Flag, Link, List, Number, Object, OneOf, Text, Whole, WholeOf};
use crate::blank::{Field, may, need};

type Body = Map<String, Value>;

/// What must hold between the fields of a body.
type Agrees = fn(&Body) -> Result<(), String>;

const CLIP: &[Field] = &[
    need(
        "model",
        OneOf(&[
            "MiniMax-Hailuo-2.3",
            "MiniMax-Hailuo-2.3-Fast",
            "MiniMax-Hailuo-02",
            "T2V-01",
            "T2V-01-Director",
            "I2V-01",
            "I2V-01-Director",
            "I2V-01-live",
            "S2V-01",
        ]),
    ),
    may("prompt", Text(2_000)),
    may("first_frame_image", File),
    may("last_frame_image", File),
    may(
        "subject_reference",
        List(1, 1, &Object(&[need("type", OneOf(&["character"])), need("image", List(1, 1, &File))])),
    ),
    may("duration", WholeOf(&[6, 10])),
    may("resolution", OneOf(&["512P", "720P", "768P", "1080P"])),
    may("prompt_optimizer", Flag),
    may("fast_pretreatment", Flag),
    may("callback_url", Link),
    may("aigc_watermark", Flag),
];
const CLIP_2: &[Field] = &[
    need("model", OneOf(&["MiniMax-H3", "MiniMax-H3-Max"])),
    need(
        "content",
        List(
            1,
            13,
            &Object(&[
                need("type", OneOf(&["text", "image_url", "video_url", "audio_url"])),
                may("text", Text(7_000)),
                may("image_url", Object(&[need("url", File)])),
                may("video_url", Object(&[need("url", Link)])),
                may("audio_url", Object(&[need("url", Link)])),
                may(
                    "role",
                    OneOf(&[
                        "first_frame",
                        "last_frame",
                        "reference_image",
                        "reference_video",
                        "reference_audio",
                    ]),
                ),
            ]),
        ),
    ),
    may("resolution", OneOf(&["480P", "768P", "2K"])),
    may("duration", Whole(4, 15)),
    may("ratio", OneOf(&["adaptive", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16"])),
    may("callback_url", Link),
];
const PICTURE: &[Field] = &[
    need("model", OneOf(&["image-01", "image-01-live"])),
    need("prompt", Text(1_500)),
    may("aspect_ratio", OneOf(&["1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16", "21:9"])),
    may("width", Whole(512, 2_048)),
    may("height", Whole(512, 2_048)),
    may("n", Whole(1, 9)),
    may("seed", Whole(0, 4_294_967_295)),
    may("response_format", OneOf(&["url", "base64"])),
    may("prompt_optimizer", Flag),
    may("aigc_watermark", Flag),
    may(
        "subject_reference",
        List(1, 1, &Object(&[need("type", OneOf(&["character"])), need("image_file", File)])),
    ),
];
const SPEECH: &[Field] = &[
    need(
        "model",
        OneOf(&[
            "speech-2.8-hd",
            "speech-2.8-turbo",
            "speech-2.6-hd",
            "speech-2.6-turbo",
            "speech-02-hd",
            "speech-02-turbo",
            "speech-01-hd",
            "speech-01-turbo",
        ]),
    ),
    need("text", Text(10_000)),
    may("stream", crate::blank::Is::Only(false)),
    need(
        "voice_setting",
        Object(&[
            need("voice_id", Text(256)),
            may("speed", Number(0.5, 2.0)),
            may("vol", Number(0.01, 10.0)),
            may("pitch", Whole(-12, 12)),
            may("emotion", Text(40)),
        ]),
    ),
    may(
        "audio_setting",
        Object(&[
            may("sample_rate", WholeOf(&[8_000, 16_000, 22_050, 24_000, 32_000, 44_100])),
            may("bitrate", WholeOf(&[32_000, 64_000, 128_000, 256_000])),
            may("format", OneOf(&["mp3", "pcm", "flac", "wav"])),
            may("channel", WholeOf(&[1, 2])),
        ]),
    ),
    may("language_boost", Text(40)),
    may("subtitle_enable", Flag),
    may("output_format", OneOf(&["hex", "url"])),
];
const MUSIC: &[Field] = &[
    need(
        "model",
        OneOf(&["music-2.6", "music-2.6-free", "music-2.5+", "music-2.5", "music-2.0", "music-cover"]),
    ),
    may("prompt", Text(2_000)),
    may("lyrics", Text(3_500)),
    may("is_instrumental", Flag),
    may("lyrics_optimizer", Flag),
    may("audio_url", Link),
    may("audio_base64", Bare),
    may("seed", Whole(0, 4_294_967_295)),
    may("stream", crate::blank::Is::Only(false)),
    may("output_format", OneOf(&["hex", "url"])),
    may(
        "audio_setting",
        Object(&[
            may("sample_rate", WholeOf(&[16_000, 24_000, 32_000, 44_100])),
            may("bitrate", WholeOf(&[32_000, 64_000, 128_000, 256_000])),
            may("format", OneOf(&["mp3", "wav", "pcm"])),
        ]),
    ),
    may("aigc_watermark", Flag),
];
const VOICE: &[Field] = &[
    need("file_id", Whole(1, i64::MAX)),
    need("voice_id", Text(256)),
    may("text", Text(1_000)),
    may("model", Text(40)),
    may("need_noise_reduction", Flag),
    may("need_volume_normalization", Flag),
];

/// Whether the body is in order for this path.
pub(super) fn check(path: &str, body: &Body) -> Result<(), String> {
    let (fields, agrees): (&[Field], Agrees) = match path {
        "/v1/video_generation" => (CLIP, clip),
        "/v2/video_generation" => (CLIP_2, clip_2),
        "/v1/image_generation" => (PICTURE, picture),
        "/v1/t2a_v2" => (SPEECH, |_| Ok(())),
        "/v1/music_generation" => (MUSIC, music),
        "/v1/voice_clone" => (VOICE, voice),
        _ => return Err("there is no such path".to_owned()),
    };
    crate::blank::check(body, &[fields])?;
    agrees(body)
}

fn hold(good: bool, what: &str) -> Result<(), String> {
    if good { Ok(()) } else { Err(what.to_owned()) }
}

fn clip(body: &Body) -> Result<(), String> {
    let has = |name: &str| body.contains_key(name);
    let model = body["model"].as_str().unwrap_or_default();
    let resolution = body.get("resolution").and_then(Value::as_str).unwrap_or_default();
    let long = body.get("duration").is_some_and(|seconds| seconds == 10);
    let (first, last) = (has("first_frame_image"), has("last_frame_image"));
    hold(first || has("prompt"), "prompt is needed without a first frame")?;
    hold(!last || model == "MiniMax-Hailuo-02", "last_frame_image is not of this model")?;
    hold(!(long && resolution == "1080P"), "1080P takes six seconds only")?;
    hold(has("subject_reference") == (model == "S2V-01"), "subject_reference is for S2V-01")?;
    let resolutions: &[&str] = match model {
        "S2V-01" => &[""],
        "MiniMax-Hailuo-02" if first && !last => &["", "512P", "768P", "1080P"],
        _ if model.starts_with("MiniMax") => &["", "768P", "1080P"],
        _ => &["", "720P"],
    };
    hold(resolutions.contains(&resolution), "resolution is not of this model")?;
    hold(!long || model.starts_with("MiniMax"), "duration is not of this model")?;
    hold(model != "S2V-01" || !has("duration"), "duration is not of this model")?;
    let from_image = model == "MiniMax-Hailuo-2.3-Fast" || model.starts_with("I2V");
    hold(!from_image || first, "first_frame_image is needed")?;
    hold(
        !(first && (model.starts_with("T2V") || model == "S2V-01")),
        "first_frame_image is not of this model",
    )
}

fn clip_2(body: &Body) -> Result<(), String> {
    let items = body["content"].as_array().cloned().unwrap_or_default();
    for item in &items {
        let kind = item["type"].as_str().unwrap_or_default();
        hold(item.get(kind).is_some(), "an item lacks what its type names")?;
        let fits = match (kind, item["role"].as_str()) {
            ("text", role) => role.is_none(),
            ("image_url", Some(role)) => role.ends_with("_frame") || role == "reference_image",
            ("video_url", role) => role == Some("reference_video"),
            ("audio_url", role) => role == Some("reference_audio"),
            _ => false,
        };
        hold(fits, "role is not of this type")?;
    }
    let count = |role: &str| items.iter().filter(|item| item["role"] == role).count();
    let frames = count("first_frame") + count("last_frame");
    let (images, clips, sounds) =
        (count("reference_image"), count("reference_video"), count("reference_audio"));
    hold(count("last_frame") <= count("first_frame") && frames <= 2, "last_frame needs first_frame")?;
    hold(images <= 9 && clips <= 3 && sounds <= 3 && images + clips + sounds <= 12, "too many references")?;
    hold(frames == 0 || images + clips + sounds == 0, "frames and references are not mixed")?;
    let words_alone = frames + images + clips + sounds == 0;
    let adaptive = body.get("ratio").is_some_and(|ratio| ratio == "adaptive");
    hold(!(words_alone && adaptive), "ratio must not be adaptive with words alone")?;
    let max = body["model"] == "MiniMax-H3-Max";
    let word = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    hold(word("resolution") != if max { "2K" } else { "480P" }, "resolution is not of this model")?;
    let seconds = body.get("duration").and_then(Value::as_i64).unwrap_or(5);
    hold(!max || seconds >= 5, "duration is not of this model")
}

fn picture(body: &Body) -> Result<(), String> {
    let has = |name: &str| body.contains_key(name);
    let side = |name: &str| body.get(name).and_then(Value::as_i64).unwrap_or(8) % 8 == 0;
    hold(
        has("width") == has("height") && side("width") && side("height"),
        "width and height are multiples of 8",
    )?;
    hold(!(has("width") && has("aspect_ratio")), "either a shape or a size")?;
    hold(body["model"] != "image-01-live" || has("subject_reference"), "subject_reference is needed")
}

fn music(body: &Body) -> Result<(), String> {
    let has = |name: &str| body.contains_key(name);
    let on = |name: &str| body.get(name).is_some_and(|value| value == true);
    let cover = body["model"] == "music-cover";
    hold(cover == (has("audio_url") || has("audio_base64")), "a song is for covers")?;
    hold(cover || has("lyrics") || on("is_instrumental") || on("lyrics_optimizer"), "lyrics are needed")?;
    hold(
        body["model"] != "music-2.0" || !(has("is_instrumental") || has("lyrics_optimizer")),
        "not of music-2.0",
    )
}

fn voice(body: &Body) -> Result<(), String> {
    let name = body["voice_id"].as_str().unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let good =
        name.len() >= 8 && name.bytes().all(plain) && name.starts_with(|c: char| c.is_ascii_alphabetic());
    hold(good, "voice_id is no name")?;
    hold(body.contains_key("text") == body.contains_key("model"), "a sample needs text and model")
}
