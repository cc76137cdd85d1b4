//! What Ark takes: parameters in bodies are checked strictly, and each model has bounds of its own.

use serde_json::{Map, Value};

use crate::blank::Is::{Any, File, Flag, Link, List, Number, Object, OneOf, Text, Whole};
use crate::blank::{Field, check, may, need};

type Body = Map<String, Value>;

const RATIOS: &[&str] = &["16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"];
const TASK: &[Field] = &[
    need("model", Text(100)),
    need("content", List(1, 60, &Object(ITEM))),
    may("ratio", OneOf(RATIOS)),
    may("resolution", OneOf(&["480p", "720p", "1080p", "4k"])),
    may("duration", Whole(-1, 30)),
    may("seed", Whole(-1, 4_294_967_295)),
    may("watermark", Flag),
    may("callback_url", Link),
    may("return_last_frame", Flag),
];
const SOUND: &[Field] = &[may("generate_audio", Flag)];
const CAMERA: &[Field] = &[may("camera_fixed", Flag), may("frames", Whole(29, 289))];
const ITEM: &[Field] = &[
    need("type", OneOf(&["text", "image_url", "video_url", "audio_url"])),
    may("text", Text(10_000)),
    may("image_url", Object(&[need("url", File)])),
    may("video_url", Object(&[need("url", Link)])),
    may("audio_url", Object(&[need("url", Link)])),
    may(
        "role",
        OneOf(&["first_frame", "last_frame", "reference_image", "reference_video", "reference_audio"]),
    ),
];

/// A model's bounds: seconds, resolutions, frames, and references as pictures, clips and sounds.
struct Model {
    name: &'static str,
    seconds: (i64, i64),
    resolutions: &'static [&'static str],
    frames: usize,
    references: (usize, usize, usize),
}

const MODELS: &[Model] = &[
    Model {
        name: "doubao-seedance-2-5-260628",
        seconds: (4, 30),
        resolutions: &["480p", "720p", "1080p"],
        frames: 2,
        references: (30, 10, 10),
    },
    Model {
        name: "doubao-seedance-2-0-260128",
        seconds: (4, 15),
        resolutions: &["480p", "720p", "1080p", "4k"],
        frames: 2,
        references: (9, 3, 3),
    },
    Model {
        name: "doubao-seedance-2-0-fast-260128",
        seconds: (4, 15),
        resolutions: &["480p", "720p"],
        frames: 2,
        references: (9, 3, 3),
    },
    Model {
        name: "doubao-seedance-2-0-mini-260615",
        seconds: (4, 15),
        resolutions: &["480p", "720p"],
        frames: 2,
        references: (9, 3, 3),
    },
    Model {
        name: "doubao-seedance-1-5-pro-251215",
        seconds: (4, 12),
        resolutions: &["480p", "720p", "1080p"],
        frames: 2,
        references: (0, 0, 0),
    },
    Model {
        name: "doubao-seedance-1-0-pro-250528",
        seconds: (2, 12),
        resolutions: &["480p", "720p", "1080p"],
        frames: 2,
        references: (0, 0, 0),
    },
    Model {
        name: "doubao-seedance-1-0-pro-fast-251015",
        seconds: (2, 12),
        resolutions: &["480p", "720p", "1080p"],
        frames: 1,
        references: (0, 0, 0),
    },
    Model {
        name: "doubao-seedance-1-0-lite-t2v-250428",
        seconds: (2, 12),
        resolutions: &["480p", "720p", "1080p"],
        frames: 0,
        references: (0, 0, 0),
    },
    Model {
        name: "doubao-seedance-1-0-lite-i2v-250428",
        seconds: (2, 12),
        resolutions: &["480p", "720p", "1080p"],
        frames: 2,
        references: (4, 0, 0),
    },
];

fn hold(good: bool, what: &str) -> Result<(), String> {
    if good { Ok(()) } else { Err(what.to_owned()) }
}

/// Whether the body of a task is in order.
pub(super) fn task(body: &Body) -> Result<(), String> {
    let name = body.get("model").and_then(Value::as_str).unwrap_or_default();
    let model = MODELS.iter().find(|model| model.name == name).ok_or("model is none of ours")?;
    let older = name.contains("seedance-1-0");
    check(body, &[TASK, if older { CAMERA } else { SOUND }])?;
    if let Some(seconds) = body.get("duration").and_then(Value::as_i64) {
        let (least, most) = model.seconds;
        hold(
            (least..=most).contains(&seconds) || (seconds == -1 && !older),
            "duration is not of this model",
        )?;
    }
    if let Some(resolution) = body.get("resolution").and_then(Value::as_str) {
        hold(model.resolutions.contains(&resolution), "resolution is not of this model")?;
    }
    let items = body["content"].as_array().cloned().unwrap_or_default();
    for item in &items {
        let kind = item["type"].as_str().unwrap_or_default();
        hold(item.get(kind).is_some(), "an item lacks what its type names")?;
        let role = item["role"].as_str();
        let fits = match kind {
            "text" => role.is_none(),
            "image_url" => role.is_none_or(|role| role.ends_with("_frame") || role == "reference_image"),
            "video_url" => role == Some("reference_video"),
            _ => role == Some("reference_audio"),
        };
        hold(fits, "role is not of this type")?;
    }
    let count = |role: &str| items.iter().filter(|item| item["role"] == role).count();
    let (first, last) = (count("first_frame"), count("last_frame"));
    let (images, clips, sounds) =
        (count("reference_image"), count("reference_video"), count("reference_audio"));
    hold(first <= 1 && last <= first && first + last <= model.frames, "frames are not of this model")?;
    let (images_max, clips_max, sounds_max) = model.references;
    let few = images <= images_max && clips <= clips_max && sounds <= sounds_max;
    hold(few, "too many references for this model")?;
    hold(first == 0 || images + clips + sounds == 0, "frames and references are not mixed")?;
    hold(sounds == 0 || images + clips > 0, "a sound cannot be the only reference")?;
    let adaptive = body.get("ratio").is_none_or(|ratio| ratio == "adaptive");
    hold(first == 0 || !name.contains("2-5") || adaptive, "ratio must be adaptive with a first frame")?;
    hold(
        items.iter().any(|item| item["type"] == "text") || first + images + clips > 0,
        "content says nothing",
    )
}

const PICTURE: &[Field] = &[
    need("model", Text(100)),
    need("prompt", Text(4_000)),
    may("size", Text(20)),
    may("response_format", OneOf(&["url", "b64_json"])),
    may("watermark", Flag),
];
const SERIES: &[Field] = &[
    may("image", List(1, 14, &File)),
    may("sequential_image_generation", OneOf(&["disabled", "auto"])),
    may("sequential_image_generation_options", Object(&[need("max_images", Whole(1, 15))])),
    may("optimize_prompt_options", Any),
];
const FORMAT: &[Field] = &[may("output_format", OneOf(&["png", "jpeg"]))];
const VERSION_3: &[Field] =
    &[may("seed", Whole(-1, 2_147_483_647)), may("guidance_scale", Number(1.0, 10.0))];
const ONE_IMAGE: &[Field] = &[need("image", File)];

/// Whether the body of a picture is in order.
pub(super) fn picture(body: &Body) -> Result<(), String> {
    let name = body.get("model").and_then(Value::as_str).unwrap_or_default();
    let (fields, tiers, least, most): (&[&[Field]], &[&str], u64, u64) = match name {
        "doubao-seedream-5-0-260128" => (&[PICTURE, SERIES, FORMAT], &["2K", "3K"], 3_686_400, 16_777_216),
        "doubao-seedream-4-5-251128" => (&[PICTURE, SERIES], &["2K", "4K"], 3_686_400, 16_777_216),
        "doubao-seedream-4-0-250828" => (&[PICTURE, SERIES], &["1K", "2K", "4K"], 921_600, 16_777_216),
        "doubao-seedream-3-0-t2i-250415" => (&[PICTURE, VERSION_3], &[], 262_144, 4_194_304),
        "doubao-seededit-3-0-i2i-250628" => (&[PICTURE, VERSION_3, ONE_IMAGE], &["adaptive"], 0, 0),
        _ => return Err("model is none of ours".to_owned()),
    };
    check(body, fields)?;
    let Some(size) = body.get("size").and_then(Value::as_str) else { return Ok(()) };
    if tiers.contains(&size) {
        return Ok(());
    }
    let sides =
        size.split_once('x').and_then(|(w, h)| Some((w.parse::<u64>().ok()?, h.parse::<u64>().ok()?)));
    let (width, height) = sides.ok_or("size is none of ours")?;
    hold((least..=most).contains(&(width * height)), "size has too few or too many pixels")?;
    hold(width <= 16 * height && height <= 16 * width, "size is too narrow")
}
