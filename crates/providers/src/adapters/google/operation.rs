//! Models that take instances and parameters: `predictLongRunning` with an operation to look at, and `predict`, which
//! answers at once. Both dialects of Google, with an API key and with a cloud account, share them.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{Call, Handle, Method, Output, Trouble, TroubleClass, Word, Work};

use super::interaction::guarded;
use super::{inside, is_plain, method, trouble};
use crate::adapters::answer;

/// The pause before the first look and between looks: a clip takes eleven seconds to six minutes.
const LOOK_AFTER_MS: u64 = 10_000;

/// The fields of an instance that hold a file.
const FILES: &[&str] = &["image", "lastFrame", "video"];

/// The call that starts an operation.
pub(in crate::adapters) fn submit(work: &Work, root: &str) -> Result<Call, Trouble> {
    let target = method(root, &work.model, "predictLongRunning")?;
    let Halves { instance, mut parameters } = halves(work)?;
    // Where it is not said, an account's own default would decide how many clips are billed.
    parameters.entry("sampleCount").or_insert_with(|| json!(work.count));
    Ok(Call::json(Method::Post, target, &json!({ "instances": [instance], "parameters": parameters })))
}

/// The call that is answered with the files.
pub(in crate::adapters) fn predict(work: &Work, root: &str) -> Result<Call, Trouble> {
    let target = method(root, &work.model, "predict")?;
    let Halves { instance, mut parameters } = halves(work)?;
    if work.model.starts_with("lyria-") {
        // A seed and a count exclude each other.
        if !instance.contains_key("seed") {
            parameters.entry("sample_count").or_insert_with(|| json!(work.count));
        }
    } else {
        parameters.entry("sampleCount").or_insert_with(|| json!(work.count));
    }
    Ok(Call::json(Method::Post, target, &json!({ "instances": [instance], "parameters": parameters })))
}

/// The two parts of a body.
struct Halves {
    instance: Map<String, Value>,
    parameters: Map<String, Value>,
}

/// A route names the parts as `instances.…` and `parameters.…`; what stands outside of both belongs to the instance.
fn halves(work: &Work) -> Result<Halves, Trouble> {
    let mut rest = work.input.clone();
    let mut half = |name: &str| match rest.shift_remove(name) {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (mut instance, parameters) = (half("instances"), half("parameters"));
    instance.append(&mut rest);
    for name in FILES {
        if let Some(file) = instance.get_mut(*name).filter(|file| file.is_string()) {
            *file = encoded(file)?;
        }
    }
    if let Some(Value::Array(images)) = instance.get_mut("referenceImages") {
        for image in images.iter_mut().filter(|image| image.is_string()) {
            *image = json!({ "image": encoded(image)?, "referenceType": "asset" });
        }
    }
    Ok(Halves { instance, parameters })
}

fn encoded(file: &Value) -> Result<Value, Trouble> {
    let (mime_type, data) = inside(file)?;
    Ok(json!({ "bytesBase64Encoded": data, "mimeType": mime_type }))
}

/// Whether a job's id is the name of an operation: `…/models/{model}/operations/{id}`.
pub(in crate::adapters) fn is_name(id: &str) -> bool {
    model_of(id).is_some() && id.split('/').all(is_plain)
}

/// The model whose operation this is.
pub(in crate::adapters) fn model_of(name: &str) -> Option<&str> {
    let (front, _) = name.rsplit_once("/operations/")?;
    front.strip_prefix("models/").or_else(|| Some(front.rsplit_once("/models/")?.1))
}

/// Reads the answer to `submit`.
pub(in crate::adapters) fn accepted(body: &Value) -> Option<Word> {
    let name = body["name"].as_str().filter(|name| is_name(name))?;
    Some(Word::Accepted(Handle { id: name.to_owned(), facts: Default::default() }, LOOK_AFTER_MS))
}

/// Reads an operation; nothing if the answer is none.
pub(in crate::adapters) fn read(body: &Value) -> Option<Word> {
    body["name"].as_str().filter(|name| is_name(name))?;
    if body["done"] != true {
        return Some(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS });
    }
    if body["error"].is_object() {
        return Some(Word::Failed(trouble::of_operation(&body["error"])));
    }
    clips(&body["response"])
}

/// The clips: files to be fetched with the key at the one Google, the bytes themselves at the other.
fn clips(response: &Value) -> Option<Word> {
    let answered = match &response["generateVideoResponse"] {
        Value::Null => response,
        inner => inner,
    };
    let samples =
        answered["generatedSamples"].as_array().into_iter().flatten().map(|sample| &sample["video"]);
    let videos = answered["videos"].as_array().into_iter().flatten();
    let outputs = samples.chain(videos).map(clip).collect::<Option<Vec<_>>>()?;
    if !outputs.is_empty() {
        return Some(Word::Finished { outputs, billed: None });
    }
    let reasons = answered["raiMediaFilteredReasons"].as_array().into_iter().flatten();
    let reasons: Vec<_> = reasons.filter_map(Value::as_str).collect();
    if answered["raiMediaFilteredCount"].as_u64() > Some(0) || !reasons.is_empty() {
        let trouble = Trouble::of(TroubleClass::ContentPolicy, "rai_filtered");
        let words =
            if reasons.is_empty() { "Google withheld the clip".to_owned() } else { reasons.join("; ") };
        return Some(Word::Failed(trouble.saying(&words)));
    }
    Some(Word::Failed(Trouble::of(TroubleClass::Unknown, "no_outputs")))
}

fn clip(video: &Value) -> Option<Output> {
    match video["uri"].as_str() {
        Some(uri) => Some(guarded(uri)),
        None => answer::bytes(video["bytesBase64Encoded"].as_str()?),
    }
}

/// Reads the answer to `predict`; nothing if it is none or a file in it cannot be decoded.
pub(in crate::adapters) fn predictions(body: &Value) -> Option<Word> {
    let predictions = match &body["predictions"] {
        Value::Array(predictions) => predictions.as_slice(),
        // An empty list is not written; the name of the deployed model is.
        Value::Null if body["deployedModelId"].is_string() => &[],
        _ => return None,
    };
    let reason = predictions.iter().find_map(|prediction| prediction["raiFilteredReason"].as_str());
    // Some pages call the field of a sound `audioContent`.
    let data = |prediction: &'_ Value| {
        let named = |name: &str| prediction[name].as_str().filter(|data| !data.is_empty()).map(str::to_owned);
        named("bytesBase64Encoded").or_else(|| named("audioContent"))
    };
    let files: Vec<_> = predictions.iter().filter_map(data).collect();
    let outputs = files.iter().map(|file| answer::bytes(file)).collect::<Option<Vec<_>>>()?;
    if !outputs.is_empty() {
        return Some(Word::Finished { outputs, billed: None });
    }
    let trouble = Trouble::of(TroubleClass::ContentPolicy, "filtered");
    Some(Word::Failed(trouble.saying(reason.unwrap_or("Google withheld the result"))))
}
