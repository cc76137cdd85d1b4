//! What the models at Higgsfield take.

use serde_json::Value;

use crate::schema::Kind::{Address, Among, Flag, List, Number, Object, Text, Uuid, Whole, Word};
use crate::schema::{self, Field, Kind, may, must};

const PROMPT: Kind = Text(5_000);
const PICTURE: Kind = Object(&[must("type", Word(&["image_url"])), must("image_url", Address)]);
const SOUND: Kind = Object(&[must("type", Word(&["audio_url"])), must("audio_url", Address)]);
const SEED: Field = may("seed", Whole(0, 1_000_000));
const ENHANCE: Field = may("enhance_prompt", Flag);
const MOVE: Kind = Object(&[must("id", Uuid), must("strength", Number(0.0, 1.0))]);

const SIZES: Kind = Word(&[
    "2048x1152",
    "2048x1536",
    "2016x1344",
    "1696x960",
    "1632x1088",
    "1152x2048",
    "1536x2048",
    "1344x2016",
    "960x1696",
    "1088x1632",
    "1536x1536",
    "1536x1152",
    "1152x1536",
]);

const SOUL: &[Field] = &[
    must("prompt", PROMPT),
    must("width_and_height", SIZES),
    may("quality", Word(&["720p", "1080p"])),
    may("batch_size", Among(&[1, 4])),
    may("style_id", Text(100)),
    may("style_strength", Number(0.0, 1.0)),
    may("custom_reference_id", Text(100)),
    may("custom_reference_strength", Number(0.0, 1.0)),
    may("image_reference", PICTURE),
    ENHANCE,
    SEED,
];

const DOP: &[Field] = &[
    must("model", Word(&["dop-lite", "dop-turbo", "dop-standard", "dop-preview"])),
    must("prompt", PROMPT),
    must("input_images", List(&PICTURE, 1, 1)),
    may("input_images_end", List(&PICTURE, 0, 1)),
    may("motions", List(&MOVE, 0, 2)),
    ENHANCE,
    SEED,
];

const SPEAK: &[Field] = &[
    must("input_image", PICTURE),
    must("input_audio", SOUND),
    must("prompt", PROMPT),
    may("quality", Word(&["mid", "high"])),
    may("duration", Among(&[5, 10, 15])),
    ENHANCE,
    SEED,
];

const SOUL_FLAT: &[Field] = &[
    must("prompt", PROMPT),
    may("aspect_ratio", Word(&["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"])),
    may("resolution", Word(&["720p", "1080p"])),
];

const DOP_FLAT: &[Field] =
    &[must("image_url", Address), must("prompt", PROMPT), may("duration", Among(&[5, 10]))];

const CALLBACK: Kind = Object(&[must("url", Address), must("secret", Text(255))]);

/// Nothing where there is no such model; else the input inside of this body, or what is wrong with it.
pub(super) fn check(model: &str, body: &Value) -> Option<Result<Value, String>> {
    let fields = match model {
        "v1/text2image/soul" => SOUL,
        "v1/image2video/dop" => DOP,
        "v1/speak/higgsfield" => SPEAK,
        "higgsfield-ai/soul/standard" => SOUL_FLAT,
        "higgsfield-ai/dop/lite" | "higgsfield-ai/dop/turbo" | "higgsfield-ai/dop/standard" => DOP_FLAT,
        _ => return None,
    };
    if !model.starts_with("v1/") {
        return Some(schema::check(fields, body).map(|()| body.clone()));
    }
    let around = schema::check(&[must("params", Kind::Any), may("webhook", CALLBACK)], body);
    Some(around.and_then(|()| schema::check(fields, &body["params"])).map(|()| body["params"].clone()))
}

/// Whether a model makes pictures; the others make clips.
pub(super) fn makes_pictures(model: &str) -> bool {
    model.contains("soul")
}
