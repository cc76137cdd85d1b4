//! Files of ours, which Higgsfield takes by address only: each is put into its storage first, in two steps.

use serde_json::{Map, Value, json};
use spool_domain::adapter::{Call, Method, Reply, Trouble};

use crate::adapters::form::File;
use crate::adapters::{answer, inside};

/// Where the place that was given for a file stands in the input until the file is there. It never reaches a submit.
const PLACE: &str = "(upload)";

/// The call that is due next for the first file that is still in the input.
pub(super) fn next(input: &Map<String, Value>) -> Result<Option<Call>, Trouble> {
    let Some((name, uri)) =
        input.iter().find_map(|(name, value)| Some((name, inside::find(value, &|_| true)?)))
    else {
        return Ok(None);
    };
    let file = File::of(&json!(uri), name)?;
    let place = input.get(PLACE).and_then(|place| place["upload_url"].as_str());
    Ok(Some(match place {
        None => {
            let body = json!({ "content_type": file.content_type });
            Call::json(Method::Post, "/files/generate-upload-url", &body)
        }
        Some(url) => Call {
            method: Method::Put,
            headers: vec![("content-type", file.content_type)],
            body: file.bytes.into(),
            ..Call::get(url)
        },
    }))
}

/// Notes the place that was given for a file, or that the file is there now.
pub(super) fn advance(input: &mut Map<String, Value>, reply: &Reply) -> Option<()> {
    let Some(place) = input.remove(PLACE) else {
        let place = answer::json(reply)?;
        let is_url = |name: &str| place[name].as_str().is_some_and(|url| url.starts_with("http"));
        return (is_url("upload_url") && is_url("public_url")).then(|| {
            input.insert(PLACE.to_owned(), place);
        });
    };
    let spot = input.values_mut().find_map(|value| inside::find_mut(value, &|_| true))?;
    *spot = place["public_url"].clone();
    Some(())
}
