//! What Jimeng's models take.

use serde_json::{Map, Value};

use crate::blank::Is::{Bare, Flag, Link, List, Number, Object, OneOf, Only, Text, Whole, WholeOf};
use crate::blank::{Field, may, need};

type Body = Map<String, Value>;

const ANY: &[Field] = &[need("req_key", Text(64)), may("seed", Whole(-1, 2_147_483_647))];
const WORDS: &[Field] = &[need("prompt", Text(800))];
const MAYBE_WORDS: &[Field] = &[may("prompt", Text(800))];
const FRAMES: &[Field] = &[may("frames", WholeOf(&[121, 241]))];
const SHAPE: &[Field] = &[may("aspect_ratio", OneOf(&["16:9", "4:3", "1:1", "3:4", "9:16", "21:9"]))];
const MOVE: &[Field] =
    &[need("template_id", Text(64)), need("camera_strength", OneOf(&["weak", "medium", "strong"]))];
const ONE: &[Field] = &[may("image_urls", List(1, 1, &Link)), may("binary_data_base64", List(1, 1, &Bare))];
const TWO: &[Field] = &[may("image_urls", List(2, 2, &Link)), may("binary_data_base64", List(2, 2, &Bare))];
const PICTURE_4: &[Field] = &[
    may("image_urls", List(1, 10, &Link)),
    may("size", Whole(1_048_576, 16_777_216)),
    may("width", Whole(1, 4_096)),
    may("height", Whole(1, 4_096)),
    may("scale", Number(0.0, 1.0)),
    may("force_single", Flag),
];
const PICTURE_3: &[Field] = &[
    may("width", Whole(256, 2_048)),
    may("height", Whole(256, 2_048)),
    may("use_pre_llm", Flag),
    may("scale", Number(0.0, 10.0)),
];
const ONE_LINK: &[Field] = &[need("image_urls", List(1, 1, &Link))];

/// Whether a model makes clips.
pub(super) fn is_clip(model: &str) -> bool {
    model.contains("2v_")
}

/// Whether an order is in order for its model.
pub(super) fn check(body: &Body) -> Result<(), String> {
    let model = body.get("req_key").and_then(Value::as_str).unwrap_or_default();
    let fields: &[&[Field]] = match model {
        "jimeng_ti2v_v30_pro" => &[ANY, MAYBE_WORDS, FRAMES, SHAPE, ONE],
        "jimeng_t2v_v30" | "jimeng_t2v_v30_1080p" => &[ANY, WORDS, FRAMES, SHAPE],
        "jimeng_i2v_first_v30" | "jimeng_i2v_first_v30_1080" => &[ANY, MAYBE_WORDS, FRAMES, ONE],
        "jimeng_i2v_first_tail_v30" | "jimeng_i2v_first_tail_v30_1080" => &[ANY, MAYBE_WORDS, FRAMES, TWO],
        "jimeng_i2v_recamera_v30" => &[ANY, MAYBE_WORDS, FRAMES, MOVE, ONE],
        "jimeng_vgfm_t2v_l20" => &[ANY, WORDS, SHAPE],
        "jimeng_vgfm_i2v_l20" => &[ANY, MAYBE_WORDS, ONE],
        "jimeng_t2i_v40" => &[ANY, WORDS, PICTURE_4],
        "jimeng_t2i_v31" | "jimeng_t2i_v30" | "high_aes_general_v30l_zt2i" | "high_aes_general_v21_L" => {
            &[ANY, WORDS, PICTURE_3]
        }
        "jimeng_i2i_v30" => &[ANY, WORDS, PICTURE_3, ONE_LINK],
        _ => return Err("req_key is none of ours".to_owned()),
    };
    crate::blank::check(body, fields)?;
    let has = |name: &str| body.contains_key(name);
    let given = usize::from(has("image_urls")) + usize::from(has("binary_data_base64"));
    let wanted = match model {
        "jimeng_ti2v_v30_pro" if has("prompt") => given <= 1,
        _ if is_clip(model) && fields.len() > 1 && !has("prompt") => given == 1,
        _ if model.contains("i2v") => given == 1,
        _ => true,
    };
    let shaped = given > 0 && is_clip(model) && has("aspect_ratio");
    match () {
        () if !wanted => Err("image_urls or binary_data_base64".to_owned()),
        () if shaped => Err("aspect_ratio is that of the picture".to_owned()),
        () if has("width") != has("height") => Err("width and height".to_owned()),
        () => Ok(()),
    }
}

const LOOK: &[Field] = &[need("req_key", Text(64)), need("task_id", Text(40)), need("req_json", Text(2_000))];
const ASKED: &[Field] =
    &[need("return_url", Only(true)), may("logo_info", Object(&[need("add_logo", Flag)]))];

/// Whether a look is in order: what it asks for is a text that holds JSON.
pub(super) fn look(body: &Body) -> Result<(), String> {
    crate::blank::check(body, &[LOOK])?;
    let inner: Value =
        body["req_json"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    crate::blank::check(inner.as_object().ok_or("req_json holds no JSON object")?, &[ASKED])
}
