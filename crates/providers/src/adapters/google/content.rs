//! `generateContent`: pictures, speech and songs, which come with the answer itself.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{Call, Method, Output, Trouble, TroubleClass, Word, Work};

use super::{inside, method, sound, words};
use crate::adapters::answer;

/// Fields that stand beside `generationConfig` and not in it.
const BESIDE: &[&str] = &["safetySettings", "systemInstruction"];

/// The call. Words and pictures become the parts of one turn; what else the route gives is configuration.
pub(in crate::adapters) fn submit(work: &Work, root: &str) -> Result<Call, Trouble> {
    let target = method(root, &work.model, "generateContent")?;
    let mut input = work.input.clone();
    let mut parts: Vec<_> = words(&mut input).map(|words| json!({ "text": words })).into_iter().collect();
    if let Some(Value::Array(images)) = input.shift_remove("images") {
        for image in &images {
            let (mime_type, data) = inside(image)?;
            parts.push(json!({ "inlineData": { "mimeType": mime_type, "data": data } }));
        }
    }
    let mut body = Map::from_iter([("contents".to_owned(), json!([{ "role": "user", "parts": parts }]))]);
    for name in BESIDE {
        body.extend(input.shift_remove(*name).map(|value| ((*name).to_owned(), value)));
    }
    let mut config = Map::from_iter([("responseModalities".to_owned(), modalities(&work.model))]);
    config.append(&mut input);
    body.insert("generationConfig".to_owned(), config.into());
    Ok(Call::json(Method::Post, target, &body))
}

fn modalities(model: &str) -> Value {
    if model.contains("-tts") {
        json!(["AUDIO"])
    } else if model.starts_with("lyria-") {
        // A song comes with its words; without TEXT it is refused.
        json!(["AUDIO", "TEXT"])
    } else {
        json!(["TEXT", "IMAGE"])
    }
}

/// Reads the answer; nothing if it is none of this kind or a file in it cannot be decoded.
pub(in crate::adapters) fn read(body: &Value) -> Option<Word> {
    let feedback = body["promptFeedback"]["blockReason"].as_str();
    if let Some(reason) = feedback {
        return Some(refused(reason));
    }
    let candidate = match body["candidates"].as_array() {
        Some(candidates) => candidates.first(),
        // Empty lists are not written; the count of tokens always is.
        None if body["usageMetadata"].is_object() || body["promptFeedback"].is_object() => None,
        None => return None,
    };
    let Some(candidate) = candidate else { return Some(refused("no_candidates")) };
    let outputs = files(candidate["content"]["parts"].as_array().map_or(&[][..], Vec::as_slice))?;
    if !outputs.is_empty() {
        return Some(Word::Finished { outputs, billed: None });
    }
    Some(match candidate["finishReason"].as_str() {
        Some(reason) if is_refusal(reason) => refused(reason),
        // `STOP` with words only: it talked instead of drawing. Nothing was asked that is wrong.
        reason => {
            Word::Failed(Trouble::of(TroubleClass::Unknown, answer::code(reason.or(Some("no_outputs")), 200)))
        }
    })
}

/// The files among the parts. Parts of raw sound are pieces of one file; interim pictures are left out.
fn files(parts: &[Value]) -> Option<Vec<Output>> {
    let (mut outputs, mut raw) = (Vec::new(), sound::Raw::default());
    for part in parts.iter().filter(|part| part["thought"] != true) {
        let inline = &part["inlineData"];
        let (Some(mime_type), Some(data)) = (inline["mimeType"].as_str(), inline["data"].as_str()) else {
            continue;
        };
        let Output::Bytes(bytes) = answer::bytes(data)? else { return None };
        match sound::rate(mime_type) {
            Some(rate) => raw.push(rate, &bytes),
            None => outputs.push(Output::Bytes(bytes)),
        }
    }
    outputs.extend(raw.into_wav()?.map(Output::Bytes));
    Some(outputs)
}

fn is_refusal(reason: &str) -> bool {
    matches!(
        reason,
        "SAFETY"
            | "IMAGE_SAFETY"
            | "PROHIBITED_CONTENT"
            | "IMAGE_PROHIBITED_CONTENT"
            | "BLOCKLIST"
            | "SPII"
            | "RECITATION"
            | "IMAGE_RECITATION"
    )
}

fn refused(reason: &str) -> Word {
    let code = answer::code(Some(reason), 200);
    Word::Failed(Trouble::of(TroubleClass::ContentPolicy, code).saying("Google refused to make this"))
}
