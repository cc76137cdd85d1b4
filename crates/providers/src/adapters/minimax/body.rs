//! Bodies: what the routes' maps write by name becomes the lists that MiniMax takes.

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use spool_domain::adapter::{Call, Token, Trouble, Work};

use super::super::form::{File, Form, bare};

/// The upload of a recording that still stands in the work itself.
pub(super) fn upload(work: &Work) -> Result<Option<Call>, Trouble> {
    let recording = work.input.get("file_id").filter(|_| work.model == super::VOICE);
    let Some(Value::String(uri)) =
        recording.filter(|file| file.as_str().is_some_and(|uri| uri.starts_with("data:")))
    else {
        return Ok(None);
    };
    let file = File::of(&json!(uri), "audio_url")?;
    // There is no token before the submit. A digest of the file cannot stand in the file either.
    let digest = HEXLOWER.encode(&Sha256::digest(uri));
    let mut form = Form::new(&Token(digest[..32].to_owned()));
    form.field("purpose", &json!("voice_clone"));
    form.file("file", &file);
    Ok(Some(form.post("/v1/files/upload")))
}

/// The person to show, as a list of one. Clips take a list of pictures, pictures one file.
pub(super) fn subject(input: &mut Map<String, Value>) {
    let Some(subject @ Value::Object(_)) = input.get_mut("subject_reference") else { return };
    let mut one = subject.take();
    if let Some(image @ Value::String(_)) = one.get_mut("image") {
        *image = json!([image.take()]);
    }
    *subject = json!([one]);
}

/// A size as the two fields that it is.
pub(super) fn sides(input: &mut Map<String, Value>) {
    if let Some(Value::Object(size)) = input.shift_remove("size") {
        input.extend(size);
    }
}

/// A song to be sung anew comes by address, or bare in a field of its own.
pub(super) fn song(input: &mut Map<String, Value>) {
    let uri = input.get("audio_url").and_then(Value::as_str).filter(|url| url.starts_with("data:"));
    if let Some(base64) = uri.map(|uri| bare(uri).to_owned()) {
        input.shift_remove("audio_url");
        input.insert("audio_base64".to_owned(), json!(base64));
    }
}
