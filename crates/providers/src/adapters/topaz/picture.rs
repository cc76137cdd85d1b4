//! Pictures: one form, then a process.

use std::io::Cursor;

use serde_json::{Value, json};
use spool_domain::adapter::{Call, Output, Token, Trouble, TroubleClass, Word, Work};

use super::{failed, handle, percent};
use crate::adapters::form::{File, Form};
use crate::adapters::plain::is_id;

/// What a route may name.
const PATHS: &[&str] = &[
    "enhance/async",
    "enhance-gen/async",
    "sharpen/async",
    "sharpen-gen/async",
    "denoise/async",
    "restore-gen/async",
    "lighting/async",
    "matting/async",
    "tool/async",
];

/// The widest picture that can be asked for, pixels.
const WIDTH_MAX: u32 = 32_000;

/// The pause before the first look and between looks: five seconds to two minutes are usual.
const LOOK_AFTER_MS: u64 = 3_000;

/// The call. Every field is a part of the form; the picture is one if it comes as a file.
pub(super) fn submit(work: &Work, token: &Token) -> Result<Call, Trouble> {
    if !PATHS.contains(&work.model.as_str()) {
        return Err(Trouble::of(TroubleClass::Caller, "no_such_endpoint"));
    }
    let mut input = work.input.clone();
    let source = input.shift_remove("source_url").unwrap_or_default();
    let factor = input.shift_remove("upscale_factor").and_then(|factor| factor.as_u64());
    let mut form = Form::new(token);
    if source.as_str().is_some_and(|source| source.starts_with("data:")) {
        let file = File::of(&source, "image_url")?;
        if let Some(factor) = factor {
            input.insert("output_width".to_owned(), json!(width(&file, factor)?));
        }
        form.file("image", &file);
    } else {
        form.field("source_url", &source);
    }
    // The generative models want to be told what they see, or to find out.
    if work.model == "enhance-gen/async" && !input.contains_key("prompt") {
        input.entry("autoprompt").or_insert(Value::Bool(true));
    }
    for (name, value) in &input {
        form.field(name, value);
    }
    if let Some(url) = &work.callback_url {
        form.field("webhook_url", &json!(url));
    }
    Ok(form.post(format!("/image/v1/{}", work.model)))
}

/// The width of the result. A height would do as well; it follows from the ratio.
fn width(file: &File, factor: u64) -> Result<u64, Trouble> {
    let wrong = |code, words: &str| Trouble::of(TroubleClass::Caller, code).saying(words);
    let reader = image::ImageReader::new(Cursor::new(&file.bytes)).with_guessed_format();
    let sides = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    let (width, _) = sides.ok_or_else(|| {
        wrong("no_size", "the size of the picture cannot be read: give a PNG, JPEG or WebP")
    })?;
    let width = u64::from(width).saturating_mul(factor);
    if width > u64::from(WIDTH_MAX) {
        return Err(wrong("too_wide", "the result would be more than 32000 pixels wide"));
    }
    Ok(width)
}

/// Reads the answer to the submit.
pub(super) fn accepted(body: &Value) -> Option<Word> {
    let id = body["process_id"].as_str().filter(|id| is_id(id))?;
    Some(Word::Accepted(handle(id, None), LOOK_AFTER_MS))
}

/// Reads a state, or the link that is fetched once the state is `Completed`.
pub(super) fn read(id: &str, body: &Value) -> Option<Word> {
    if let Some(url) = body["download_url"].as_str().filter(|url| !url.is_empty()) {
        return Some(Word::Finished { outputs: vec![Output::Url(url.to_owned())], billed: None });
    }
    Some(match body["status"].as_str()? {
        "Completed" => Word::Then(Call::get(format!("/image/v1/download/{id}"))),
        "Cancelled" => Word::Canceled,
        "Failed" => failed(TroubleClass::Unavailable, "Failed"),
        // `Pending` and `Processing`; and a state that we do not know is never an end.
        _ => Word::Pending { progress: percent(&body["progress"]), wait_ms: LOOK_AFTER_MS },
    })
}
