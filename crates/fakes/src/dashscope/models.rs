//! What DashScope's models take: the path, `input` and `parameters` of each.

use serde_json::Value;

use crate::schema::Kind::{Address, Among, Any, Blank, Either, File, Flag, List, Object, Text, Whole, Word};
use crate::schema::{Field, Kind, check as fits, may, must};

const CLIPS: &str = "services/aigc/video-generation/video-synthesis";
const FRAMES: &str = "services/aigc/image2video/video-synthesis";
const PICTURES: &str = "services/aigc/text2image/image-synthesis";
const EDITS: &str = "services/aigc/image2image/image-synthesis";
const MESSAGES: &str = "services/aigc/multimodal-generation/generation";

// --- input ---

const PROMPT: Field = may("prompt", Text(5_000));
const NEGATIVE: Field = may("negative_prompt", Blank(500));
const SOUND: Field = may("audio_url", File);

/// Which types a model takes is looked at below. Clips are taken by address only.
const TYPED: &[Kind] = &[
    Object(&[
        must("type", Word(&["first_frame", "last_frame", "driving_audio", "reference_image"])),
        must("url", File),
    ]),
    Object(&[must("type", Word(&["first_clip", "reference_video", "video"])), must("url", Address)]),
];

const WITH_MEDIA: &[Field] = &[PROMPT, NEGATIVE, may("media", List(&Either(TYPED), 0, 20))];
const FROM_TEXT: &[Field] = &[must("prompt", Text(5_000)), NEGATIVE];
const FROM_TEXT_OR_SOUND: &[Field] = &[must("prompt", Text(5_000)), NEGATIVE, SOUND];
const FROM_FRAME: &[Field] = &[must("img_url", File), PROMPT, NEGATIVE];
const FROM_FRAME_OR_SOUND: &[Field] = &[must("img_url", File), PROMPT, NEGATIVE, SOUND];
const FROM_CLIPS: &[Field] =
    &[must("prompt", Text(5_000)), NEGATIVE, must("reference_video_urls", List(&Address, 1, 3))];
const BETWEEN: &[Field] = &[must("first_frame_url", File), must("last_frame_url", File), PROMPT, NEGATIVE];
const SPEECH: &[Field] = &[must("image_url", File), must("audio_url", File)];
const EDIT: &[Field] = &[
    must("function", Text(100)),
    must("prompt", Text(800)),
    must("base_image_url", File),
    may("mask_image_url", File),
];
const FROM_PICTURES: &[Field] = &[must("prompt", Text(2_000)), NEGATIVE, must("images", List(&File, 1, 3))];

const PART: Kind = Either(&[Object(&[must("image", File)]), Object(&[must("text", Text(2_000))])]);
const MESSAGE: &[Field] = &[must("role", Word(&["user"])), must("content", List(&PART, 1, 10))];
const TALK: &[Field] = &[must("messages", List(&Object(MESSAGE), 1, 1))];

// --- parameters ---

const EXTEND: Field = may("prompt_extend", Flag);
const SEED: Field = may("seed", Whole(0, 2_147_483_647));
const MARK: Field = may("watermark", Flag);
const SHOTS: Field = may("shot_type", Word(&["single", "multi"]));
const RATIO: Field = may("ratio", Word(&["16:9", "9:16", "1:1", "4:3", "3:4"]));
const COUNT: Field = may("n", Whole(1, 4));
const LOW_TO_HIGH: Field = may("resolution", Word(&["480P", "720P", "1080P"]));
const HIGH: Field = may("resolution", Word(&["720P", "1080P"]));
/// Pixels of clips and of pictures; which of them a model takes is not written down here.
const SIZE: Field = may("size", Text(9));

const V3: &[Field] = &[LOW_TO_HIGH, RATIO, may("duration", Whole(2, 30)), EXTEND, SEED, MARK];
const V27: &[Field] = &[HIGH, RATIO, may("duration", Whole(2, 15)), EXTEND, SEED, MARK];
const V27_REFERENCE: &[Field] = &[HIGH, RATIO, may("duration", Whole(2, 10)), EXTEND, SEED, MARK];
const V27_EDIT: &[Field] = &[HIGH, may("audio_setting", Word(&["auto", "origin"])), EXTEND, SEED, MARK];
const V26: &[Field] = &[SIZE, may("duration", Whole(2, 15)), SHOTS, EXTEND, SEED, MARK];
const V26_FRAME: &[Field] = &[HIGH, may("duration", Whole(2, 15)), SHOTS, EXTEND, SEED, MARK];
const V26_CLIPS: &[Field] = &[SIZE, may("duration", Whole(2, 10)), SHOTS, SEED, MARK];
const V25: &[Field] = &[SIZE, may("duration", Among(&[5, 10])), EXTEND, SEED, MARK];
const V25_FRAME: &[Field] = &[LOW_TO_HIGH, may("duration", Among(&[5, 10])), EXTEND, SEED, MARK];
const FIVE: &[Field] = &[SIZE, may("duration", Among(&[5])), EXTEND, SEED, MARK];
const FIVE_480_1080: &[Field] =
    &[may("resolution", Word(&["480P", "1080P"])), may("duration", Among(&[5])), EXTEND, SEED, MARK];
const FIVE_480_720: &[Field] =
    &[may("resolution", Word(&["480P", "720P"])), may("duration", Whole(3, 5)), EXTEND, SEED, MARK];
const FIVE_720: &[Field] =
    &[may("resolution", Word(&["720P"])), may("duration", Among(&[5])), EXTEND, SEED, MARK];
const NO_LENGTH: &[Field] = &[LOW_TO_HIGH, EXTEND, SEED, MARK];
const SPEECH_SIZE: &[Field] = &[may("resolution", Word(&["480P", "720P"]))];
const DRAWN: &[Field] = &[SIZE, COUNT, EXTEND, SEED, MARK];
const EDITED: &[Field] = &[COUNT, SEED, MARK];
const TALKED: &[Field] = &[SIZE, NEGATIVE, EXTEND, SEED, MARK];

/// The input and the parameters of a model at a path; nothing where it is not known there.
fn tables(path: &str, model: &str) -> Option<(&'static [Field], &'static [Field])> {
    Some(match (path, model) {
        (CLIPS, "wan3.0-video" | "wan3.0-video-prime") => (WITH_MEDIA, V3),
        (CLIPS, "wan2.7-t2v") => (FROM_TEXT, V27),
        (CLIPS, "wan2.7-i2v") => (WITH_MEDIA, V27),
        (CLIPS, "wan2.7-r2v") => (WITH_MEDIA, V27_REFERENCE),
        (CLIPS, "wan2.7-videoedit") => (WITH_MEDIA, V27_EDIT),
        (CLIPS, "wan2.6-t2v") => (FROM_TEXT_OR_SOUND, V26),
        (CLIPS, "wan2.6-i2v" | "wan2.6-i2v-flash") => (FROM_FRAME_OR_SOUND, V26_FRAME),
        (CLIPS, "wan2.6-r2v") => (FROM_CLIPS, V26_CLIPS),
        (CLIPS, "wan2.5-t2v-preview") => (FROM_TEXT_OR_SOUND, V25),
        (CLIPS, "wan2.5-i2v-preview") => (FROM_FRAME_OR_SOUND, V25_FRAME),
        (CLIPS, "wan2.2-t2v-plus" | "wanx2.1-t2v-turbo" | "wanx2.1-t2v-plus") => (FROM_TEXT, FIVE),
        (CLIPS, "wan2.2-i2v-plus") => (FROM_FRAME, FIVE_480_1080),
        (CLIPS, "wan2.2-i2v-flash" | "wanx2.1-i2v-turbo") => (FROM_FRAME, FIVE_480_720),
        (CLIPS, "wanx2.1-i2v-plus") => (FROM_FRAME, FIVE_720),
        (FRAMES, "wan2.2-kf2v-flash" | "wanx2.1-kf2v-plus") => (BETWEEN, NO_LENGTH),
        (FRAMES, "wan2.2-s2v") => (SPEECH, SPEECH_SIZE),
        (
            PICTURES,
            "wanx-v1" | "wanx2.0-t2i-turbo" | "wanx2.1-t2i-turbo" | "wanx2.1-t2i-plus" | "wan2.2-t2i-flash"
            | "wan2.2-t2i-plus" | "wan2.5-t2i-preview" | "qwen-image",
        ) => (FROM_TEXT, DRAWN),
        (EDITS, "wanx2.1-imageedit") => (EDIT, EDITED),
        (EDITS, "wan2.5-i2i-preview") => (FROM_PICTURES, DRAWN),
        (MESSAGES, "wan2.6-t2i" | "wan2.6-image") => (TALK, TALKED),
        (MESSAGES, model) if model.starts_with("qwen-image") => (TALK, TALKED),
        _ => return None,
    })
}

/// Nothing where there is no such model at this path; else whether it takes this body.
pub(super) fn check(path: &str, body: &Value) -> Option<Result<(), String>> {
    let model = body["model"].as_str().unwrap_or_default();
    let (input, parameters) = tables(path, model)?;
    // The official client always sends these two beside what is documented, and they are taken: an older name of
    // `prompt_extend`, and `function`, which says what the path says.
    let without = |part: &Value, odd: &str| {
        let mut part = part.clone();
        if let Some(part) = part.as_object_mut().filter(|_| path == CLIPS) {
            part.shift_remove(odd);
        }
        part
    };
    let given = without(&without(&body["input"], "extend_prompt"), "function");
    let around = fits(&[must("model", Any), must("input", Any), may("parameters", Any)], body);
    Some(
        around
            .and_then(|()| fits(input, &given))
            .and_then(|()| match &body["parameters"] {
                Value::Null => Ok(()),
                given => fits(parameters, given),
            })
            .and_then(|()| agrees(model, body)),
    )
}

/// What the tables cannot say: the sets of files that go together, and how sizes are written.
fn agrees(model: &str, body: &Value) -> Result<(), String> {
    let is_size = |size: &str| {
        let side = |digits: &str| digits.parse::<u32>().is_ok_and(|side| (256..=4_096).contains(&side));
        size.split_once('*').is_some_and(|(width, height)| side(width) && side(height))
    };
    if body["parameters"]["size"].as_str().is_some_and(|size| !is_size(size)) {
        return Err("parameters.size: must be width*height".to_owned());
    }
    let media = body["input"]["media"].as_array().into_iter().flatten();
    let mut types: Vec<_> = media.filter_map(|file| file["type"].as_str()).collect();
    types.sort_unstable();
    types.dedup();
    let sets: &[&[&str]] = match model {
        "wan2.7-i2v" => &[
            &["first_frame"],
            &["driving_audio", "first_frame"],
            &["first_frame", "last_frame"],
            &["driving_audio", "first_frame", "last_frame"],
            &["first_clip"],
            &["first_clip", "last_frame"],
        ],
        "wan2.7-r2v" => {
            &[&["reference_image"], &["reference_video"], &["reference_image", "reference_video"]]
        }
        "wan2.7-videoedit" => &[&["video"], &["reference_image", "video"]],
        _ => return Ok(()),
    };
    if sets.contains(&&types[..]) {
        Ok(())
    } else {
        Err(format!("input.media: {types:?} do not go together"))
    }
}

/// Whether a model makes pictures; the others make clips.
pub(super) fn makes_pictures(model: &str) -> bool {
    ["t2i", "i2i", "image", "wanx-v1"].iter().any(|part| model.contains(part))
}

/// Whether a clip stands one step deeper in the answer.
pub(super) fn nests_its_clip(model: &str) -> bool {
    model.contains("kf2v") || model.contains("s2v")
}
