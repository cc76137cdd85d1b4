//! Clips: the dialect of `/videos`, which outlived its inventor's own service.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{
    Call, Handle, Listed, Listing, Method, Output, Reply, Token, Trouble, TroubleClass, Word,
};

use super::trouble;
use crate::adapters::answer;
use crate::adapters::form::{File, Form};
use crate::adapters::plain::is_id;

/// The pause between two looks where the server asks for none, milliseconds.
const LOOK_AFTER_MS: u64 = 5_000;

/// The call that begins a clip: a form, which all servers take. A picture that is an address cannot be a part of one; the
/// few servers that take it want JSON.
pub(in crate::adapters) fn call(
    model: Option<&str>,
    input: &Map<String, Value>,
    token: &Token,
) -> Result<Call, Trouble> {
    let mut input = input.clone();
    if let Some(seconds) = input.get_mut("seconds").filter(|seconds| seconds.is_number()) {
        *seconds = seconds.to_string().into();
    }
    let picture = input.shift_remove("input_reference").filter(|picture| !picture.is_null());
    if let Some(url) = picture.as_ref().and_then(Value::as_str).filter(|url| !url.starts_with("data:")) {
        let mut body = Map::new();
        body.extend(model.map(|model| ("model".to_owned(), json!(model))));
        body.append(&mut input);
        body.insert("input_reference".to_owned(), json!({ "image_url": url }));
        return Ok(Call::json(Method::Post, "/videos", &body));
    }
    let mut form = Form::new(token);
    form.field("model", &json!(model));
    for (name, value) in &input {
        form.field(name, value);
    }
    if let Some(picture) = picture {
        form.file("input_reference", &File::of(&picture, "input_reference")?);
    }
    Ok(form.post("/videos"))
}

/// A clip that was taken.
pub(super) fn begun(body: &Value) -> Option<Word> {
    Some(Word::Accepted(handle(body["id"].as_str()?)?, LOOK_AFTER_MS))
}

/// The handle of a clip.
pub(in crate::adapters) fn handle(id: &str) -> Option<Handle> {
    is_id(id).then(|| Handle { id: id.to_owned(), facts: Default::default() })
}

pub(in crate::adapters) fn poll(handle: &Handle) -> Call {
    Call::get(format!("/videos/{}", handle.id))
}

pub(in crate::adapters) fn read_poll(handle: &Handle, reply: &Reply) -> Result<Word, Trouble> {
    let body = answer::json(reply);
    if !reply.is_success() {
        let trouble = Trouble { message: None, ..trouble::read(reply) };
        // Servers forget their clips when they start anew. A proxy that cannot find the server says so in HTML.
        return match (reply.status, body) {
            (404, Some(_)) => Ok(Word::Failed(Trouble { class: TroubleClass::Unavailable, ..trouble })),
            _ => Err(trouble),
        };
    }
    let body = body.ok_or_else(|| Trouble::unreadable(reply))?;
    match body["status"].as_str() {
        Some("completed") => {
            // The file is not there for everybody: it is fetched with the key.
            let file = Output::Guarded(format!("/videos/{}/content", handle.id));
            Ok(Word::Finished { outputs: vec![file], billed: None })
        }
        Some("failed") => Ok(Word::Failed(trouble::of_job(&body["error"]))),
        // A state we do not know is never an end.
        Some(_) => Ok(Word::Pending { progress: progress(&body), wait_ms: wait_ms(reply) }),
        None => Err(Trouble::unreadable(reply)),
    }
}

fn progress(body: &Value) -> Option<u8> {
    let percent = body["progress"].as_u64()?;
    u8::try_from(percent.min(100)).ok()
}

fn wait_ms(reply: &Reply) -> u64 {
    let asked = reply.header("openai-poll-after-ms").and_then(|ms| ms.trim().parse().ok());
    asked.unwrap_or(LOOK_AFTER_MS)
}

/// The newest clips: far more than can be begun between two sweeps.
pub(in crate::adapters) fn listing() -> Call {
    Call::get("/videos?limit=100")
}

pub(in crate::adapters) fn read_listing(reply: &Reply) -> Result<Listing, Trouble> {
    // A server that makes no clips, or none any more, has none of ours.
    if matches!(reply.status, 404 | 405 | 410) {
        return Ok(Listing::default());
    }
    if !reply.is_success() {
        return Err(trouble::read(reply));
    }
    let body = answer::json(reply).ok_or_else(|| Trouble::unreadable(reply))?;
    let clips = body["data"].as_array().ok_or_else(|| Trouble::unreadable(reply))?;
    let jobs = clips.iter().filter_map(|clip| {
        let created_unix_ms = clip["created_at"].as_i64().map(|s| s.saturating_mul(1_000));
        Some(Listed { handle: handle(clip["id"].as_str()?)?, token: None, created_unix_ms })
    });
    Ok(Listing { jobs: jobs.collect(), next: None })
}
