//! The models: which of them are official, what they take, and what they put out.

use serde_json::{Map, Value, json};

use crate::desk::{Desk, Job};
use crate::shape::{self, Field, Kind, may, must};

/// Owners whose models are official, but for those below.
const OWNERS: &[&str] = &[
    "black-forest-labs",
    "bria",
    "bytedance",
    "google",
    "ideogram-ai",
    "kwaivgi",
    "lightricks",
    "luma",
    "minimax",
    "pixverse",
    "recraft-ai",
    "runwayml",
    "stability-ai",
    "topazlabs",
];
const VERSIONED: &[&str] = &["stability-ai/sdxl"];

const RATIOS: &[&str] = &["1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21"];
const FORMATS: &[&str] = &["webp", "jpg", "png"];
const PROMPT: Field = must("prompt", Kind::Text(100_000));
const SEED: Field = may("seed", Kind::Int(i64::MIN, i64::MAX));
const FORMAT: Field = may("output_format", Kind::Word(FORMATS));

/// What is documented of the inputs; models that are not here take anything.
const INPUTS: &[(&str, &[Field])] = &[
    (
        "black-forest-labs/flux-schnell",
        &[
            PROMPT,
            may("aspect_ratio", Kind::Word(RATIOS)),
            may("num_outputs", Kind::Int(1, 4)),
            may("num_inference_steps", Kind::Int(1, 4)),
            SEED,
            FORMAT,
            may("output_quality", Kind::Int(0, 100)),
            may("megapixels", Kind::Word(&["1", "0.25"])),
            may("go_fast", Kind::Flag),
            may("disable_safety_checker", Kind::Flag),
        ],
    ),
    (
        "black-forest-labs/flux-dev",
        &[
            PROMPT,
            may("image", Kind::UrlOrData),
            may("prompt_strength", Kind::Number(0.0, 1.0)),
            may("num_inference_steps", Kind::Int(1, 50)),
            may("guidance", Kind::Number(0.0, 100.0)),
            may("num_outputs", Kind::Int(1, 4)),
            SEED,
            FORMAT,
        ],
    ),
    ("black-forest-labs/flux-1.1-pro", &[PROMPT, may("safety_tolerance", Kind::Int(1, 6)), SEED, FORMAT]),
    (
        "black-forest-labs/flux-1.1-pro-ultra",
        &[
            PROMPT,
            may("image_prompt", Kind::UrlOrData),
            may("safety_tolerance", Kind::Int(1, 6)),
            SEED,
            FORMAT,
        ],
    ),
    ("black-forest-labs/flux-2-pro", &[PROMPT, may("input_images", Kind::UrlsOrData), SEED, FORMAT]),
    ("black-forest-labs/flux-2-flex", &[PROMPT, may("input_images", Kind::UrlsOrData), SEED, FORMAT]),
    (
        "black-forest-labs/flux-kontext-pro",
        &[PROMPT, may("input_image", Kind::UrlOrData), may("safety_tolerance", Kind::Int(1, 6)), FORMAT],
    ),
    (
        "black-forest-labs/flux-kontext-max",
        &[PROMPT, may("input_image", Kind::UrlOrData), may("safety_tolerance", Kind::Int(1, 6)), FORMAT],
    ),
    ("google/nano-banana", &[PROMPT, may("image_input", Kind::UrlsOrData)]),
    ("google/nano-banana-pro", &[PROMPT, may("image_input", Kind::UrlsOrData)]),
    ("ideogram-ai/ideogram-v3-turbo", &[PROMPT]),
    ("ideogram-ai/ideogram-v3-quality", &[PROMPT]),
    (
        "stability-ai/stable-audio-2.5",
        &[
            PROMPT,
            may("duration", Kind::Int(1, 190)),
            may("steps", Kind::Int(4, 8)),
            may("cfg_scale", Kind::Number(1.0, 25.0)),
            SEED,
        ],
    ),
];

/// Video models, by the owners that make nothing else here: all need a prompt and take a whole number of seconds.
const VIDEO: &[Field] = &[PROMPT, may("duration", Kind::Int(1, 60))];

pub(super) fn is_official(owner: &str, name: &str) -> bool {
    OWNERS.contains(&owner) && !VERSIONED.contains(&format!("{owner}/{name}").as_str())
}

/// Whether a model takes this input; else what is wrong, in the provider's words.
pub(super) fn check(model: &str, input: &Map<String, Value>) -> Result<(), String> {
    let known = INPUTS.iter().find(|(name, _)| *name == model).map(|(_, fields)| *fields);
    let fields = known.unwrap_or(if makes(model) == "mp4" && is_prompted(model) { VIDEO } else { &[] });
    shape::check(fields, input, false).map_err(|misfit| format!("- input.{}: {}", misfit.field, misfit.why))
}

fn is_prompted(model: &str) -> bool {
    ["kwaivgi/", "google/veo", "bytedance/seedance", "minimax/video"]
        .iter()
        .any(|start| model.starts_with(start))
}

/// The extension of what a model makes.
fn makes(model: &str) -> &'static str {
    let starts = |names: &[&str]| names.iter().any(|name| model.starts_with(name));
    let video = [
        "kwaivgi/",
        "google/veo",
        "bytedance/seedance",
        "minimax/video",
        "luma/ray",
        "pixverse/",
        "runwayml/gen4-turbo",
        "runwayml/gen-4.5",
        "topazlabs/video",
        "lightricks/",
        "lucataco/real-esrgan-video",
        "zsxkib/seedvr2",
        "google-research/",
    ];
    let audio = [
        "stability-ai/stable-audio",
        "minimax/speech",
        "jaaari/",
        "resemble-ai/",
        "x-lance/",
        "zsxkib/dia",
        "zsxkib/mmaudio",
        "lucataco/ace-step",
        "meta/",
        "stackadoc/",
        "ryan5453/",
    ];
    match () {
        () if starts(&video) => "mp4",
        () if starts(&audio) => "mp3",
        () => "webp",
    }
}

/// The output of a model that has made something: a transcript, stems, one file, or a list of them.
pub(super) fn output(job: &Job, desk: &Desk) -> Value {
    let model = job.order.model.as_str();
    if model == "openai/whisper" {
        return json!({ "segments": [], "transcription": "a kite", "translation": null, "detected_language": "english" });
    }
    let extension = match (makes(model), job.order.input["output_format"].as_str()) {
        ("webp", Some("jpg")) => "jpeg",
        ("webp", Some("png")) => "png",
        (extension, _) => extension,
    };
    let url = |nth| desk.file_url(job, nth, extension);
    match model {
        "ryan5453/demucs" => json!({ "vocals": url(0), "drums": url(1), "guitar": null }),
        "black-forest-labs/flux-schnell" | "black-forest-labs/flux-dev" | "stability-ai/sdxl" => {
            (0..job.order.outputs).map(url).collect()
        }
        _ => Value::String(url(0)),
    }
}
