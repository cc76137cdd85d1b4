//! What Kling's endpoints take.

use serde_json::{Map, Value};

use crate::blank::Is::{Bare, Flag, Link, List, Number, Object, OneOf, Text, Whole, WholeOf};
use crate::blank::{Field, check, may, need};

/// What a body that is in order asks for.
pub(super) struct AskedFor {
    pub(super) prompt: String,
    pub(super) outputs: u32,
}

const NAMING: &[Field] = &[
    may("callback_url", Link),
    may("external_task_id", Text(200)),
    may("watermark_info", Object(&[need("enabled", Flag)])),
];
const RATIOS: &[&str] = &["16:9", "9:16", "1:1"];
const PICTURE_RATIOS: &[&str] = &["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"];
const OMNI_RATIOS: &[&str] = &["auto", "16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"];
const SECONDS: &[&str] = &["3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"];
const MODES: &[&str] = &["std", "pro"];
const SWITCH: &[&str] = &["on", "off"];
const YES_NO: &[&str] = &["yes", "no"];
const LANGUAGES: &[&str] = &["zh", "en"];

const SHOT: &[Field] = &[
    need("index", Whole(1, 6)),
    need("prompt", Text(512)),
    need("duration", OneOf(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"])),
];
const SHOTS: &[Field] = &[
    may("multi_shot", Flag),
    may("shot_type", OneOf(&["customize", "intelligence"])),
    may("multi_prompt", List(1, 6, &Object(SHOT))),
];
const CLIP: &[Field] = &[
    need("model_name", OneOf(CLIP_MODELS)),
    may("prompt", Text(2500)),
    may("negative_prompt", Text(2500)),
    may("cfg_scale", Number(0.0, 1.0)),
    may("mode", OneOf(MODES)),
    may("sound", OneOf(SWITCH)),
    may("duration", OneOf(SECONDS)),
];
const CLIP_MODELS: &[&str] = &[
    "kling-v1",
    "kling-v1-5",
    "kling-v1-6",
    "kling-v2-master",
    "kling-v2-1",
    "kling-v2-1-master",
    "kling-v2-5-turbo",
    "kling-v2-6",
    "kling-v3",
];
const TEXT_CLIP: &[Field] = &[may("aspect_ratio", OneOf(RATIOS))];
const IMAGE_CLIP: &[Field] = &[may("image", Bare), may("image_tail", Bare)];
const REFERENCES: &[Field] = &[
    need("model_name", OneOf(&["kling-v1-6"])),
    need("image_list", List(1, 4, &Object(&[need("image", Bare)]))),
    need("prompt", Text(2500)),
    may("negative_prompt", Text(2500)),
    may("mode", OneOf(MODES)),
    may("duration", OneOf(&["5", "10"])),
    may("aspect_ratio", OneOf(RATIOS)),
];
const OMNI: &[Field] = &[
    need("model_name", OneOf(&["kling-video-o1", "kling-v3-omni"])),
    may("prompt", Text(2500)),
    may(
        "image_list",
        List(1, 7, &Object(&[need("image_url", Bare), may("type", OneOf(&["first_frame", "end_frame"]))])),
    ),
    may(
        "video_list",
        List(
            1,
            1,
            &Object(&[
                need("video_url", Link),
                may("refer_type", OneOf(&["base", "feature"])),
                may("keep_original_sound", OneOf(YES_NO)),
            ]),
        ),
    ),
    may("sound", OneOf(SWITCH)),
    may("mode", OneOf(MODES)),
    may("aspect_ratio", OneOf(RATIOS)),
    may("duration", OneOf(SECONDS)),
];
const MOTION: &[Field] = &[
    need("model_name", OneOf(&["kling-v2-6", "kling-v3"])),
    need("image_url", Bare),
    need("video_url", Link),
    need("character_orientation", OneOf(&["image", "video"])),
    need("mode", OneOf(MODES)),
    may("keep_original_sound", OneOf(YES_NO)),
    may("prompt", Text(2500)),
];
const EFFECT: &[Field] = &[
    need("effect_scene", Text(100)),
    need(
        "input",
        Object(&[
            may("image", Bare),
            may("images", List(2, 2, &Bare)),
            need("duration", OneOf(&["5", "10"])),
        ]),
    ),
];
const LIPS: &[Field] = &[need(
    "input",
    Object(&[
        may("video_id", Text(64)),
        may("video_url", Link),
        need("mode", OneOf(&["text2video", "audio2video"])),
        may("text", Text(120)),
        may("voice_id", Text(64)),
        may("voice_language", OneOf(LANGUAGES)),
        may("voice_speed", Number(0.8, 2.0)),
        may("audio_type", OneOf(&["file", "url"])),
        may("audio_file", Bare),
        may("audio_url", Link),
    ]),
)];
const AVATAR: &[Field] =
    &[need("image", Bare), need("sound_file", Bare), may("prompt", Text(2500)), may("mode", OneOf(MODES))];
const PICTURE: &[Field] = &[
    need(
        "model_name",
        OneOf(&["kling-v1", "kling-v1-5", "kling-v2", "kling-v2-new", "kling-v2-1", "kling-v3"]),
    ),
    need("prompt", Text(2500)),
    may("negative_prompt", Text(2500)),
    may("image", Bare),
    may("image_reference", OneOf(&["subject", "face"])),
    may("image_fidelity", Number(0.0, 1.0)),
    may("human_fidelity", Number(0.0, 1.0)),
    may("resolution", OneOf(&["1k", "2k"])),
    may("n", Whole(1, 9)),
    may("aspect_ratio", OneOf(PICTURE_RATIOS)),
];
const OMNI_PICTURE: &[Field] = &[
    need("model_name", OneOf(&["kling-image-o1", "kling-v3-omni"])),
    need("prompt", Text(2500)),
    may("image_list", List(1, 10, &Object(&[need("image", Bare)]))),
    may("resolution", OneOf(&["1k", "2k", "4k"])),
    may("aspect_ratio", OneOf(OMNI_RATIOS)),
    may("n", Whole(1, 9)),
    may("result_type", OneOf(&["single", "series"])),
    may("series_amount", Whole(2, 9)),
];
const TRY_ON: &[Field] = &[
    need("model_name", OneOf(&["kolors-virtual-try-on-v1", "kolors-virtual-try-on-v1-5"])),
    need("human_image", Bare),
    need("cloth_image", Bare),
];
const SPEECH: &[Field] = &[
    need("text", Text(1000)),
    need("voice_id", Text(64)),
    need("voice_language", OneOf(LANGUAGES)),
    may("voice_speed", Number(0.8, 2.0)),
];
const SOUND: &[Field] = &[need("prompt", Text(200)), need("duration", Number(3.0, 10.0))];
const CLIP_SOUND: &[Field] =
    &[need("video_url", Link), may("sound_effect_prompt", Text(200)), may("bgm_prompt", Text(200))];

/// Reads the body for this endpoint; nothing if there is no such endpoint.
pub(super) fn read(path: &str, body: &Map<String, Value>) -> Option<Result<AskedFor, String>> {
    let fields: &[&[Field]] = match path {
        "/v1/videos/text2video" => &[CLIP, SHOTS, TEXT_CLIP, NAMING],
        "/v1/videos/image2video" => &[CLIP, SHOTS, IMAGE_CLIP, NAMING],
        "/v1/videos/multi-image2video" => &[REFERENCES, NAMING],
        "/v1/videos/omni-video" => &[OMNI, SHOTS, NAMING],
        "/v1/videos/motion-control" => &[MOTION, NAMING],
        "/v1/videos/effects" => &[EFFECT, NAMING],
        "/v1/videos/lip-sync" => &[LIPS, NAMING],
        "/v1/videos/avatar/image2video" => &[AVATAR, NAMING],
        "/v1/images/generations" => &[PICTURE, NAMING],
        "/v1/images/omni-image" => &[OMNI_PICTURE, NAMING],
        "/v1/images/kolors-virtual-try-on" => &[TRY_ON, NAMING],
        "/v1/audio/tts" => &[SPEECH, NAMING],
        "/v1/audio/text-to-audio" => &[SOUND, NAMING],
        "/v1/audio/video-to-audio" => &[CLIP_SOUND, NAMING],
        "/text-to-video/kling-3.0" => &[NEW_TEXT, SETTINGS_30],
        "/text-to-video/kling-3.0-turbo" => &[NEW_TEXT, SETTINGS_TURBO],
        "/text-to-video/kling-2.6" => &[NEW_TEXT, SETTINGS_26],
        "/image-to-video/kling-3.0" => &[NEW_FRAMES, SETTINGS_30],
        "/image-to-video/kling-3.0-turbo" => &[NEW_FRAMES, SETTINGS_TURBO],
        "/image-to-video/kling-2.6" => &[NEW_FRAMES, SETTINGS_26],
        "/omni-video/kling-3.0-omni" => &[NEW_OMNI, SETTINGS_OMNI],
        _ => return None,
    };
    Some(check(body, fields).and_then(|()| agrees(path, body)).map(|()| AskedFor {
        prompt: prompt(body),
        outputs: body.get("n").and_then(Value::as_u64).unwrap_or(1) as u32,
    }))
}

// --- the newer dialect ---

const OPTIONS: Field = may("options", Object(NAMING));
const NEW_TEXT: &[Field] = &[need("prompt", Text(3072)), OPTIONS];
const NEW_FRAMES: &[Field] = &[need("contents", List(1, 3, &Object(ITEM))), OPTIONS];
const NEW_OMNI: &[Field] = &[need("contents", List(1, 10, &Object(ITEM))), OPTIONS];
const ITEM: &[Field] = &[
    need(
        "type",
        OneOf(&["prompt", "first_frame", "last_frame", "refer_image", "feature_video", "base_video"]),
    ),
    may("text", Text(3072)),
    may("url", Bare),
    may("id", Text(64)),
];
const SETTINGS_30: &[Field] = &[may(
    "settings",
    Object(&[
        may("resolution", OneOf(&["720p", "1080p", "4k"])),
        may("aspect_ratio", OneOf(RATIOS)),
        may("duration", Whole(3, 15)),
        may("audio", OneOf(&["native", "off"])),
        may("multi_shot", Flag),
    ]),
)];
const SETTINGS_TURBO: &[Field] = &[may(
    "settings",
    Object(&[
        may("resolution", OneOf(&["720p", "1080p"])),
        may("aspect_ratio", OneOf(RATIOS)),
        may("duration", Whole(3, 15)),
        may("multi_shot", Flag),
    ]),
)];
const SETTINGS_26: &[Field] = &[may(
    "settings",
    Object(&[
        may("resolution", OneOf(&["720p", "1080p"])),
        may("aspect_ratio", OneOf(RATIOS)),
        may("duration", WholeOf(&[5, 10])),
        may("audio", OneOf(&["native", "off"])),
    ]),
)];
const SETTINGS_OMNI: &[Field] = &[may(
    "settings",
    Object(&[
        may("resolution", OneOf(&["720p", "1080p", "4k"])),
        may("aspect_ratio", OneOf(RATIOS)),
        may("duration", Whole(3, 15)),
        may("audio", OneOf(&["native", "off", "original"])),
        may("multi_shot", Flag),
    ]),
)];

/// The body of a list.
pub(super) fn list(body: &Map<String, Value>) -> Result<(), String> {
    let fields: &[Field] = &[
        may("start_time", Text(20)),
        may("end_time", Text(20)),
        may("cursor", Text(200)),
        may("limit", Whole(1, 500)),
    ];
    check(body, &[fields])
}

/// What must hold between the fields.
fn agrees(path: &str, body: &Map<String, Value>) -> Result<(), String> {
    let word = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let has = |name: &str| body.contains_key(name);
    let hold = |good: bool, what: &str| if good { Ok(()) } else { Err(what.to_owned()) };
    match path {
        "/v1/videos/text2video" | "/v1/videos/image2video" => {
            let version_2 = word("model_name").starts_with("kling-v2");
            hold(!(version_2 && has("cfg_scale")), "cfg_scale is not for 2.x")?;
            let long = word("model_name") == "kling-v3" || ["", "5", "10"].contains(&word("duration"));
            hold(long, "duration is 5 or 10")?;
            let started = path.ends_with("text2video") || has("image") || has("image_tail");
            hold(started, "image or image_tail is needed")?;
            hold(path.ends_with("image2video") || has("prompt"), "prompt is needed")
        }
        "/v1/videos/omni-video" => omni(body),
        "/v1/videos/effects" => {
            let input = &body["input"];
            hold(input.get("image").is_some() != input.get("images").is_some(), "image or images")
        }
        "/v1/videos/lip-sync" => {
            let input = &body["input"];
            let needs: &[&str] = if input["mode"] == "text2video" {
                &["text", "voice_id", "voice_language"]
            } else {
                &["audio_type", "audio_url"]
            };
            hold(needs.iter().all(|name| input.get(*name).is_some()), "input lacks something of its mode")?;
            hold(input.get("video_id").is_some() != input.get("video_url").is_some(), "video_id or video_url")
        }
        "/v1/images/generations" => hold(
            !(has("negative_prompt") && has("image")),
            "negative_prompt is not for pictures from a picture",
        ),
        path if path.starts_with("/v1/") => Ok(()),
        _ => newer(path, body),
    }
}

fn omni(body: &Map<String, Value>) -> Result<(), String> {
    let list = |name: &str| body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let (images, clips, shots) = (list("image_list"), list("video_list"), list("multi_prompt"));
    let count = |kind: &str| images.iter().filter(|image| image["type"] == kind).count();
    let hold = |good: bool, what: &str| if good { Ok(()) } else { Err(what.to_owned()) };
    hold(clips.is_empty() || images.len() <= 4, "four pictures at most with a clip")?;
    hold(
        count("end_frame") == 0 || (count("first_frame") == 1 && images.len() <= 2),
        "end_frame needs first_frame",
    )?;
    hold(body.contains_key("prompt") == shots.is_empty(), "prompt or multi_prompt")?;
    let whole = |value: &Value| value.as_str().and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    let sum: u32 = shots.iter().map(|shot| whole(&shot["duration"])).sum();
    hold(
        shots.is_empty() || body.get("duration").map(whole) == Some(sum),
        "the shots are not as long as the clip",
    )?;
    hold(shots.iter().enumerate().all(|(at, shot)| shot["index"] == at + 1), "shots are numbered from 1")?;
    let o1 = body["model_name"] == "kling-video-o1";
    hold(!o1 || body.get("duration").map_or(0, whole) <= 10, "ten seconds at most")?;
    let based = clips.iter().any(|clip| clip["refer_type"] != "feature");
    let shaped = body.contains_key("aspect_ratio") || count("first_frame") == 1 || based;
    hold(shaped, "aspect_ratio is needed")?;
    hold(!prompt(body).contains("@image_"), "pictures are named as <<<image_1>>>")
}

fn newer(path: &str, body: &Map<String, Value>) -> Result<(), String> {
    let hold = |good: bool, what: &str| if good { Ok(()) } else { Err(what.to_owned()) };
    let none = Map::new();
    let settings = body.get("settings").and_then(Value::as_object).unwrap_or(&none);
    let native = settings.get("audio").is_some_and(|audio| audio == "native");
    let full = settings.get("resolution").is_some_and(|resolution| resolution == "1080p");
    hold(!path.ends_with("kling-2.6") || !native || full, "sound at 1080p only")?;
    let items = body.get("contents").and_then(Value::as_array).cloned().unwrap_or_default();
    for item in &items {
        let field = if item["type"] == "prompt" { "text" } else { "url" };
        hold(item.get(field).is_some(), "an item lacks its text or url")?;
        let is_clip = item["type"].as_str().is_some_and(|kind| kind.ends_with("_video"));
        let address = item["url"].as_str().is_some_and(|url| url.starts_with("http"));
        hold(!is_clip || address, "a clip comes by address")?;
    }
    let count = |kind: &str| items.iter().filter(|item| item["type"] == kind).count();
    if path.starts_with("/image-to-video/") {
        hold(count("first_frame") == 1, "first_frame is needed")?;
        hold(items.len() == 1 + count("prompt") + count("last_frame"), "only frames and a prompt")?;
        hold(!settings.contains_key("aspect_ratio"), "aspect_ratio is that of the frame")?;
    }
    if path.starts_with("/omni-video/") {
        let (images, clips) = (count("refer_image"), count("feature_video") + count("base_video"));
        hold(clips <= 1 && images <= if clips == 0 { 7 } else { 4 }, "too many references")?;
    }
    hold(count("last_frame") == 0 || count("first_frame") == 1, "last_frame needs first_frame")
}

/// The words of an order, wherever its endpoint has them.
fn prompt(body: &Map<String, Value>) -> String {
    let inner = body.get("input").and_then(|input| input.get("text"));
    let item = body.get("contents").and_then(Value::as_array).and_then(|items| {
        items.iter().find(|item| item["type"] == "prompt").and_then(|item| item.get("text"))
    });
    let words = body.get("prompt").or_else(|| body.get("text")).or(inner).or(item);
    words.and_then(Value::as_str).unwrap_or_default().to_owned()
}
