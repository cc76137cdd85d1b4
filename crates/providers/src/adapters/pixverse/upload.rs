//! Files of an order, which PixVerse wants to have before it hears of the order.

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use spool_domain::adapter::{Call, Token, Trouble};

use crate::adapters::form::{File, Form};

/// What is uploaded, by the field that names the upload.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Image,
    Video,
    Audio,
}

/// The fields whose values are ids of uploads.
const FIELDS: [(&str, Kind); 6] = [
    ("img_id", Kind::Image),
    ("img_ids", Kind::Image),
    ("first_frame_img", Kind::Image),
    ("last_frame_img", Kind::Image),
    ("video_media_id", Kind::Video),
    ("audio_media_id", Kind::Audio),
];

/// The upload that is due next, if there is one.
pub(super) fn next(input: &Map<String, Value>) -> Result<Option<Call>, Trouble> {
    let mut input = input.clone();
    let Some((name, kind, spot)) = find(&mut input) else { return Ok(None) };
    let given = spot.as_str().unwrap_or_default();
    // There is no token yet. The file itself makes the boundary: nobody can put a text into a file that follows from it.
    let mut form = Form::new(&Token(HEXLOWER.encode(&Sha256::digest(given))[..32].to_owned()));
    let (path, file_field, url_field) = match kind {
        Kind::Image => ("/openapi/v2/image/upload", "image", "image_url"),
        Kind::Video | Kind::Audio => ("/openapi/v2/media/upload", "file", "file_url"),
    };
    if given.starts_with("data:") {
        form.file(file_field, &File::of(spot, name)?);
    } else {
        form.field(url_field, spot);
    }
    match kind {
        Kind::Image => {}
        Kind::Video => form.field("media_type", &json!("video")),
        Kind::Audio => form.field("media_type", &json!("audio")),
    }
    Ok(Some(form.post(path)))
}

/// Puts the id of that upload in the file's place; nothing if the answer has none.
pub(super) fn replace(input: &mut Map<String, Value>, resp: &Value) -> Option<()> {
    let (_, kind, spot) = find(input)?;
    let id = if kind == Kind::Image { &resp["img_id"] } else { &resp["media_id"] };
    *spot = json!(id.as_u64()?);
    Some(())
}

/// The first file that is not an id yet: ids are numbers, and files are texts.
fn find(input: &mut Map<String, Value>) -> Option<(&'static str, Kind, &mut Value)> {
    let is_due = |value: &Value| match value {
        Value::Array(items) => items.iter().any(Value::is_string),
        value => value.is_string(),
    };
    let (name, kind) = FIELDS.into_iter().find(|(name, _)| input.get(*name).is_some_and(is_due))?;
    let spot = match input.get_mut(name)? {
        Value::Array(items) => items.iter_mut().find(|item| item.is_string())?,
        spot => spot,
    };
    Some((name, kind, spot))
}
