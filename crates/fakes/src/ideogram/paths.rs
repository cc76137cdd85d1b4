//! The paths and what they take.

use serde_json::{Map, Value};

use crate::shape::{self, Field, Kind, may, must};

/// A path.
pub(super) struct Path {
    /// Without the slash in front.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

impl Path {
    /// Whether it belongs to the present API: JSON, and generations that can be followed.
    pub(super) fn is_present(&self) -> bool {
        self.name.starts_with("v2/")
    }
}

/// Parts that may be there more than once.
pub(super) const SEVERAL: &[&str] = &["style_codes", "style_reference_images"];

const RATIOS: &[&str] = &[
    "1x1", "1x2", "2x1", "1x3", "3x1", "2x3", "3x2", "3x4", "4x3", "4x5", "5x4", "9x16", "16x9", "10x16",
    "16x10",
];
/// Some of the 69.
const RESOLUTIONS: &[&str] =
    &["1024x1024", "512x1536", "1536x640", "640x1536", "1344x768", "768x1344", "1152x896", "896x1152"];
const STYLES: &[&str] = &["AUTO", "GENERAL", "REALISTIC", "DESIGN", "FICTION", "CUSTOM", "STYLIZED"];

const PROMPT: Field = must("prompt", Kind::Text(10_000));
const NEGATIVE: Field = may("negative_prompt", Kind::Text(10_000));
const SEED: Field = may("seed", Kind::Int(0, 2_147_483_647));
const COUNT: Field = may("num_images", Kind::Int(1, 8));
const RATIO: Field = may("aspect_ratio", Kind::Word(RATIOS));
const RESOLUTION: Field = may("resolution", Kind::Word(RESOLUTIONS));
const SPEED: Field =
    may("rendering_speed", Kind::Word(&["FLASH", "TURBO", "DEFAULT", "BALANCED", "QUALITY"]));
const SLOW_SPEED: Field = may("rendering_speed", Kind::Word(&["TURBO", "DEFAULT", "BALANCED", "QUALITY"]));
const MAGIC: Field = may("magic_prompt", Kind::Word(&["AUTO", "ON", "OFF"]));
const STYLE: Field = may("style_type", Kind::Word(STYLES));
const CODES: Field = may("style_codes", Kind::Text(8));
const REFERENCES: Field = may("style_reference_images", Kind::File);
const PALETTE: Field = may("color_palette", Kind::Json);
const IMAGE: Field = must("image", Kind::File);
const MASK: Field = must("mask", Kind::File);

const PATHS: &[Path] = &[
    Path {
        name: "v1/ideogram-v3/generate",
        fields: &[
            PROMPT, NEGATIVE, SEED, COUNT, RATIO, RESOLUTION, SPEED, MAGIC, STYLE, CODES, REFERENCES, PALETTE,
        ],
    },
    Path {
        name: "v1/ideogram-v3/generate-transparent",
        fields: &[
            PROMPT,
            NEGATIVE,
            SEED,
            COUNT,
            RATIO,
            RESOLUTION,
            SLOW_SPEED,
            MAGIC,
            may("upscale_factor", Kind::Word(&["X1", "X2", "X4"])),
        ],
    },
    Path {
        name: "v1/ideogram-v3/remix",
        fields: &[
            IMAGE,
            PROMPT,
            may("image_weight", Kind::Int(1, 100)),
            NEGATIVE,
            SEED,
            COUNT,
            RATIO,
            RESOLUTION,
            SPEED,
            MAGIC,
            STYLE,
            CODES,
            REFERENCES,
            PALETTE,
        ],
    },
    Path { name: "v1/ideogram-v3/edit", fields: EDIT },
    Path { name: "v1/ideogram-v3/inpaint", fields: EDIT },
    Path {
        name: "v1/ideogram-v3/reframe",
        fields: &[
            IMAGE,
            must("resolution", Kind::Word(RESOLUTIONS)),
            COUNT,
            SEED,
            SPEED,
            STYLE,
            CODES,
            REFERENCES,
            PALETTE,
        ],
    },
    Path {
        name: "v1/ideogram-v3/replace-background",
        fields: &[IMAGE, PROMPT, MAGIC, COUNT, SEED, SPEED, STYLE, CODES, REFERENCES, PALETTE],
    },
    Path {
        name: "v1/ideogram-v4/generate",
        fields: &[
            must("text_prompt", Kind::Text(10_000)),
            may("resolution", Kind::Word(&["2048x2048"])),
            SLOW_SPEED,
            may("enable_copyright_detection", Kind::Flag),
        ],
    },
    Path { name: "v1/remove-background", fields: &[IMAGE] },
    Path { name: "upscale", fields: &[must("image_file", Kind::File), must("image_request", Kind::Json)] },
    Path {
        name: "v2/image/generate/ideogram-4-5",
        fields: &[
            PROMPT,
            COUNT,
            may("async", Kind::Flag),
            may("webhook_url", Kind::Url),
            SEED,
            RATIO,
            may("quality", Kind::Word(&["LOW", "MEDIUM", "HIGH"])),
        ],
    },
];

const EDIT: &[Field] = &[IMAGE, MASK, PROMPT, MAGIC, COUNT, SEED, SPEED, STYLE, CODES, REFERENCES, PALETTE];

/// The path behind this target.
pub(super) fn find(target: &str) -> Option<&'static Path> {
    let name = target.strip_prefix('/')?;
    PATHS.iter().find(|path| path.name == name)
}

/// Whether the JSON part of an upscale fits, where there is one.
pub(super) fn check_request(part: Option<&str>) -> Result<(), String> {
    let Some(text) = part else { return Ok(()) };
    let fields = &[
        may("prompt", Kind::Text(10_000)),
        may("resemblance", Kind::Int(1, 100)),
        may("detail", Kind::Int(1, 100)),
        COUNT,
        SEED,
    ];
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| "image_request is no object")?;
    shape::check(fields, &object, true)
        .map_err(|misfit| format!("image_request.{} {}", misfit.field, misfit.why))
}
