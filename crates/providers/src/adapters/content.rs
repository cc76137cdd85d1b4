//! The list of typed items that Ark and the newer clips of MiniMax take as `content`.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{Trouble, TroubleClass};

/// What is given by role, as that list. Clips and sounds come by address only.
pub(super) fn as_list(input: &mut Map<String, Value>) -> Result<(), Trouble> {
    let Some(content @ Value::Object(_)) = input.get_mut("content") else { return Ok(()) };
    let Value::Object(given) = content.take() else { return Ok(()) };
    let mut items = Vec::new();
    for (role, value) in given {
        if role == "text" {
            items.push(json!({ "type": "text", "text": value }));
            continue;
        }
        let kind = match role.as_str() {
            "reference_video" => "video_url",
            "reference_audio" => "audio_url",
            _ => "image_url",
        };
        let files = match value {
            Value::Array(files) => files,
            file => vec![file],
        };
        for url in files {
            if kind != "image_url" && url.as_str().is_some_and(|url| url.starts_with("data:")) {
                let trouble = Trouble::of(TroubleClass::Caller, "file_without_address");
                return Err(trouble.saying("clips and sounds must be given as public URLs for this model"));
            }
            items.push(json!({ "type": kind, kind: { "url": url }, "role": role }));
        }
    }
    *content = Value::Array(items);
    Ok(())
}
