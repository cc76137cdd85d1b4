//! Clips: a request, the file, and then the wait.
//!
//! The express way is taken: one upload instead of parts, and no figures about the clip beforehand, which would be refused
//! later if one of them were wrong.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{Call, Method, Output, Trouble, TroubleClass, Word, Work};

use super::{failed, frame, handle, percent, trouble};
use crate::adapters::answer;
use crate::adapters::form::File;
use crate::adapters::plain::is_id;

/// The field of the input that holds the clip.
pub(super) const SOURCE: &str = "source";

/// The network for clips where the route names none.
const ENHANCER: &str = "prob-4";
/// The network that makes frames between frames, and how many frames a second it makes.
const INTERPOLATOR: &str = "apo-8";
const SMOOTH_FPS: u32 = 60;

/// The pause between looks; clips take minutes to hours.
const LOOK_AFTER_MS: u64 = 5_000;

/// The call.
pub(super) fn submit(work: &Work) -> Result<Call, Trouble> {
    let input = &work.input;
    let file = File::of(input.get(SOURCE).unwrap_or(&Value::Null), "video_url")?;
    let container = container(&file.content_type)?;
    let (width, height) = frame::scaled(frame::sides(&file.bytes), lines(input)?);
    let mut filters =
        vec![json!({ "model": input.get("model").and_then(Value::as_str).unwrap_or(ENHANCER) })];
    if input.get("frame_interpolation") == Some(&Value::Bool(true)) {
        filters.push(json!({ "model": INTERPOLATOR, "fps": SMOOTH_FPS }));
    }
    let mut body = json!({
        "source": { "container": container },
        "filters": filters,
        "output": {
            "resolution": { "width": width, "height": height },
            // Without these two the clip comes back silent.
            "audioTransfer": "Copy",
            "audioCodec": "AAC",
            "videoEncoder": "H265",
            "videoProfile": "Main",
            "dynamicCompressionLevel": "High",
            "container": "mp4",
        },
    });
    if let Some(url) = &work.callback_url {
        body["notifications"] = json!({ "webhookUrl": url });
    }
    Ok(Call::json(Method::Post, "/video/express", &body))
}

fn container(content_type: &str) -> Result<&'static str, Trouble> {
    match content_type {
        "video/mp4" => Ok("mp4"),
        "video/quicktime" => Ok("mov"),
        "video/x-matroska" => Ok("mkv"),
        "video/webm" => Ok("webm"),
        "video/x-msvideo" => Ok("avi"),
        _ => Err(Trouble::of(TroubleClass::Caller, "no_such_container")
            .saying("the clip must be MP4, MOV, MKV, WebM or AVI")),
    }
}

/// The short side of the result, pixels.
fn lines(input: &Map<String, Value>) -> Result<u32, Trouble> {
    match input.get("resolution").and_then(Value::as_str) {
        Some("1080p") => Ok(1_080),
        Some("2k") => Ok(1_440),
        Some("4k") => Ok(2_160),
        _ => Err(Trouble::of(TroubleClass::Caller, "no_such_resolution")
            .saying("resolution must be 1080p, 2k or 4k")),
    }
}

/// Reads the answer to the submit: a request without a place for the file is none.
pub(super) fn accepted(body: &Value) -> Option<Word> {
    let id = body["requestId"].as_str().filter(|id| is_id(id))?;
    let upload = body["uploadUrls"][0].as_str().filter(|url| !url.is_empty())?;
    // The first look only says that the file is missing, so it comes soon.
    Some(Word::Accepted(handle(id, Some(upload)), 0))
}

/// Reads a state.
pub(super) fn read(body: &Value) -> Option<Word> {
    let pending = Word::Pending { progress: percent(&body["progress"]), wait_ms: LOOK_AFTER_MS };
    Some(match body["status"].as_str()? {
        // Nothing has come yet, or not all of it: the uploads that are open are named.
        "requested" => Word::Wanting,
        "accepted" if body["urls"].as_array().is_some_and(|urls| !urls.is_empty()) => Word::Wanting,
        "complete" => {
            let url = body["download"]["url"].as_str().filter(|url| !url.is_empty())?;
            Word::Finished { outputs: vec![Output::Url(url.to_owned())], billed: None }
        }
        "canceled" => Word::Canceled,
        "failed" => match body["errorCode"].as_str() {
            Some(code) => {
                let trouble = Trouble::of(trouble::of_request(code), answer::code(Some(code), 200));
                Word::Failed(answer::say(trouble, body["message"].as_str()))
            }
            None => failed(TroubleClass::Unavailable, "failed"),
        },
        // `initializing` to `postprocessing`, and `canceling`; and a state that we do not know is never an end.
        _ => pending,
    })
}
