//! The paths under `/v2beta` and what they take.

use crate::shape::{self, Field, Kind, Misfit, may, must};
use crate::upstream::Part;

/// A path.
pub(super) struct Path {
    pub(super) name: &'static str,
    fields: &'static [Field],
    /// Whether it answers with an id.
    pub(super) is_slow: bool,
}

const fn quick(name: &'static str, fields: &'static [Field]) -> Path {
    Path { name, fields, is_slow: false }
}

const fn slow(name: &'static str, fields: &'static [Field]) -> Path {
    Path { name, fields, is_slow: true }
}

const MUST_PROMPT: Field = must("prompt", Kind::Text(10_000));
const PROMPT: Field = may("prompt", Kind::Text(10_000));
const NEGATIVE: Field = may("negative_prompt", Kind::Text(10_000));
const SEED: Field = may("seed", Kind::Int(0, 4_294_967_294));
const FORMAT: Field = may("output_format", Kind::Word(&["png", "jpeg", "webp"]));
const RATIO: Field =
    may("aspect_ratio", Kind::Word(&["21:9", "16:9", "3:2", "5:4", "1:1", "4:5", "2:3", "9:16", "9:21"]));
const STYLE: Field = may(
    "style_preset",
    Kind::Word(&[
        "enhance",
        "anime",
        "photographic",
        "digital-art",
        "comic-book",
        "fantasy-art",
        "line-art",
        "analog-film",
        "neon-punk",
        "isometric",
        "low-poly",
        "origami",
        "modeling-compound",
        "cinematic",
        "3d-model",
        "pixel-art",
        "tile-texture",
    ]),
);
const IMAGE: Field = must("image", Kind::File);
const MASK: Field = may("mask", Kind::File);
const MAY_IMAGE: Field = may("image", Kind::File);
const STRENGTH: Field = may("strength", Kind::Number(0.0, 1.0));
const SHARE: Kind = Kind::Number(0.0, 1.0);
const SIDE: Kind = Kind::Int(0, 2_000);
const CONTROL: &[Field] =
    &[IMAGE, MUST_PROMPT, may("control_strength", SHARE), NEGATIVE, SEED, FORMAT, STYLE];
const SOUND_MODEL: Field = may("model", Kind::Word(&["stable-audio-2.5", "stable-audio-2"]));
const SOUND_FORMAT: Field = may("output_format", Kind::Word(&["mp3", "wav"]));
const DURATION: Field = may("duration", Kind::Number(1.0, 190.0));
const STEPS: Field = may("steps", Kind::Int(4, 100));
const CFG: Field = may("cfg_scale", Kind::Number(1.0, 25.0));

const PATHS: &[Path] = &[
    quick(
        "stable-image/generate/ultra",
        &[MUST_PROMPT, NEGATIVE, SEED, FORMAT, RATIO, STYLE, MAY_IMAGE, STRENGTH],
    ),
    quick("stable-image/generate/core", &[MUST_PROMPT, NEGATIVE, SEED, FORMAT, RATIO, STYLE]),
    quick(
        "stable-image/generate/sd3",
        &[
            MUST_PROMPT,
            NEGATIVE,
            SEED,
            RATIO,
            MAY_IMAGE,
            STRENGTH,
            STYLE,
            may("mode", Kind::Word(&["text-to-image", "image-to-image"])),
            may("model", Kind::Word(&["sd3.5-large", "sd3.5-large-turbo", "sd3.5-medium"])),
            may("cfg_scale", Kind::Number(1.0, 10.0)),
            may("output_format", Kind::Word(&["png", "jpeg"])),
        ],
    ),
    quick("stable-image/edit/erase", &[IMAGE, MASK, may("grow_mask", Kind::Int(0, 20)), SEED, FORMAT]),
    quick(
        "stable-image/edit/inpaint",
        &[IMAGE, MASK, MUST_PROMPT, NEGATIVE, may("grow_mask", Kind::Int(0, 100)), SEED, FORMAT, STYLE],
    ),
    quick(
        "stable-image/edit/outpaint",
        &[
            IMAGE,
            may("left", SIDE),
            may("right", SIDE),
            may("up", SIDE),
            may("down", SIDE),
            may("creativity", SHARE),
            PROMPT,
            SEED,
            FORMAT,
            STYLE,
        ],
    ),
    quick(
        "stable-image/edit/search-and-replace",
        &[
            IMAGE,
            MUST_PROMPT,
            must("search_prompt", Kind::Text(10_000)),
            NEGATIVE,
            may("grow_mask", Kind::Int(0, 20)),
            SEED,
            FORMAT,
            STYLE,
        ],
    ),
    quick(
        "stable-image/edit/search-and-recolor",
        &[
            IMAGE,
            MUST_PROMPT,
            must("select_prompt", Kind::Text(10_000)),
            NEGATIVE,
            may("grow_mask", Kind::Int(0, 20)),
            SEED,
            FORMAT,
            STYLE,
        ],
    ),
    quick(
        "stable-image/edit/remove-background",
        &[IMAGE, may("output_format", Kind::Word(&["png", "webp"]))],
    ),
    quick("stable-image/upscale/fast", &[IMAGE, FORMAT]),
    quick(
        "stable-image/upscale/conservative",
        &[IMAGE, MUST_PROMPT, NEGATIVE, may("creativity", Kind::Number(0.2, 0.5)), SEED, FORMAT],
    ),
    quick("stable-image/control/sketch", CONTROL),
    quick("stable-image/control/structure", CONTROL),
    quick(
        "stable-image/control/style",
        &[IMAGE, MUST_PROMPT, may("fidelity", SHARE), RATIO, NEGATIVE, SEED, FORMAT, STYLE],
    ),
    quick(
        "stable-image/control/style-transfer",
        &[
            must("init_image", Kind::File),
            must("style_image", Kind::File),
            PROMPT,
            NEGATIVE,
            may("style_strength", SHARE),
            may("composition_fidelity", SHARE),
            may("change_strength", Kind::Number(0.1, 1.0)),
            SEED,
            FORMAT,
        ],
    ),
    slow(
        "stable-image/upscale/creative",
        &[IMAGE, MUST_PROMPT, NEGATIVE, may("creativity", Kind::Number(0.1, 0.5)), SEED, FORMAT, STYLE],
    ),
    slow(
        "stable-image/edit/replace-background-and-relight",
        &[
            must("subject_image", Kind::File),
            may("background_prompt", Kind::Text(10_000)),
            may("background_reference", Kind::File),
            may("foreground_prompt", Kind::Text(10_000)),
            NEGATIVE,
            may("preserve_original_subject", SHARE),
            may("original_background_depth", SHARE),
            may("keep_original_background", Kind::Flag),
            may("light_source_direction", Kind::Word(&["left", "right", "above", "below"])),
            may("light_reference", Kind::File),
            may("light_source_strength", SHARE),
            SEED,
            FORMAT,
        ],
    ),
    quick(
        "audio/stable-audio-2/text-to-audio",
        &[MUST_PROMPT, SOUND_MODEL, DURATION, SEED, STEPS, CFG, SOUND_FORMAT],
    ),
    quick(
        "audio/stable-audio-2/audio-to-audio",
        &[
            must("audio", Kind::File),
            MUST_PROMPT,
            SOUND_MODEL,
            DURATION,
            SEED,
            STEPS,
            CFG,
            may("strength", Kind::Number(0.01, 1.0)),
            SOUND_FORMAT,
        ],
    ),
];

/// The path of this name.
pub(super) fn find(name: &str) -> Option<&'static Path> {
    PATHS.iter().find(|path| path.name == name)
}

impl Path {
    /// Whether it has an answer of the kind that is asked for. Here only those are served that the adapter asks for:
    /// the file itself, or an id in JSON.
    pub(super) fn answers_with(&self, accept: &str) -> bool {
        match accept {
            "application/json" => self.is_slow,
            "audio/*" => !self.is_slow && self.name.starts_with("audio/"),
            "image/*" => !self.is_slow && self.name.starts_with("stable-image/"),
            _ => false,
        }
    }

    pub(super) fn check(&self, parts: &[Part]) -> Result<(), Misfit> {
        shape::check_form(self.fields, parts, &[])?;
        let refused = |field: &str, why| Err(Misfit { field: field.to_owned(), why });
        let text = |name: &str| parts.iter().find(|part| part.name == name).map(Part::text);
        let given = |name: &str| text(name).is_some();
        if given("image") != given("strength") && self.name.starts_with("stable-image/generate/") {
            return refused("strength", "image and strength need each other");
        }
        match self.name {
            "stable-image/generate/sd3" => {
                let from_image = text("mode") == Some("image-to-image");
                if from_image != given("image") {
                    return refused("image", "belongs to image-to-image");
                }
                if from_image && given("aspect_ratio") {
                    return refused("aspect_ratio", "belongs to text-to-image");
                }
                if text("model") == Some("sd3.5-large-turbo") && given("negative_prompt") {
                    return refused("negative_prompt", "not with this model");
                }
                Ok(())
            }
            "stable-image/edit/outpaint" => {
                let grows = |side: &&str| text(side).is_some_and(|pixels| pixels != "0");
                match ["left", "right", "up", "down"].iter().any(grows) {
                    true => Ok(()),
                    false => refused("left", "one side must be more than 0"),
                }
            }
            "stable-image/edit/replace-background-and-relight"
                if !given("background_prompt") && !given("background_reference") =>
            {
                refused("background_prompt", "or background_reference is required")
            }
            name if name.starts_with("audio/") => {
                let steps: Option<u32> = text("steps").and_then(|digits| digits.parse().ok());
                let newer = text("model") == Some("stable-audio-2.5");
                let bounds = if newer { 4..=8 } else { 30..=100 };
                match steps.is_none_or(|steps| bounds.contains(&steps)) {
                    true => Ok(()),
                    false => refused("steps", "outside of what the model takes"),
                }
            }
            _ => Ok(()),
        }
    }
}
