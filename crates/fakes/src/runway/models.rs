//! The bodies that Runway's endpoints take, model by model. Unknown keys are refused.

use serde_json::Value;

use crate::schema::Kind::{Either, File, Flag, List, Number, Object, Text, Whole, Word};
use crate::schema::{self, Field, may, must};

/// Texts are counted below in UTF-16 units; this is only the bound for the longest one.
const PROMPT: schema::Kind = Text(3500);
const SEED: Field = may("seed", Whole(0, 4_294_967_295));
const MODERATION: Field =
    may("contentModeration", Object(&[must("publicFigureThreshold", Word(&["auto", "low"]))]));
const WIDE_OR_TALL: schema::Kind = Word(&["1280:720", "720:1280"]);
const FIRST: &[Field] = &[must("uri", File), must("position", Word(&["first"]))];
const FIRST_PICTURE: Field = must("promptImage", Either(&[File, List(&Object(FIRST), 1, 1)]));

const GEN4_TURBO: &[Field] = &[
    must("model", Word(&["gen4_turbo"])),
    FIRST_PICTURE,
    must("ratio", Word(&["1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672"])),
    may("duration", Whole(2, 10)),
    may("promptText", PROMPT),
    SEED,
    MODERATION,
];

const GEN45_FROM_PICTURE: &[Field] = &[
    must("model", Word(&["gen4.5"])),
    FIRST_PICTURE,
    must("ratio", Word(&["1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672"])),
    must("duration", Whole(2, 10)),
    must("promptText", PROMPT),
    SEED,
    MODERATION,
];

const GEN45_FROM_TEXT: &[Field] = &[
    must("model", Word(&["gen4.5"])),
    must("promptText", PROMPT),
    must("ratio", WIDE_OR_TALL),
    must("duration", Whole(2, 10)),
    SEED,
    MODERATION,
];

const SEEDANCE: &[Field] = &[
    must("model", Word(&["seedance2", "seedance2_fast", "seedance2_mini"])),
    must("promptText", PROMPT),
    may("ratio", WIDE_OR_TALL),
    may("duration", Whole(4, 15)),
    may("audio", Flag),
    may("references", List(&Object(&[must("uri", File)]), 1, 9)),
    may("referenceVideos", List(&Object(&[must("type", Word(&["video"])), must("uri", File)]), 1, 3)),
];

const OMNI: &[Field] = &[
    must("model", Word(&["gemini_omni_flash"])),
    must("promptText", PROMPT),
    may("ratio", WIDE_OR_TALL),
    may("duration", Whole(3, 10)),
    SEED,
];

const KEYFRAME: &[Field] = &[
    must("uri", File),
    may("seconds", Number(0.0, 30.0)),
    may("at", Number(0.0, 1.0)),
    may("range", Object(&[must("startSeconds", Number(0.0, 30.0)), must("endSeconds", Number(0.0, 30.0))])),
];

const ALEPH2: &[Field] = &[
    must("model", Word(&["aleph2"])),
    must("videoUri", File),
    may("promptText", PROMPT),
    may("keyframes", List(&Object(KEYFRAME), 0, 5)),
    may("targetAspectRatio", Text(10)),
    SEED,
];

const PICTURE_RATIOS: schema::Kind = Word(&[
    "1024:1024",
    "1080:1080",
    "1168:880",
    "1360:768",
    "1440:1080",
    "1080:1440",
    "1808:768",
    "1920:1080",
    "1080:1920",
    "2112:912",
    "1280:720",
    "720:1280",
    "720:720",
    "960:720",
    "720:960",
    "1680:720",
]);
const REFERENCE: schema::Kind = Object(&[must("uri", File), may("tag", Text(16))]);

const GEN4_IMAGE: &[Field] = &[
    must("model", Word(&["gen4_image"])),
    must("promptText", PROMPT),
    must("ratio", PICTURE_RATIOS),
    may("referenceImages", List(&REFERENCE, 0, 3)),
    SEED,
    MODERATION,
];

const GEN4_IMAGE_TURBO: &[Field] = &[
    must("model", Word(&["gen4_image_turbo"])),
    must("promptText", PROMPT),
    must("ratio", PICTURE_RATIOS),
    must("referenceImages", List(&REFERENCE, 1, 3)),
    SEED,
    MODERATION,
];

const ACT_TWO: &[Field] = &[
    must("model", Word(&["act_two"])),
    must("character", Object(&[must("type", Word(&["image", "video"])), must("uri", File)])),
    must("reference", Object(&[must("type", Word(&["video"])), must("uri", File)])),
    may("bodyControl", Flag),
    may("expressionIntensity", Whole(1, 5)),
    may("ratio", Word(&["1280:720", "720:1280", "1104:832", "832:1104", "960:960", "1584:672"])),
    SEED,
    MODERATION,
];

const UPSCALE: &[Field] = &[
    must("model", Word(&["magnific_video_upscaler_creative"])),
    must("videoUri", File),
    may("resolution", Word(&["720p", "1k", "2k", "4k"])),
    may("creativity", Whole(0, 100)),
    may("sharpen", Whole(0, 100)),
    may("smartGrain", Whole(0, 100)),
    may("flavor", Word(&["vivid", "natural"])),
    may("fpsBoost", Flag),
];

/// Nothing where there is no such endpoint; else whether it takes this body, or what is wrong with it.
pub(super) fn check(endpoint: &str, body: &Value) -> Option<Result<(), String>> {
    let tables: &[&[Field]] = match endpoint {
        "image_to_video" => &[GEN4_TURBO, GEN45_FROM_PICTURE],
        "text_to_video" => &[GEN45_FROM_TEXT, SEEDANCE, OMNI],
        "video_to_video" => &[ALEPH2],
        "text_to_image" => &[GEN4_IMAGE, GEN4_IMAGE_TURBO],
        "character_performance" => &[ACT_TWO],
        "video_upscale" => &[UPSCALE],
        _ => return None,
    };
    // Each table begins with the models it is for.
    let model = body["model"].as_str().unwrap_or_default();
    let is_for = |table: &&&[Field]| matches!(table[0].2, Word(models) if models.contains(&model));
    let Some(table) = tables.iter().find(is_for) else { return Some(Err("model: invalid".to_owned())) };
    let most = if model.starts_with("seedance") { 3_500 } else { 1_000 };
    if body["promptText"].as_str().is_some_and(|text| text.encode_utf16().count() > most) {
        return Some(Err("promptText: too long".to_owned()));
    }
    Some(schema::check(table, body))
}
