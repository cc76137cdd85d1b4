//! Bodies: what the routes' maps write as objects by type becomes the lists that the API takes.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{Trouble, TroubleClass};

use super::super::form::bare;

/// Takes the labels from files in base64: both dialects want it bare. Clips cannot come that way.
pub(super) fn bare_files(input: &mut Map<String, Value>) -> Result<(), Trouble> {
    for value in input.values_mut() {
        bare_file(value)?;
    }
    Ok(())
}

fn bare_file(value: &mut Value) -> Result<(), Trouble> {
    match value {
        Value::String(text) if text.starts_with("data:video/") => {
            let trouble = Trouble::of(TroubleClass::Caller, "clip_without_address");
            Err(trouble.saying("a clip must be given as a public URL for this model"))
        }
        Value::String(text) if text.starts_with("data:") => {
            *text = bare(text).to_owned();
            Ok(())
        }
        Value::Array(list) => list.iter_mut().try_for_each(bare_file),
        Value::Object(object) => object.values_mut().try_for_each(bare_file),
        _ => Ok(()),
    }
}

/// The older dialect: lists of pictures and clips, numbered shots, and its own way to name a picture in a prompt.
pub(super) fn older(input: &mut Map<String, Value>, model: &str) {
    let is_omni_clip = model.ends_with("/omni-video");
    if let Some(images) = input.get_mut("image_list") {
        *images = if is_omni_clip { typed_pictures(images) } else { pictures(images) };
    }
    if let Some(clip @ Value::Object(_)) = input.get_mut("video_list") {
        *clip = json!([clip.take()]);
    }
    if let Some(Value::Array(shots)) = input.get_mut("multi_prompt") {
        for (at, shot) in shots.iter_mut().enumerate() {
            *shot = json!({
                "index": at + 1,
                "prompt": with_marks(shot["prompt"].as_str().unwrap_or_default()),
                "duration": as_text(&shot["duration"]),
            });
        }
    }
    if (is_omni_clip || model.ends_with("/omni-image"))
        && let Some(Value::String(prompt)) = input.get_mut("prompt")
    {
        *prompt = with_marks(prompt);
    }
}

/// A plain list of pictures as items.
fn pictures(images: &Value) -> Value {
    let list = images.as_array().into_iter().flatten();
    list.map(|image| json!({ "image": image })).collect()
}

/// Pictures by kind as items. What is only referred to comes first, so that a prompt's numbers mean what the caller meant.
fn typed_pictures(images: &Value) -> Value {
    let mut items = Vec::new();
    for image in images["reference"].as_array().into_iter().flatten() {
        items.push(json!({ "image_url": image }));
    }
    for kind in ["first_frame", "end_frame"] {
        if let Some(image) = images.get(kind) {
            items.push(json!({ "image_url": image, "type": kind }));
        }
    }
    Value::Array(items)
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `@image_1` as the older dialect writes it: `<<<image_1>>>`.
fn with_marks(prompt: &str) -> String {
    let mut out = String::with_capacity(prompt.len());
    let mut rest = prompt;
    while let Some(at) = rest.find('@') {
        let (before, mark) = rest.split_at(at);
        out.push_str(before);
        let length = mark_length(&mark[1..]);
        if length == 0 {
            out.push('@');
        } else {
            out.push_str(&format!("<<<{}>>>", &mark[1..=length]));
        }
        rest = &mark[1 + length..];
    }
    out.push_str(rest);
    out
}

/// How many characters of `image_12 and …` are the mark; 0 if it is none.
fn mark_length(text: &str) -> usize {
    let Some(kind) = ["image_", "video_", "element_"].into_iter().find(|kind| text.starts_with(kind)) else {
        return 0;
    };
    let digits = text[kind.len()..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 { 0 } else { kind.len() + digits }
}

/// The newer dialect: a list of what is given, each with its type; a prompt alone stands by itself.
pub(super) fn newer(input: &mut Map<String, Value>, model: &str) {
    let Some(Value::Object(given)) = input.shift_remove("contents") else { return };
    if model.starts_with("text-to-video/") {
        if let Some(prompt) = given.get("prompt") {
            input.insert("prompt".to_owned(), prompt.clone());
        }
        return;
    }
    let mut items = Vec::new();
    for (kind, value) in &given {
        match kind.as_str() {
            "prompt" => items.push(json!({ "type": kind, "text": value })),
            "refer_image" => {
                for (at, url) in value.as_array().into_iter().flatten().enumerate() {
                    items.push(json!({ "type": kind, "url": url, "id": format!("image_{}", at + 1) }));
                }
            }
            "feature_video" | "base_video" => {
                items.push(json!({ "type": kind, "url": value, "id": "video_1" }));
            }
            _ => items.push(json!({ "type": kind, "url": value })),
        }
    }
    input.insert("contents".to_owned(), Value::Array(items));
}
