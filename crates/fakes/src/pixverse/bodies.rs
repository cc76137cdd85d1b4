//! The bodies that PixVerse's endpoints take.

use serde_json::Value;

use crate::schema::Kind::{Among, Blank, Either, Flag, Text, Whole, Word};
use crate::schema::{Field, Kind, check as fits, may, must};

/// The fields that name uploads, and of what kind these are.
pub(super) const UPLOADS: [(&str, &str); 5] = [
    ("img_id", "image"),
    ("first_frame_img", "image"),
    ("last_frame_img", "image"),
    ("video_media_id", "video"),
    ("audio_media_id", "audio"),
];

const ID: Kind = Whole(1, i64::MAX);
const MODEL: Field = must("model", Word(&["v3.5", "v4", "v4.5", "v5", "v5.5", "v5.6", "v6", "c1"]));
const PROMPT: Field = must("prompt", Text(2_048));
const QUALITY: Field = must("quality", Word(&["360p", "540p", "720p", "1080p"]));
/// What a model takes of these is looked at below.
const DURATION: Field = must("duration", Whole(1, 15));
const NEGATIVE: Field = may("negative_prompt", Blank(2_048));
const SEED: Field = may("seed", Whole(0, 2_147_483_647));
const STYLE: Field = may("style", Word(&["anime", "3d_animation", "clay", "comic", "cyberpunk"]));
const MOTION: Field = may("motion_mode", Word(&["normal", "fast"]));
const MARK: Field = may("water_mark", Flag);
const SOUND: Field = may("generate_audio_switch", Flag);
const CUTS: Field = may("generate_multi_clip_switch", Flag);

const FROM_TEXT: &[Field] = &[
    MODEL,
    PROMPT,
    QUALITY,
    DURATION,
    must("aspect_ratio", Word(&["16:9", "4:3", "1:1", "3:4", "9:16", "2:3", "3:2", "21:9"])),
    NEGATIVE,
    SEED,
    STYLE,
    MOTION,
    MARK,
    SOUND,
    CUTS,
];

const FROM_PICTURE: &[Field] =
    &[must("img_id", ID), MODEL, PROMPT, QUALITY, DURATION, NEGATIVE, SEED, STYLE, MOTION, MARK, SOUND, CUTS];

const BETWEEN: &[Field] = &[
    must("first_frame_img", ID),
    must("last_frame_img", ID),
    MODEL,
    PROMPT,
    QUALITY,
    DURATION,
    NEGATIVE,
    SEED,
    STYLE,
    MOTION,
    MARK,
    SOUND,
    CUTS,
];

const VIDEO: [Field; 2] = [may("source_video_id", ID), may("video_media_id", ID)];

const MIMIC: &[Field] =
    &[must("img_id", ID), VIDEO[0], VIDEO[1], must("quality", Word(&["360p", "540p", "720p"]))];

const LIPS: &[Field] = &[
    VIDEO[0],
    VIDEO[1],
    may("audio_media_id", ID),
    may("lip_sync_tts_speaker_id", Either(&[Text(100), ID])),
    may("lip_sync_tts_content", Text(200)),
];

const NOISES: &[Field] = &[VIDEO[0], VIDEO[1], must("sound_effect_content", Text(2_048))];

/// Nothing where there is no such endpoint; else whether it takes this body.
pub(super) fn check(path: &str, body: &Value) -> Option<Result<(), String>> {
    let fields = match path {
        "video/text/generate" => FROM_TEXT,
        "video/img/generate" => FROM_PICTURE,
        "video/transition/generate" => BETWEEN,
        "video/mimic/generate" => MIMIC,
        "video/lip_sync/generate" => LIPS,
        "video/sound_effect/generate" => NOISES,
        _ => return None,
    };
    Some(fits(fields, body).and_then(|()| agrees(path, body)))
}

/// What several fields have to agree on.
fn agrees(path: &str, body: &Value) -> Result<(), String> {
    let given = |name: &str| !body[name].is_null();
    let wrong = |words: &str| Err(words.to_owned());
    if ["mimic", "lip_sync", "sound_effect"].iter().any(|kind| path.contains(kind))
        && given("source_video_id") == given("video_media_id")
    {
        return wrong("exactly one of source_video_id and video_media_id");
    }
    if path.contains("lip_sync") {
        let spoken = given("lip_sync_tts_speaker_id") && given("lip_sync_tts_content");
        return if spoken == given("audio_media_id") { wrong("either a sound or a text") } else { Ok(()) };
    }
    let Some(model) = body["model"].as_str() else { return Ok(()) };
    let seconds = match model {
        "v6" | "c1" => Whole(1, 15),
        "v5" | "v5.5" | "v5.6" => Among(&[5, 8, 10]),
        _ => Among(&[5, 8]),
    };
    fits(&[must("duration", seconds)], &serde_json::json!({ "duration": body["duration"] }))?;
    let old = matches!(model, "v3.5" | "v4" | "v4.5");
    if body["quality"] == "1080p" && old && body["duration"] == 8 {
        return wrong("duration: not in 1080p");
    }
    if body["motion_mode"] == "fast" && (body["quality"] == "1080p" || body["duration"] != 5) {
        return wrong("motion_mode: fast is five seconds and not 1080p");
    }
    if given("motion_mode") && !old {
        return wrong("motion_mode: not with this model");
    }
    let wide = matches!(body["aspect_ratio"].as_str(), Some("2:3" | "3:2" | "21:9"));
    if wide && model != "v6" { wrong("aspect_ratio: not with this model") } else { Ok(()) }
}
