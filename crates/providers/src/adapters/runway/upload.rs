//! Files of ours that are too large to stand in the call: each is put into Runway's storage first, in two steps.

use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use spool_domain::adapter::{Call, Method, Reply, Token, Trouble};

use crate::adapters::form::{File, Form};
use crate::adapters::{answer, inside};

/// The longest `data:` URIs that are taken in the call, bytes: of pictures, and of clips and sounds.
const PICTURE_MAX: usize = 5 * 1024 * 1024;
const OTHER_MAX: usize = 16 * 1024 * 1024;

/// Where the place that was given for a file stands in the input until the file is there. It never reaches a submit.
const PLACE: &str = "(upload)";

/// The call that is due next for the first file that is too large.
pub(super) fn next(input: &Map<String, Value>) -> Result<Option<Call>, Trouble> {
    let Some((name, uri)) =
        input.iter().find_map(|(name, value)| Some((name, inside::find(value, &is_large)?)))
    else {
        return Ok(None);
    };
    let file = File::of(&json!(uri), name)?;
    let Some(place) = input.get(PLACE) else {
        let body = json!({ "filename": file.name(), "type": "ephemeral" });
        return Ok(Some(super::versioned(Call::json(Method::Post, "/v1/uploads", &body))));
    };
    // There is no token yet. The file itself makes the boundary: nobody can put a text into a file that follows from it.
    let mut form = Form::new(&Token(HEXLOWER.encode(&Sha256::digest(uri))[..32].to_owned()));
    for (name, value) in place["fields"].as_object().into_iter().flatten() {
        form.field(name, value);
    }
    form.file("file", &file);
    Ok(place["uploadUrl"].as_str().map(|url| form.post(url)))
}

/// Notes the place that was given for a file, or that the file is there now.
pub(super) fn advance(input: &mut Map<String, Value>, reply: &Reply) -> Option<()> {
    let Some(place) = input.remove(PLACE) else {
        let place = answer::json(reply)?;
        let begins = |name: &str, with: &str| place[name].as_str().is_some_and(|text| text.starts_with(with));
        let is_whole =
            begins("uploadUrl", "http") && begins("runwayUri", "runway://") && place["fields"].is_object();
        return is_whole.then(|| {
            input.insert(PLACE.to_owned(), place);
        });
    };
    let spot = input.values_mut().find_map(|value| inside::find_mut(value, &is_large))?;
    *spot = place["runwayUri"].clone();
    Some(())
}

fn is_large(uri: &str) -> bool {
    uri.len() > if uri.starts_with("data:image/") { PICTURE_MAX } else { OTHER_MAX }
}
