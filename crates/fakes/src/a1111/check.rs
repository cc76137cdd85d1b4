//! Which requests are in order.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Map, Value};

use crate::rules::{Fault, Field, Rule, check};
use crate::upstream::Asked;

/// Why a request is refused.
pub(super) enum Refusal {
    /// By FastAPI, which looks at the fields.
    Fields(Fault),
    /// By the interface itself.
    Words(StatusCode, &'static str),
}

const PICTURES: &[Field] = &[
    ("prompt", false, Rule::Any),
    ("negative_prompt", false, Rule::Any),
    ("seed", false, Rule::Whole(-1, i64::MAX)),
    ("sampler_name", false, Rule::Text(60)),
    ("scheduler", false, Rule::Text(60)),
    ("steps", false, Rule::Whole(1, 150)),
    ("cfg_scale", false, Rule::Number(0.0, 100.0)),
    ("width", false, Rule::Whole(64, 2_048)),
    ("height", false, Rule::Whole(64, 2_048)),
    ("batch_size", false, Rule::Whole(1, 8)),
    ("n_iter", false, Rule::Whole(1, 100)),
    ("denoising_strength", false, Rule::Number(0.0, 1.0)),
    ("override_settings", false, Rule::Any),
    ("alwayson_scripts", false, Rule::Any),
    ("send_images", false, Rule::Truth),
    ("save_images", false, Rule::Truth),
];
const FROM_PICTURES: &[Field] = &[("init_images", false, Rule::List(1, 8)), ("mask", false, Rule::Any)];
const ENLARGEMENT: &[Field] = &[
    ("image", true, Rule::Any),
    ("resize_mode", false, Rule::Whole(0, 1)),
    ("upscaling_resize", false, Rule::Number(1.0, 8.0)),
    ("upscaler_1", false, Rule::Text(60)),
    ("upscaler_2", false, Rule::Text(60)),
];

const SAMPLERS: [&str; 3] = ["Euler", "Euler a", "DPM++ 2M"];
const UPSCALERS: [&str; 3] = ["None", "Lanczos", "R-ESRGAN 4x+"];

/// The body, if the request is in order.
pub(super) fn request(path: &str, asked: &Asked) -> Result<Value, Refusal> {
    let body = asked.json().unwrap_or_default();
    let object = body.as_object().ok_or(Refusal::Fields(Fault::Missing("body")))?;
    let fields = match path {
        "txt2img" => PICTURES.to_vec(),
        "img2img" => [PICTURES, FROM_PICTURES].concat(),
        _ => ENLARGEMENT.to_vec(),
    };
    check(&fields, object).map_err(Refusal::Fields)?;
    named(object, "sampler_name", &SAMPLERS, "Sampler not found")?;
    named(object, "upscaler_1", &UPSCALERS, "Upscaler not found")?;
    for name in ["width", "height"] {
        if object.get(name).and_then(Value::as_u64).is_some_and(|side| side % 8 != 0) {
            return Err(Refusal::Fields(Fault::Wrong(if name == "width" { "width" } else { "height" })));
        }
    }
    if path == "img2img" && !object.contains_key("init_images") {
        return Err(Refusal::Words(StatusCode::NOT_FOUND, "Init image not found"));
    }
    let listed = object.get("init_images").and_then(Value::as_array).into_iter().flatten();
    for file in listed.chain(object.get("image")).chain(object.get("mask")) {
        let digits = file.as_str().and_then(|text| STANDARD.decode(text).ok());
        if digits.is_none_or(|bytes| bytes.is_empty()) {
            return Err(Refusal::Words(StatusCode::INTERNAL_SERVER_ERROR, "Invalid encoded image"));
        }
    }
    Ok(body)
}

fn named(
    object: &Map<String, Value>,
    name: &str,
    known: &[&str],
    words: &'static str,
) -> Result<(), Refusal> {
    match object.get(name).and_then(Value::as_str) {
        Some(word) if !known.contains(&word) => Err(Refusal::Words(StatusCode::NOT_FOUND, words)),
        _ => Ok(()),
    }
}
