//! Where the many models put what they made.

use serde_json::Value;
use spool_domain::adapter::{Output, Trouble, TroubleClass, Word};

use crate::adapters::answer;

/// Fields that hold files, in the order in which they are handed out. `mask_image` is an output of its own that
/// callers ask for; thumbnails, sprite sheets and timings are by-products and are left out.
const FILES: &[&str] =
    &["images", "image", "mask_image", "videos", "video", "audio", "audio_file", "audio_url"];

/// Fields that hold the result where it is words: a transcript, or the name of a cloned voice.
const WORDS: &[&str] = &["text", "custom_voice_id"];

/// Reads a result. Nothing if the body has none of the known fields: then it is no result we understand.
pub(super) fn read(body: &Value) -> Option<Word> {
    let body = body.as_object()?;
    let flags = body.get("has_nsfw_concepts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut outputs = Vec::new();
    let (mut known, mut hidden) = (false, 0);
    for name in FILES {
        let files = match body.get(*name) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(files)) => files.as_slice(),
            Some(file) => std::slice::from_ref(file),
        };
        known = true;
        for (place, file) in files.iter().enumerate() {
            // A flagged picture is a black one: delivering it would charge for a refusal.
            if *name == "images" && flags.get(place) == Some(&Value::Bool(true)) {
                hidden += 1;
            } else {
                outputs.push(read_file(file)?);
            }
        }
    }
    // Words next to files describe them (lyrics, captions); alone they are the result.
    if outputs.is_empty() && hidden == 0 {
        let words = WORDS.iter().filter_map(|name| body.get(*name)?.as_str());
        outputs.extend(words.map(|words| Output::Text(words.to_owned())));
        known |= !outputs.is_empty();
    }
    match (known, outputs.is_empty(), hidden) {
        (false, ..) => None,
        (true, false, _) => Some(Word::Finished { outputs, billed: None }),
        (true, true, 0) => Some(Word::Failed(Trouble::of(TroubleClass::Unknown, "no_outputs"))),
        (true, true, _) => {
            let trouble = Trouble::of(TroubleClass::ContentPolicy, "nsfw");
            Some(Word::Failed(trouble.saying("the safety checker withheld every picture")))
        }
    }
}

/// `{"url": …}`, or the address alone.
fn read_file(file: &Value) -> Option<Output> {
    let address = file["url"].as_str().or_else(|| file.as_str())?;
    let is_address = ["https://", "http://", "data:"].iter().any(|start| address.starts_with(start));
    if is_address { answer::file(address) } else { None }
}
