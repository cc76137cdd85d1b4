//! The bodies that Luma's endpoints take.

use serde_json::Value;

use crate::schema::Kind::{Address, Base64, Either, Flag, List, Number, Object, Text, Uuid, Whole, Word};
use crate::schema::{Field, Kind, check, may, must};

const RATIO: Kind = Word(&["1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21"]);
const PROMPT: Kind = Text(5_000);
const CALLBACK: Field = may("callback_url", Address);
const CLIPS: Field = must("model", Word(&["ray-2", "ray-flash-2", "ray-1-6"]));
const FILE: Kind = Object(&[must("url", Address)]);
const WEIGHED: Kind = Object(&[must("url", Address), may("weight", Number(0.0, 1.0))]);

const KEYFRAME: Kind = Either(&[
    Object(&[must("type", Word(&["image"])), must("url", Address)]),
    Object(&[must("type", Word(&["generation"])), must("id", Uuid)]),
]);

const VIDEO: &[Field] = &[
    CLIPS,
    must("prompt", PROMPT),
    may("generation_type", Word(&["video"])),
    may("aspect_ratio", RATIO),
    may("resolution", Word(&["540p", "720p", "1080p", "4k"])),
    may("duration", Word(&["5s", "9s", "10s"])),
    may("loop", Flag),
    may("concepts", List(&Object(&[must("key", Text(100))]), 0, 10)),
    may("keyframes", Object(&[may("frame0", KEYFRAME), may("frame1", KEYFRAME)])),
    CALLBACK,
];

const IMAGE: &[Field] = &[
    must("model", Word(&["photon-1", "photon-flash-1"])),
    must("prompt", PROMPT),
    may("aspect_ratio", RATIO),
    may("format", Word(&["jpg", "png"])),
    may("image_ref", List(&WEIGHED, 0, 4)),
    may("style_ref", List(&WEIGHED, 0, 1)),
    may("character_ref", Object(&[may("identity0", Object(&[must("images", List(&Address, 1, 4))]))])),
    may("modify_image_ref", WEIGHED),
    may("sync", Flag),
    may("sync_timeout", Number(0.0, 600.0)),
    CALLBACK,
];

const MODIFY: &[Field] = &[
    must("generation_type", Word(&["modify_video"])),
    must("model", Word(&["ray-2", "ray-flash-2"])),
    must(
        "mode",
        Word(&[
            "adhere_1",
            "adhere_2",
            "adhere_3",
            "flex_1",
            "flex_2",
            "flex_3",
            "reimagine_1",
            "reimagine_2",
            "reimagine_3",
        ]),
    ),
    must("media", FILE),
    may("first_frame", FILE),
    may("prompt", PROMPT),
    CALLBACK,
];

/// Nothing where there is no such endpoint; else whether it takes this body. A prompt of less than three characters,
/// which is refused there, is taken here: the samples that all routes are tried with have such.
pub(super) fn dream_machine(path: &str, body: &Value) -> Option<Result<(), String>> {
    let fields = match path {
        "generations/video" => VIDEO,
        "generations/image" => IMAGE,
        "generations/video/modify" => MODIFY,
        _ => return None,
    };
    Some(check(fields, body))
}

const MEDIA_TYPE: Kind = Word(&["image/png", "image/jpeg", "image/webp", "video/mp4"]);
const REFERENCE: Kind = Either(&[
    Object(&[must("url", Address), may("media_type", MEDIA_TYPE)]),
    Object(&[must("data", Base64), must("media_type", MEDIA_TYPE)]),
    Object(&[must("generation_id", Uuid)]),
]);

const EDIT: Kind = Object(&[
    may("auto_controls", Flag),
    may("strength", Text(20)),
    may("keyframes", List(&REFERENCE, 0, 64)),
    may("keyframe_indexes", List(&Whole(0, 10_000), 0, 64)),
]);

const AGENT_VIDEO: Kind = Object(&[
    may("resolution", Word(&["360p", "540p", "720p", "1080p"])),
    may("duration", Word(&["5s", "10s"])),
    may("loop", Flag),
    may("start_frame", REFERENCE),
    may("end_frame", REFERENCE),
    may("hdr", Flag),
    may("exr_export", Flag),
    may("edit", EDIT),
]);

const AGENT: &[Field] = &[
    must("prompt", Text(6_000)),
    may("model", Word(&["uni-1", "uni-1-max", "ray-3.2"])),
    may("type", Word(&["image", "image_edit", "video", "video_edit", "video_reframe"])),
    may("aspect_ratio", RATIO),
    may("output_format", Word(&["png", "jpeg"])),
    may("style", Word(&["auto", "manga"])),
    may("web_search", Flag),
    may("user_id", Text(200)),
    may("image_ref", List(&REFERENCE, 0, 9)),
    may("source", REFERENCE),
    may("video", AGENT_VIDEO),
];

/// The same at the Agents API.
pub(super) fn agents(path: &str, body: &Value) -> Option<Result<(), String>> {
    if path != "generations" {
        return None;
    }
    let kind = body["type"].as_str().unwrap_or("image");
    let needs_source = kind.ends_with("_edit") || kind.ends_with("_reframe");
    if needs_source && body["source"].is_null() {
        return Some(Err(format!("source is required for type '{kind}'")));
    }
    if kind.starts_with("video") != body["model"].as_str().is_some_and(|model| model.starts_with("ray")) {
        return Some(Err(format!("type '{kind}' is not supported by this model")));
    }
    Some(check(AGENT, body))
}
