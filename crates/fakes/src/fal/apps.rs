//! Endpoints with their documented inputs and output shapes.

use serde_json::{Map, Value, json};

use crate::media;

/// Where an endpoint puts what it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `images[]` with `has_nsfw_concepts[]`; honours `num_images` and `image_size`.
    Images,
    /// `images[]` with `description`.
    DescribedImages,
    /// `image`, and `mask_image` where `output_mask` is set.
    Image,
    /// `images[]` or `video`, by `output_type`.
    ImagesOrVideo,
    /// `video`.
    Video,
    /// `audio`.
    Audio,
    /// `audio_file`.
    AudioFile,
    /// `audio_url`, which is an object.
    AudioUrl,
    /// `text` with `chunks`.
    Text,
}

/// An endpoint.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) path: String,
    pub(super) shape: Shape,
    /// Nothing where any input will do.
    fields: Option<&'static [Field]>,
}

type Field = (&'static str, Kind);

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A text that must be there.
    NeedText,
    Text,
    /// An address that must be there.
    NeedUrl,
    Url,
    /// A list of addresses that must be there.
    NeedUrls,
    Int(i64, i64),
    Num(f64, f64),
    Flag,
    OneOf(&'static [&'static str]),
    Size,
}

use Kind::{Flag, Int, NeedText, NeedUrl, NeedUrls, Num, OneOf, Size, Text, Url};

const SEED: Field = ("seed", Int(0, i64::MAX));
const COUNT: Field = ("num_images", Int(1, 4));
const RATIO_3: Kind = OneOf(&["16:9", "9:16", "1:1"]);
const RATIO_BANANA: Kind =
    OneOf(&["auto", "21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16"]);
const JPEG_PNG: Kind = OneOf(&["jpeg", "png"]);

const KNOWN: &[(&str, Shape, &[Field])] = &[
    (
        "fal-ai/flux/schnell",
        Shape::Images,
        &[
            ("prompt", NeedText),
            ("image_size", Size),
            ("num_inference_steps", Int(1, 12)),
            ("guidance_scale", Num(1.0, 20.0)),
            COUNT,
            SEED,
            ("enable_safety_checker", Flag),
            ("output_format", JPEG_PNG),
            ("acceleration", OneOf(&["none", "regular", "high"])),
            ("sync_mode", Flag),
        ],
    ),
    (
        "fal-ai/flux/dev",
        Shape::Images,
        &[
            ("prompt", NeedText),
            ("image_size", Size),
            ("num_inference_steps", Int(1, 50)),
            ("guidance_scale", Num(1.0, 20.0)),
            COUNT,
            SEED,
            ("enable_safety_checker", Flag),
            ("output_format", JPEG_PNG),
            ("acceleration", OneOf(&["none", "regular", "high"])),
            ("sync_mode", Flag),
        ],
    ),
    (
        "fal-ai/flux/dev/image-to-image",
        Shape::Images,
        &[
            ("prompt", NeedText),
            ("image_url", NeedUrl),
            ("strength", Num(0.01, 1.0)),
            ("num_inference_steps", Int(1, 50)),
            ("guidance_scale", Num(1.0, 20.0)),
            COUNT,
            SEED,
            ("enable_safety_checker", Flag),
            ("output_format", JPEG_PNG),
            ("acceleration", OneOf(&["none", "regular", "high"])),
            ("sync_mode", Flag),
        ],
    ),
    (
        "fal-ai/nano-banana",
        Shape::DescribedImages,
        &[
            ("prompt", NeedText),
            ("aspect_ratio", RATIO_BANANA),
            COUNT,
            ("output_format", OneOf(&["jpeg", "png", "webp"])),
            ("limit_generations", Flag),
            ("safety_tolerance", OneOf(&["1", "2", "3", "4", "5", "6"])),
            SEED,
            ("sync_mode", Flag),
        ],
    ),
    (
        "fal-ai/nano-banana/edit",
        Shape::DescribedImages,
        &[
            ("prompt", NeedText),
            ("image_urls", NeedUrls),
            ("aspect_ratio", RATIO_BANANA),
            COUNT,
            ("output_format", OneOf(&["jpeg", "png", "webp"])),
            ("limit_generations", Flag),
            ("safety_tolerance", OneOf(&["1", "2", "3", "4", "5", "6"])),
            SEED,
            ("sync_mode", Flag),
        ],
    ),
    (
        "fal-ai/birefnet",
        Shape::Image,
        &[
            ("image_url", NeedUrl),
            ("model", OneOf(&["General Use (Light)", "General Use (Heavy)", "Portrait"])),
            ("operating_resolution", OneOf(&["1024x1024", "2048x2048"])),
            ("output_format", OneOf(&["webp", "png", "gif"])),
            ("output_mask", Flag),
            ("refine_foreground", Flag),
            ("sync_mode", Flag),
        ],
    ),
    (
        "fal-ai/clarity-upscaler",
        Shape::Image,
        &[
            ("image_url", NeedUrl),
            ("upscale_factor", Num(1.0, 4.0)),
            ("prompt", Text),
            ("negative_prompt", Text),
            ("creativity", Num(0.0, 1.0)),
            ("resemblance", Num(0.0, 1.0)),
            ("guidance_scale", Num(0.0, 20.0)),
            ("num_inference_steps", Int(4, 50)),
            SEED,
            ("enable_safety_checker", Flag),
        ],
    ),
    (
        "fal-ai/film",
        Shape::ImagesOrVideo,
        &[
            ("start_image_url", NeedUrl),
            ("end_image_url", NeedUrl),
            ("num_frames", Int(1, 64)),
            ("output_type", OneOf(&["images", "video"])),
            ("fps", Int(1, 60)),
            ("include_start", Flag),
            ("include_end", Flag),
            ("image_format", JPEG_PNG),
            ("sync_mode", Flag),
        ],
    ),
    (
        "fal-ai/kling-video/v2.5-turbo/pro/text-to-video",
        Shape::Video,
        &[
            ("prompt", NeedText),
            ("duration", OneOf(&["5", "10"])),
            ("aspect_ratio", RATIO_3),
            ("cfg_scale", Num(0.0, 1.0)),
            ("negative_prompt", Text),
        ],
    ),
    (
        "fal-ai/kling-video/v2.5-turbo/pro/image-to-video",
        Shape::Video,
        &[
            ("prompt", NeedText),
            ("image_url", NeedUrl),
            ("tail_image_url", Url),
            ("duration", OneOf(&["5", "10"])),
            ("cfg_scale", Num(0.0, 1.0)),
            ("negative_prompt", Text),
        ],
    ),
    (
        "fal-ai/kling-video/v2.6/pro/text-to-video",
        Shape::Video,
        &[
            ("prompt", NeedText),
            ("duration", OneOf(&["5", "10"])),
            ("aspect_ratio", RATIO_3),
            ("cfg_scale", Num(0.0, 1.0)),
            ("negative_prompt", Text),
            ("generate_audio", Flag),
        ],
    ),
    (
        "fal-ai/veo3.1",
        Shape::Video,
        &[
            ("prompt", NeedText),
            ("duration", OneOf(&["4s", "6s", "8s"])),
            ("aspect_ratio", OneOf(&["16:9", "9:16"])),
            ("resolution", OneOf(&["720p", "1080p", "4k"])),
            ("generate_audio", Flag),
            ("auto_fix", Flag),
            ("negative_prompt", Text),
            ("safety_tolerance", OneOf(&["1", "2", "3", "4", "5", "6"])),
            SEED,
        ],
    ),
    (
        "fal-ai/mmaudio-v2",
        Shape::Video,
        &[
            ("video_url", NeedUrl),
            ("prompt", NeedText),
            ("negative_prompt", Text),
            ("seed", Int(0, 65_535)),
            ("num_steps", Int(4, 50)),
            ("duration", Num(1.0, 30.0)),
            ("cfg_strength", Num(0.0, 20.0)),
            ("mask_away_clip", Flag),
        ],
    ),
    (
        "fal-ai/elevenlabs/sound-effects/v2",
        Shape::Audio,
        &[
            ("text", NeedText),
            ("duration_seconds", Num(0.5, 22.0)),
            ("prompt_influence", Num(0.0, 1.0)),
            ("loop", Flag),
            ("output_format", Text),
        ],
    ),
    (
        "fal-ai/ace-step",
        Shape::Audio,
        &[
            ("tags", NeedText),
            ("lyrics", Text),
            ("duration", Num(5.0, 240.0)),
            ("number_of_steps", Int(3, 60)),
            ("scheduler", OneOf(&["euler", "heun"])),
            ("guidance_type", OneOf(&["cfg", "apg", "cfg_star"])),
            ("guidance_scale", Num(0.0, 200.0)),
            SEED,
        ],
    ),
    (
        "cassetteai/sound-effects-generator",
        Shape::AudioFile,
        &[("prompt", NeedText), ("duration", Int(1, 30))],
    ),
    (
        "fal-ai/f5-tts",
        Shape::AudioUrl,
        &[
            ("gen_text", NeedText),
            ("ref_audio_url", NeedUrl),
            ("model_type", OneOf(&["F5-TTS", "E2-TTS"])),
            ("ref_text", Text),
            ("remove_silence", Flag),
        ],
    ),
    (
        "fal-ai/whisper",
        Shape::Text,
        &[
            ("audio_url", NeedUrl),
            ("task", OneOf(&["transcribe", "translate"])),
            ("language", Text),
            ("chunk_level", OneOf(&["none", "segment", "word"])),
            ("diarize", Flag),
            ("num_speakers", Int(1, 32)),
            ("batch_size", Int(1, 64)),
            ("prompt", Text),
            ("version", Text),
        ],
    ),
];

impl App {
    /// The documented endpoint of this path.
    pub(super) fn known(path: &str) -> Option<Self> {
        let (path, shape, fields) = KNOWN.iter().find(|(known, ..)| *known == path)?;
        Some(Self { path: (*path).to_owned(), shape: *shape, fields: Some(fields) })
    }

    /// An endpoint that takes any input.
    pub(super) fn any(path: &str, shape: Shape) -> Self {
        Self { path: path.to_owned(), shape, fields: None }
    }

    /// What follow-up paths begin with: owner and app, behind `workflows` or `comfy` where the path has one.
    pub(super) fn base(path: &str) -> String {
        let parts = if path.starts_with("workflows/") || path.starts_with("comfy/") { 3 } else { 2 };
        path.split('/').take(parts).collect::<Vec<_>>().join("/")
    }

    /// The findings about an input, in FastAPI's form; none where it is in order.
    pub(super) fn findings(&self, input: &Map<String, Value>) -> Vec<Value> {
        let Some(fields) = self.fields else { return Vec::new() };
        let finding = |name: &str, kind: &str, words: &str| json!({ "loc": ["body", name], "msg": words, "type": kind });
        let mut findings = Vec::new();
        for (name, kind) in fields {
            match input.get(*name) {
                None if matches!(kind, NeedText | NeedUrl | NeedUrls) => {
                    findings.push(finding(name, "missing", "field required"))
                }
                Some(value) if !kind.takes(value) => {
                    findings.push(finding(name, "value_error.const", "value is not permitted"))
                }
                _ => {}
            }
        }
        let unknown = input.keys().filter(|name| fields.iter().all(|(field, _)| field != name));
        findings.extend(unknown.map(|name| finding(name, "value_error.extra", "extra fields not permitted")));
        findings
    }
}

impl Kind {
    fn takes(self, value: &Value) -> bool {
        let is_url = |value: &Value| {
            value.as_str().is_some_and(|url| {
                ["https://", "http://", "data:"].iter().any(|start| url.starts_with(start))
            })
        };
        match self {
            NeedText | Text => value.is_string(),
            NeedUrl | Url => is_url(value),
            NeedUrls => value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_url)),
            Int(least, most) => value.as_i64().is_some_and(|value| (least..=most).contains(&value)),
            Num(least, most) => value.as_f64().is_some_and(|value| (least..=most).contains(&value)),
            Flag => value.is_boolean(),
            OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Size => size(value).is_some(),
        }
    }
}

/// The pixels of a named size or of `{width, height}`.
pub(super) fn size(value: &Value) -> Option<(u32, u32)> {
    match value.as_str() {
        Some("square_hd") => Some((1024, 1024)),
        Some("square") => Some((512, 512)),
        Some("portrait_4_3") => Some((768, 1024)),
        Some("portrait_16_9") => Some((576, 1024)),
        Some("landscape_4_3") => Some((1024, 768)),
        Some("landscape_16_9") => Some((1024, 576)),
        Some(_) => None,
        None => media::size(&format!("{}x{}", value["width"], value["height"])),
    }
}
