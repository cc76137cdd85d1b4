//! Interactions: clips, made in the background and looked at by id.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{Call, Handle, Method, Output, Trouble, TroubleClass, Word, Work};

use super::{MANIFEST, inside, trouble, words};
use crate::adapters::answer;

/// The revision of the interface that this file speaks.
const REVISION: &str = "2026-05-20";

/// The pause before the first look and between looks: a clip takes half a minute to two minutes.
const LOOK_AFTER_MS: u64 = 5_000;

/// The call. `image_url`, `images` and `video_url` join the words in `input`; all else stays where the route put it.
pub(super) fn submit(work: &Work) -> Result<Call, Trouble> {
    let mut rest = work.input.clone();
    let mut input: Vec<_> =
        words(&mut rest).map(|words| json!({ "type": "text", "text": words })).into_iter().collect();
    for (name, kind) in [("image_url", "image"), ("images", "image"), ("video_url", "video")] {
        let files = match rest.shift_remove(name) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(files)) => files,
            Some(file) => vec![file],
        };
        for file in &files {
            let (mime_type, data) = inside(file)?;
            input.push(json!({ "type": kind, "mime_type": mime_type, "data": data }));
        }
    }
    let mut body = Map::from_iter([
        ("model".to_owned(), json!(work.model)),
        // Without it the answer comes only with the clip; and what is not stored cannot run in the background.
        ("background".to_owned(), json!(true)),
        ("store".to_owned(), json!(true)),
        ("input".to_owned(), input.into()),
    ]);
    body.append(&mut rest);
    let format = body.entry("response_format").or_insert_with(|| json!({}));
    if let Value::Object(format) = format {
        format.insert("type".to_owned(), json!("video"));
        // Files inside the answer fail above some four megabytes.
        format.insert("delivery".to_owned(), json!("uri"));
    }
    if let Some(url) = &work.callback_url {
        body.insert("webhook_config".to_owned(), json!({ "uris": [url] }));
    }
    let mut call = Call::json(Method::Post, "/v1beta/interactions", &body);
    call.headers.push(("api-revision", REVISION.to_owned()));
    Ok(call)
}

/// Reads the answer to the submit: the job, or how it ended already.
pub(super) fn accepted(body: &Value) -> Option<Word> {
    let id = body["id"].as_str().filter(|id| super::is_plain(id))?;
    match read(body)? {
        Word::Pending { wait_ms, .. } => {
            Some(Word::Accepted(Handle { id: id.to_owned(), facts: Default::default() }, wait_ms))
        }
        ended => Some(ended),
    }
}

/// Reads an interaction; nothing if the answer is none or a file in it cannot be decoded.
pub(super) fn read(body: &Value) -> Option<Word> {
    let status = body["status"].as_str()?;
    let failed = |class, code: &str| Some(Word::Failed(Trouble::of(class, code)));
    match status {
        "completed" => completed(body),
        "failed" => Some(Word::Failed(trouble::of_interaction(&body["errors"][0]))),
        "cancelled" => Some(Word::Canceled),
        // It waits for an answer that nobody will give.
        "requires_action" | "requires_continuation" | "incomplete" => failed(TroubleClass::Unknown, status),
        "budget_exceeded" => failed(TroubleClass::Quota, status),
        // `queued` and `in_progress`; and a state that we do not know is never an end.
        _ => Some(Word::Pending { progress: None, wait_ms: LOOK_AFTER_MS }),
    }
}

/// `completed` says only that it stopped: a refusal is completed too, with words and without a file.
fn completed(body: &Value) -> Option<Word> {
    let steps = body["steps"].as_array().map_or(&[][..], Vec::as_slice);
    let said = steps.iter().filter(|step| step["type"] == "model_output");
    let parts: Vec<_> = said.filter_map(|step| step["content"].as_array()).flatten().collect();
    let files = parts.iter().filter(|part| part["uri"].is_string() || part["data"].is_string());
    let outputs = files.map(|part| file(part)).collect::<Option<Vec<_>>>()?;
    Some(if !outputs.is_empty() {
        Word::Finished { outputs, billed: None }
    } else if parts.iter().any(|part| part["type"] == "text") {
        let trouble = Trouble::of(TroubleClass::ContentPolicy, "text_only");
        Word::Failed(trouble.saying("Google answered with words and made no clip"))
    } else {
        Word::Failed(Trouble::of(TroubleClass::Unknown, "no_outputs"))
    })
}

fn file(part: &Value) -> Option<Output> {
    match part["uri"].as_str() {
        Some(uri) => Some(guarded(uri)),
        None => answer::bytes(part["data"].as_str()?),
    }
}

/// A file at Google, which is handed out for the key only. Its address is kept as a path, so that the key goes to the
/// base URL that the operator set up and nowhere else.
pub(super) fn guarded(uri: &str) -> Output {
    Output::Guarded(uri.strip_prefix(MANIFEST.base_url).unwrap_or(uri).to_owned())
}
