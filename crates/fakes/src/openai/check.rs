//! Which requests are in order, as strictly as documented.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};

use super::error;
use crate::media;

/// The image models of the hosted service.
pub(super) const MODELS: &[&str] = &[
    "gpt-image-1.5",
    "gpt-image-1-mini",
    "gpt-image-2",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.5-flare",
    "gpt-image-2.6-sunburst",
    "gpt-image-2.6-flare",
    "chatgpt-image-latest",
];

/// Fields of the hosted service; streaming is not spoken here.
const HOSTED: &[&str] = &[
    "model",
    "prompt",
    "n",
    "size",
    "quality",
    "background",
    "output_format",
    "output_compression",
    "moderation",
    "safety_identifier",
    "user",
];
const HOSTED_EDITS: &[&str] = &["images", "mask", "input_fidelity"];

/// Fields that self-hosted servers take.
const SELF_HOSTED: &[&str] = &[
    "model",
    "prompt",
    "n",
    "size",
    "response_format",
    "output_format",
    "output_compression",
    "negative_prompt",
    "num_inference_steps",
    "guidance_scale",
    "true_cfg_scale",
    "seed",
];
const SELF_HOSTED_EDITS: &[&str] = &["images", "mask"];

/// A complaint about one field: its name, the code, the words.
struct Complaint {
    field: String,
    code: &'static str,
    words: &'static str,
}

fn complain(field: &str, code: &'static str, words: &'static str) -> Result<(), Complaint> {
    Err(Complaint { field: field.to_owned(), code, words })
}

/// The body as JSON, or the answer that refuses it.
pub(super) fn request(
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
    hosted: bool,
) -> Result<Value, Box<Response>> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        let refusal = if hosted { StatusCode::BAD_REQUEST } else { StatusCode::UNSUPPORTED_MEDIA_TYPE };
        return Err(Box::new(error(
            refusal,
            "invalid_request_error",
            "unsupported_content_type",
            None,
            "Send JSON.",
        )));
    }
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        let refusal = error(
            StatusCode::BAD_REQUEST,
            "invalid_request_error",
            "invalid_json",
            None,
            "This is no JSON object.",
        );
        return Err(Box::new(refusal));
    };
    match check(path.ends_with("/edits"), &body, hosted) {
        Ok(()) => Ok(Value::Object(body)),
        Err(complaint) => Err(Box::new(refuse(&complaint, hosted))),
    }
}

fn refuse(complaint: &Complaint, hosted: bool) -> Response {
    if hosted {
        let status =
            if complaint.code == "model_not_found" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        return error(
            status,
            "invalid_request_error",
            complaint.code,
            Some(&complaint.field),
            complaint.words,
        );
    }
    let finding = json!({ "loc": ["body", complaint.field], "msg": complaint.words, "type": complaint.code });
    (StatusCode::UNPROCESSABLE_ENTITY, axum::Json(json!({ "detail": [finding] }))).into_response()
}

fn check(edit: bool, body: &Map<String, Value>, hosted: bool) -> Result<(), Complaint> {
    let (fields, edit_fields) =
        if hosted { (HOSTED, HOSTED_EDITS) } else { (SELF_HOSTED, SELF_HOSTED_EDITS) };
    for name in body.keys() {
        let known = fields.contains(&name.as_str()) || edit && edit_fields.contains(&name.as_str());
        if !known {
            return complain(name, "unknown_parameter", "Unknown parameter.");
        }
    }
    let model = body.get("model").and_then(Value::as_str).unwrap_or_default();
    let prompt = body.get("prompt").and_then(Value::as_str).unwrap_or_default();
    // Servers with one model need no name for it.
    if hosted && model.is_empty() {
        return complain("model", "missing_required_parameter", "Missing required parameter: 'model'.");
    }
    if hosted && !MODELS.contains(&model) {
        return complain(
            "model",
            "model_not_found",
            "The model does not exist or you do not have access to it.",
        );
    }
    if prompt.is_empty() {
        return complain("prompt", "missing_required_parameter", "Missing required parameter: 'prompt'.");
    }
    if prompt.chars().count() > 32_000 {
        return complain("prompt", "string_above_max_length", "The prompt is too long.");
    }
    whole(body, "n", 1, 10)?;
    whole(body, "output_compression", 0, 100)?;
    size(body, model, hosted)?;
    one_of(body, "output_format", &["png", "jpeg", "webp"])?;
    if hosted {
        let fine = model.starts_with("gpt-image-2.5")
            || model.starts_with("gpt-image-2.6")
            || model.starts_with("chatgpt");
        let qualities = ["auto", "low", "medium", "high", "xhigh", "max"];
        one_of(body, "quality", if fine { &qualities } else { &qualities[..4] })?;
        one_of(body, "background", &["auto", "opaque", "transparent"])?;
        one_of(body, "moderation", &["auto", "low"])?;
        if body.get("background").is_some_and(|it| it == "transparent")
            && body.get("output_format").is_some_and(|it| it == "jpeg")
        {
            return complain("background", "invalid_value", "A transparent background needs png or webp.");
        }
    } else {
        one_of(body, "response_format", &["url", "b64_json"])?;
    }
    if edit { pictures(body) } else { Ok(()) }
}

fn whole(body: &Map<String, Value>, name: &str, least: u64, most: u64) -> Result<(), Complaint> {
    match body.get(name) {
        None => Ok(()),
        Some(value) if value.as_u64().is_some_and(|value| (least..=most).contains(&value)) => Ok(()),
        Some(_) => complain(name, "invalid_value", "This number is out of range."),
    }
}

fn one_of(body: &Map<String, Value>, name: &str, words: &[&str]) -> Result<(), Complaint> {
    match body.get(name) {
        None => Ok(()),
        Some(value) if value.as_str().is_some_and(|word| words.contains(&word)) => Ok(()),
        Some(_) => complain(name, "invalid_value", "This value is not supported."),
    }
}

/// Old models know three sizes; from gpt-image-2 on, any with sides divisible by 16, a ratio up to 3:1, and no more than
/// 3840x2160.
fn size(body: &Map<String, Value>, model: &str, hosted: bool) -> Result<(), Complaint> {
    let text = match body.get("size") {
        None => return Ok(()),
        Some(value) => value.as_str().unwrap_or_default(),
    };
    if hosted && matches!(text, "auto" | "1024x1024" | "1536x1024" | "1024x1536") {
        return Ok(());
    }
    let free = !hosted || !model.starts_with("gpt-image-1");
    let fits = |(width, height): (u32, u32)| {
        let (long, short) = (width.max(height), width.min(height));
        !hosted || (width % 16 == 0 && height % 16 == 0 && long <= 3 * short && long <= 3840 && short <= 2160)
    };
    if free && media::size(text).is_some_and(fits) {
        Ok(())
    } else {
        complain("size", "invalid_value", "This size is not supported.")
    }
}

/// One to sixteen pictures of the form `{"image_url"}` or `{"file_id"}`, and at most one mask of that form.
fn pictures(body: &Map<String, Value>) -> Result<(), Complaint> {
    let picture = |value: &Value| {
        let fields = value.as_object();
        fields.is_some_and(|fields| {
            fields.len() == 1
                && fields
                    .iter()
                    .all(|(name, it)| matches!(name.as_str(), "image_url" | "file_id") && it.is_string())
        })
    };
    let images = body.get("images").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !(1..=16).contains(&images.len()) || !images.iter().all(picture) {
        return complain("images", "invalid_value", "Give 1 to 16 images.");
    }
    match body.get("mask") {
        Some(mask) if !picture(mask) => complain("mask", "invalid_value", "This is no image."),
        _ => Ok(()),
    }
}
