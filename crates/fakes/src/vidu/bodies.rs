//! What Vidu's paths take. What a path does not know is refused.

use serde_json::{Map, Value};

use crate::blank::Is::{self, File, Flag, Link, List, OneOf, Text, Whole};
use crate::blank::{Field, may, need};

const NAMING: &[Field] = &[may("payload", Text(1_048_576)), may("callback_url", Link)];
const SEED: &[Field] = &[may("seed", Whole(0, 4_294_967_295))];
const MARKS: &[Field] = &[may("watermark", Flag), may("wm_position", Whole(1, 4)), may("wm_url", Link)];
const SHAPES: &[&str] = &["16:9", "9:16", "1:1", "3:4", "4:3"];
const CLIP: &[Field] = &[
    may("prompt", Text(5000)),
    may("duration", Whole(1, 16)),
    may("resolution", OneOf(&["360p", "540p", "720p", "1080p"])),
    may("movement_amplitude", OneOf(&["auto", "small", "medium", "large"])),
    may("bgm", Flag),
    may("audio", Flag),
    may("off_peak", Flag),
    may("is_rec", Flag),
];
const SHAPE: &[Field] = &[may("aspect_ratio", OneOf(SHAPES))];
const FROM_TEXT: &[Field] = &[
    need("model", OneOf(&["viduq3-pro", "viduq3-turbo", "viduq2", "viduq1", "vidu1.5"])),
    need("prompt", Text(5000)),
    may("style", OneOf(&["general", "anime"])),
];
const FROM_IMAGE: &[Field] = &[
    need(
        "model",
        OneOf(&[
            "viduq3-pro",
            "viduq3-turbo",
            "viduq3-pro-fast",
            "viduq2-pro",
            "viduq2-turbo",
            "viduq2-pro-fast",
            "viduq1",
            "viduq1-classic",
            "vidu2.0",
            "vidu1.5",
        ]),
    ),
    need("images", List(1, 1, &File)),
];
const FROM_FRAMES: &[Field] = &[
    need(
        "model",
        OneOf(&[
            "viduq3-pro",
            "viduq3-turbo",
            "viduq2-pro",
            "viduq2-turbo",
            "viduq2-pro-fast",
            "viduq1",
            "viduq1-classic",
            "vidu2.0",
            "vidu1.5",
        ]),
    ),
    need("images", List(2, 2, &File)),
];
const FROM_REFERENCES: &[Field] = &[
    need(
        "model",
        OneOf(&[
            "viduq3-mix",
            "viduq3-pro",
            "viduq3-turbo",
            "viduq3-pro-fast",
            "viduq2",
            "viduq2-pro",
            "viduq1",
            "vidu2.0",
            "vidu1.5",
        ]),
    ),
    need("images", List(1, 7, &File)),
    need("prompt", Text(5000)),
];
const PICTURE: &[Field] = &[
    need("model", OneOf(&["viduq1", "viduq2"])),
    may("images", List(0, 7, &File)),
    need("prompt", Text(2000)),
    may("aspect_ratio", OneOf(&["16:9", "9:16", "1:1", "3:4", "4:3", "21:9", "2:3", "3:2", "auto"])),
    may("resolution", OneOf(&["1080p", "2K", "4K"])),
];
const EXTEND: &[Field] = &[
    need("model", OneOf(&["viduq2-turbo", "viduq2-pro"])),
    need("video_url", Link),
    may("prompt", Text(2000)),
    may("duration", Whole(1, 7)),
    may("images", List(1, 1, &File)),
    may("resolution", OneOf(&["540p", "720p", "1080p"])),
];
const UPSCALE: &[Field] =
    &[need("video_url", Link), may("upscale_resolution", OneOf(&["1080p", "2K", "4K", "8K"]))];
const TEMPLATE: &[Field] = &[
    need("template", Text(100)),
    need("images", List(1, 7, &File)),
    may("prompt", Text(2000)),
    may("aspect_ratio", Is::Any),
];

/// Whether the body is in order for this path.
pub(super) fn check(path: &str, body: &Map<String, Value>) -> Result<(), String> {
    let fields: &[&[Field]] = match path.strip_prefix("/ent/v2/") {
        Some("text2video") => &[FROM_TEXT, CLIP, SHAPE, SEED, MARKS, NAMING],
        Some("img2video") => &[FROM_IMAGE, CLIP, SEED, MARKS, NAMING],
        Some("start-end2video") => &[FROM_FRAMES, CLIP, SEED, MARKS, NAMING],
        Some("reference2video") => &[FROM_REFERENCES, CLIP, SHAPE, SEED, MARKS, NAMING],
        Some("reference2image") => &[PICTURE, SEED, NAMING],
        Some("extend") => &[EXTEND, NAMING],
        Some("upscale-new") => &[UPSCALE, NAMING],
        Some("template2video") => &[TEMPLATE, SEED, NAMING],
        _ => return Err("there is no such path".to_owned()),
    };
    crate::blank::check(body, fields)?;
    if path.ends_with("2video") && !path.ends_with("template2video") {
        clip(path, body)
    } else {
        picture(body)
    }
}

/// What must hold between the fields of a clip.
fn clip(path: &str, body: &Map<String, Value>) -> Result<(), String> {
    let hold = |good: bool, what: &str| if good { Ok(()) } else { Err(what.to_owned()) };
    let model = body["model"].as_str().unwrap_or_default();
    let seconds = body.get("duration").and_then(Value::as_i64);
    let resolution = body.get("resolution").and_then(Value::as_str);
    let prompt = body.get("prompt").and_then(Value::as_str).unwrap_or_default();
    let q3 = model.starts_with("viduq3");
    hold(q3 || prompt.chars().count() <= 2000, "prompt is too long")?;
    hold(q3 || !body.contains_key("audio"), "audio is not known")?;
    hold(!q3 || !(body.contains_key("bgm") || body.contains_key("style")), "bgm is not known")?;
    let (least, most) = match model {
        _ if q3 && path.ends_with("/reference2video") => (3, 16),
        _ if q3 => (1, 16),
        _ if model.starts_with("viduq2") => (1, 10),
        _ if model.starts_with("viduq1") => (5, 5),
        _ => (4, 8),
    };
    hold(seconds.is_none_or(|seconds| (least..=most).contains(&seconds)), "duration is not of this model")?;
    let resolutions: &[&str] = match (model, seconds) {
        ("vidu2.0" | "vidu1.5", Some(8)) => &["720p"],
        ("vidu2.0" | "vidu1.5", _) => &["360p", "720p", "1080p"],
        ("viduq1" | "viduq1-classic", _) => &["1080p"],
        _ => &["540p", "720p", "1080p"],
    };
    hold(resolution.is_none_or(|word| resolutions.contains(&word)), "resolution is not of this model")?;
    let tall = body.get("aspect_ratio").is_some_and(|shape| shape == "3:4" || shape == "4:3");
    hold(!tall || q3 || model.starts_with("viduq2"), "aspect_ratio is not of this model")
}

fn picture(body: &Map<String, Value>) -> Result<(), String> {
    let given = body.get("images").and_then(Value::as_array).map_or(0, Vec::len);
    match body.get("model").and_then(Value::as_str) {
        Some("viduq1") if given == 0 || body.contains_key("resolution") => {
            Err("viduq1 takes pictures only".to_owned())
        }
        _ => Ok(()),
    }
}
